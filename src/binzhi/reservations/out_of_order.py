"""The maintenance mark of rooms follows what is out of order on the hotel day."""

from __future__ import annotations

from datetime import date, datetime

from binzhi.kernel import db

# Only rooms whose mark changes are locked and written: of a large house, a few.
_MARK = """
UPDATE property_room r
SET maintenance = CASE WHEN s.is_out THEN 'out_of_order' ELSE 'in_service' END, condition_changed_at = %(now)s
FROM (
    SELECT x.id, o.room_id IS NOT NULL AS is_out
    FROM property_room x
    LEFT JOIN (
        SELECT DISTINCT room_id FROM reservations_outoforder
        WHERE hotel_id = %(hotel)s AND returned_at IS NULL AND start <= %(today)s AND until > %(today)s
    ) o ON o.room_id = x.id
    WHERE x.hotel_id = %(hotel)s AND (%(room)s::bigint IS NULL OR x.id = %(room)s::bigint)
      AND NOT EXISTS (SELECT 1 FROM property_roomseal l WHERE l.room_id = x.id AND l.broken_at IS NULL)
      AND (o.room_id IS NOT NULL) <> (x.maintenance = 'out_of_order')
    ORDER BY x.id FOR NO KEY UPDATE OF x
) s
WHERE r.id = s.id
"""


def mark(*, hotel_id: int, today: date, now: datetime, room_id: int | None = None) -> int:
    """Set or take off the mark of rooms by what is out of order today; how many changed.

    The night audit calls it for all rooms when it opens a new day. A sealed room stays as it is; a room that is only
    out of service keeps that mark.
    """
    return db.execute(_MARK, {"hotel": hotel_id, "today": today, "now": now, "room": room_id})
