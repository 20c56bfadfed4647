"""What is in keeping, what nobody came for, and the hands a thing went through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from binzhi.kernel import db

PER_PAGE = 200
# Luggage of who left longer ago than this is told as uncollected, when no day was said.
FORGOTTEN_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRow:
    """A thing in keeping, or given out."""

    pk: int
    kind: str
    number: str
    stay_id: int | None
    room: str
    name: str
    pieces: int
    description: str
    place: str
    expected_on: date | None
    kept_at: datetime
    kept_by: str
    collected_by: str
    collected_at: datetime | None
    handed_by: str
    is_overdue: bool

    @property
    def is_here(self) -> bool:
        return self.collected_at is None


_OVERDUE = """
(x.collected_at IS NULL AND coalesce(x.expected_on, CASE WHEN rr.status = 'checked_out' THEN rr.ended_on + %(days)s END,
    x.kept_at::date + 30) < h.business_date)
"""
_ROWS = f"""
SELECT x.id AS pk, x.kind, x.number, x.room_reservation_id AS stay_id, coalesce(m.number, '') AS room, x.name, x.pieces,
       x.description, x.place, x.expected_on, x.kept_at, coalesce(nullif(u.name, ''), u.username, '') AS kept_by,
       x.collected_by, x.collected_at, coalesce(nullif(w.name, ''), w.username, '') AS handed_by,
       {_OVERDUE} AS is_overdue
FROM frontdesk_keptthing x
JOIN property_hotel h ON h.id = x.hotel_id
LEFT JOIN reservations_roomreservation rr ON rr.id = x.room_reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN people_user u ON u.id = x.kept_by
LEFT JOIN people_user w ON w.id = x.handed_by
WHERE x.hotel_id = %(hotel)s AND (%(pk)s::bigint IS NULL OR x.id = %(pk)s)
  AND (%(text)s = '' OR x.number = upper(%(text)s) OR m.number = %(text)s OR strpos(x.name, %(text)s) = 1)
  AND CASE %(state)s WHEN 'luggage' THEN x.kind = 'luggage' AND x.collected_at IS NULL
      WHEN 'valuables' THEN x.kind = 'valuables' AND x.collected_at IS NULL
      WHEN 'uncollected' THEN {_OVERDUE}
      WHEN 'collected' THEN x.collected_at IS NOT NULL ELSE true END
ORDER BY x.id DESC LIMIT %(limit)s
"""  # noqa: S608  (constants)


def things(*, hotel_id: int, thing_id: int | None = None, text: str = "", state: str = "") -> list[ThingRow]:
    """Newest first, in one statement; `state` is luggage, valuables, uncollected, collected or empty for all."""
    params: dict[str, Any] = {
        "hotel": hotel_id, "pk": thing_id, "text": text, "state": state, "limit": PER_PAGE, "days": FORGOTTEN_DAYS,
    }  # fmt: skip
    return [ThingRow(**row) for row in db.fetch_all(_ROWS, params)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """A line of a thing's log."""

    what: str
    place: str
    note: str
    at: datetime
    by: str


def moves(*, hotel_id: int, thing_id: int) -> list[MoveRow]:
    """The hands a thing went through, in one statement."""
    rows = db.fetch_all(
        "SELECT v.what, v.place, v.note, v.at, coalesce(nullif(u.name, ''), u.username, '') AS by"
        " FROM frontdesk_keptmove v"
        " LEFT JOIN people_user u ON u.id = v.by WHERE v.hotel_id = %s AND v.thing_id = %s ORDER BY v.id",
        [hotel_id, thing_id],
    )
    return [MoveRow(**row) for row in rows]
