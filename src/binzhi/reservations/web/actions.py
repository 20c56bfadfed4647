"""Confirming, editing the details, cancelling, no-show, reinstating: the panel asks, one service does."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.guests.privacy.warning import warn_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, EditConflict, NotFound
from binzhi.kernel.ui import formats
from binzhi.kernel.ui.fields import Choice
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef
from binzhi.reservations import services
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import CodeKind
from binzhi.reservations.queries import (
    CancellationQuote,
    ReservationView,
    RoomView,
    cancellation_quote,
    reservation_view,
)
from binzhi.reservations.web.action_forms import CancelForm, DetailsForm, NoShowForm
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.comparing import details_compared
from binzhi.reservations.web.detail import codes_for_forms, page_url, show_panel
from binzhi.reservations.web.words import refuse

UNPROCESSABLE = 422


def view_of(request: StaffRequest, number: str) -> ReservationView:
    return reservation_view(hotel_id=hotel_of(request).pk, number=number)


def room_of(view: ReservationView, position: int) -> RoomView:
    for room in view.rooms:
        if room.position == position:
            return room
    raise NotFound


def with_version(posted: QueryDict, view: ReservationView) -> QueryDict:
    """The form as it was sent, on the version that is the last now."""
    data = posted.copy()
    data["version"] = str(view.version)
    return data


def money(hotel: HotelRef, amount: Any) -> str:
    return formats.money(amount, currency=hotel.currency)


@require_POST
@screen(Permission.CHANGE)
def confirm(request: StaffRequest, number: str) -> HttpResponse:
    """Note that the confirmation went out."""
    hotel, view = hotel_of(request), view_of(request, number)
    try:
        services.confirm_reservation(hotel_id=hotel.pk, reservation_id=view.id, actor=request.actor, now=clock.now())
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("Noted as confirmed to the guest."))
    return go(request, page_url(hotel, view))


@require_http_methods(["GET", "POST"])
@screen(Permission.CHANGE)
def details(request: StaffRequest, number: str) -> HttpResponse:
    """Booker, codes, guarantee, requests; a version that is no longer the last shows both sides."""
    hotel, view = hotel_of(request), view_of(request, number)
    codes = codes_for_forms(hotel)
    context: dict[str, Any] = {"suggest": suggest_urls(hotel)}
    if request.method == "GET":
        form = DetailsForm(initial=DetailsForm.initial_of(view), codes=codes, hold_until=hotel.hold_until)
        return show_panel(request, view, "reservations/panel_details.html", context | {"form": form})
    form, status = DetailsForm(request.POST, codes=codes, hold_until=hotel.hold_until), UNPROCESSABLE
    if form.is_valid():
        try:
            services.update_details(
                hotel_id=hotel.pk, reservation_id=view.id, details=form.details,
                expected_version=form.cleaned_data["version"], actor=request.actor, now=clock.now(),
            )  # fmt: skip
        except EditConflict as conflict:
            status = conflict.status
            # What is seen beside it is what the next press overwrites: as saved now, not as when this request began.
            view = reservation_view(hotel_id=hotel.pk, number=view.number)
            form.data = with_version(request.POST, view)
            context |= {"conflict": conflict.text, "compared": details_compared(form, view, codes)}
        except DomainError as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            toast(request, _("Details saved."))
            warn_of(request, form.cleaned_data["remarks"])
            return go(request, page_url(hotel, view))
    return show_panel(request, view, "reservations/panel_details.html", context | {"form": form}, status=status)


def suggest_urls(hotel: HotelRef) -> dict[str, str]:
    return {
        "guests": reverse("guests:suggest", args=[hotel.code]),
        "organisations": reverse("guests:suggest_organisations", args=[hotel.code]),
    }


@require_http_methods(["GET", "POST"])
@screen(Permission.CANCEL)
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    """The fee first, then the reason, then the cancellation."""
    hotel, view = hotel_of(request), view_of(request, number)
    quotes = {
        q.room_reservation_id: q for q in cancellation_quote(hotel_id=hotel.pk, reservation_id=view.id, now=clock.now())
    }
    form = _cancel_form(request, hotel, view, quotes)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                done = services.cancel_reservation(
                    hotel_id=hotel.pk, reservation_id=view.id, room_ids=form.cleaned_data["room"],
                    reason=form.cleaned_data["reason"], note=form.cleaned_data["note"],
                    waive_fee=form.cleaned_data["waive_fee"], expected_version=form.cleaned_data["version"],
                    actor=request.actor, now=clock.now(),
                )  # fmt: skip
            except DomainError as refusal:
                status = refusal.status
                refuse(form, refusal)
            else:
                _say_cancelled(request, hotel, view, done)
                return go(request, page_url(hotel, view))
    context = {
        "form": form,
        "quotes": [(room, quotes[room.id]) for room in view.rooms if room.id in quotes],
        "may_waive": request.actor.may(Permission.WAIVE_FEE, hotel.pk),
        "now": clock.now(),
    }
    return show_panel(request, view, "reservations/panel_cancel.html", context, status=status)


def _cancel_form(
    request: StaffRequest, hotel: HotelRef, view: ReservationView, quotes: dict[int, CancellationQuote]
) -> CancelForm:
    rooms = [
        (room.id, Choice(f"{room.position} · {room.room_type_label}", note=money(hotel, quotes[room.id].fee)))
        for room in view.rooms
        if room.id in quotes
    ]
    reasons = codes_for_forms(hotel)[CodeKind.CANCEL_REASON.value]
    asked = request.GET.get("room", "")
    chosen = [room.id for room in view.rooms if room.id in quotes and asked in ("", str(room.position))]
    initial = {"room": chosen, "version": view.version}
    data = request.POST if request.method == "POST" else None
    return CancelForm(data, initial=initial, reasons=reasons, rooms=rooms)


def _say_cancelled(request: StaffRequest, hotel: HotelRef, view: ReservationView, done: services.Cancelled) -> None:
    text = (
        _("Cancelled; fee %(amount)s.") % {"amount": money(hotel, done.fee)}
        if done.fee
        else _("Cancelled, free of charge.")
    )
    undo = ""
    if len(done.room_ids) == 1 and request.actor.may(Permission.REINSTATE, hotel.pk):
        room = next(room for room in view.rooms if room.id == done.room_ids[0])
        undo = reverse("reservations:reinstate", args=[hotel.code, view.number, room.position])
    toast(request, text, undo_url=undo)


@require_http_methods(["GET", "POST"])
@screen(Permission.MARK_NO_SHOW)
def no_show(request: StaffRequest, number: str, position: int) -> HttpResponse:
    """Nobody came: the fee is shown before it is noted."""
    hotel, view = hotel_of(request), view_of(request, number)
    room = room_of(view, position)
    form, status = NoShowForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                done = services.mark_no_show(
                    hotel_id=hotel.pk, room_reservation_id=room.id, note=form.cleaned_data["note"],
                    waive_fee=form.cleaned_data["waive_fee"], actor=request.actor, now=clock.now(),
                )  # fmt: skip
            except DomainError as refusal:
                status = refusal.status
                refuse(form, refusal)
            else:
                undo = reverse("reservations:reinstate", args=[hotel.code, view.number, position])
                words = _("Noted as no-show; fee %(amount)s.") % {"amount": money(hotel, done.fee)}
                toast(request, words if done.fee else _("Noted as no-show, free of charge."), undo_url=undo)
                return go(request, page_url(hotel, view))
    fees = {q.room_reservation_id: q for q in _quotes(hotel, view)}
    context = {
        "form": form, "room": room, "quote": fees.get(room.id),
        "may_waive": request.actor.may(Permission.WAIVE_FEE, hotel.pk),
    }  # fmt: skip
    return show_panel(request, view, "reservations/panel_no_show.html", context, status=status)


def _quotes(hotel: HotelRef, view: ReservationView) -> list[CancellationQuote]:
    try:
        return cancellation_quote(hotel_id=hotel.pk, reservation_id=view.id, now=clock.now())
    except NotFound:
        return []


@require_POST
@screen(Permission.REINSTATE)
def reinstate(request: StaffRequest, number: str, position: int) -> HttpResponse:
    """Take a cancelled or no-show room up again."""
    hotel, view = hotel_of(request), view_of(request, number)
    room = room_of(view, position)
    try:
        services.reinstate(hotel_id=hotel.pk, room_reservation_id=room.id, actor=request.actor, now=clock.now())
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("Taken up again at the prices agreed."))
    return go(request, page_url(hotel, view))
