"""A guest without a reservation: dates, offer, room, registration and deposit on one screen (F3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.billing.access import Permission as Money
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.queries import MeansRef, means_of_payment
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.queries.candidates import rooms_now
from binzhi.frontdesk.requests import NewReservation
from binzhi.frontdesk.web.forms import RegistrationForm, WalkInForm, refuse_at, registration_forms
from binzhi.frontdesk.web.people import person_row, problems_of
from binzhi.frontdesk.web.rack import rights
from binzhi.kernel import clock
from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, once, status_of
from binzhi.property.queries import HotelRef, room_by_number
from binzhi.reservations.queries import Offer, offers
from binzhi.reservations.requests import RoomRequest

SHOWN_ROOMS = 8
MOST_PEOPLE = 9


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.WALK_IN)
def walk_in_screen(request: StaffRequest) -> HttpResponse:
    """The whole screen; a POST books and checks in."""
    hotel = hotel_of(request)
    means = means_of_payment(hotel_id=hotel.pk)
    if request.method == "POST":
        return _walk_in(request, hotel, WalkInForm(request.POST, means=means), _people(request.POST))
    return _page(request, hotel, _fresh(request.GET, hotel, means), registration_forms(adults=1, children=0))


@never_cache
@require_POST
@screen(Permission.WALK_IN)
def parts(request: StaffRequest) -> HttpResponse:
    """The form again for other dates, people or another offer, with everything that was typed."""
    hotel = hotel_of(request)
    form = WalkInForm(request.POST, means=means_of_payment(hotel_id=hotel.pk))
    people = _people(request.POST)
    for part in (form, *people):
        part.full_clean()
        part.errors.clear()
    return _page(request, hotel, form, people)


def _fresh(query: QueryDict, hotel: HotelRef, means: Sequence[MeansRef]) -> WalkInForm:
    initial = {
        "departure": hotel.business_date + timedelta(days=1), "adults": 1, "children": 0,
        "room": query.get("room", ""), "deposit_means": means[0].code if means else "",
    }  # fmt: skip
    return WalkInForm(initial=initial, means=means)


def _people(posted: QueryDict) -> list[RegistrationForm]:
    adults, children = (_count(posted.get(name, ""), least) for name, least in (("adults", 1), ("children", 0)))
    return registration_forms(adults=adults, children=children, data=posted)


def _count(text: str, least: int) -> int:
    return min(max(int(text), least), MOST_PEOPLE) if text.isascii() and text.isdigit() and len(text) < 4 else least


def _walk_in(
    request: StaffRequest, hotel: HotelRef, form: WalkInForm, people: Sequence[RegistrationForm]
) -> HttpResponse:
    if not all([form.is_valid(), *(row.is_valid() for row in people)]):
        return _page(request, hotel, form, people, status=UNPROCESSABLE)
    try:
        answer, _repeated = once(
            request, with_shift(request, hotel, request.actor, lambda: _receive(request, hotel, form, people))
        )
    except DomainError as refusal:
        refuse_at(refusal, form, people)
        return _page(request, hotel, form, people, status=status_of(refusal))
    undo = reverse("frontdesk:undo_check_in", args=[hotel.code, answer["stay"]])
    may_undo = request.actor.may(Permission.UNDO_CHECK_IN, hotel.pk)
    words = _("Walk-in: %(room)s is checked in, reservation %(number)s") % answer
    toast(request, words, undo_url=undo if may_undo else "")
    return go(request, reverse("frontdesk:room", args=[hotel.code, answer["room"]]))


def _receive(
    request: StaffRequest, hotel: HotelRef, form: WalkInForm, people: Sequence[RegistrationForm]
) -> dict[str, Any]:
    data, filled = form.cleaned_data, [row for row in people if not row.is_blank]
    first = filled[0].registration() if filled else None
    room_type, _separator, plan = data["offer"].partition(":")
    wanted = RoomRequest(
        room_type=room_type, rate_plan=plan, arrival=hotel.business_date, departure=data["departure"],
        adults=data["adults"], children=data["children"], guest_id=first.guest_id if first else None,
        expected_total=data["total"],
    )  # fmt: skip
    booking = NewReservation(
        booker_name=first.name if first else "", booker_phone=first.phone if first else "", rooms=(wanted,),
        guest_id=first.guest_id if first else None, source="", walk_in=True, remarks=data["note"],
    )  # fmt: skip
    done = services.walk_in(
        hotel_id=hotel.pk, booking=booking, registrations=[row.registration() for row in filled],
        room_id=room_by_number(hotel.pk, data["room"].strip()).pk, deposit=form.deposit(),
        coming_later=sum(row.is_blank and row.cleaned_data["later"] for row in people),
        accept_as_it_is=data["accept_as_it_is"], actor=request.actor, now=clock.now(),
    )  # fmt: skip
    return {"room": done.room, "number": done.number, "stay": done.room_reservation_id}


def _page(
    request: StaffRequest, hotel: HotelRef, form: WalkInForm, people: Sequence[RegistrationForm], *, status: int = 200
) -> HttpResponse:
    departure = _day(form["departure"].value()) or hotel.business_date + timedelta(days=1)
    adults, children = _count(str(form["adults"].value()), 1), _count(str(form["children"].value()), 0)
    found, trouble = _offers(hotel, departure, adults, children)
    bookable = [offer for offer in found if not offer.refusal]
    wanted = form["room"].value() or ""
    chosen = _chosen(bookable, str(form["offer"].value() or ""))
    rooms = rooms_now(hotel=hotel, until=departure, room_type_id=chosen.room_type_id if chosen else None)
    context = {
        "form": form,
        "people": [person_row(hotel, row) for row in people],
        "problems": problems_of(form, people),
        "offers": _matrix(bookable),
        "plans": list(dict.fromkeys(offer.rate_plan_name for offer in bookable)),
        "trouble": trouble,
        "chosen": chosen,
        "nights": (departure - hotel.business_date).days,
        "departure": departure,
        "rooms": rooms[:SHOWN_ROOMS],
        "more_rooms": max(len(rooms) - SHOWN_ROOMS, 0),
        "proposed": _proposed(wanted, [proposal.room.number for proposal in rooms]),
        "may": rights(request, hotel) | {"take_deposit": request.actor.may(Money.TAKE_DEPOSIT, hotel.pk)},
        "token": uuid.uuid4().hex,
    }
    part = "frontdesk/walk_in_form.html"
    return render_screen(request, "frontdesk/walk_in.html", context, part=part, status=status)


def _offers(hotel: HotelRef, departure: date, adults: int, children: int) -> tuple[list[Offer], str]:
    dates = StayDates(hotel.business_date, departure)
    try:
        return offers(hotel=hotel, dates=dates, adults=adults, children=children, today=hotel.business_date), ""
    except DomainError as refusal:
        return [], refusal.text


def _matrix(bookable: Sequence[Offer]) -> list[dict[str, Any]]:
    """A line per room type, a cell per rate; None where a rate does not sell the type."""
    plans = list(dict.fromkeys(offer.rate_plan for offer in bookable))
    lines: dict[str, dict[str, Any]] = {}
    for offer in bookable:
        line = lines.setdefault(
            offer.room_type, {"name": offer.room_type_name, "left": offer.left, "cells": [None] * len(plans)}
        )
        line["cells"][plans.index(offer.rate_plan)] = offer
    return list(lines.values())


def _chosen(bookable: Sequence[Offer], key: str) -> Offer | None:
    return next((offer for offer in bookable if f"{offer.room_type}:{offer.rate_plan}" == key), None) or (
        bookable[0] if bookable else None
    )


def _proposed(wanted: str, numbers: Sequence[str]) -> str:
    """The room asked for while it can be had, else the best one."""
    return wanted if wanted in numbers else (numbers[0] if numbers else wanted)


def _day(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None
