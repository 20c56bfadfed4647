"""Booking: the one path for desk, API, channels and replay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from psycopg import errors as pg

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.reservations import booker, facts, limits, nights
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Guarantee
from binzhi.reservations.errors import ChannelOrderTaken, GuaranteeRequired, NoPrice, PriceChanged
from binzhi.reservations.events import ReservationCreated
from binzhi.reservations.requests import NewReservation, ReservationRef, RoomRequest

# One statement writes the reservation, its rooms and the agreed price of every night.
_INSERT = """
WITH made AS (
    INSERT INTO reservations_reservation (
        id, hotel_id, guest_id, organisation_id, booker_name, booker_phone_sealed, booker_phone_masked, market, source,
        channel, channel_number, guarantee, special_requests, remarks, expected_at, booked_on, created_at)
    VALUES (%(id)s, %(hotel)s, %(guest)s::bigint, %(organisation)s::bigint, %(name)s, %(sealed)s::bytea, %(masked)s,
        %(market)s, %(source)s, %(channel)s, %(channel_number)s, %(guarantee)s, %(specials)s::varchar[], %(remarks)s,
        %(expected_at)s::time, %(today)s::date, %(now)s)
    RETURNING id, number, version
), rooms AS (
    INSERT INTO reservations_roomreservation (
        hotel_id, reservation_id, position, status, room_type_id, priced_type_id, rate_plan_id, arrival, departure,
        adults, children, infants, guest_id, walk_in)
    SELECT %(hotel)s, made.id, a.position, 'reserved', a.type, a.type, a.plan, a.arrival, a.departure, a.adults,
        a.children, a.infants, a.guest, %(walk_in)s
    FROM made, unnest(%(positions)s::smallint[], %(types)s::bigint[], %(plans)s::bigint[], %(arrivals)s::date[],
        %(departures)s::date[], %(adults)s::smallint[], %(children)s::smallint[], %(infants)s::smallint[],
        %(guests)s::bigint[])
        AS a (position, type, plan, arrival, departure, adults, children, infants, guest)
    RETURNING id, position, rate_plan_id
), prices AS (
    INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
    SELECT rooms.id, %(hotel)s, n.night, n.price, rooms.rate_plan_id
    FROM unnest(%(night_positions)s::smallint[], %(nights)s::date[], %(prices)s::numeric[])
        AS n (position, night, price)
    JOIN rooms USING (position)
)
SELECT made.number, made.version, (SELECT array_agg(rooms.id ORDER BY rooms.position) FROM rooms) AS room_ids
FROM made
"""


@operation(Permission.CREATE)
def create_reservation(*, hotel_id: int, booking: NewReservation, actor: Actor, now: datetime) -> ReservationRef:
    """Sell one or several rooms: four statements, whatever the number of rooms and nights.

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
    known = facts.gather(
        hotel_id=hotel_id, rooms=clean.rooms, codes=booker.codes_of(clean), guest_ids=guest_ids,
        organisation_id=clean.organisation_id, is_new=True,
    )  # fmt: skip
    prices = [
        _agreed(room, priced, clean, facts.prefix_of(priced.position, len(clean.rooms)), known.currency)
        for room, priced in zip(clean.rooms, known.rooms, strict=True)
    ]
    nights.take(hotel_id=hotel_id, deltas=_deltas(clean.rooms, known.rooms))
    made = _insert(hotel_id, clean, known, prices, booker.seal_phone(phone, reservation_id=known.new_id), now)
    record(
        "reservation.created", subject="reservation", subject_id=made.id, hotel_id=hotel_id, actor=actor, now=now,
        after=_summary(made, clean.rooms, prices),
        event=ReservationCreated(hotel_id=hotel_id, reservation_id=made.id),
    )  # fmt: skip
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


def _insert(
    hotel_id: int,
    booking: NewReservation,
    known: facts.Facts,
    prices: list[list[Decimal]],
    phone: booker.Phone,
    now: datetime,
) -> ReservationRef:
    rooms = booking.rooms
    priced = [
        (position, room.arrival + timedelta(days=offset), price)
        for position, (room, of_room) in enumerate(zip(rooms, prices, strict=True), start=1)
        for offset, price in enumerate(of_room)
    ]
    params = {
        "id": known.new_id, "hotel": hotel_id, "guest": booking.guest_id, "organisation": booking.organisation_id,
        "name": booking.booker_name, "sealed": phone.sealed, "masked": phone.masked, "market": booking.market,
        "source": booking.source, "channel": booking.channel, "channel_number": booking.channel_number,
        "guarantee": booking.guarantee, "specials": list(booking.special_requests), "remarks": booking.remarks,
        "expected_at": booking.expected_at, "today": known.today, "now": now, "walk_in": booking.walk_in,
        "positions": [room.position for room in known.rooms], "types": [room.room_type_id for room in known.rooms],
        "plans": [room.rate_plan_id for room in known.rooms], "arrivals": [room.arrival for room in rooms],
        "departures": [room.departure for room in rooms], "adults": [room.adults for room in rooms],
        "children": [room.children for room in rooms], "infants": [room.infants for room in rooms],
        "guests": [room.guest_id or (None if n else booking.guest_id) for n, room in enumerate(rooms)],
        "night_positions": [position for position, _night, _price in priced],
        "nights": [night for _position, night, _price in priced],
        "prices": [price for _position, _night, price in priced],
    }  # fmt: skip
    try:
        row = db.fetch_one(_INSERT, params)
    except IntegrityError as error:
        cause = error.__cause__
        if isinstance(cause, pg.UniqueViolation) and cause.diag.constraint_name == "channel_order_once":
            raise ChannelOrderTaken from error
        raise
    assert row is not None
    total = sum((price for _position, _night, price in priced), Decimal(0))
    return ReservationRef(known.new_id, row["number"], row["version"], tuple(row["room_ids"]), total)


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
