"""The one statement that rewrites a room reservation: dates, guests, agreed prices, the room and its nights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError

from binzhi.kernel import db
from binzhi.property import seals
from binzhi.reservations.errors import RoomFixed, RoomOccupied, RoomTaken
from binzhi.reservations.locks import LockedRoom
from binzhi.reservations.offer_errors import HoursFixed, HoursTaken

# Only rows of other keys are deleted than are written, so the parts do not touch the same row. A stay split over rooms
# keeps its rooms while it is not moved: nights added after it are in its last room, `room_id` is where it begins.
_REWRITE = """
WITH dropped AS (
    DELETE FROM reservations_staynight
    WHERE room_reservation_id = %(id)s AND (night < %(arrival)s OR night >= %(priced_until)s)
), agreed AS (
    INSERT INTO reservations_staynight (room_reservation_id, hotel_id, night, price, rate_plan_id)
    SELECT %(id)s, %(hotel)s, n.night, n.price, %(plan)s
    FROM unnest(%(nights)s::date[], %(prices)s::numeric[]) AS n (night, price)
    ON CONFLICT (room_reservation_id, night) DO UPDATE SET
        price = EXCLUDED.price, rate_plan_id = EXCLUDED.rate_plan_id, agreed_at = statement_timestamp(),
        priced_type_id = CASE WHEN NOT %(retyped)s THEN reservations_staynight.priced_type_id END
), freed AS (
    DELETE FROM reservations_roomnight WHERE room_reservation_id = %(id)s
      AND (night < %(arrival)s OR night >= %(departure)s
           OR (%(moved)s AND night >= %(open_from)s AND room_id IS DISTINCT FROM %(room)s::bigint))
), given AS (
    INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
    SELECT CASE WHEN %(moved)s OR n.night < %(was_until)s OR %(arrival)s >= %(was_until)s THEN %(room)s::bigint
                ELSE coalesce((SELECT l.room_id FROM reservations_roomnight l
                               WHERE l.room_reservation_id = %(id)s AND l.night = %(was_until)s - 1),
                              %(room)s::bigint) END,
           n.night, %(hotel)s, %(id)s FROM unnest(%(room_nights)s::date[]) AS n (night)
    ORDER BY n.night
    ON CONFLICT DO NOTHING
    RETURNING night
), had AS (
    SELECT h.night FROM reservations_roomnight h
    WHERE h.room_reservation_id = %(id)s AND h.room_id = %(room)s::bigint AND h.night = ANY (%(room_nights)s::date[])
)
UPDATE reservations_roomreservation SET
    arrival = %(arrival)s, departure = %(departure)s, room_type_id = %(type)s, priced_type_id = %(priced_type)s,
    policy_id = CASE WHEN rate_plan_id = %(plan)s THEN policy_id
        ELSE (SELECT p.cancellation_policy_id FROM reservations_rateplan p WHERE p.id = %(plan)s) END,
    rate_plan_id = %(plan)s, adults = %(adults)s, children = %(children)s, infants = %(infants)s,
    child_ages = %(ages)s::smallint[], extra_beds = %(beds)s,
    room_id = CASE WHEN %(moved)s OR NOT %(reserved)s THEN %(room)s::bigint
                   ELSE coalesce((SELECT f.room_id FROM reservations_roomnight f
                                  WHERE f.room_reservation_id = %(id)s AND f.night = %(arrival)s), %(room)s::bigint) END
WHERE id = %(id)s
RETURNING (SELECT coalesce(array_agg(night), '{}') FROM (SELECT night FROM given UNION SELECT night FROM had) AS held)
"""
_TAKEN = """
SELECT r.number, min(n.night) AS night FROM reservations_roomnight n JOIN property_room r ON r.id = n.room_id
WHERE n.room_id IN (SELECT %(room)s::bigint UNION SELECT room_id FROM reservations_roomnight
                    WHERE room_reservation_id = %(id)s)
  AND n.night = ANY (%(nights)s) AND n.room_reservation_id IS DISTINCT FROM %(id)s
GROUP BY r.number ORDER BY 2 LIMIT 1
"""


def rewrite(*, before: LockedRoom, after: LockedRoom, prices: Mapping[date, Decimal] | None = None) -> LockedRoom:
    """Make `after` of a locked room reservation; `prices` are written, all other nights that stay keep theirs.

    The counters are not touched: call `nights.take` first. Raises RoomTaken or RoomOccupied when the room cannot
    be had for a night that is added, RoomFixed when it would be another and the one it has was promised.
    """
    if before.room_id != after.room_id:
        require_loose(before)
    wanted = _room_nights(before, after)
    priced = sorted((prices or {}).items())
    params = {
        "id": after.id, "hotel": after.hotel_id, "open_from": before.open_from, "arrival": after.arrival,
        "departure": after.departure, "type": after.room_type_id, "priced_type": after.priced_type_id,
        "plan": after.rate_plan_id, "adults": after.adults, "children": after.children, "infants": after.infants,
        "ages": list(after.child_ages), "beds": after.extra_beds, "room": after.room_id, "room_nights": wanted,
        "moved": before.room_id != after.room_id, "retyped": before.priced_type_id != after.priced_type_id,
        "was_until": before.departure, "reserved": before.is_reserved, "nights": [night for night, _price in priced],
        "prices": [price for _night, price in priced],
        # A day use keeps one price, at its date.
        "priced_until": max(after.departure, after.arrival + timedelta(days=1)),
    }  # fmt: skip
    with room_refusals():
        given = db.fetch_value(_REWRITE, params)
    if len(given) != len(wanted):
        raise room_taken(after, wanted)
    return after


def require_loose(room: LockedRoom) -> None:
    """Whether it may have another room. Raises RoomFixed."""
    if room.room_fixed:
        raise RoomFixed(reason=room.room_fixed)


def _room_nights(before: LockedRoom, after: LockedRoom) -> list[date]:
    """The nights for which the room is not held yet."""
    if after.room_id is None:
        return []
    wanted = after.nights_left
    held = set(before.nights_left) if before.room_id == after.room_id else set()
    return [night for night in wanted if night not in held]


def room_taken(room: LockedRoom, nights: Sequence[date]) -> RoomTaken:
    """Which night of the room somebody else has."""
    row = db.fetch_one(_TAKEN, {"room": room.room_id, "nights": list(nights), "id": room.id})
    return RoomTaken(number=row["number"] if row else "", night=row["night"] if row else nights[0])


@contextmanager
def room_refusals() -> Iterator[None]:
    """The rules that keep two stays out of one room, and everybody out of a sealed one, become refusals."""
    try:
        with seals.refusals():
            yield
    except IntegrityError as error:
        rule = db.constraint_of(error)
        if rule == "one_stay_in_a_room":
            raise RoomOccupied from error
        if rule in ("hours_apart", "hours_and_nights"):
            raise HoursTaken from error
        if rule == "hours_keep_their_room":
            raise HoursFixed from error
        raise
