"""房态日历: the page, its window as data, and the panel in which everything a drag does is done by keys."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.frontdesk.calendar.placing import Placed, Wanted, place_stay, split_stay
from binzhi.frontdesk.calendar.reading import Window, calendar_of, version_of_stay, window_from
from binzhi.frontdesk.errors import ReasonRequired
from binzhi.frontdesk.features import feature_label
from binzhi.frontdesk.queries.stay import StayCard, stay_card
from binzhi.frontdesk.services.fixing import fix_room
from binzhi.frontdesk.web.calendar_words import words
from binzhi.frontdesk.web.forms_calendar import FixForm, PlaceForm, SplitForm
from binzhi.frontdesk.web.rack import rights
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.kernel.ui.boards import HEADER
from binzhi.kernel.ui.formats import day_text
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, once, status_of
from binzhi.property.queries import HotelRef, floors, room_by_id, room_by_number, room_types, rooms
from binzhi.reservations.access import Permission as Booking

DAYS = (7, 14, 21, 30)
DEFAULT_DAYS = 21
OPEN = ("reserved", "in_house")
# What the grid asks a person after a refusal, and under which name the answer is sent.
ASKS = {
    "price_to_confirm": "expected_total",
    "wrong_room_type": "change_type",
    "reason_required": "reason",
    "room_not_ready": "accept_as_it_is",
    "split_changes_type": "type_price",
}


def window_of(query: QueryDict, hotel: HotelRef) -> Window:
    """What the address asks; what makes no sense is left out."""
    number = query.get("days", "")[:4]
    days = int(number) if number.isascii() and number.isdigit() else DEFAULT_DAYS
    try:
        first = date.fromisoformat(query.get("first", ""))
    except ValueError:
        first = None
    return window_from(first, days, hotel=hotel)


@require_GET
@screen(Booking.VIEW)
def calendar_screen(request: StaffRequest) -> HttpResponse:
    """The frame; the grid fills itself."""
    return render_screen(request, "frontdesk/calendar.html", _frame(request, hotel_of(request)))


def _frame(request: StaffRequest, hotel: HotelRef) -> dict[str, Any]:
    window = window_of(request.GET, hotel)
    house = rooms(hotel.pk)
    features = {name for room in house for name in room.features}
    return {
        "window": window, "days": DAYS,
        "types": room_types(hotel.pk), "floors": list(dict.fromkeys(floor.name for floor in floors(hotel.pk))),
        "features": sorted((name, feature_label(name)) for name in features | {"accessible", "connecting", "smoking"}),
        "may": rights(request, hotel), "words": words(),
    }  # fmt: skip


@require_GET
@gzip_page
@screen(Booking.VIEW)
def data(request: StaffRequest) -> HttpResponse:
    """The window as the grid reads it; 204 when what it has is what there is."""
    hotel = hotel_of(request)
    body = orjson.dumps(calendar_of(hotel=hotel, window=window_of(request.GET, hotel), now=clock.now()))
    version = blake2b(body, digest_size=12).hexdigest()
    if request.headers.get(HEADER) == version:
        return HttpResponse(status=204)
    return HttpResponse(body, content_type="application/json", headers={HEADER: version, "Cache-Control": "no-store"})


@require_http_methods(["GET", "POST"])
@screen(Booking.VIEW)
def stay_panel(request: StaffRequest, stay: int) -> HttpResponse:
    """One stay of the calendar: room and dates as a form, a split as another; refusals at their fields."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    asked = request.POST.get("what", "") if request.method == "POST" else ""
    form = PlaceForm(request.POST if asked == "place" else None, initial=_as_it_is(card))
    cut = SplitForm(request.POST if asked == "split" else None, initial={"night": _middle(card)})
    fix = FixForm(request.POST if asked == "fix" else None)
    used: OperationForm = {"split": cut, "fix": fix}.get(asked, form)
    if asked and used.is_valid():
        try:
            if asked == "fix":
                _fix_and_tell(request, hotel, card, fix.cleaned_data["why"])
            elif asked == "split":
                _split_and_tell(request, hotel, card, cut, None)
            else:
                _place_and_tell(request, hotel, card, _wanted(hotel, form.cleaned_data), None)
        except DomainError as refusal:
            used.refuse(refusal)
            asks = ASKS.get(refusal.code, "")
            total = refusal.params.get("new_total") or refusal.params.get("total")
            return _panel(request, hotel, card, form, cut, fix, status=status_of(refusal), asks=asks, total=total)
        card = stay_card(hotel=hotel, room_reservation_id=stay)
        form, cut, fix = PlaceForm(initial=_as_it_is(card)), SplitForm(initial={"night": _middle(card)}), FixForm()
        return _panel(request, hotel, card, form, cut, fix)
    return _panel(request, hotel, card, form, cut, fix, status=UNPROCESSABLE if asked else 200)


