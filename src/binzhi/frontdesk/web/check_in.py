"""Check-in on one page, late registrations, and the document check beside its field."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.billing.access import Permission as Money
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.cashier_errors import NoOpenShift
from binzhi.billing.queries import means_of_payment
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.continuing.queries import stay_before
from binzhi.frontdesk.names import board_name
from binzhi.frontdesk.queries.candidates import rooms_for
from binzhi.frontdesk.queries.stay import StayCard, registered_people, stay_card
from binzhi.frontdesk.web.forms import ArrivalForm, RegistrationForm, refuse_at, registration_forms
from binzhi.frontdesk.web.keys import after_check_in
from binzhi.frontdesk.web.people import filled_from_lines, number_in, person_row, problems_of
from binzhi.frontdesk.web.rack import rights
from binzhi.frontdesk.web.recognition import card_for_desk
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, once, status_of
from binzhi.property.queries import HotelRef, room_by_number

SHOWN_ROOMS = 6


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.CHECK_IN)
def check_in_screen(request: StaffRequest, stay: int) -> HttpResponse:
    """Room, people, deposit and confirmation on one page; a POST checks in."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    means = means_of_payment(hotel_id=hotel.pk)
    if request.method == "POST":
        form = ArrivalForm(request.POST, means=means)
        people = registration_forms(adults=card.adults, children=card.children, data=request.POST)
        return _check_in(request, hotel, card, form, people)
    form = ArrivalForm(initial={"room": card.room, "deposit_means": means[0].code if means else ""}, means=means)
    first = {"guest": card.guest_id or None, "guest_text": card.name, "sex": card.sex, "birth_date": card.birth_date}
    people = registration_forms(adults=card.adults, children=card.children, initial={0: first})
    return _page(request, hotel, card, form, people)


def _check_in(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: ArrivalForm, people: Sequence[RegistrationForm]
) -> HttpResponse:
    if not all([form.is_valid(), *(row.is_valid() for row in people)]):
        return _page(request, hotel, card, form, people, status=UNPROCESSABLE)
    try:
        answer, _repeated = once(
            request, with_shift(request, hotel, request.actor, lambda: _begin(request, hotel, card, form, people))
        )
    except DomainError as refusal:
        refusal.field = refusal.field or ("" if isinstance(refusal, NoOpenShift) else "room")
        refuse_at(refusal, form, people)
        return _page(request, hotel, card, form, people, status=status_of(refusal))
    undo = reverse("frontdesk:undo_check_in", args=[hotel.code, card.id])
    may_undo = request.actor.may(Permission.UNDO_CHECK_IN, hotel.pk)
    words = _("%(room)s %(name)s is checked in") % {"room": answer["room"], "name": card.short_name}
    toast(request, words, undo_url=undo if may_undo else "")
    return go(request, after_check_in(request, card.id))


def _begin(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: ArrivalForm, people: Sequence[RegistrationForm]
) -> dict[str, Any]:
    data = form.cleaned_data
    done = services.check_in(
        hotel_id=hotel.pk,
        room_reservation_id=card.id,
        registrations=[row.registration() for row in people if not row.is_blank],
        room_id=room_by_number(hotel.pk, data["room"]).pk,
        deposit=form.deposit(),
        coming_later=sum(row.is_blank and row.cleaned_data["later"] for row in people),
        change_type=data["change_type"],
        accept_as_it_is=data["accept_as_it_is"],
        note=data["note"],
        actor=request.actor,
        now=clock.now(),
    )
    return {"room": done.room}


