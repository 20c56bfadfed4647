"""The board of a house: for every department how many tasks stand how, and the few that press most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from binzhi.kernel import db
from binzhi.promises.queries.cards import CARDS, SOON, Card, Timing, cards

# How a task stands, as Card.timing says it; `place`: late first, then by limit, what is over last.
_STANDING = """
WITH task AS MATERIALIZED (
    SELECT t.id, t.run_id, t.position, d.code AS department, coalesce(t.due_at, 'infinity') AS due_at,
        CASE t.state WHEN 'waiting' THEN 'waiting' WHEN 'waived' THEN 'waived'
            WHEN 'done' THEN CASE WHEN t.ended_at > t.due_at THEN 'done_late' ELSE 'done' END
            ELSE CASE WHEN t.due_at < %(now)s THEN 'late' WHEN t.due_at <= %(now)s + %(soon)s THEN 'soon'
                ELSE 'ahead' END END AS timing
    FROM promises_task t JOIN people_department d ON d.id = t.department_id
    WHERE t.hotel_id = %(hotel)s AND t.state IN ('waiting', 'open')
        AND (t.opens_at IS NULL OR t.opens_at <= %(now)s) AND (%(department)s = '' OR d.code = %(department)s)
    UNION ALL
    SELECT t.id, t.run_id, t.position, d.code, coalesce(t.due_at, 'infinity'),
        CASE WHEN t.state = 'waived' THEN 'waived' WHEN t.ended_at > t.due_at THEN 'done_late' ELSE 'done' END
    FROM promises_run r JOIN promises_task t ON t.run_id = r.id JOIN people_department d ON d.id = t.department_id
    WHERE r.hotel_id = %(hotel)s AND r.status = 'live' AND t.state IN ('done', 'waived')
        AND t.ended_at >= %(ended_since)s AND (%(department)s = '' OR d.code = %(department)s)
)
"""
_COUNTS = f"""
{_STANDING} SELECT department, timing, count(*)::int AS number FROM task GROUP BY 1, 2
"""  # noqa: S608  (constants)
_PRESSING = f"""
{_STANDING}, placed AS (
    SELECT id, row_number() OVER (
        PARTITION BY department, %(groups)s::jsonb ->> timing
        ORDER BY array_position(ARRAY['late', 'soon', 'ahead', 'waiting'], timing) NULLS LAST, due_at, run_id, position,
            id) AS place
    FROM task WHERE %(groups)s::jsonb ? timing
)
{CARDS} WHERE t.id IN (SELECT id FROM placed WHERE place <= %(most)s)
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a board shows: tasks by department and timing, and the most pressing of each group."""

    counts: Mapping[str, Mapping[Timing, int]]
    cards: Sequence[Card]


def standing(
    *,
    hotel_id: int,
    department: str = "",
    groups: Mapping[Timing, str],
    most: int,
    now: datetime,
    ended_since: datetime,
) -> Standing:
    """How the tasks of a house (of a department) stand that may be seen already, and the `most` cards of every group.

    `groups`: the timings to show cards of, each with its group within a department. Tasks ended since `ended_since` in
    live runs count, too. Two statements, however many tasks there are.
    """
    given = {"hotel": hotel_id, "department": department, "now": now, "soon": SOON, "ended_since": ended_since}
    counts: dict[str, dict[Timing, int]] = {}
    for row in db.fetch_all(_COUNTS, given):
        counts.setdefault(row["department"], {})[Timing(row["timing"])] = row["number"]
    found = cards(
        _PRESSING,
        given
        | {"groups": orjson.dumps({str(timing): group for timing, group in groups.items()}).decode(), "most": most},
        now,
    )
    return Standing(counts, found)
