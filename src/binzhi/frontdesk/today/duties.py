"""What the law wants done and is not: reports to the police, minors nobody answers for, visitors after hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from binzhi.frontdesk.today.moment import Moment
from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class Duty:
    """How many of a kind (police, minor, visitor) are open, and since when the oldest is, on the hotel's clocks."""

    kind: str
    count: int
    since: datetime
    rooms: str


# Each part reads a partial index of what is open, which is next to nothing.
_DUTIES = """
SELECT kind, count(*) AS count, min(since) AT TIME ZONE %(zone)s AS since,
    string_agg(DISTINCT room, '、' ORDER BY room) AS rooms
FROM (
    SELECT 'police' AS kind, least(p.alarm_at, p.limit_at) AS since, r.number AS room
    FROM frontdesk_policereport p JOIN property_room r ON r.id = p.room_id
    WHERE p.hotel_id = %(hotel)s AND p.state IN ('waiting', 'sending', 'incomplete', 'refused')
      AND least(p.alarm_at, p.limit_at) <= (%(now)s::timestamp AT TIME ZONE %(zone)s)
    UNION ALL
    SELECT 'minor', a.raised_at, r.number
    FROM frontdesk_minoralarm a JOIN reservations_roomreservation s ON s.id = a.room_reservation_id
    JOIN property_room r ON r.id = s.room_id
    WHERE a.hotel_id = %(hotel)s AND a.closed_at IS NULL
    UNION ALL
    SELECT 'visitor', over.at, r.number
    FROM frontdesk_visitor w JOIN property_room r ON r.id = w.room_id
    LEFT JOIN frontdesk_registrationrules u ON u.hotel_id = w.hotel_id
    CROSS JOIN LATERAL (
        SELECT ((w.came_at AT TIME ZONE %(zone)s)::date + coalesce(u.visits_until, time '23:00'))
            AT TIME ZONE %(zone)s AS at
    ) over
    WHERE w.hotel_id = %(hotel)s AND w.left_at IS NULL AND over.at <= (%(now)s::timestamp AT TIME ZONE %(zone)s)
) open GROUP BY kind ORDER BY kind
"""


def open_duties(moment: Moment) -> list[Duty]:
    """One statement."""
    return [Duty(**row) for row in db.fetch_all(_DUTIES, moment.params)]