def _page(
    request: StaffRequest,
    hotel: HotelRef,
    card: StayCard,
    form: ArrivalForm,
    people: Sequence[RegistrationForm],
    *,
    status: int = 200,
) -> HttpResponse:
    free = rooms_for(hotel=hotel, room_reservation_id=card.id)
    rooms = [proposal for proposal in free if not proposal.room.occupied or proposal.room.number == card.room]
    rooms.sort(key=lambda proposal: proposal.room.number != card.room)
    context = {
        "card": card,
        "known": card_for_desk(request, card.id),
        "before": stay_before(hotel_id=hotel.pk, room_reservation_id=card.id),
        "form": form,
        "people": [person_row(hotel, row) for row in people],
        "problems": problems_of(form, people),
        "rooms": rooms[:SHOWN_ROOMS],
        "more_rooms": max(len(rooms) - SHOWN_ROOMS, 0),
        "proposed": form["room"].value() or (rooms[0].room.number if rooms else ""),
        "may": rights(request, hotel) | {"take_deposit": request.actor.may(Money.TAKE_DEPOSIT, hotel.pk)},
        "token": uuid.uuid4().hex,
        "is_early": card.arrival > hotel.business_date,
    }
    part = "frontdesk/check_in_form.html"
    return render_screen(request, "frontdesk/check_in.html", context, part=part, status=status)


@never_cache
@require_POST
@screen(Permission.CHECK_IN)
def document_check(request: StaffRequest) -> HttpResponse:
    """The part below a row: whether the number can be one, whose it is, and what the law asks for besides."""
    hotel = hotel_of(request)
    position = number_in(request.POST.get("row"))
    row = RegistrationForm(request.POST, position=position, is_child=request.POST.get("child") == "1")
    # Bound so that what was typed stays; only the number is judged here.
    row.full_clean()
    row.errors.clear()
    return render(request, "frontdesk/_person_more.html", person_row(hotel, row) | {"may": rights(request, hotel)})


@never_cache
@require_POST
@screen(Permission.CHECK_IN)
def read_lines(request: StaffRequest) -> HttpResponse:
    """The row again, filled in from the lines of a travel document; what was typed stays where they say nothing."""
    hotel = hotel_of(request)
    row = filled_from_lines(
        request.POST, position=number_in(request.POST.get("row")), is_child=request.POST.get("child") == "1",
        today=hotel.business_date,
    )  # fmt: skip
    context = {"person": person_row(hotel, row), "may": rights(request, hotel)}
    return render(request, "frontdesk/_person.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.CHECK_IN)
def register_screen(request: StaffRequest, stay: int) -> HttpResponse:
    """Somebody who joins a stay after check-in."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    row, form = RegistrationForm(request.POST or None, position=0), OperationForm(request.POST or None)
    if request.method != "POST":
        return _register_page(request, hotel, card, form, row)
    if not row.is_valid():
        return _register_page(request, hotel, card, form, row, status=UNPROCESSABLE)
    try:
        once(request, lambda: _register(request, hotel, card, row))
    except DomainError as refusal:
        form.full_clean()
        refuse_at(refusal, form, [row])
        return _register_page(request, hotel, card, form, row, status=status_of(refusal))
    words = {"name": board_name(row.cleaned_data["guest_text"], row.cleaned_data["sex"]), "room": card.room}
    toast(request, _("%(name)s is registered in %(room)s") % words)
    return go(request, reverse("frontdesk:room", args=[hotel.code, card.room]))


def _register(request: StaffRequest, hotel: HotelRef, card: StayCard, row: RegistrationForm) -> dict[str, Any]:
    guest = services.register_guest(
        hotel_id=hotel.pk,
        room_reservation_id=card.id,
        registration=row.registration(),
        actor=request.actor,
        now=clock.now(),
    )
    return {"guest": guest}


def _register_page(
    request: StaffRequest,
    hotel: HotelRef,
    card: StayCard,
    form: OperationForm,
    row: RegistrationForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "card": card,
        "form": form,
        "row": person_row(hotel, row),
        "people": registered_people(card.id),
        "problems": problems_of(form, [row]),
        "may": rights(request, hotel),
        "token": uuid.uuid4().hex,
    }
    part = "frontdesk/register_form.html"
    return render_screen(request, "frontdesk/register.html", context, part=part, status=status)


@require_POST
@screen(Permission.UNDO_CHECK_IN)
def undo(request: StaffRequest, stay: int) -> HttpResponse:
    """The inverse of a check-in; a refusal is said in a toast, where the undo stood."""
    hotel = hotel_of(request)
    try:
        services.undo_check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=request.actor, now=clock.now())
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("The check-in was taken back"))
    return go(request, reverse("frontdesk:arrivals", args=[hotel.code]))
