"""What is due and not done climbs its ladder: found by index, claimed safely by several workers, never told twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from binzhi.kernel import db, outbox
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import RECORDING_TOGETHER, recording_together, unit_of_work
from binzhi.people import duty
from binzhi.promises.events import TaskEscalated
from binzhi.promises.protocols.language import MANAGER, PERSON

SWEEPER = Actor.system("promises sweep")

# Whom the next batches will ask for, with the steps that may follow, as far as it can be told without a lock.
_ASKED = """
SELECT DISTINCT hotel_id, department_id, to_post FROM (
    SELECT hotel_id, department_id, rungs_to[rung + 1:] AS posts FROM promises_task WHERE next_at <= %(now)s
    ORDER BY next_at, id LIMIT %(limit)s
) due, unnest(posts) AS to_post
"""
_FAR = 4  # batches
_MANAGERS = """
SELECT DISTINCT ON (department_id) department_id, code FROM people_post
WHERE department_id = ANY (%s::bigint[]) ORDER BY department_id, grade DESC, id
"""
# Claim, step, notice, audit row and event are one statement: nothing can come between them.
# Whoever holds a task's row (a signature under way, another sweep) is passed by; the next sweep looks again. So is a
# step for somebody who was not looked up, as the row was not in sight then. Nobody by name: the department itself is
# told, so that no step falls on deaf ears.
_STEP = f"""
WITH answering AS MATERIALIZED (
    SELECT * FROM unnest(%(hotels)s::bigint[], %(departments)s::bigint[], %(posts)s::text[], %(staff)s::bigint[])
        AS a (hotel_id, department_id, to_post, staff_id)
), due AS MATERIALIZED (
    SELECT ctid AS place, hotel_id, department_id, rungs_to[rung + 1] AS to_post, assignee_id FROM promises_task
    WHERE next_at <= %(now)s ORDER BY next_at, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
), known AS MATERIALIZED (
    SELECT place, to_post, assignee_id AS staff_id FROM due WHERE to_post = %(person)s
    UNION ALL
    SELECT d.place, d.to_post, a.staff_id FROM due d JOIN answering a USING (hotel_id, department_id, to_post)
), claimed AS (
    UPDATE promises_task t SET
        rung = t.rung + 1,
        next_at = CASE WHEN t.rung + 2 <= cardinality(t.rungs_after)
            THEN t.due_at + t.rungs_after[t.rung + 2] * interval '1 second' END
    FROM known k WHERE t.ctid = k.place
    RETURNING t.id, t.hotel_id, t.run_id, t.key, t.round, t.rung, t.due_at, t.department_id, k.to_post, k.staff_id
), step AS MATERIALIZED (
    SELECT * FROM claimed ORDER BY due_at, id
), escalation AS (
    INSERT INTO promises_escalation (hotel_id, task_id, round, rung, to_post, staff_id, due_at, at)
    SELECT hotel_id, id, round, rung, to_post, staff_id, due_at, %(now)s FROM step
), notice AS (
    INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, at)
    SELECT hotel_id, id, 'late', staff_id, CASE WHEN staff_id IS NULL THEN department_id END, %(now)s FROM step
), changed AS (
    SELECT id, hotel_id, row_number() OVER () AS place,
        jsonb_build_array(id, to_post, round, rung) AS after,
        jsonb_build_object('hotel_id', hotel_id, 'run_id', run_id, 'task_id', id, 'key', key, 'round', round,
            'rung', rung) AS payload
    FROM step
), {RECORDING_TOGETHER}
SELECT (SELECT count(*) FROM due) AS due, (SELECT count(*) FROM event) AS taken,
    CASE WHEN %(react)s THEN ARRAY(SELECT id FROM event ORDER BY id) END AS events,
    CASE WHEN %(react)s THEN ARRAY(SELECT payload FROM changed ORDER BY place) END AS payloads
"""  # noqa: S608  (constants)


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Take every step that is due by `now`; how many those were.

    A worker that was down finds all steps it missed and takes them in order, one rung of a task after the other. Each
    batch is one transaction: a worker killed in it has claimed nothing. Publishes TaskEscalated for each.
    """
    db.enter_scope("*", "*")
    steps, answering = 0, Answering(now)
    if not answering.look(limit):
        return 0
    while True:
        with unit_of_work():
            due, taken = _batch(answering, limit)
        steps += taken
        if not due:
            return steps
        # What is left over is for somebody not looked up yet; looked up in vain, it stays for the next sweep.
        if taken < due and not answering.look(limit) and not taken:
            return steps


def _batch(answering: Answering, limit: int) -> tuple[int, int]:
    """Take a batch of steps, of those for people known to `answering`; how many were due and how many were taken."""
    row = db.fetch_one(
        _STEP,
        {
            "now": answering.now, "limit": limit, "person": PERSON, **answering.known(),
            **recording_together("task.escalated", subject="task", topic=TaskEscalated.topic, actor=SWEEPER,
                                 now=answering.now),
            "react": outbox.has_reactions(TaskEscalated),
        },
    )  # fmt: skip
    assert row is not None
    for event_id, payload in zip(row["events"] or (), row["payloads"] or (), strict=True):
        outbox.react(TaskEscalated(**db.plain_json(payload)), event_id=event_id)
    return row["due"], row["taken"]


Asked = tuple[int, int, str]  # hotel, department, and whom the step is for


class Answering:
    """Who answers for what at one moment; what was found for one batch is known in the next."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._seen: set[Asked] = set()
        self._there: dict[Asked, int | None] = {}
        self._known = self._told()

    def look(self, limit: int) -> bool:
        """Find out who answers for the steps that come next, some batches ahead; was there anything new?"""
        rows = db.fetch_all(_ASKED, {"now": self.now, "limit": _FAR * limit})
        new = {(row["hotel_id"], row["department_id"], row["to_post"]) for row in rows} - self._seen
        self._seen |= new
        posts = {one for one in new if one[2] != PERSON}
        if posts:
            self._find(posts)
        return bool(new)

    def known(self) -> dict[str, Any]:
        """The parameters of `_STEP`: hotels, departments, posts, and the person for each or nobody."""
        return self._known

    def _told(self) -> dict[str, Any]:
        return {
            "hotels": db.array(hotel for hotel, _department, _post in self._there),
            "departments": db.array(department for _hotel, department, _post in self._there),
            "posts": db.array(post for _hotel, _department, post in self._there),
            "staff": db.array(self._there.values()),
        }

    def _find(self, unknown: set[Asked]) -> None:
        """The manager is the department's highest post; a post that nobody holds at work has a stand-in or none."""
        managers = _managers({department for _hotel, department, post in unknown if post == MANAGER})
        posts = {one: managers.get(one[1], "") if one[2] == MANAGER else one[2] for one in unknown}
        pairs = sorted({(one[0], post) for one, post in posts.items() if post})
        there = duty.stand_ins(asked=pairs, at=self.now) if pairs else {}
        found = {one: there.get((one[0], post)) for one, post in posts.items()}
        self._there |= {one: person.staff_id if person else None for one, person in found.items()}
        self._known = self._told()


def _managers(departments: set[int]) -> dict[int, str]:
    found = db.fetch_all(_MANAGERS, [db.array(sorted(departments))]) if departments else []
    return {row["department_id"]: row["code"] for row in found}
