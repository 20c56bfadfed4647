"""Proof that the counters are right: counted anew from reservations and out-of-order rooms, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from binzhi.kernel import db

# A night is held by what is expected, in house or was slept in; by the type of the room it was slept in, or else the
# type the reservation holds. Rooms out of order are counted from their nights.
_COMPARE = """
WITH stays AS (
    SELECT s.arrival + d.day AS night, coalesce(r.room_type_id, s.room_type_id) AS room_type_id
    FROM reservations_roomreservation s
    CROSS JOIN LATERAL generate_series(0, s.departure - s.arrival - 1) AS d (day)
    LEFT JOIN reservations_roomnight n ON n.room_reservation_id = s.id AND n.night = s.arrival + d.day
    LEFT JOIN property_room r ON r.id = n.room_id
    WHERE s.hotel_id = %(hotel)s AND s.status IN ('reserved', 'in_house', 'checked_out')
), sold AS (
    SELECT night, room_type_id, count(*) AS rooms FROM stays GROUP BY night, room_type_id
), out AS (
    SELECT n.night, r.room_type_id, count(*) AS rooms
    FROM reservations_roomnight n JOIN property_room r ON r.id = n.room_id
    WHERE n.hotel_id = %(hotel)s AND n.out_of_order_id IS NOT NULL GROUP BY n.night, r.room_type_id
), counters AS (
    SELECT night, room_type_id, sold, out_of_order FROM reservations_night WHERE hotel_id = %(hotel)s
)
SELECT night, room_type_id, coalesce(c.sold, 0) AS sold, coalesce(s.rooms, 0) AS counted_sold,
       coalesce(c.out_of_order, 0) AS out_of_order, coalesce(o.rooms, 0) AS counted_out_of_order
FROM counters c
FULL JOIN sold s USING (night, room_type_id)
LEFT JOIN out o USING (night, room_type_id)
WHERE coalesce(c.sold, 0) <> coalesce(s.rooms, 0)
   OR (c.night IS NOT NULL AND c.out_of_order <> coalesce(o.rooms, 0))
ORDER BY night, room_type_id
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that does not say what the reservations say."""

    night: date
    room_type_id: int
    sold: int
    counted_sold: int
    out_of_order: int
    counted_out_of_order: int


def differences(*, hotel_id: int) -> list[Difference]:
    """Empty when all counters of the hotel are right."""
    return [Difference(**row) for row in db.fetch_all(_COMPARE, {"hotel": hotel_id})]


# Rooms held for a stay must be held for exactly the nights the stay has left, or had in that room.
_STRAY = """
SELECT n.room_id, n.night, n.room_reservation_id
FROM reservations_roomnight n
LEFT JOIN reservations_roomreservation s ON s.id = n.room_reservation_id
WHERE n.hotel_id = %(hotel)s AND n.room_reservation_id IS NOT NULL
  AND (s.status NOT IN ('reserved', 'in_house', 'checked_out') OR n.night < s.arrival OR n.night >= s.departure)
UNION ALL
SELECT s.room_id, s.arrival + d.day, s.id
FROM reservations_roomreservation s
CROSS JOIN LATERAL generate_series(0, s.departure - s.arrival - 1) AS d (day)
LEFT JOIN reservations_roomnight n ON n.room_reservation_id = s.id AND n.night = s.arrival + d.day
WHERE s.hotel_id = %(hotel)s AND s.room_id IS NOT NULL AND s.status IN ('reserved', 'in_house', 'checked_out')
  AND n.room_id IS NULL
ORDER BY 2, 1
"""


@dataclass(frozen=True, slots=True)
class StrayNight:
    """A room night that belongs to no night of its stay, or a night of a roomed stay that holds no room."""

    room_id: int
    night: date
    room_reservation_id: int


def stray_nights(*, hotel_id: int) -> list[StrayNight]:
    """Empty when every roomed stay holds a room for each of its nights and no other."""
    return [StrayNight(**row) for row in db.fetch_all(_STRAY, {"hotel": hotel_id})]


_UNPRICED = """
SELECT s.id FROM reservations_roomreservation s
LEFT JOIN reservations_staynight n ON n.room_reservation_id = s.id
WHERE s.hotel_id = %(hotel)s
GROUP BY s.id
HAVING count(n.night) <> greatest(s.departure - s.arrival, 1)
    OR count(n.night) FILTER (WHERE n.night < s.arrival OR n.night >= greatest(s.departure, s.arrival + 1)) > 0
ORDER BY s.id
"""


def wrongly_priced(*, hotel_id: int) -> list[int]:
    """Room reservations that do not keep exactly one price per night (a day use keeps one)."""
    return [row["id"] for row in db.fetch_all(_UNPRICED, {"hotel": hotel_id})]


# What groups, offers of the waitlist and hours of the day hold, and what groups have taken up, counted anew. Nights
# that are gone keep what they held.
_GROUPS = """
WITH picked AS (
    SELECT block_id, night, room_type_id, count(*) AS rooms FROM reservations_blockpickup
    WHERE hotel_id = %(hotel)s GROUP BY block_id, night, room_type_id
), held AS (
    SELECT n.night, n.room_type_id, sum(n.rooms - n.picked_up) AS rooms
    FROM reservations_blocknight n JOIN reservations_block b ON b.id = n.block_id
    WHERE n.hotel_id = %(hotel)s AND b.status = 'definite' GROUP BY n.night, n.room_type_id
), offered AS (
    SELECT w.arrival + d.day AS night, w.room_type_id, sum(w.rooms) AS rooms
    FROM reservations_waitlistentry w CROSS JOIN LATERAL generate_series(0, w.departure - w.arrival - 1) AS d (day)
    WHERE w.hotel_id = %(hotel)s AND w.status = 'offered' GROUP BY 1, 2
), hours AS (
    SELECT u.night, u.room_type_id, count(*) AS rooms FROM reservations_hourlyuse u
    WHERE u.hotel_id = %(hotel)s AND u.closed_at IS NULL AND u.holds_night GROUP BY u.night, u.room_type_id
)
SELECT c.night, c.room_type_id, NULL AS block_id, c.held AS counter,
       (coalesce(h.rooms, 0) + coalesce(f.rooms, 0) + coalesce(u.rooms, 0))::integer AS counted
FROM reservations_night c JOIN property_hotel o ON o.id = c.hotel_id
LEFT JOIN held h USING (night, room_type_id)
LEFT JOIN offered f USING (night, room_type_id)
LEFT JOIN hours u USING (night, room_type_id)
WHERE c.hotel_id = %(hotel)s AND c.night >= o.business_date
  AND c.held <> coalesce(h.rooms, 0) + coalesce(f.rooms, 0) + coalesce(u.rooms, 0)
UNION ALL
SELECT n.night, n.room_type_id, n.block_id, n.picked_up, coalesce(p.rooms, 0)::integer
FROM reservations_blocknight n LEFT JOIN picked p USING (block_id, night, room_type_id)
WHERE n.hotel_id = %(hotel)s AND n.picked_up <> coalesce(p.rooms, 0)
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """A night that holds another number than its groups keep, or (with `block_id`) a group's count of people named."""

    night: date
    room_type_id: int
    block_id: int | None
    counter: int
    counted: int


def group_differences(*, hotel_id: int) -> list[GroupDifference]:
    """Empty when what is held and picked up is right."""
    return [GroupDifference(**row) for row in db.fetch_all(_GROUPS, {"hotel": hotel_id})]
