"""Which booking a stay goes on under, and from which it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from binzhi.kernel import db


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The stay before or after, of the same guest. `is_due`: it can be gone on with today."""

    id: int
    number: str
    room: str
    arrival: date
    departure: date
    is_due: bool


_NEIGHBOUR = """
SELECT o.id, v.number, coalesce(m.number, '') AS room, o.arrival, o.departure,
       b.status = 'in_house' AND n.status = 'reserved' AND n.arrival = h.business_date AS is_due
FROM reservations_roomreservation o
JOIN reservations_reservation v ON v.id = o.reservation_id
JOIN property_hotel h ON h.id = o.hotel_id
LEFT JOIN property_room m ON m.id = o.room_id
JOIN reservations_roomreservation b ON b.id = {before}
JOIN reservations_roomreservation n ON n.id = {after}
WHERE o.hotel_id = %(hotel)s AND o.id = {which}
"""
_AFTER = _NEIGHBOUR.format(before="%(stay)s", after="o.id", which="frontdesk_stay_after(%(stay)s)")
_BEFORE = _NEIGHBOUR.format(before="o.id", after="%(stay)s", which="frontdesk_stay_before(%(stay)s)")


def stay_after(*, hotel_id: int, room_reservation_id: int) -> Neighbour | None:
    """The booking that begins where this stay ends. One statement."""
    return _one(_AFTER, hotel_id, room_reservation_id)


def stay_before(*, hotel_id: int, room_reservation_id: int) -> Neighbour | None:
    """The stay that ends where this booking begins. One statement."""
    return _one(_BEFORE, hotel_id, room_reservation_id)


def _one(sql: str, hotel_id: int, stay_id: int) -> Neighbour | None:
    row = db.fetch_one(sql, {"hotel": hotel_id, "stay": stay_id})
    return Neighbour(**row) if row else None
