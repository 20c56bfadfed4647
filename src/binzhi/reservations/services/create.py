"""Booking: the one path for desk, API, channels and replay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Busy, InvalidInput
from binzhi.kernel.idempotency import CLAIMING, claiming
from binzhi.kernel.operations import RECORDING, in_transaction, operation, recorded, recording, unit_of_work
from binzhi.reservations import booker, facts, limits, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Guarantee
from binzhi.reservations.errors import ChannelOrderTaken, GuaranteeRequired, NoPrice, PriceChanged
from binzhi.reservations.events import ReservationCreated
from binzhi.reservations.promotions import using
from binzhi.reservations.requests import NewReservation, ReservationRef, RoomRequest

# What a booking writes, with the audit row, the event and the key under which it was asked for. The driver parses a
# statement of more than 4,096 characters or 50 parameters anew every time.
_ROWS = f"""
subject AS (
    INSERT INTO reservations_reservation (
        id, number, hotel_id, guest_id, organisation_id, booker_name, booker_phone_sealed, booker_phone_masked, market,
        source, channel, channel_number, guarantee, special_requests, remarks, expected_at, booked_on, created_at)
    SELECT %(id)s::bigint, %(number)s, %(hotel)s, %(guest)s::bigint, %(organisation)s::bigint, %(name)s,
        %(sealed)s::bytea, %(masked)s, %(market)s, %(source)s, %(channel)s, %(channel_number)s, %(guarantee)s,
        %(specials)s::varchar[], %(remarks)s, %(expected_at)s::time, %(today)s::date, %(record_at)s::timestamptz
    {{if_all}}
    RETURNING id
), rooms AS (
    INSERT INTO reservations_roomreservation (
        id, hotel_id, reservation_id, position, status, room_type_id, priced_type_id, rate_plan_id, arrival, departure,
        adults, children, infants, guest_id, policy_id, walk_in)
    SELECT a.id, %(hotel)s, subject.id, a.position, 'reserved', a.type, a.type, a.plan, a.arrival, a.departure,
        a.adults, a.children, a.infants, a.guest, a.policy, %(walk_in)s
    FROM subject, unnest(%(room_ids)s::bigint[], %(room_types)s::bigint[], %(plans)s::bigint[],
        %(arrivals)s::date[], %(departures)s::date[], %(adults)s::smallint[],
        %(children)s::smallint[], %(infants)s::smallint[], %(guests)s::bigint[], %(policies)s::bigint[])
        WITH ORDINALITY AS a (id, type, plan, arrival, departure, adults, children, infants, guest, policy, position)
    RETURNING id
), prices AS (
    INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
    SELECT n.room, %(hotel)s, n.night, n.price, n.plan
    FROM subject, unnest(%(night_rooms)s::bigint[], %(night_plans)s::bigint[], %(night_dates)s::date[],
        %(prices)s::numeric[]) AS n (room, plan, night, price)
    RETURNING night
), {RECORDING}, {CLAIMING}
"""  # noqa: S608  (constants)
_ASKED = "cardinality(%(nights)s::date[])"
# Takes the nights and goes on if all of them were to be had.
_BOOK = f"""
WITH {nights.taking_part()},
{_ROWS.format(if_all=f"FROM (SELECT count(*) AS nights FROM taken) t WHERE t.nights = {_ASKED}")}
SELECT (SELECT id FROM event) AS event_id, ARRAY(SELECT taken.night FROM taken WHERE NOT EXISTS (TABLE subject)) AS had,
       ARRAY(SELECT taken.room_type_id FROM taken WHERE NOT EXISTS (TABLE subject)) AS had_types
