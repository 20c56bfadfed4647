"""What taking a painting back needs to know: its cells the other way round, and whether they still stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from binzhi.kernel import db
from binzhi.reservations.errors import PaintedSince
from binzhi.reservations.ratebook.cells import Cell, from_json

_CELLS = """
SELECT night, room_type_id, rate_plan_id, after AS before, before AS after FROM reservations_paintedcell
WHERE painting_id = %s AND hotel_id = %s ORDER BY night, rate_plan_id, room_type_id
"""
_UNDONE = "SELECT EXISTS (SELECT FROM reservations_painting WHERE undoes_id = %s)"
# A value that was touched and is no longer what was painted, whoever changed it; and who painted it last, if anybody.
_CHANGED = """
WITH c AS MATERIALIZED (
    SELECT night, room_type_id, rate_plan_id, after FROM reservations_paintedcell
    WHERE painting_id = %(painting)s AND hotel_id = %(hotel)s
), rates AS MATERIALIZED (
    SELECT c.* FROM c JOIN reservations_ratenight r ON r.night = c.night AND r.hotel_id = %(hotel)s
        AND r.rate_plan_id = c.rate_plan_id AND r.room_type_id = c.room_type_id
    WHERE NOT to_jsonb(r) @> c.after
), limits AS MATERIALIZED (
    SELECT c.* FROM c JOIN reservations_night n ON n.night = c.night AND n.hotel_id = %(hotel)s
        AND n.room_type_id = c.room_type_id
    WHERE c.rate_plan_id IS NULL
      AND NOT jsonb_build_object('overbooking', n.overbooking, 'stop_sell', n.closed) @> c.after
), changed AS (
    SELECT * FROM rates UNION ALL SELECT * FROM limits
), first AS (
    SELECT * FROM changed ORDER BY night LIMIT 1
)
SELECT first.night, (SELECT count(DISTINCT night) FROM changed) AS nights, p.id, p.at, u.name, h.timezone
FROM first
JOIN property_hotel h ON h.id = %(hotel)s
LEFT JOIN LATERAL (
    SELECT p.id, p.at, p.user_id FROM reservations_paintedcell x JOIN reservations_painting p ON p.id = x.painting_id
    WHERE x.hotel_id = %(hotel)s AND x.night = first.night AND x.room_type_id = first.room_type_id
      AND x.rate_plan_id IS NOT DISTINCT FROM first.rate_plan_id AND x.painting_id > %(painting)s
      AND x.after ?| ARRAY(SELECT jsonb_object_keys(first.after))
    ORDER BY p.id DESC LIMIT 1
) p ON true
LEFT JOIN people_user u ON u.id = p.user_id
"""

_HOLD = """
SELECT r.night FROM reservations_ratenight r
JOIN reservations_paintedcell c ON c.night = r.night AND c.rate_plan_id = r.rate_plan_id
    AND c.room_type_id = r.room_type_id
WHERE c.painting_id = %s AND c.hotel_id = %s AND r.hotel_id = %s
ORDER BY r.night, r.hotel_id, r.rate_plan_id, r.room_type_id FOR NO KEY UPDATE OF r
"""


def cells_of(*, hotel_id: int, painting_id: int) -> list[Cell]:
    """The cells of a painting the other way round; none when there is no such painting."""
    return [
        Cell(row["night"], row["room_type_id"], row["rate_plan_id"], from_json(row["before"]), from_json(row["after"]))
        for row in db.fetch_all(_CELLS, [painting_id, hotel_id])
    ]


def is_undone(*, painting_id: int) -> bool:
    return bool(db.fetch_value(_UNDONE, [painting_id]))


def refuse_if_changed(*, hotel_id: int, painting_id: int) -> None:
    """Hold the rates under a painting. Raise PaintedSince where a value is no longer what was painted.

    It names the first such night and who painted it since.
    """
    db.execute(_HOLD, [painting_id, hotel_id, hotel_id])
    row = db.fetch_one(_CHANGED, {"hotel": hotel_id, "painting": painting_id})
    if row is not None:
        raise PaintedSince(night=row["night"], nights=row["nights"], painting=row["id"] or 0, by=_by(row))


def _by(row: dict[str, Any]) -> str:
    if row["id"] is None:
        return _("not by painting")
    at: datetime = row["at"].astimezone(ZoneInfo(row["timezone"]))
    return _("painting %(number)s, %(at)s %(who)s") % {
        "number": row["id"], "at": f"{at:%m-%d %H:%M}", "who": row["name"] or _("the system"),
    }  # fmt: skip
