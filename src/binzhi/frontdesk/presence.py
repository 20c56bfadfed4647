"""Who is in the house or due today, for those who look for a guest: main guests and those registered with them."""

from __future__ import annotations

from datetime import date
from typing import Any

_HERE = """
SELECT rr.guest_id, room.number::text AS room, false AS is_due
FROM reservations_roomreservation rr JOIN property_room room ON room.id = rr.room_id
WHERE rr.hotel_id = %s AND rr.status = 'in_house' AND rr.guest_id IS NOT NULL
UNION ALL
SELECT p.guest_id, room.number::text, false
FROM reservations_roomreservation rr JOIN property_room room ON room.id = rr.room_id
JOIN frontdesk_registration p ON p.room_reservation_id = rr.id
WHERE rr.hotel_id = %s AND rr.status = 'in_house' AND p.guest_id IS NOT NULL AND p.left_at IS NULL
  AND p.guest_id IS DISTINCT FROM rr.guest_id
UNION ALL
SELECT coalesce(rr.guest_id, r.guest_id), coalesce(room.number, '')::text, true
FROM reservations_roomreservation rr
JOIN reservations_reservation r ON r.id = rr.reservation_id
LEFT JOIN property_room room ON room.id = rr.room_id
WHERE rr.hotel_id = %s AND rr.status = 'reserved' AND rr.arrival <= %s
  AND coalesce(rr.guest_id, r.guest_id) IS NOT NULL
"""


def people_here(hotel_id: int, today: date) -> tuple[str, list[Any]]:
    """Some hundreds of rows through the indexes of the boards."""
    return _HERE, [hotel_id, hotel_id, hotel_id, today]
