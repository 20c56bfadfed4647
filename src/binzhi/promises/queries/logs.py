"""The department's log, and what somebody has not seen yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.kernel import db
from binzhi.promises.locks import spec_of_task
from binzhi.promises.protocols import store
from binzhi.promises.words import filled
from binzhi.property.queries import localised

MOST_NOTICES = 100


@dataclass(frozen=True, slots=True)
class LogRow:
    id: int
    at: datetime
    text: str
    by: str
    run_id: int | None
    run_label: str


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Why somebody is told of which task."""

    id: int
    kind: str
    task_id: int
    run_id: int
    run_label: str
    title: str
    due_at: datetime | None
    text: str
    at: datetime


_LOG = """
SELECT l.id, l.at, l.text, coalesce(nullif(u.name, ''), u.username, '') AS by, l.run_id,
    coalesce(r.label, '') AS run_label
FROM promises_logentry l
JOIN people_department d ON d.id = l.department_id
LEFT JOIN people_user u ON u.id = l.user_id
LEFT JOIN promises_run r ON r.id = l.run_id
WHERE l.hotel_id = %s AND d.hotel_id = l.hotel_id AND d.code = %s AND l.at >= %s AND l.at < %s
ORDER BY l.at, l.id
"""
# Notices to a department are for everybody in it.
_UNSEEN = """
SELECT n.id, n.kind, n.task_id, t.run_id, r.label AS run_label, t.key, t.own, r.version_id, r.facts, t.due_at,
    n.text, n.at
FROM (
    SELECT * FROM promises_notice WHERE staff_id = %(staff)s AND seen_at IS NULL
    UNION ALL
    SELECT * FROM promises_notice WHERE seen_at IS NULL AND department_id = (
        SELECT p.department_id FROM people_staff s JOIN people_post p ON p.id = s.post_id WHERE s.id = %(staff)s)
) n
JOIN promises_task t ON t.id = n.task_id
JOIN promises_run r ON r.id = t.run_id
WHERE n.hotel_id = %(hotel)s
ORDER BY n.at DESC, n.id DESC LIMIT %(limit)s
"""


def department_log(*, hotel_id: int, department: str, since: datetime, until: datetime) -> list[LogRow]:
    """The lines of a department's log between two moments, oldest first. One statement."""
    return [LogRow(**row) for row in db.fetch_all(_LOG, [hotel_id, department, since, until])]


def unseen_notices(*, hotel_id: int, staff_id: int) -> list[NoticeRow]:
    """What one of the staff, or the whole department, was told and has not seen, newest first. One statement."""
    found = db.fetch_all(_UNSEEN, {"hotel": hotel_id, "staff": staff_id, "limit": MOST_NOTICES})
    return [_notice(row) for row in found]


def _notice(row: dict[str, Any]) -> NoticeRow:
    spec = spec_of_task(store.spec_of(row.pop("version_id")), row.pop("key"), db.plain_json(row.pop("own")))
    facts = db.plain_json(row.pop("facts"))
    return NoticeRow(**row, title=filled(localised(spec.title, spec.title_en), facts))
