"""What is due and not done climbs its ladder: found by index, claimed safely by several workers, never told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
FROM due, people_department d
WHERE t.id = due.id AND d.id = t.department_id
RETURNING t.id, t.hotel_id, t.run_id, t.key, t.round, t.rung, t.rungs_to[t.rung] AS to_post, t.due_at, t.assignee_id,
    t.department_id, (
        SELECT p.code FROM people_post p WHERE p.department_id = d.id ORDER BY p.grade DESC, p.id LIMIT 1) AS manager
"""
_TELL = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(hotels)s::bigint[], %(tasks)s::bigint[], %(rounds)s::int[], %(rungs)s::int[],
        %(posts)s::text[], %(staff)s::bigint[], %(departments)s::bigint[], %(due)s::timestamptz[])
        AS g (hotel_id, task_id, round, rung, to_post, staff_id, department_id, due_at)
), escalation AS (
    INSERT INTO promises_escalation (hotel_id, task_id, round, rung, to_post, staff_id, due_at, at)
    SELECT hotel_id, task_id, round, rung, to_post, staff_id, due_at, %(now)s FROM given
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, at)
SELECT hotel_id, task_id, 'late', staff_id, department_id, %(now)s FROM given
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A task that took a step of its ladder; `manager`: the highest post of its department."""

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
    manager: str | None

    @property
    def post(self) -> str:
        """Whose turn it is, by post; empty when it is the task's own person."""
        if self.to_post == PERSON:
            return ""
        return (self.manager or "") if self.to_post == MANAGER else self.to_post


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Take every step that is due by `now`; how many those were.

    A worker that was down finds all steps it missed and takes them in order, one rung of a task after the other. Each
    batch is one transaction: a worker killed in it has claimed nothing. Publishes TaskEscalated for each.
    """
    db.enter_scope("*", "*")
    steps = 0
    while True:
        with unit_of_work():
            taken = _batch(now, limit)
        if not taken:
            return steps
        steps += taken


def _batch(now: datetime, limit: int) -> int:
    claimed = [Claimed(**row) for row in db.fetch_all(_CLAIM, {"now": now, "limit": limit})]
    if not claimed:
        return 0
    claimed.sort(key=lambda one: (one.due_at, one.id))
    escalate(claimed, now)
    return len(claimed)


def escalate(claimed: Sequence[Claimed], now: datetime) -> None:
    """Write the steps taken and tell whom they are for: once per task, round and rung, or the table refuses."""
    staff = _who(claimed, now)
    db.execute(
        _TELL,
        {
            "now": now, "hotels": db.array(one.hotel_id for one in claimed),
            "tasks": db.array(one.id for one in claimed), "rounds": db.array(one.round for one in claimed),
            "rungs": db.array(one.rung for one in claimed), "posts": [one.to_post for one in claimed],
            "staff": db.array(staff),
            # Nobody by name: the department itself is told, so that no step falls on deaf ears.
            "departments": db.array(
                one.department_id if person is None else None for one, person in zip(claimed, staff, strict=True)
            ),
            "due": [one.due_at for one in claimed],
        },
    )  # fmt: skip
    record_across(
        "task.escalated", subject="task", actor=SWEEPER, now=now,
        entries=[(one.hotel_id, _entry(one)) for one in claimed],
    )  # fmt: skip


def _entry(one: Claimed) -> Entry:
    event = TaskEscalated(
        hotel_id=one.hotel_id, run_id=one.run_id, task_id=one.id, key=one.key, round=one.round, rung=one.rung
    )
    return Entry(one.id, event, after={"to": one.to_post, "round": one.round, "rung": one.rung})


def _who(claimed: Sequence[Claimed], now: datetime) -> list[int | None]:
    """The one meant by each step: the task's person, or who answers for the post now; None when nobody is there."""
    asked = sorted({(one.hotel_id, one.post) for one in claimed if one.post})
    found = duty.stand_ins(asked=asked, at=now) if asked else {}
    there = {pair: person.staff_id for pair, person in found.items()}
    return [there.get((one.hotel_id, one.post)) if one.post else one.assignee_id for one in claimed]
