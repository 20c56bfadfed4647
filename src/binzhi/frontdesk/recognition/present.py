"""Who is in the house, for the guest files: the guest a room is booked for and everybody registered in it."""

from __future__ import annotations

from typing import Any

from binzhi.guests.in_house import Present
from binzhi.kernel import db

_WHOSE = """
SELECT rr.id AS stay_id, coalesce(rr.guest_id, r.guest_id) AS guest_id, true AS main
FROM reservations_roomreservation rr JOIN reservations_reservation r ON r.id = rr.reservation_id
WHERE rr.hotel_id = %(hotel)s AND rr.status = 'in_house' {stays}
UNION
SELECT rr.id, g.guest_id, false
FROM reservations_roomreservation rr JOIN frontdesk_registration g ON g.room_reservation_id = rr.id
WHERE rr.hotel_id = %(hotel)s AND rr.status = 'in_house' AND g.left_at IS NULL {stays}
"""
_PRESENT = """
SELECT w.stay_id, g.id AS guest_id, g.name, g.marked, g.sex, m.number AS room, rr.arrival, rr.departure,
    least(h.business_date - rr.arrival + 1, greatest(rr.departure - rr.arrival, 1)) AS night, g.vip_level, g.vip_rank,
    g.member_tier
FROM (SELECT stay_id, guest_id, bool_or(main) AS main FROM ({whose}) every WHERE guest_id IS NOT NULL GROUP BY 1, 2) w
JOIN reservations_roomreservation rr ON rr.id = w.stay_id
JOIN property_hotel h ON h.id = rr.hotel_id
JOIN property_room m ON m.id = rr.room_id
JOIN guests_guest g ON g.id = w.guest_id
{which} ORDER BY m.number, w.main DESC, g.id
"""
_HERE = _PRESENT.format(whose=_WHOSE.format(stays=""), which="")
_OF_GUEST = _PRESENT.format(
    whose=_WHOSE.format(
        stays="""AND (rr.guest_id = %(guest)s OR rr.reservation_id IN (
            SELECT id FROM reservations_reservation WHERE guest_id = %(guest)s AND hotel_id = %(hotel)s)
        OR rr.id IN (SELECT room_reservation_id FROM frontdesk_registration
                     WHERE guest_id = %(guest)s AND hotel_id = %(hotel)s))"""
    ),
    which="WHERE g.id = %(guest)s",
)
# Of stays to come too: what is prepared is prepared before anybody is registered.
_OF_STAY = """
SELECT guest_id FROM (
    SELECT coalesce(rr.guest_id, r.guest_id) AS guest_id, 0 AS place
    FROM reservations_roomreservation rr JOIN reservations_reservation r ON r.id = rr.reservation_id
    WHERE rr.hotel_id = %(hotel)s AND rr.id = %(stay)s
    UNION ALL
    SELECT guest_id, 1 FROM frontdesk_registration WHERE hotel_id = %(hotel)s AND room_reservation_id = %(stay)s
) every WHERE guest_id IS NOT NULL GROUP BY guest_id ORDER BY min(place), guest_id
"""


class Desk:
    """The source of presence: reservations and registrations."""

    def here(self, hotel_id: int) -> list[Present]:
        return self._read(_HERE, {"hotel": hotel_id})

    def stay_of(self, hotel_id: int, guest_id: int) -> Present | None:
        found = self._read(_OF_GUEST, {"hotel": hotel_id, "guest": guest_id})
        return found[0] if found else None

    def others_of(self, hotel_id: int, stay_id: int) -> list[int]:
        return db.fetch_values(_OF_STAY, {"hotel": hotel_id, "stay": stay_id})

    def _read(self, sql: str, params: dict[str, Any]) -> list[Present]:
        return [Present(**row) for row in db.fetch_all(sql, params)]
