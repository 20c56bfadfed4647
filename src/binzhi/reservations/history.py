"""What was done to a reservation and by whom, read off the audit trail: codes and ids, put into words by the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from binzhi.kernel import db

LONGEST = 200

# Rooms are named by their number; what was given out by one press for a whole day stands under the hotel.
_HISTORY = """
WITH entries AS (
    SELECT e.id, e.at, e.operation, e.subject, e.subject_id, e.user_id, e.actor, e.before, e.after, e.reason
    FROM kernel_audit_entry e
    WHERE e.hotel_id = %(hotel)s AND e.subject = 'reservation' AND e.subject_id = %(reservation)s
    UNION ALL
    SELECT e.id, e.at, e.operation, e.subject, e.subject_id, e.user_id, e.actor, e.before, e.after, e.reason
    FROM kernel_audit_entry e
    WHERE e.hotel_id = %(hotel)s AND e.subject = 'room_reservation' AND e.subject_id = ANY (%(rooms)s::bigint[])
    UNION ALL
    SELECT e.id, e.at, e.operation, 'room_reservation', g.room::bigint, e.user_id, e.actor, '{}',
           jsonb_build_object('room_id', e.after->'rooms'->g.room), e.reason
    FROM kernel_audit_entry e
    JOIN unnest(%(room_keys)s::text[]) AS g (room) ON e.after->'rooms' ? g.room
    WHERE e.hotel_id = %(hotel)s AND e.subject = 'hotel' AND e.subject_id = %(hotel)s
      AND e.operation = 'reservation.units_assigned'
)
SELECT e.at, e.operation, CASE WHEN e.subject = 'room_reservation' THEN e.subject_id END AS room_reservation_id,
       coalesce(nullif(u.name, ''), u.username, '') AS who, e.actor, e.before, e.after, e.reason,
       coalesce(old.number, '') AS old_room, coalesce(new.number, '') AS new_room
FROM entries e
LEFT JOIN people_user u ON u.id = e.user_id
LEFT JOIN property_room old ON old.id = (e.before->>'room_id')::bigint AND old.hotel_id = %(hotel)s
LEFT JOIN property_room new ON new.id = (e.after->>'room_id')::bigint AND new.hotel_id = %(hotel)s
ORDER BY e.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change. `who` is empty for programs and the system; then `actor` says which."""

    at: datetime
    operation: str
    room_reservation_id: int | None
    who: str
    actor: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    old_room: str
    new_room: str


def reservation_history(*, hotel_id: int, reservation_id: int, room_ids: Sequence[int]) -> list[HistoryEntry]:
    """Newest first; one statement."""
    params = {
        "hotel": hotel_id,
        "reservation": reservation_id,
        "rooms": list(room_ids),
        "room_keys": [str(key) for key in room_ids],
        "limit": LONGEST,
    }
    return [
        HistoryEntry(**{**row, "before": _object(row["before"]), "after": _object(row["after"])})
        for row in db.fetch_all(_HISTORY, params)
    ]


def _object(value: Any) -> Mapping[str, Any]:
    # The connection hands JSON out as text.
    read = orjson.loads(value) if isinstance(value, str) else value
    return read if isinstance(read, dict) else {}
