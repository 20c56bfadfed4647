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
from binzhi.billing.queries import means_of_payment
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.queries.candidates import rooms_for
from binzhi.frontdesk.queries.people import person_hints
from binzhi.frontdesk.queries.stay import StayCard, documents_on_file, registered_people, stay_card
from binzhi.frontdesk.web.forms import ArrivalForm, DeskForm, RegistrationForm, refuse_at, registration_forms
from binzhi.frontdesk.web.posting import once
from binzhi.frontdesk.web.rack import rights
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.property.queries import HotelRef, room_by_number

SHOWN_ROOMS = 6
UNPROCESSABLE = 422


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
        status = _check_in(request, hotel, card, form, people)
        if isinstance(status, HttpResponse):
            return status
        return _page(request, hotel, card, form, people, status=status)
    form = ArrivalForm(initial={"room": card.room, "deposit_means": means[0].code if means else ""}, means=means)
    first = {"guest": card.guest_id or None, "guest_text": card.name, "sex": card.sex, "birth_date": card.birth_date}
    people = registration_forms(adults=card.adults, children=card.children, initial={0: first})
    return _page(request, hotel, card, form, people)


def _check_in(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: ArrivalForm, people: Sequence[RegistrationForm]
) -> HttpResponse | int:
    """The answer to a check-in, or the status under which the page is shown again."""
    if not all([form.is_valid(), *(row.is_valid() for row in people)]):
        return UNPROCESSABLE
    data, filled = form.cleaned_data, [row for row in people if not row.is_blank]

    def work() -> dict[str, Any]:
        done = services.check_in(
            hotel_id=hotel.pk, room_reservation_id=card.id, registrations=[row.registration() for row in filled],
            room_id=room_by_number(hotel.pk, data["room"].strip()).pk, deposit=form.deposit(),
            coming_later=sum(row.is_blank and row.cleaned_data["later"] for row in people),
            change_type=data["change_type"], accept_as_it_is=data["accept_as_it_is"], note=data["note"],
            actor=request.actor, now=clock.now(),
        )  # fmt: skip
        return {"room": done.room}

    try:
        answer, _repeated = once(request, work)
    except DomainError as refusal:
        refusal.field = refusal.field or "room"
        refuse_at(refusal, form, people)
        return refusal.status if refusal.status in (409, 422) else UNPROCESSABLE
    undo = reverse("frontdesk:undo_check_in", args=[hotel.code, card.id])
    may_undo = request.actor.may(Permission.UNDO_CHECK_IN, hotel.pk)
    words = _("%(room)s %(name)s is checked in") % {"room": answer["room"], "name": card.short_name}
    toast(request, words, undo_url=undo if may_undo else "")
    return go(request, reverse("frontdesk:arrivals", args=[hotel.code]))


def _page(
    request: StaffRequest,
    hotel: HotelRef,
    card: StayCard,
    form: ArrivalForm,
    people: Sequence[RegistrationForm],
    *,
    status: int = 200,
) -> HttpResponse:
    rooms = rooms_for(hotel=hotel, room_reservation_id=card.id)
    rooms.sort(key=lambda proposal: proposal.room.number != card.room)
    context = {
        "card": card,
        "form": form,
        "people": [_row(hotel, row) for row in people],
        "problems": _problems(form, people),
        "rooms": rooms[:SHOWN_ROOMS],
        "more_rooms": max(len(rooms) - SHOWN_ROOMS, 0),
        "proposed": card.room or (rooms[0].room.number if rooms else ""),
        "may": rights(request, hotel) | {"take_deposit": request.actor.may(Money.TAKE_DEPOSIT, hotel.pk)},
        "token": uuid.uuid4().hex,
        "is_early": card.arrival > hotel.business_date,
    }
    return render_screen(request, "frontdesk/check_in.html", context, part="frontdesk/check_in_form.html", status=status)


def _problems(form: DeskForm, people: Sequence[RegistrationForm]) -> list[tuple[str, str]]:
    """What is left to mend, as (id of the field, its label), for the line beside the button."""
    found = []
    for part in (*people, form):
        for name in part.errors if part.is_bound else ():
            if name in part.fields:
                bound = part[name]
                found.append((bound.id_for_label or bound.auto_id, str(bound.label)))
    return found


def _row(hotel: HotelRef, row: RegistrationForm) -> dict[str, Any]:
    """A row with what is known about the person in it."""
    required = row.position == 0 or (hotel.documents_required and not row.is_child)
    return {"form": row, "is_required": required, **person_hints(hotel=hotel, **row_values(row))}


def row_values(row: RegistrationForm) -> dict[str, Any]:
    """What stands in a row now, whether it was sent or is shown first."""
    return {
        "guest_id": _number(row["guest"].value()),
        "kind": str(row["kind"].value() or ""),
        "number": str(row["number"].value() or ""),
        "country": str(row["country"].value() or ""),
        "birth_date": str(row["birth_date"].value() or ""),
        "is_child": row.is_child,
    }


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


@never_cache
@require_POST
@screen(Permission.CHECK_IN)
def document_check(request: StaffRequest) -> HttpResponse:
    """The part below a row: whether the number can be one, whose it is, and what the law asks for besides."""
    hotel = hotel_of(request)
    position = _number(request.POST.get("row"))
    row = RegistrationForm(request.POST, position=position, is_child=request.POST.get("child") == "1")
    # Bound so that what was typed stays; only the number is judged here.
    row.full_clean()
    row.errors.clear()
    return render(request, "frontdesk/_person_more.html", _row(hotel, row) | {"may": rights(request, hotel)})


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.CHECK_IN)
def register_screen(request: StaffRequest, stay: int) -> HttpResponse:
    """Somebody who joins a stay after check-in."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    row = RegistrationForm(request.POST or None, position=0)
    form = DeskForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if row.is_valid():
            try:
                once(request, lambda: _register(request, hotel, card, row))
            except DomainError as refusal:
                refuse_at(refusal, form, [row])
                status = refusal.status if refusal.status in (409, 422) else UNPROCESSABLE
            else:
                toast(request, _("%(name)s is registered in %(room)s") % {"name": row.cleaned_data["guest_text"][:1] + "*", "room": card.room})
                return go(request, reverse("frontdesk:room", args=[hotel.code, card.room]))
    context = {
        "card": card, "row": _row(hotel, row), "people": registered_people(card.id), "token": uuid.uuid4().hex,
        "problems": _problems(form, [row]), "form": form, "may": rights(request, hotel),
    }  # fmt: skip
    return render_screen(request, "frontdesk/register.html", context, part="frontdesk/register_form.html", status=status)


def _register(request: StaffRequest, hotel: HotelRef, card: StayCard, row: RegistrationForm) -> dict[str, Any]:
    guest = services.register_guest(
        hotel_id=hotel.pk, room_reservation_id=card.id, registration=row.registration(), actor=request.actor, now=clock.now()
    )
    return {"guest": guest}


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


__all__ = ["check_in_screen", "document_check", "documents_on_file", "register_screen", "undo"]
