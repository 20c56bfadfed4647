"""Wake-up calls by time; which are due now, which nobody answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from binzhi.frontdesk.names import board_name
from binzhi.frontdesk.wake_up.services import FORGOTTEN
from binzhi.kernel import db
from binzhi.property.queries import HotelRef

MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A call of the list."""

    pk: int
    stay_id: int
    room: str
    name: str
    sex: str
    marked: str
    in_house: bool
    group: str
    at: datetime
    next_at: datetime
    state: str
    tries: int
    note: str
    done_at: datetime | None
    done_by: str
    escalated_at: datetime | None
    seen_at: datetime | None
    now: datetime
    zone: tzinfo | None

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def time(self) -> str:
        """On the hotel's clocks."""
        return f"{self.at.astimezone(self.zone):%H:%M}"

    @property
    def next_time(self) -> str:
        return f"{self.next_at.astimezone(self.zone):%H:%M}"

    @property
    def is_due(self) -> bool:
        return self.state == "due" and self.next_at <= self.now + timedelta(minutes=1)

    @property
    def is_late(self) -> bool:
        return self.state == "due" and self.next_at <= self.now - timedelta(minutes=2)

    @property
    def alarms(self) -> bool:
        """Somebody is to go up."""
        return self.escalated_at is not None and self.seen_at is None and self.state in ("due", "failed")


_ROWS = """
SELECT c.id AS pk, c.room_reservation_id AS stay_id, coalesce(m.number, '') AS room,
       coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked,
       rr.status = 'in_house' AS in_house, coalesce(b.name, '') AS group, c.at, c.next_at, c.state, c.tries, c.note,
       c.done_at, coalesce(nullif(u.name, ''), u.username, '') AS done_by, c.escalated_at, c.seen_at
FROM frontdesk_wakeupcall c
JOIN reservations_roomreservation rr ON rr.id = c.room_reservation_id
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN reservations_block b ON b.id = rr.block_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN people_user u ON u.id = c.done_by
WHERE c.hotel_id = %(hotel)s AND (%(stay)s::bigint IS NULL OR c.room_reservation_id = %(stay)s)
  AND c.at >= %(from)s AND c.at < %(until)s AND (c.state <> 'due' OR rr.status IN ('in_house', 'reserved'))
  AND (%(stay)s::bigint IS NOT NULL OR c.state <> 'cancelled')
ORDER BY c.at, m.number, c.id LIMIT %(limit)s
"""


def calls_on(*, hotel: HotelRef, day: date, now: datetime) -> list[CallRow]:
    """The calls of a calendar day by time, in one statement; those of who left meanwhile are not made."""
    zone = hotel.local(now).tzinfo
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    return _calls(hotel, None, begin, begin + timedelta(days=1), now)


def calls_of(*, hotel: HotelRef, room_reservation_id: int, now: datetime) -> list[CallRow]:
    """The calls of a stay, in one statement."""
    return _calls(hotel, room_reservation_id, now - timedelta(days=400), now + timedelta(days=800), now)


def _calls(hotel: HotelRef, stay: int | None, begin: datetime, end: datetime, now: datetime) -> list[CallRow]:
    params: dict[str, Any] = {"hotel": hotel.pk, "stay": stay, "from": begin, "until": end, "limit": MOST}
    zone = hotel.local(now).tzinfo
    return [CallRow(now=now, zone=zone, **row) for row in db.fetch_all(_ROWS, params)]


_FORGOTTEN = """
SELECT c.hotel_id, c.id AS call_id FROM frontdesk_wakeupcall c
JOIN reservations_roomreservation rr ON rr.id = c.room_reservation_id AND rr.status = 'in_house'
WHERE c.state = 'due' AND c.escalated_at IS NULL AND c.next_at <= %s ORDER BY c.next_at, c.id LIMIT 500
"""


def forgotten(*, now: datetime) -> list[dict[str, Any]]:
    """Calls of guests in the house that nobody noted in time, in all hotels."""
    return db.fetch_all(_FORGOTTEN, [now - FORGOTTEN])


_ALARMS = """
SELECT coalesce(m.number, '') AS room, c.at FROM frontdesk_wakeupcall c
JOIN reservations_roomreservation rr ON rr.id = c.room_reservation_id AND rr.status = 'in_house'
LEFT JOIN property_room m ON m.id = rr.room_id
WHERE c.hotel_id = %s AND c.escalated_at IS NOT NULL AND c.seen_at IS NULL AND c.state IN ('due', 'failed')
ORDER BY c.at LIMIT 20
"""


def alarms(*, hotel_id: int) -> list[dict[str, Any]]:
    """Rooms to which somebody is to go up now."""
    return db.fetch_all(_ALARMS, [hotel_id])


_GROUPS = """
SELECT b.id, b.name FROM reservations_block b WHERE b.hotel_id = %s AND EXISTS (
    SELECT 1 FROM reservations_roomreservation rr WHERE rr.block_id = b.id AND rr.status = 'in_house'
) ORDER BY b.name, b.id
"""


def groups_here(*, hotel_id: int) -> list[tuple[int, str]]:
    """Groups with somebody in the house."""
    return [(row["id"], row["name"]) for row in db.fetch_all(_GROUPS, [hotel_id])]