def _panel(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: PlaceForm, cut: SplitForm, fix: FixForm, *,
    status: int = 200, asks: str = "", total: Decimal | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "card": card, "form": form, "cut": cut, "fix": fix, "may": rights(request, hotel), "token": uuid.uuid4().hex,
        "asks": asks, "new_total": total,
        "can_split": card.room and not card.room_fixed and card.nights > 1 and card.status in OPEN,
    }  # fmt: skip
    part = "frontdesk/calendar_panel.html"
    if not wants_part(request):
        context |= _frame(request, hotel) | {"panel": True}
    return render_screen(request, "frontdesk/calendar.html", context, part=part, status=status)


def _as_it_is(card: StayCard) -> dict[str, Any]:
    return {"room": card.room, "arrival": card.arrival, "departure": card.departure}


def _middle(card: StayCard) -> date:
    """The first night a split makes sense at."""
    return max(card.arrival, card.business_date) + timedelta(days=1)


@require_POST
@screen(Booking.VIEW)
def place(request: StaffRequest, stay: int) -> HttpResponse:
    """A bar was dropped or resized; `undo` in the address is the toast that puts it back."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    given = request.GET if "undo" in request.GET else request.POST
    form = PlaceForm(given)
    return _answer(request, stay, form, lambda: _place_and_tell(
        request, hotel, card, _wanted(hotel, form.cleaned_data), form.cleaned_data["version"], undo="undo" in given
    ))  # fmt: skip


@require_POST
@screen(Booking.VIEW)
def split(request: StaffRequest, stay: int) -> HttpResponse:
    """A part of a bar was dropped on another room."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    given = request.GET if "undo" in request.GET else request.POST
    form = SplitForm(given)
    return _answer(request, stay, form, lambda: _split_and_tell(
        request, hotel, card, form, form.cleaned_data["version"], undo="undo" in given,
    ))  # fmt: skip


def _answer(request: StaffRequest, stay: int, form: OperationForm, work: Callable[[], None]) -> HttpResponse:
    """What was done as toasts, or why not and what is asked."""
    try:
        if not form.is_valid():
            field, errors = next(iter(form.errors.items()))
            raise InvalidInput(field=field, message=str(errors[0]))
        once(request, work)
    except NotFound:
        raise
    except DomainError as refusal:
        told = {
            "code": refusal.code, "text": refusal.text, "field": refusal.field, "asks": ASKS.get(refusal.code, ""),
            "total": str(refusal.params.get("new_total", refusal.params.get("total", ""))),
            "priced": "new_total" in refusal.params,
        }  # fmt: skip
        return HttpResponse(orjson.dumps(told), status=status_of(refusal), content_type="application/json")
    toasts = render_to_string("ui/toasts_part.html", {}, request=request)
    version = version_of_stay(hotel_id=hotel_of(request).pk, room_reservation_id=stay)
    return HttpResponse(orjson.dumps({"toasts": toasts, "version": version}), content_type="application/json")


