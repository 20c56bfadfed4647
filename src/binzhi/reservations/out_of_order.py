"""The maintenance mark of rooms follows what is out of order on the hotel day."""

from __future__ import annotations

from datetime import date, datetime

from binzhi.kernel import db

_MARK = """
UPDATE property_room r
SET maintenance = CASE WHEN s.is_out THEN 'out_of_order' ELSE 'in_service' END, condition_changed_at = %(now)s
FROM (
    SELECT x.id, EXISTS (
        SELECT 1 FROM reservations_outoforder o
        WHERE o.room_id = x.id AND o.returned_at IS NULL AND o.start <= %(today)s AND o.until > %(today)s
    ) AS is_out
    FROM property_room x
    WHERE x.hotel_id = %(hotel)s AND (%(room)s::bigint IS NULL OR x.id = %(room)s::bigint)
    ORDER BY x.id FOR NO KEY UPDATE OF x
) s
WHERE r.id = s.id AND s.is_out <> (r.maintenance = 'out_of_order')
"""


def mark(*, hotel_id: int, today: date, now: datetime, room_id: int | None = None) -> int:
    """Set or take off the mark of rooms by what is out of order today; how many changed.

    The night audit calls it for all rooms when it opens a new day. A room that is only out of service keeps that mark.
    """
    return db.execute(_MARK, {"hotel": hotel_id, "today": today, "now": now, "room": room_id})
