"""What is due and not done climbs its ladder: found by index, claimed safely by several workers, never told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import Entry, record_across, unit_of_work
from binzhi.people import duty
from binzhi.promises.events import TaskEscalated
from binzhi.promises.protocols.language import MANAGER, PERSON

SWEEPER = Actor.system("promises sweep")

# Whoever holds a task's row (a signature under way, another sweep) is passed by; the next sweep looks again.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM promises_task WHERE next_at <= %(now)s ORDER BY next_at, id LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE promises_task t SET
    rung = t.rung + 1,
    next_at = CASE WHEN t.rung + 2 <= cardinality(t.rungs_after)
        THEN t.due_at + t.rungs_after[t.rung + 2] * interval '1 second' END
FROM due WHERE t.id = due.id
RETURNING t.id, t.hotel_id, t.run_id, t.key, t.round, t.rung, t.rungs_to[t.rung] AS to_post, t.due_at, t.assignee_id,
    t.department_id
"""
_MANAGERS = """
SELECT DISTINCT ON (department_id) department_id, code FROM people_post
WHERE department_id = ANY (%s::bigint[]) ORDER BY department_id, grade DESC, id
"""
# Nobody by name: the department itself is told, so that no step falls on deaf ears.
_TELL = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(steps)s::json) AS g (
        hotel_id bigint, id bigint, round int, rung int, to_post text, staff_id bigint, department_id bigint,
        due_at timestamptz)
), escalation AS (
    INSERT INTO promises_escalation (hotel_id, task_id, round, rung, to_post, staff_id, due_at, at)
    SELECT hotel_id, id, round, rung, to_post, staff_id, due_at, %(now)s FROM given
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, at)
SELECT hotel_id, id, 'late', staff_id, CASE WHEN staff_id IS NULL THEN department_id END, %(now)s FROM given
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A task that took a step of its ladder."""

    id: int
    hotel_id: int
    run_id: int
    key: str
    round: int
    rung: int
    to_post: str
    due_at: datetime
    assignee_id: int | None
    department_id: int


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Take every step that is due by `now`; how many those were.

    A worker that was down finds all steps it missed and takes them in order, one rung of a task after the other. Each
    batch is one transaction: a worker killed in it has claimed nothing. Publishes TaskEscalated for each.
    """
    db.enter_scope("*", "*")
    steps, answering = 0, Answering(now)
    while True:
        with unit_of_work():
            taken = _batch(answering, limit)
        if not taken:
            return steps
        steps += taken


def _batch(answering: Answering, limit: int) -> int:
    claimed = [Claimed(**row) for row in db.fetch_all(_CLAIM, {"now": answering.now, "limit": limit})]
    if not claimed:
        return 0
    claimed.sort(key=lambda one: (one.due_at, one.id))
    escalate(claimed, answering)
    return len(claimed)


def escalate(claimed: Sequence[Claimed], answering: Answering) -> None:
    """Write the steps taken and tell whom they are for: once per task, round and rung, or the table refuses."""
    now = answering.now
    steps = [
        {"hotel_id": one.hotel_id, "id": one.id, "round": one.round, "rung": one.rung, "to_post": one.to_post,
         "staff_id": person, "department_id": one.department_id, "due_at": one.due_at}
        for one, person in zip(claimed, answering.who(claimed), strict=True)
    ]  # fmt: skip
    db.execute(_TELL, {"now": now, "steps": orjson.dumps(steps).decode()})
    record_across(
        "task.escalated", subject="task", actor=SWEEPER, now=now,
        entries=[(one.hotel_id, _entry(one)) for one in claimed], together=True,
    )  # fmt: skip


def _entry(one: Claimed) -> Entry:
    event = TaskEscalated(
        hotel_id=one.hotel_id, run_id=one.run_id, task_id=one.id, key=one.key, round=one.round, rung=one.rung
    )
    return Entry(one.id, event, after={"to": one.to_post, "round": one.round, "rung": one.rung})


class Answering:
    """Who answers for what at one moment; what was found for one batch is known in the next."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._there: dict[tuple[int, str], int | None] = {}
        self._managers: dict[int, str] = {}

    def who(self, claimed: Sequence[Claimed]) -> list[int | None]:
        """The one meant by each step: the task's person, or who answers for the post; None when nobody is there."""
        self._find_managers({one.department_id for one in claimed if one.to_post == MANAGER})
        posts = [self._post(one) for one in claimed]
        self._find({(one.hotel_id, post) for one, post in zip(claimed, posts, strict=True) if post})
        return [
            one.assignee_id if post is None else self._there.get((one.hotel_id, post))
            for one, post in zip(claimed, posts, strict=True)
        ]

    def _post(self, one: Claimed) -> str | None:
        """Whose turn it is, by post; empty where the department has none, None when it is the task's own person."""
        if one.to_post == PERSON:
            return None
        return self._managers[one.department_id] if one.to_post == MANAGER else one.to_post

    def _find_managers(self, departments: set[int]) -> None:
        unknown = departments - self._managers.keys()
        if unknown:
            self._managers |= dict.fromkeys(unknown, "")
            found = db.fetch_all(_MANAGERS, [db.array(sorted(unknown))])
            self._managers |= {row["department_id"]: row["code"] for row in found}

    def _find(self, asked: set[tuple[int, str]]) -> None:
        unknown = sorted(asked - self._there.keys())
        if unknown:
            found = duty.stand_ins(asked=unknown, at=self.now)
            self._there |= {pair: found[pair].staff_id if pair in found else None for pair in unknown}
