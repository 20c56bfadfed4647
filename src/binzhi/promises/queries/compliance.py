"""How well promises were kept: by department and clause, and by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from binzhi.kernel import db
from binzhi.promises.protocols import store
from binzhi.promises.words import filled
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class ComplianceRow:
    """One clause in one department. `open_late`: not done and past its limit; late times are seconds."""

    protocol: str
    key: str
    clause: str
    department: str
    department_name: str
    department_name_en: str
    version_id: int
    tasks: int
    in_time: int
    late: int
    open_late: int
    waived: int
    compressed: int
    escalated: int
    mean_late: float
    most_late: float

    @property
    def title(self) -> str:
        """The task's name in the newest text that gave one; its key when a meeting decided it."""
        for task in store.spec_of(self.version_id).tasks:
            if task.key == self.key:
                return filled(localised(task.title, task.title_en), {})
        return self.key

    @property
    def department_label(self) -> str:
        return localised(self.department_name, self.department_name_en)

    @property
    def share_in_time(self) -> float | None:
        """Of what was due and not waived; None when nothing was."""
        counted = self.in_time + self.late + self.open_late
        return None if not counted else self.in_time / counted


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One of the staff: whose tasks were due."""

    staff_id: int
    name: str
    department: str
    tasks: int
    in_time: int
    late: int
    open_late: int
    mean_late: float
    most_late: float


# Runs lead to the tasks, as ended tasks have no index by time: what fell due in the days asked for began before
# their end and, but for the longest stays, not a year before them.
_DUE = """
WITH days AS (
    SELECT %(first)s::date::timestamp AT TIME ZONE h.timezone AS since,
           (%(last)s::date + 1)::timestamp AT TIME ZONE h.timezone AS until
    FROM property_hotel h WHERE h.id = %(hotel)s
), due AS (
    SELECT t.*, r.version_id, greatest(extract(epoch FROM coalesce(t.ended_at, %(now)s) - t.due_at), 0) AS seconds,
        t.state = 'done' AND t.ended_at <= t.due_at AS is_in_time,
        t.state = 'done' AND t.ended_at > t.due_at AS is_late,
        t.state = 'open' AND t.due_at < %(now)s AS is_open_late
    FROM days
    JOIN promises_run r ON r.hotel_id = %(hotel)s AND r.started_at < days.until AND r.status <> 'cancelled'
    JOIN promises_task t ON t.run_id = r.id AND t.due_at >= days.since AND t.due_at < days.until
        AND t.state <> 'dropped'
)
"""
_FIGURES = """
count(*) AS tasks, count(*) FILTER (WHERE is_in_time) AS in_time, count(*) FILTER (WHERE is_late) AS late,
    count(*) FILTER (WHERE is_open_late) AS open_late
"""
_LATENESS = """
coalesce(avg(seconds) FILTER (WHERE is_late OR is_open_late), 0)::float AS mean_late,
    coalesce(max(seconds) FILTER (WHERE is_late OR is_open_late), 0)::float AS most_late
"""
_BY_CLAUSE = f"""
{_DUE}
SELECT p.code AS protocol, due.key, max(due.clause) AS clause, d.code AS department, d.name AS department_name,
    d.name_en AS department_name_en, max(due.version_id) AS version_id, {_FIGURES},
    count(*) FILTER (WHERE due.state = 'waived') AS waived, count(*) FILTER (WHERE due.compressed) AS compressed,
    count(*) FILTER (
        WHERE EXISTS (SELECT 1 FROM promises_escalation e WHERE e.task_id = due.id)) AS escalated, {_LATENESS}
FROM due
JOIN people_department d ON d.id = due.department_id
JOIN promises_protocolversion v ON v.id = due.version_id
JOIN promises_protocol p ON p.id = v.protocol_id
GROUP BY p.code, due.key, d.id
ORDER BY d.position, p.code, min(due.position), due.key
"""  # noqa: S608  (constants)
_BY_PERSON = f"""
{_DUE}
SELECT s.id AS staff_id, coalesce(nullif(u.name, ''), u.username) AS name, d.code AS department, {_FIGURES}, {_LATENESS}
FROM due
JOIN people_staff s ON s.id = due.assignee_id
JOIN people_user u ON u.id = s.user_id
JOIN people_department d ON d.id = due.department_id
WHERE due.state <> 'waived'
GROUP BY s.id, u.id, d.id
ORDER BY d.position, name, s.id
"""  # noqa: S608  (constants)


def compliance(*, hotel_id: int, first: date, last: date, now: datetime) -> list[ComplianceRow]:
    """What fell due on the hotel's days `first` to `last`, by department and clause. One statement."""
    params = {"hotel": hotel_id, "first": first, "last": last, "now": now}
    return [ComplianceRow(**row) for row in db.fetch_all(_BY_CLAUSE, params)]


def compliance_by_person(*, hotel_id: int, first: date, last: date, now: datetime) -> list[PersonRow]:
    """The same by who had the task. One statement."""
    params = {"hotel": hotel_id, "first": first, "last": last, "now": now}
    return [PersonRow(**row) for row in db.fetch_all(_BY_PERSON, params)]
