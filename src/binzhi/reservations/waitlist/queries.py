"""The waitlist as the desk sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from binzhi.kernel import db
from binzhi.property.queries import localised

MOST = 300


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One who waits; `free` is how many rooms the scarcest night has left."""

    id: int
    status: str
    name: str
    guest_id: int | None
    guest_name: str
    phone_masked: str
    organisation: str
    room_type: str
    room_type_label: str
    rate_plan: str
    arrival: date
    departure: date
    rooms: int
    adults: int
    children: int
    priority: int
    hold_minutes: int
    note: str
    offer_until: datetime | None
    created_at: datetime
    reservation: str
    free: int


_LIST = """
SELECT w.id, w.status, w.name, w.guest_id, coalesce(g.name, w.name) AS guest_name, w.phone_masked,
       coalesce(o.name, '') AS organisation, t.code AS room_type, t.name AS type_name, t.name_en AS type_name_en,
       p.code AS rate_plan, w.arrival, w.departure, w.rooms, w.adults, w.children, w.priority, w.hold_minutes, w.note,
       w.offer_until, w.created_at, coalesce(r.number, '') AS reservation,
       coalesce((SELECT min(n.rooms - n.out_of_order + n.overbooking - n.sold - n.held) FROM reservations_night n
                 WHERE n.hotel_id = w.hotel_id AND n.room_type_id = w.room_type_id
                   AND n.night = ANY (ARRAY(SELECT w.arrival + d FROM generate_series(0, w.departure - w.arrival - 1)
                                            AS d))), 0) AS free
FROM reservations_waitlistentry w
JOIN property_roomtype t ON t.id = w.room_type_id
JOIN reservations_rateplan p ON p.id = w.rate_plan_id
LEFT JOIN guests_guest g ON g.id = w.guest_id
LEFT JOIN guests_organisation o ON o.id = w.organisation_id
LEFT JOIN reservations_reservation r ON r.id = w.reservation_id
WHERE w.hotel_id = %(hotel)s AND ((w.status IN ('waiting', 'offered')) <> %(ended)s)
ORDER BY w.status = 'offered' DESC, CASE WHEN %(ended)s THEN w.id END DESC, w.priority, w.created_at, w.id
LIMIT %(limit)s
"""


def waitlist(*, hotel_id: int, ended: bool = False, limit: int = MOST) -> list[EntryRow]:
    """Who has an offer, then who waits, in the order served; or what has ended, the last first. One statement."""
    rows = db.fetch_all(_LIST, {"hotel": hotel_id, "ended": ended, "limit": limit})
    for row in rows:
        row["room_type_label"] = localised(row.pop("type_name"), row.pop("type_name_en"))
    return [EntryRow(**row) for row in rows]
