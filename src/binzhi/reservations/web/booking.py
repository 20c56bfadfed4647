"""The booking screen (F2): dates, offers, guest, price and confirmation on one page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.guests.privacy.warning import warn_of
from binzhi.guests.queries import guest_card, organisation_by_id
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.idempotency import KeyReused
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import CodeKind, DenialReason
from binzhi.reservations.promotions.using import normal, try_code
from binzhi.reservations.queries.desk_list import code_options
from binzhi.reservations.requests import NewReservation
from binzhi.reservations.web.forms import BookingForm, Codes, StayForm
from binzhi.reservations.web.quoting import Entitled, Quote, Quoting
from binzhi.reservations.web.selection import Line, lines_of, offer_key, totals_shown
from binzhi.reservations.web.sending import book_once

BOOKING_CODES = [CodeKind.MARKET.value, CodeKind.SOURCE.value, CodeKind.CHANNEL.value, CodeKind.SPECIAL.value]
KEY = "idempotency_key"
UNPROCESSABLE = 422


def hotel_of(request: StaffRequest) -> HotelRef:
    assert request.hotel is not None  # the gate has let it through
    return request.hotel


@require_http_methods(["GET", "POST"])
@screen(Permission.CREATE)
def new(request: StaffRequest) -> HttpResponse:
    """The whole screen; a POST books."""
    hotel = hotel_of(request)
    codes = code_options(hotel_id=hotel.pk, kinds=BOOKING_CODES)
    if request.method == "POST":
        return _book(request, hotel, codes)
    initial = _initial(hotel, request.GET)
    form = BookingForm(initial=initial, hotel=hotel, codes=codes)
    key = offer_key(request.GET.get("offer", ""))
    quoting = _quoting(
        request, organisation_id=initial.get("organisation"), entitled=Entitled(guest_id=initial.get("guest"))
    )
    quote = quoting.quote(_line(initial, key), chosen=key is not None, added=())
    return _page(request, form, quote, token=uuid.uuid4().hex)


@require_GET
@screen(Permission.CREATE)
def parts(request: StaffRequest) -> HttpResponse:
    """The offers and the price panel for what is on the screen now; `part=quote` leaves the offers alone."""
    hotel = hotel_of(request)
    form = StayForm(request.GET, hotel=hotel)
    added = lines_of(request.GET.getlist("line"))
    dropped = request.GET.get("drop", "")
    if dropped.isdecimal() and int(dropped) < len(added):
        del added[int(dropped)]
    key = offer_key(request.GET.get("offer", ""))
    adds = request.GET.get("add") == "1" and key is not None
    valid = form.is_valid()
    guest = request.GET.get("guest", "")
    entitled = entitled_to(
        request, code=form.cleaned_data.get("promotion_code", ""), guest_id=int(guest) if is_id(guest) else None
    )
    quoting = _quoting(
        request, organisation_id=form.cleaned_data.get("organisation") if valid else None, entitled=entitled
    )
    if valid:
        line = _line(form.cleaned_data, key)
        if adds:
            added, key = [*added, line], None
        quote = quoting.quote(line, chosen=key is not None, added=added)
    else:
        quote = Quote(None, quoting.panel(None, added))
    context = {
        "form": form,
        "quote": quote,
        "kept_offer": request.GET.get("offer", ""),
        "hotel": hotel,
        "entitled": entitled,
    }
    only_quote = request.GET.get("part") == "quote" and not adds
    template = "reservations/new_quote.html" if only_quote else "reservations/new_parts.html"
    return render(request, template, context | {"add": request.GET.get("part") == "quote"})


def _book(request: StaffRequest, hotel: HotelRef, codes: Codes) -> HttpResponse:
    form = BookingForm(request.POST, hotel=hotel, codes=codes)
    added = lines_of(request.POST.getlist("line"))
    key = offer_key(request.POST.get("offer", ""))
    token, status = request.POST.get(KEY, ""), UNPROCESSABLE
    form.full_clean()
    form.require_the_rest(has_room=key is not None or bool(added))
    if form.is_valid():
        current = [_line(form.cleaned_data, key, request.POST)] if key is not None else []
        try:
            if form.cleaned_data["promotion_code"]:
                try_code(
                    hotel_id=hotel.pk, code=form.cleaned_data["promotion_code"], actor=request.actor, now=clock.now()
                )
            booking = _booking(form.cleaned_data, [*added, *current])
            sent = book_once(hotel=hotel, booking=booking, key=token, actor=request.actor, now=clock.now())
        except KeyReused:
            token = uuid.uuid4().hex
            words = _("This form was already sent. To make another reservation, check it and confirm again.")
            form.add_error(None, words)
        except DomainError as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            said = _("Reservation %(number)s was already made.") if sent.repeated else _("Reservation %(number)s made.")
            toast(request, said % {"number": sent.number})
            warn_of(request, form.cleaned_data["remarks"])
            return go(request, reverse("reservations:detail", args=[hotel.code, sent.number]))
    return _page(request, form, _quote_again(request, form, key, added, request.POST), token=token, status=status)


def _booking(cleaned: Mapping[str, Any], lines: list[Line]) -> NewReservation:
    guest_id = cleaned["guest"]
    rooms = [
        room for index, line in enumerate(lines) for room in line.requests(guest_id=guest_id if index == 0 else None)
    ]
    return NewReservation(
        booker_name=cleaned["guest_text"],
        rooms=tuple(rooms),
        booker_phone=cleaned["booker_phone"],
        guest_id=guest_id,
        organisation_id=cleaned["organisation"],
        market=cleaned["market"],
        source=cleaned["source"],
        channel=cleaned["channel"],
        channel_number=cleaned["channel_number"] or None,
        guarantee=cleaned["guarantee"],
        special_requests=tuple(cleaned["special_requests"]),
        remarks=cleaned["remarks"],
        expected_at=cleaned["expected_at"],
        promotion_code=normal(cleaned["promotion_code"]),
    )


def entitled_to(request: StaffRequest, *, code: str, guest_id: int | None) -> Entitled:
    """What a typed code opens, or why it opens nothing."""
    if not code:
        return Entitled(guest_id)
    try:
        found = try_code(hotel_id=hotel_of(request).pk, code=code, actor=request.actor, now=clock.now())
    except DomainError as refusal:
        return Entitled(guest_id, refusal=refusal.text)
    return Entitled(guest_id, found.rate_plan_id, name=found.name)


def _quoting(request: StaffRequest, *, organisation_id: int | None, entitled: Entitled) -> Quoting:
    hotel = hotel_of(request)
    return Quoting(
        hotel, organisation_id=organisation_id, entitled=entitled,
        may_break_floor=request.actor.may(Permission.BREAK_FLOOR, hotel.pk),
    )  # fmt: skip


def _quote_again(
    request: StaffRequest, form: BookingForm, key: tuple[str, str] | None, added: list[Line], posted: QueryDict
) -> Quote:
    """Today's prices for the form as it was sent, so that a changed price is seen before it is confirmed."""
    cleaned = form.cleaned_data
    entitled = entitled_to(request, code=cleaned.get("promotion_code", ""), guest_id=cleaned.get("guest"))
    quoting = _quoting(request, organisation_id=cleaned.get("organisation"), entitled=entitled)
    if not all(name in cleaned for name in ("arrival", "departure", "rooms", "adults", "children")):
        return Quote(None, quoting.panel(None, added))
    return quoting.quote(_line(cleaned, key, posted), chosen=key is not None, added=added)


