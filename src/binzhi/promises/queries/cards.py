"""Tasks as a board or a phone shows them: one statement for any number, the words from the protocol's own text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from binzhi.kernel import db
from binzhi.promises.enums import TaskState
from binzhi.promises.locks import spec_of_task
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import TaskSpec
from binzhi.promises.words import filled
from binzhi.property.queries import localised

SOON = timedelta(minutes=30)


class Timing(StrEnum):
    """How a task stands to the clock; the words are the screen's."""

    WAITING = "waiting"
    AHEAD = "ahead"
    SOON = "soon"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"
    WAIVED = "waived"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One task. `open_before`: keys of what must be done first; `rung`: steps of its ladder taken since it is late."""

    id: int
    run_id: int
    key: str
    clause: str
    occurrence: int
    branch: str
    department: str
    department_name: str
    department_name_en: str
    posts: list[str]
    assignee_id: int | None
    assignee: str
    acknowledged_at: datetime | None
    anchor: str
    due_at: datetime | None
    opens_at: datetime | None
    compressed: bool
    state: str
    ended_at: datetime | None
    reason: str
    rung: int
    version: int
    position: int
    run_label: str
    subject: str
    subject_id: int
    guest_id: int | None
    room: str
    facts: dict[str, Any]
    protocol: str
    open_before: list[str]
    spec: TaskSpec
    now: datetime

    @property
    def title(self) -> str:
        return filled(localised(self.spec.title, self.spec.title_en), self.facts)

    @property
    def text(self) -> str:
        return filled(localised(self.spec.text, self.spec.text_en), self.facts)

    @property
    def department_label(self) -> str:
        return localised(self.department_name, self.department_name_en)

    @property
    def left(self) -> timedelta | None:
        """Until it is due; negative when late."""
        return None if self.due_at is None else self.due_at - self.now

    @property
    def late_by(self) -> timedelta:
        """How much later than due it was done, or is by now; zero when in time."""
        if self.due_at is None:
            return timedelta(0)
        return max((self.ended_at or self.now) - self.due_at, timedelta(0))

    @property
    def timing(self) -> Timing:
        if self.state == TaskState.DONE:
            return Timing.DONE_LATE if self.late_by else Timing.DONE
        if self.state in (TaskState.WAIVED, TaskState.DROPPED, TaskState.WAITING):
            return Timing(self.state)
        left = self.left or timedelta(0)
        if left < timedelta(0):
            return Timing.LATE
        return Timing.SOON if left <= SOON else Timing.AHEAD


# A copy for a department or an occurrence waits for the same copy of the other where there is one, else for all.
CARDS = """
SELECT t.id, t.run_id, t.key, t.clause, t.occurrence, t.branch, d.code AS department, d.name AS department_name,
    d.name_en AS department_name_en, t.posts, t.assignee_id,
    coalesce((SELECT coalesce(nullif(u.name, ''), u.username) FROM people_staff s JOIN people_user u ON u.id = s.user_id
              WHERE s.id = t.assignee_id), '') AS assignee,
    t.acknowledged_at, t.anchor, t.due_at, t.opens_at, t.compressed, t.state, t.ended_at, t.reason, t.rung,
    t.row_version AS version, t.position, r.label AS run_label, r.subject, r.subject_id, r.guest_id,
    coalesce((SELECT number FROM property_room WHERE id = r.room_id), '') AS room, r.facts, r.version_id, t.own,
    CASE WHEN t.after = '{}' OR t.state NOT IN ('waiting', 'open') THEN '{}'::varchar[] ELSE ARRAY(
        SELECT DISTINCT b.key FROM promises_task b
        WHERE b.run_id = t.run_id AND b.key = ANY (t.after) AND b.state IN ('waiting', 'open')
            AND (b.occurrence = t.occurrence OR NOT EXISTS (
                SELECT 1 FROM promises_task o
                WHERE o.run_id = b.run_id AND o.key = b.key AND o.occurrence = t.occurrence))
            AND (b.branch = t.branch OR NOT EXISTS (
                SELECT 1 FROM promises_task o
                WHERE o.run_id = b.run_id AND o.key = b.key AND o.branch = t.branch AND (
                    o.occurrence = t.occurrence OR NOT EXISTS (
                        SELECT 1 FROM promises_task p
                        WHERE p.run_id = b.run_id AND p.key = b.key AND p.occurrence = t.occurrence))))
    ) END AS open_before