def _wanted(hotel: HotelRef, data: dict[str, Any]) -> Wanted:
    number = data["room"].strip()
    return Wanted(
        room_id=room_by_number(hotel.pk, number).pk if number else None, arrival=data["arrival"],
        departure=data["departure"], change_type=data["change_type"], accept_as_it_is=data["accept_as_it_is"],
        reason=data["reason"], expected_total=data["expected_total"],
    )  # fmt: skip


def _place_and_tell(
    request: StaffRequest, hotel: HotelRef, card: StayCard, wanted: Wanted, version: int | None, *, undo: bool = False
) -> None:
    done = place_stay(
        hotel_id=hotel.pk, room_reservation_id=card.id, wanted=wanted, expected_version=version, actor=request.actor,
        now=clock.now(),
    )  # fmt: skip
    back = "" if undo else _way_back(hotel, card, done)
    toast(request, _told(hotel, card, wanted, done), undo_url=back)


def _way_back(hotel: HotelRef, card: StayCard, done: Placed) -> str:
    """The address that puts a stay where it was; at the price it had, or not at all."""
    before: dict[str, Any] = {
        "undo": 1, "room": card.room, "arrival": done.arrival, "departure": done.departure, "change_type": "on",
        "accept_as_it_is": "", "reason": _("Taken back on the calendar"),
    }  # fmt: skip
    if done.total_before is not None:
        before["expected_total"] = done.total_before
    return f"{reverse('frontdesk:calendar_place', args=[hotel.code, card.id])}?{urlencode(before)}"


def _told(hotel: HotelRef, card: StayCard, wanted: Wanted, done: Placed) -> str:
    words = {
        "name": card.short_name, "room": room_by_id(hotel.pk, wanted.room_id).number if wanted.room_id else "",
        "first": day_text(wanted.arrival, reference=hotel.business_date),
        "last": day_text(wanted.departure, reference=hotel.business_date),
    }  # fmt: skip
    if (done.arrival, done.departure) != (wanted.arrival, wanted.departure):
        if wanted.room_id is None:
            return _("%(name)s: %(first)s – %(last)s, no room yet") % words
        return _("%(name)s: room %(room)s, %(first)s – %(last)s") % words
    if wanted.room_id is None:
        return _("%(name)s waits for a room again") % words
    return _("%(name)s: room %(room)s") % words


def _split_and_tell(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: SplitForm, version: int | None, *, undo: bool = False
) -> None:
    night, number = form.cleaned_data["night"], form.cleaned_data["split_room"].strip()
    done = split_stay(
        hotel_id=hotel.pk, room_reservation_id=card.id, night=night, expected_version=version, price=form.price,
        room_id=room_by_number(hotel.pk, number).pk, actor=request.actor, now=clock.now(),
    )  # fmt: skip
    # Prices asked anew are taken back at what the stay cost before, or not at all.
    repriced = done.total != done.total_before
    before = {
        "undo": 1, "night": night, "split_room": room_by_id(hotel.pk, done.had).number,
        "type_price": "ask" if repriced else "keep", "expected_total": done.total_before if repriced else "",
    }  # fmt: skip
    back = f"{reverse('frontdesk:calendar_split', args=[hotel.code, card.id])}?{urlencode(before)}"
    words = {"name": card.short_name, "room": number, "day": day_text(night, reference=hotel.business_date)}
    said = _("%(name)s: room %(room)s from %(day)s on") % words
    if repriced:
        said += " · " + _("%(total)s instead of %(before)s") % {"total": done.total, "before": done.total_before}
    toast(request, said, undo_url="" if undo else back)


def _fix_and_tell(request: StaffRequest, hotel: HotelRef, card: StayCard, why: str) -> None:
    if not why and not card.room_fixed:
        raise ReasonRequired(field="reason")
    fix_room(hotel_id=hotel.pk, room_reservation_id=card.id, reason=why, actor=request.actor, now=clock.now())
    words = {"name": card.short_name, "room": card.room}
    said = _("Room %(room)s is fixed for %(name)s") if why else _("%(name)s may have another room than %(room)s again")
    toast(request, said % words)
