"""Booking: the one path for desk, API, channels and replay."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.idempotency import claimed_here
from binzhi.kernel.operations import operation, recorded, unit_of_work
from binzhi.reservations import booker, facts, limits
from binzhi.reservations.access import Permission
from binzhi.reservations.events import ReservationCreated
from binzhi.reservations.promotions import using
from binzhi.reservations.requests import NewReservation, ReservationRef
from binzhi.reservations.services import booking as bookings
from binzhi.reservations.services.writing import book


@operation(Permission.CREATE, one_statement=ReservationCreated, binds=True)
def create_reservation(*, hotel_id: int, booking: NewReservation, actor: Actor, now: datetime) -> ReservationRef:
    """Sell one or several rooms: two statements, whatever the number of rooms and nights.

    Takes the nights (locked in order) and keeps the price of every night. Raises InvalidInput at the field,
    RoomTypeSoldOut, RoomTypeClosed, NotOnSale, a StayRefused, FloorBroken, PriceChanged, ChannelOrderTaken; `prices`
    needs the right to override prices. Publishes ReservationCreated. Not idempotent: entry points pass an
    Idempotency-Key.
    """
    if not 1 <= len(booking.rooms) <= limits.MAX_ROOMS:
        raise InvalidInput(field="rooms", message=_("From 1 to %(most)s rooms."), most=limits.MAX_ROOMS)
    if any(room.prices is not None for room in booking.rooms):
        actor.require(Permission.OVERRIDE_PRICE, hotel_id)
    clean = booker.cleaned(booking)
    phone = booker.normal_phone(clean.booker_phone)
    guest_ids = [pk for pk in (clean.guest_id, *(room.guest_id for room in clean.rooms)) if pk is not None]
    together = not (clean.promotion_code or _has_extras(clean))
    if not together:
        db.enter_scope(actor.hotel_scope, actor.group_scope)
    promotion = using.promotion_of(hotel_id=hotel_id, booking=clean)
    asked = bookings.Asked(
        hotel_id=hotel_id, booking=clean, phone=phone, guest_ids=guest_ids,
        promotion_plan_id=promotion.rate_plan_id if promotion else None, actor=actor, now=now, claim=claimed_here(),
    )  # fmt: skip
    if together:
        return _noted(bookings.booked(asked))
    draft = bookings.draft_of(asked)
    # Counted in the same transaction, and last: the row of a code in demand is locked for as short as can be.
    with unit_of_work():
        made = _noted(bookings.Booked(draft.made, draft.event, *book(hotel_id, [draft])))
        _note_extras(made, clean)
        if promotion is not None:
            using.use(hotel_id=hotel_id, promotion=promotion, reservation_id=made.id)
        return made


_EXTRAS = """
UPDATE reservations_roomreservation r SET child_ages = a.ages::smallint[], extra_beds = a.beds
FROM unnest(%s::bigint[], %s::text[], %s::smallint[]) AS a (id, ages, beds) WHERE r.id = a.id
"""


def _has_extras(booking: NewReservation) -> bool:
    return any(room.child_ages or room.extra_beds for room in booking.rooms)


def _note_extras(made: ReservationRef, booking: NewReservation) -> None:
    """Few bookings tell ages or ask for beds: the statement of all others stays short."""
    if _has_extras(booking):
        ages = ["{" + ",".join(str(age) for age in room.child_ages) + "}" for room in booking.rooms]
        db.execute(_EXTRAS, [list(made.room_ids), ages, [room.extra_beds for room in booking.rooms]])


def write_taken(
    *, hotel_id: int, booking: NewReservation, known: facts.Facts, prices: list[list[Decimal]], actor: Actor,
    now: datetime,
) -> ReservationRef:  # fmt: skip
    """Building block: a reservation whose nights have been taken in this transaction, at these prices.

    `known` was gathered for a new one. Publishes ReservationCreated. Raises ChannelOrderTaken, InvalidInput.
    """
    clean = booker.cleaned(booking)
    asked = bookings.Asked(
        hotel_id=hotel_id, booking=clean, phone=booker.normal_phone(clean.booker_phone), actor=actor, now=now,
        claim=claimed_here(),
    )  # fmt: skip
    draft = bookings.drafted(asked, known, prices, deltas={})
    return _noted(bookings.Booked(draft.made, draft.event, *book(hotel_id, [draft])))


def _noted(done: bookings.Booked) -> ReservationRef:
    recorded(done.event, event_id=done.event_id)
    return done.made
