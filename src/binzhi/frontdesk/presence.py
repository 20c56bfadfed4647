"""Who is in the house or due today, for those who look for a guest: main guests and those registered with them."""

from __future__ import annotations

from datetime import date
from typing import Any

# The booking is asked only where the room names nobody.
_HERE = """
SELECT rr.guest_id, rr.room_id::bigint, false AS is_due
FROM reservations_roomreservation rr
WHERE rr.hotel_id = %s AND rr.status = 'in_house' AND rr.room_id IS NOT NULL AND rr.guest_id IS NOT NULL
UNION ALL
SELECT p.guest_id, rr.room_id, false
FROM reservations_roomreservation rr
JOIN frontdesk_registration p ON p.room_reservation_id = rr.id
WHERE rr.hotel_id = %s AND rr.status = 'in_house' AND rr.room_id IS NOT NULL
  AND p.guest_id IS NOT NULL AND p.left_at IS NULL AND p.guest_id IS DISTINCT FROM rr.guest_id
UNION ALL
SELECT coalesce(rr.guest_id, r.guest_id), rr.room_id, true
FROM reservations_roomreservation rr
LEFT JOIN reservations_reservation r ON r.id = CASE WHEN rr.guest_id IS NULL THEN rr.reservation_id END
WHERE rr.hotel_id = %s AND rr.status = 'reserved' AND rr.arrival <= %s
  AND coalesce(rr.guest_id, r.guest_id) IS NOT NULL
"""


def people_here(hotel_id: int, today: date) -> tuple[str, list[Any]]:
    """Some hundreds of rows through the indexes of the boards."""
    return _HERE, [hotel_id, hotel_id, hotel_id, today]
