"""What a booking writes, of one or of several at once: one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.db import IntegrityError

from binzhi.kernel import db
from binzhi.kernel.errors import Busy
from binzhi.kernel.idempotency import CLAIM_COLUMNS, CLAIMING
from binzhi.kernel.operations import RECORD_COLUMNS, RECORDING, in_transaction
from binzhi.reservations import booker, facts, nights
from binzhi.reservations.errors import ChannelOrderTaken
from binzhi.reservations.events import ReservationCreated
from binzhi.reservations.pricing import one_line
from binzhi.reservations.requests import NewReservation, ReservationRef

# The rows come as JSON, which costs the driver a tenth of so many parameters, and whose plan is kept: it does not
# depend on how many there are. The driver parses a statement of more than 4,096 characters anew every time.
_ROWS = f"""
told AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(bookings)s::json) AS b (id bigint, number text, guest bigint, organisation bigint,
        name text, sealed bytea, masked text, market text, source text, channel text, channel_number text,
        guarantee text, specials varchar[], remarks text, expected_at time, today date, {RECORD_COLUMNS},
        {CLAIM_COLUMNS})
    {{if_all}}
), subject AS (
    INSERT INTO reservations_reservation (
        id, number, hotel_id, guest_id, organisation_id, booker_name, booker_phone_sealed, booker_phone_masked, market,
        source, channel, channel_number, guarantee, special_requests, remarks, expected_at, booked_on, created_at)
    SELECT id, number, %(hotel)s, guest, organisation, name, sealed, masked, market, source, channel, channel_number,
        guarantee, specials, remarks, expected_at, today, record_at
    FROM told
), rooms AS (
    INSERT INTO reservations_roomreservation (
        id, hotel_id, reservation_id, position, status, room_type_id, priced_type_id, rate_plan_id, arrival, departure,
        adults, children, infants, guest_id, policy_id, walk_in)
    SELECT id, %(hotel)s, of, position, 'reserved', type, type, plan, arrival, departure, adults, children, infants,
        guest, policy, walk_in
    FROM json_to_recordset(%(rooms)s::json) AS a (id bigint, of bigint, position smallint, type bigint, plan bigint,
        arrival date, departure date, adults smallint, children smallint, infants smallint, guest bigint, policy bigint,
        walk_in boolean)
    WHERE EXISTS (SELECT FROM told)
    RETURNING id
), prices AS (
    INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
    SELECT room, %(hotel)s, night, price, plan
    FROM json_to_recordset(%(prices)s::json) AS n (room bigint, night date, price numeric, plan bigint)
    WHERE EXISTS (SELECT FROM told)
    RETURNING night
), {RECORDING}, {CLAIMING}
"""  # noqa: S608  (constants)
_ASKED = "cardinality(%(nights)s::date[])"
# Takes the nights and goes on if all of them were to be had.
_BOOK = one_line(f"""
WITH {nights.taking_part()},
{_ROWS.replace("{if_all}", f"WHERE (SELECT count(*) FROM taken) = {_ASKED}")}
SELECT ARRAY(SELECT id FROM event ORDER BY subject_id) AS events,
       ARRAY(SELECT taken.night FROM taken WHERE NOT EXISTS (TABLE told)) AS had,
       ARRAY(SELECT taken.room_type_id FROM taken WHERE NOT EXISTS (TABLE told)) AS had_types
""")  # noqa: S608  (constants)
# Takes the nights last, so that a hot one is locked for as short as can be; fails if one of them was not to be had.
_BOOK_ALONE = one_line(f"""
WITH {_ROWS.replace("{if_all}", "")},
{nights.taking_part(after="rooms prices entry event claim")}
SELECT ARRAY(SELECT id FROM event ORDER BY subject_id) AS events,
       reservations_all_nights((SELECT count(*) FROM taken), {_ASKED})
""")  # noqa: S608  (constants)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking that may be written: its rows, the nights it takes and its event."""

    made: ReservationRef
    event: ReservationCreated
    booking: dict[str, Any]
    rooms: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    deltas: nights.Deltas


def book(hotel_id: int, drafts: Sequence[Draft]) -> list[int]:
    """Take the nights of all and write everything, or raise what stands against it; the event of each.

    Without a transaction around it, one that cannot be written fails all: `IntegrityError` when there are several.
    """
    deltas = nights.merged(*(draft.deltas for draft in drafts))
    asked = nights.in_order(deltas)
    params = nights.taking(hotel_id, asked, deltas) | {
        "bookings": _json([draft.booking for draft in drafts]),
        "rooms": _json([room for draft in drafts for room in draft.rooms]),
        "prices": _json([price for draft in drafts for price in draft.prices]),
    }
    if not in_transaction():
        return _in_order(drafts, _book_alone(hotel_id, asked, deltas, params, several=len(drafts) > 1))
    row = _sent(_BOOK, params)
    if not row["events"]:
        raise nights.refusal(hotel_id, asked, set(zip(row["had"], row["had_types"], strict=True)))
    return _in_order(drafts, row["events"])


def _in_order(drafts: Sequence[Draft], events: list[int]) -> list[int]:
    """The events came by the ids of their subjects."""
    if len(drafts) == 1:
        return events
    by_id = dict(zip(sorted(draft.made.id for draft in drafts), events, strict=True))
    return [by_id[draft.made.id] for draft in drafts]


def _book_alone(
    hotel_id: int, asked: list[nights.Key], deltas: nights.Deltas, params: dict[str, Any], *, several: bool
) -> list[int]:
    """The same without a transaction around it: a night that is not to be had fails the statement."""
    for _time in range(_TRIES):
        try:
            events: list[int] = _sent(_BOOK_ALONE, params)["events"]
            return events
        except IntegrityError as error:
            if several or db.constraint_of(error) != "all_nights":
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


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()


def booking_row(booking: NewReservation, known: facts.Facts, phone: booker.Phone) -> dict[str, Any]:
    return {
        "id": known.new_id, "number": known.new_number, "guest": booking.guest_id,
        "organisation": booking.organisation_id, "name": booking.booker_name,
        "sealed": None if phone.sealed is None else "\\x" + phone.sealed.hex(), "masked": phone.masked,
        "market": booking.market, "source": booking.source, "channel": booking.channel,
        "channel_number": booking.channel_number, "guarantee": booking.guarantee,
        "specials": booking.special_requests, "remarks": booking.remarks, "expected_at": booking.expected_at,
        "today": known.today,
    }  # fmt: skip


def room_rows(booking: NewReservation, known: facts.Facts) -> list[dict[str, Any]]:
    return [
        {
            "id": of.new_id, "of": known.new_id, "position": position, "type": of.room_type_id,
            "plan": of.rate_plan_id, "arrival": room.arrival, "departure": room.departure, "adults": room.adults,
            "children": room.children, "infants": room.infants,
            "guest": room.guest_id or (booking.guest_id if position == 1 else None), "policy": of.policy_id,
            "walk_in": booking.walk_in,
        }
        for position, (room, of) in enumerate(zip(booking.rooms, known.rooms, strict=True), start=1)
    ]  # fmt: skip


def price_rows(booking: NewReservation, known: facts.Facts, prices: list[list[Decimal]]) -> list[dict[str, Any]]:
    return [
        {"room": of.new_id, "night": room.arrival + timedelta(days=offset), "price": price, "plan": of.rate_plan_id}
        for room, of, of_room in zip(booking.rooms, known.rooms, prices, strict=True)
        for offset, price in enumerate(of_room)
    ]