FROM promises_task t
JOIN promises_run r ON r.id = t.run_id
JOIN people_department d ON d.id = t.department_id
"""
_OF_DEPARTMENT = """
(%(department)s = '' OR t.department_id = (
    SELECT id FROM people_department WHERE hotel_id = %(hotel)s AND code = %(department)s))
"""
_TO_DO = f"""
{CARDS} WHERE t.hotel_id = %(hotel)s AND t.state IN ('waiting', 'open') AND {_OF_DEPARTMENT}
    AND (t.opens_at IS NULL OR t.opens_at <= %(now)s)
"""
_ENDED = f"""
{CARDS} WHERE r.hotel_id = %(hotel)s AND r.status = 'live' AND t.state IN ('done', 'waived') AND {_OF_DEPARTMENT}
    AND t.ended_at >= %(ended_since)s
"""
_ORDER = "ORDER BY due_at NULLS LAST, run_id, position, id"
_BOARD = f"{_TO_DO} {_ORDER}"
_BOARD_WITH_ENDED = f"{_TO_DO} UNION ALL {_ENDED} {_ORDER}"
_MINE = f"""
{CARDS} WHERE t.hotel_id = %(hotel)s AND t.assignee_id = %(staff)s AND t.state IN ('waiting', 'open')
    AND (t.opens_at IS NULL OR t.opens_at <= %(now)s)
UNION ALL
{CARDS} WHERE t.hotel_id = %(hotel)s AND t.assignee_id IS NULL AND t.state = 'open'
    AND (t.opens_at IS NULL OR t.opens_at <= %(now)s)
    AND t.department_id = (SELECT p.department_id FROM people_staff s JOIN people_post p ON p.id = s.post_id
                           WHERE s.id = %(staff)s AND s.hotel_id = %(hotel)s)
    AND (t.posts = '{{}}' OR (SELECT p.code FROM people_staff s JOIN people_post p ON p.id = s.post_id
                              WHERE s.id = %(staff)s AND s.hotel_id = %(hotel)s) = ANY (t.posts))
ORDER BY due_at NULLS LAST, run_id, position, id
"""  # noqa: S608  (constants)


def cards(sql: str, params: dict[str, Any], now: datetime) -> list[Card]:
    """The rows of a statement built on CARDS."""
    return [_card(row, now) for row in db.fetch_all(sql, params)]


def _card(row: dict[str, Any], now: datetime) -> Card:
    protocol = store.spec_of(row.pop("version_id"))
    spec = spec_of_task(protocol, row["key"], db.plain_json(row.pop("own")))
    return Card(**row | {"facts": db.plain_json(row["facts"])}, protocol=protocol.code, spec=spec, now=now)


def board(*, hotel_id: int, department: str = "", now: datetime, ended_since: datetime | None = None) -> list[Card]:
    """What is to be done in a department (in all of them) and may be seen already, the most pressing first.

    `ended_since`: with what was done or waived since then in runs that are still live. One statement.
    """
    params = {"hotel": hotel_id, "department": department, "now": now}
    if ended_since is None:
        return cards(_BOARD, params, now)
    return cards(_BOARD_WITH_ENDED, params | {"ended_since": ended_since}, now)


def my_tasks(*, hotel_id: int, staff_id: int, now: datetime) -> list[Card]:
    """What one of the staff has to do, and what of the own department and post nobody has yet. One statement."""
    return cards(_MINE, {"hotel": hotel_id, "staff": staff_id, "now": now}, now)
