"""The stays of one guest in one hotel, for the guest's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.kernel import db
from binzhi.property.queries import localised
from binzhi.reservations.enums import Status

# As booked for, as booker or as somebody registered in the room.
_STAYS = """
SELECT rr.id, rr.status, rr.arrival, rr.departure, r.number, coalesce(room.number, '') AS room, t.name AS type,
       t.name_en AS type_en, coalesce(price.total, 0) AS total
FROM (SELECT id FROM reservations_roomreservation WHERE guest_id = %(guest)s AND hotel_id = %(hotel)s
      UNION SELECT room_reservation_id FROM frontdesk_registration WHERE guest_id = %(guest)s AND hotel_id = %(hotel)s
      UNION SELECT rr.id FROM reservations_reservation r
            JOIN reservations_roomreservation rr ON rr.reservation_id = r.id
            WHERE r.guest_id = %(guest)s AND r.hotel_id = %(hotel)s) his
JOIN reservations_roomreservation rr ON rr.id = his.id
JOIN reservations_reservation r ON r.id = rr.reservation_id
JOIN property_roomtype t ON t.id = rr.room_type_id
LEFT JOIN property_room room ON room.id = rr.room_id
LEFT JOIN LATERAL (
    SELECT sum(n.price) AS total FROM reservations_staynight n WHERE n.room_reservation_id = rr.id
) price ON true
ORDER BY rr.arrival DESC, rr.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class GuestStay:
    """One stay or booking; `total` is the price of its nights."""

    id: int
    status: str
    arrival: date
    departure: date
    number: str
    room: str
    type: str
    type_en: str
    total: Decimal

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def type_label(self) -> str:
        return localised(self.type, self.type_en)

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label)


def stays_of_guest(*, hotel_id: int, guest_id: int, limit: int = 30) -> list[GuestStay]:
    """The latest first, those to come on top; one statement."""
    return [GuestStay(**row) for row in db.fetch_all(_STAYS, {"guest": guest_id, "hotel": hotel_id, "limit": limit})]