def _line(values: Mapping[str, Any], key: tuple[str, str] | None, posted: Mapping[str, Any] | None = None) -> Line:
    room_type, rate_plan = key or ("", "")
    return Line(
        room_type=room_type, rate_plan=rate_plan, arrival=values["arrival"], departure=values["departure"],
        adults=values["adults"], children=values["children"], rooms=values["rooms"],
        child_ages=values.get("child_ages", ()), extra_beds=values.get("extra_beds", 0),
        total=totals_shown(posted) if posted is not None else None,
    )  # fmt: skip


def _page(request: StaffRequest, form: BookingForm, quote: Quote, *, token: str, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    context = {
        "form": form,
        "quote": quote,
        "token": token,
        "fresh": not form.is_bound,
        "kept_offer": request.POST.get("offer", request.GET.get("offer", "")),
        "hotel": hotel,
        "denial_reasons": DenialReason.choices,
        "may_wait": request.actor.may(Permission.MANAGE_WAITLIST, hotel.pk),
        "suggest": {
            "guests": reverse("guests:suggest", args=[hotel.code]) + "?new=1",
            "organisations": reverse("guests:suggest_organisations", args=[hotel.code]),
        },
    }
    return render(request, "reservations/new.html", context, status=status)


def _initial(hotel: HotelRef, query: QueryDict) -> dict[str, Any]:
    """Tonight for two, unless the address (rack, guest file, another night) says otherwise."""
    arrival = max(_day(query.get("arrival")) or hotel.business_date, hotel.business_date)
    departure = _day(query.get("departure"))
    longest = arrival + timedelta(days=hotel.longest_stay)
    if departure is None or not arrival <= departure <= longest:
        departure = arrival + timedelta(days=1)
    initial: dict[str, Any] = {
        "arrival": arrival,
        "departure": departure,
        "rooms": _number(query.get("rooms"), 1, least=1, most=50),
        "adults": _number(query.get("adults"), 2, least=1, most=20),
        "children": _number(query.get("children"), 0, least=0, most=20),
    }
    return initial | _known_people(hotel, query)


def _known_people(hotel: HotelRef, query: QueryDict) -> dict[str, Any]:
    known: dict[str, Any] = {}
    guest_id, organisation_id = query.get("guest", ""), query.get("organisation", "")
    try:
        if is_id(guest_id):
            guest = guest_card(group_id=hotel.group_id, guest_id=int(guest_id))
            known |= {"guest": guest.guest_id, "guest_text": guest.name, "organisation": guest.organisation_id}
            known["organisation_text"] = guest.organisation
        if is_id(organisation_id):
            company = organisation_by_id(group_id=hotel.group_id, organisation_id=int(organisation_id))
            known |= {"organisation": company.pk, "organisation_text": company.name}
    except NotFound:
        return known
    return known


def is_id(text: str) -> bool:
    """Digits of a number that the database can hold."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _number(text: str | None, default: int, *, least: int, most: int) -> int:
    return min(max(int(text), least), most) if text and text.isascii() and text.isdigit() and len(text) < 5 else default