"""  # noqa: S608  (constants)
# Takes the nights last, so that a hot one is locked for as short as can be; fails if one of them was not to be had.
_BOOK_ALONE = f"""
WITH {_ROWS.format(if_all="")},
{nights.taking_part(after="rooms prices entry event claim")}
SELECT (SELECT id FROM event) AS event_id, reservations_all_nights((SELECT count(*) FROM taken), {_ASKED})
"""  # noqa: S608  (constants)
_TRIES = 3


@operation(Permission.CREATE, one_statement=ReservationCreated)
def create_reservation(*, hotel_id: int, booking: NewReservation, actor: Actor, now: datetime) -> ReservationRef:
    """Sell one or several rooms: two statements, whatever the number of rooms and nights.

    Takes the nights (locked in order) and keeps the price of every night. Raises InvalidInput at the field,
    RoomTypeSoldOut, RoomTypeClosed, NotOnSale, a StayRefused, PriceChanged, ChannelOrderTaken; `prices` needs
    the right to override prices. Publishes ReservationCreated. Not idempotent: entry points pass an Idempotency-Key.
    """
    if not 1 <= len(booking.rooms) <= limits.MAX_ROOMS:
        raise InvalidInput(field="rooms", message=_("From 1 to %(most)s rooms."), most=limits.MAX_ROOMS)
    if any(room.prices is not None for room in booking.rooms):
        actor.require(Permission.OVERRIDE_PRICE, hotel_id)
    clean = booker.cleaned(booking)
    phone = booker.normal_phone(clean.booker_phone)
    guest_ids = [pk for pk in (clean.guest_id, *(room.guest_id for room in clean.rooms)) if pk is not None]
    promotion = using.promotion_of(hotel_id=hotel_id, booking=clean)
    known = facts.gather(
        hotel_id=hotel_id, rooms=clean.rooms, codes=booker.codes_of(clean), guest_ids=guest_ids,
        organisation_id=clean.organisation_id, is_new=True, guest_id=_member(clean),
        promotion_plan_id=promotion.rate_plan_id if promotion else None,
    )  # fmt: skip
    prices = [
        _agreed(room, priced, clean, facts.prefix_of(priced.position, len(clean.rooms)), known.currency)
        for room, priced in zip(clean.rooms, known.rooms, strict=True)
    ]
    deltas = _deltas(clean.rooms, known.rooms)
    if promotion is None and not _has_extras(clean):
        return _written(hotel_id, clean, phone, known, prices, deltas, actor, now)
    # Counted in the same transaction, and last: the row of a code in demand is locked for as short as can be.
    with unit_of_work():
        made = _written(hotel_id, clean, phone, known, prices, deltas, actor, now)
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


def _member(booking: NewReservation) -> int | None:
    """Whose membership counts: the booker's file, else that of the first guest who has one."""
    guests = (booking.guest_id, *(room.guest_id for room in booking.rooms))
    return next((guest_id for guest_id in guests if guest_id is not None), None)


def write_taken(
    *, hotel_id: int, booking: NewReservation, known: facts.Facts, prices: list[list[Decimal]], actor: Actor,
    now: datetime,
) -> ReservationRef:  # fmt: skip
    """Building block: a reservation whose nights have been taken in this transaction, at these prices.

    `known` was gathered for a new one. Publishes ReservationCreated. Raises ChannelOrderTaken, InvalidInput.
    """
    clean = booker.cleaned(booking)
    phone = booker.normal_phone(clean.booker_phone)
    return _written(hotel_id, clean, phone, known, prices, {}, actor, now)


def _written(
    hotel_id: int, clean: NewReservation, phone: str, known: facts.Facts, prices: list[list[Decimal]],
    deltas: nights.Deltas, actor: Actor, now: datetime,
) -> ReservationRef:  # fmt: skip
    made = ReservationRef(
        known.new_id, known.new_number, 1, tuple(priced.new_id for priced in known.rooms),
        sum((price for of_room in prices for price in of_room), Decimal(0)),
    )  # fmt: skip
    event = ReservationCreated(hotel_id=hotel_id, reservation_id=made.id)
    audit = recording(
        "reservation.created", subject="reservation", hotel_id=hotel_id, actor=actor, now=now,
        after=_summary(made, clean.rooms, prices), event=event,
    )  # fmt: skip
    sealed = booker.seal_phone(phone, reservation_id=made.id)
    rows = _rows(clean, known, prices) | _particulars(clean, known, sealed)
    event_id = _book(hotel_id, deltas, rows | audit | claiming(made))
    recorded(event, event_id=event_id)
    return made


def _agreed(
    room: RoomRequest, priced: facts.PricedRoom, booking: NewReservation, prefix: str, currency: str
) -> list[Decimal]:
    """The price of each night: the plan's, or the one given by somebody who may."""
    by_hand = room.prices is not None
    # An agreed price fills in for a missing one; every other refusal of the plan stands.
    if priced.refusal is not None and not (by_hand and isinstance(priced.refusal, NoPrice)):
        raise priced.refusal
    if priced.guarantee_required and booking.guarantee == Guarantee.NONE:
        raise GuaranteeRequired
    if room.prices is not None:
        wanted = max((room.departure - room.arrival).days, 1)
        if len(room.prices) != wanted:
            raise InvalidInput(field=prefix + "prices", message=_("%(nights)s prices are needed."), nights=wanted)
        for price in room.prices:
            limits.check_price(price, currency=currency, field=prefix + "prices")
        prices = list(room.prices)
    else:
        prices = priced.prices or []
    total = sum(prices, Decimal(0))
    if room.expected_total is not None and room.expected_total != total:
        raise PriceChanged(field=prefix + "expected_total", total=total)
    return prices


