"""Guests in house: another room, other dates. Both open in the side panel."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.keys.queries import too_short
from binzhi.frontdesk.queries.candidates import rooms_to_move
from binzhi.frontdesk.queries.stay import StayCard, stay_card
from binzhi.frontdesk.web.assigning import SHOWN_ROOMS
from binzhi.frontdesk.web.continuing import with_cards
from binzhi.frontdesk.web.forms import DatesForm, MoveForm
from binzhi.frontdesk.web.rack import rights
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.formats import day_text
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, next_url, once, status_of
from binzhi.property.queries import HotelRef, room_by_number
from binzhi.reservations.enums import Status


@require_http_methods(["GET", "POST"])
@screen(Permission.MOVE_ROOM)
def move(request: StaffRequest, stay: int) -> HttpResponse:
    """Rooms to move to; a POST moves. `undo` in the address is the toast that takes a move back."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    if request.method == "POST" and request.GET.get("undo"):
        return _move_back(request, hotel, card, request.GET["undo"])
    form = MoveForm(request.POST or None)
    if request.method != "POST" and card.status == Status.RESERVED:
        # Nobody to be moved yet: his room is given, or changed, where rooms are.
        return redirect("frontdesk:assign", hotel.code, stay)
    if request.method != "POST":
        return _move_panel(request, hotel, card, form)
    if not form.is_valid():
        return _move_panel(request, hotel, card, form, status=UNPROCESSABLE)
    try:
        answer, _repeated = once(request, lambda: _move(request, hotel, card, form))
    except DomainError as refusal:
        form.refuse(refusal, field=refusal.field or "room")
        return _move_panel(request, hotel, card, form, status=status_of(refusal))
    undo = f"{reverse('frontdesk:move', args=[hotel.code, stay])}?undo={card.room}"
    words = {"name": card.short_name, "old": card.room, "room": answer["room"]}
    toast(request, _("%(name)s moved from %(old)s to %(room)s") % words, undo_url=undo)
    return go(request, reverse("frontdesk:room", args=[hotel.code, answer["room"]]))


def _move_back(request: StaffRequest, hotel: HotelRef, card: StayCard, room: str) -> HttpResponse:
    form = MoveForm({"room": room, "reason": _("Move taken back"), "change_type": "on"})
    try:
        if not form.is_valid():
            raise NotFound
        _move(request, hotel, card, form)
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
        return go(request, reverse("frontdesk:room", args=[hotel.code, card.room]))
    words = {"name": card.short_name, "old": card.room, "room": room}
    toast(request, _("%(name)s moved from %(old)s to %(room)s") % words)
    return go(request, reverse("frontdesk:room", args=[hotel.code, room]))


def _move_panel(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: MoveForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "card": card,
        "form": form,
        "rooms": rooms_to_move(hotel=hotel, room_reservation_id=card.id)[:SHOWN_ROOMS],
        "may": rights(request, hotel),
        "token": uuid.uuid4().hex,
    }
    part = "frontdesk/move_panel.html"
    return render_screen(request, "frontdesk/move.html", context, part=part, status=status)


def _move(request: StaffRequest, hotel: HotelRef, card: StayCard, form: MoveForm) -> dict[str, Any]:
    data = form.cleaned_data
    room = room_by_number(hotel.pk, data["room"].strip())
    services.move_room(
        hotel_id=hotel.pk, room_reservation_id=card.id, room_id=room.pk, reason=data["reason"],
        change_type=data["change_type"], accept_as_it_is=data["accept_as_it_is"], actor=request.actor, now=clock.now(),
    )  # fmt: skip
    return {"room": room.number}


@require_http_methods(["GET", "POST"])
@screen(Permission.CHANGE_STAY)
def dates(request: StaffRequest, stay: int) -> HttpResponse:
    """A new departure: later extends, earlier frees the nights."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    form = DatesForm(request.POST or None, initial={"departure": card.departure})
    if request.method != "POST":
        return _dates_panel(request, hotel, card, form)
    if not form.is_valid():
        return _dates_panel(request, hotel, card, form, status=UNPROCESSABLE)
    try:
        once(request, lambda: _change(request, hotel, card, form))
    except DomainError as refusal:
        form.refuse(refusal, field=refusal.field if refusal.field in form.fields else "departure")
        return _dates_panel(request, hotel, card, form, status=status_of(refusal))
    _tell(request, hotel, card, form)
    return go(request, next_url(request, reverse("frontdesk:room", args=[hotel.code, card.room])))


def _dates_panel(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: DatesForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "card": card,
        "form": form,
        "may": rights(request, hotel),
        "token": uuid.uuid4().hex,
        "next": next_url(request, ""),
    }
    part = "frontdesk/dates_panel.html"
    return render_screen(request, "frontdesk/dates.html", context, part=part, status=status)


def _change(request: StaffRequest, hotel: HotelRef, card: StayCard, form: DatesForm) -> dict[str, Any]:
    given: dict[str, Any] = {
        "hotel_id": hotel.pk,
        "room_reservation_id": card.id,
        "actor": request.actor,
        "now": clock.now(),
    }
    departure = form.cleaned_data["departure"]
    if departure > card.departure:
        services.extend_stay(departure=departure, **given)
    else:
        services.shorten_stay(departure=departure, reason=form.cleaned_data["reason"], **given)
    return {}


def _tell(request: StaffRequest, hotel: HotelRef, card: StayCard, form: DatesForm) -> None:
    undo = f"{reverse('frontdesk:undo_dates', args=[hotel.code, card.id])}?departure={card.departure}"
    day = day_text(form.cleaned_data["departure"], reference=hotel.business_date, with_weekday=True)
    words = {"room": card.room, "name": card.short_name, "day": day}
    text = _("%(room)s %(name)s now leaves on %(day)s") % words
    cards = too_short(hotel_id=hotel.pk, room_reservation_id=card.id)
    toast(request, with_cards(text, cards), undo_url=undo)


@require_POST
@screen(Permission.CHANGE_STAY)
def undo_dates(request: StaffRequest, stay: int) -> HttpResponse:
    """The inverse: what was added is given back, what was given back is taken again at its old price."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    given: dict[str, Any] = {
        "hotel_id": hotel.pk,
        "room_reservation_id": stay,
        "actor": request.actor,
        "now": clock.now(),
    }
    before = DatesForm(request.GET)
    try:
        if before.is_valid() and before.cleaned_data["departure"] < card.departure:
            services.shorten_stay(departure=before.cleaned_data["departure"], **given)
        else:
            services.undo_shorten_stay(**given)
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("The dates are as before"))
    return go(request, reverse("frontdesk:room", args=[hotel.code, card.room]))