def _deltas(rooms: tuple[RoomRequest, ...], priced: list[facts.PricedRoom]) -> dict[tuple[date, int], int]:
    deltas: dict[tuple[date, int], int] = {}
    for room, known in zip(rooms, priced, strict=True):
        for offset in range((room.departure - room.arrival).days):
            key = (room.arrival + timedelta(days=offset), known.room_type_id)
            deltas[key] = deltas.get(key, 0) + 1
    return deltas


def _particulars(booking: NewReservation, known: facts.Facts, phone: booker.Phone) -> dict[str, Any]:
    return {
        "id": known.new_id, "number": known.new_number, "guest": booking.guest_id,
        "organisation": booking.organisation_id, "name": booking.booker_name, "sealed": phone.sealed,
        "masked": phone.masked, "market": booking.market, "source": booking.source, "channel": booking.channel,
        "channel_number": booking.channel_number, "guarantee": booking.guarantee,
        "specials": db.texts(booking.special_requests), "remarks": booking.remarks,
        "expected_at": booking.expected_at, "today": known.today, "walk_in": booking.walk_in,
    }  # fmt: skip


def _rows(booking: NewReservation, known: facts.Facts, prices: list[list[Decimal]]) -> dict[str, Any]:
    rooms, priced = booking.rooms, known.rooms
    by_night = [
        (of.new_id, of.rate_plan_id, room.arrival + timedelta(days=offset), price)
        for room, of, of_room in zip(rooms, priced, prices, strict=True)
        for offset, price in enumerate(of_room)
    ]
    array = db.array
    return {
        "room_ids": array(of.new_id for of in priced),
        "room_types": array(of.room_type_id for of in priced), "plans": array(of.rate_plan_id for of in priced),
        "arrivals": array(room.arrival for room in rooms), "departures": array(room.departure for room in rooms),
        "adults": array(room.adults for room in rooms), "children": array(room.children for room in rooms),
        "infants": array(room.infants for room in rooms), "policies": array(of.policy_id for of in priced),
        "guests": array(room.guest_id or (None if n else booking.guest_id) for n, room in enumerate(rooms)),
        "night_rooms": array(row[0] for row in by_night), "night_plans": array(row[1] for row in by_night),
        "night_dates": array(row[2] for row in by_night), "prices": array(row[3] for row in by_night),
    }  # fmt: skip


def _book(hotel_id: int, deltas: nights.Deltas, params: dict[str, Any]) -> int:
    """Take the nights and write everything, or raise what stands against it; the id of the event."""
    asked = nights.in_order(deltas)
    params = params | nights.taking(hotel_id, asked, deltas)
    if not in_transaction():
        return _book_alone(hotel_id, asked, deltas, params)
    row = _sent(_BOOK, params)
    if row["event_id"] is None:
        raise nights.refusal(hotel_id, asked, set(zip(row["had"], row["had_types"], strict=True)))
    return int(row["event_id"])


def _book_alone(hotel_id: int, asked: list[nights.Key], deltas: nights.Deltas, params: dict[str, Any]) -> int:
    """The same without a transaction around it: a night that is not to be had fails the statement."""
    for _time in range(_TRIES):
        try:
            return int(_sent(_BOOK_ALONE, params)["event_id"])
        except IntegrityError as error:
            if db.constraint_of(error) != "all_nights":
                raise
        refused = nights.shortage(hotel_id, asked, deltas)
        if refused is not None:
            raise refused
        # What was short has been given back in between.
    raise Busy


def _sent(statement: str, params: dict[str, Any]) -> dict[str, Any]:
    try:
        row = db.fetch_one(statement, params)
    except IntegrityError as error:
        if db.constraint_of(error) == "channel_order_once":
            raise ChannelOrderTaken from error
        raise
    assert row is not None
    return row


def _summary(made: ReservationRef, rooms: tuple[RoomRequest, ...], prices: list[list[Decimal]]) -> dict[str, object]:
    return {
        "number": made.number,
        "rooms": [
            {
                "room_type": room.room_type, "rate_plan": room.rate_plan, "arrival": room.arrival,
                "departure": room.departure, "adults": room.adults, "children": room.children,
                "infants": room.infants, "total": sum(of_room, Decimal(0)),
            }
            for room, of_room in zip(rooms, prices, strict=True)
        ],
    }  # fmt: skip
