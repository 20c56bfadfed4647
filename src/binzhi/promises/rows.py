"""The statements that write runs, anchors and tasks: each sets all rows of a change at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.kernel import db
from binzhi.promises import laying
from binzhi.promises.laying import House, Moment, NewTask
from binzhi.promises.protocols.language import TaskSpec

_HOUSE = """
SELECT d.id, d.code,
    ARRAY(SELECT p.code FROM people_post p WHERE p.department_id = d.id ORDER BY p.grade DESC, p.id) AS posts
FROM people_department d WHERE d.hotel_id = %s
"""


def house_of(hotel_id: int, *, host: str = "", host_id: int | None = None) -> House:
    """The hotel's departments and their posts; the host by code or by id. One statement."""
    found = db.fetch_all(_HOUSE, [hotel_id])
    if host_id is not None:
        host = next(row["code"] for row in found if row["id"] == host_id)
    return House(
        departments={row["code"]: row["id"] for row in found},
        posts={row["code"]: row["posts"] for row in found},
        host=host,
    )


_FIELDS = (
    "key, clause, position, occurrence, branch, department_id, posts, anchor, offset_seconds, due_at, opens_at,"
    " compressed, state, after, rungs_after, rungs_to, next_at, own"
)
_GIVEN = """
json_to_recordset(%(tasks)s::json) AS x (
    key text, clause text, position smallint, occurrence smallint, branch text, department_id bigint, posts text[],
    anchor text, offset_seconds int, due_at timestamptz, opens_at timestamptz, compressed bool, state text,
    after text[], rungs_after int[], rungs_to text[], next_at timestamptz, own jsonb)
"""
_START = f"""
WITH run AS (
    INSERT INTO promises_run (hotel_id, version_id, subject, subject_id, occasion, label, room_id, guest_id,
        host_department_id, facts, status, started_at)
    VALUES (%(hotel)s, %(version)s, %(subject)s, %(subject_id)s, %(occasion)s, %(label)s, %(room)s, %(guest)s,
        %(host)s, %(facts)s::jsonb, 'live', %(now)s)
    ON CONFLICT ON CONSTRAINT run_once DO NOTHING
    RETURNING id
), anchors AS (
    INSERT INTO promises_anchor (hotel_id, run_id, name, occurrence, at)
    SELECT %(hotel)s, run.id, a.name, 1, a.at
    FROM run, unnest(%(names)s::text[], %(moments)s::timestamptz[]) AS a (name, at)
), tasks AS (
    INSERT INTO promises_task (hotel_id, run_id, {_FIELDS}) SELECT %(hotel)s, run.id, x.* FROM run, {_GIVEN}
)
SELECT id FROM run
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A row of promises_run to be, with everything under it."""

    hotel_id: int
    version_id: int
    subject: str
    subject_id: int
    occasion: str
    label: str
    room_id: int | None
    guest_id: int | None
    host_department_id: int | None
    facts: Mapping[str, object]
    moments: Sequence[Moment]
    tasks: Sequence[NewTask]


def insert_run(run: NewRun, *, now: datetime) -> int | None:
    """Run, anchors and tasks in one statement; None when this version runs over this occasion already."""
    found = db.fetch_value(
        _START,
        {
            "hotel": run.hotel_id, "version": run.version_id, "subject": run.subject, "subject_id": run.subject_id,
            "occasion": run.occasion, "label": run.label, "room": run.room_id, "guest": run.guest_id,
            "host": run.host_department_id, "facts": laying.plain_text(run.facts), "now": now,
            "names": [moment.name for moment in run.moments], "moments": [moment.at for moment in run.moments],
            "tasks": laying.as_json(run.tasks),
        },
    )  # fmt: skip
    return None if found is None else int(found)


# A task that was dropped and is asked for again is the same row, with a ladder of its own.
_ADD = f"""
WITH anchor AS (
    INSERT INTO promises_anchor (hotel_id, run_id, name, occurrence, at)
    SELECT %(hotel)s, %(run)s, a.name, a.occurrence, a.at
    FROM unnest(%(names)s::text[], %(occurrences)s::int[], %(moments)s::timestamptz[]) AS a (name, occurrence, at)
)
INSERT INTO promises_task AS t (hotel_id, run_id, {_FIELDS}) SELECT %(hotel)s, %(run)s, x.* FROM {_GIVEN}
ON CONFLICT ON CONSTRAINT task_once DO UPDATE SET
    state = excluded.state, due_at = excluded.due_at, opens_at = excluded.opens_at, compressed = excluded.compressed,
    next_at = excluded.next_at, department_id = excluded.department_id, posts = excluded.posts, ended_at = NULL,
    ended_by_id = NULL, assignee_id = NULL, acknowledged_at = NULL, round = t.round + 1, rung = 0,
    proofs_after = coalesce((SELECT max(p.id) FROM promises_proof p WHERE p.task_id = t.id), t.proofs_after),
    row_version = t.row_version + 1
WHERE t.state = 'dropped'
RETURNING t.id, t.key, t.department_id
"""  # noqa: S608  (constants)


def add_tasks(
    *, hotel_id: int, run_id: int, tasks: Sequence[NewTask], moments: Sequence[Moment] = ()
) -> list[dict[str, Any]]:
    """Tasks (and the new moments they hang on) for a run that is locked; rows that were dropped come back."""
    return db.fetch_all(
        _ADD,
        {
            "hotel": hotel_id, "run": run_id, "tasks": laying.as_json(tasks),
            "names": [moment.name for moment in moments],
            "occurrences": [moment.occurrence for moment in moments],
            "moments": [moment.at for moment in moments],
        },
    )  # fmt: skip


_LIMIT = "(%(at)s::timestamptz + t.offset_seconds * interval '1 second')"
# Late already and late by the new limit too: it stays as late as it is, and nobody is told anew.
_STAYS = f"(t.due_at IS NOT NULL AND t.due_at < %(now)s AND {_LIMIT} < %(now)s)"
_DUE = f"CASE WHEN {_STAYS} THEN t.due_at ELSE greatest({_LIMIT}, %(now)s) END"
_SAME = f"(t.due_at IS NOT NULL AND t.due_at = {_DUE})"
_OPENS = """coalesce((t.own->>'opens')::int,
            (SELECT o.opens FROM unnest(%(keys)s::text[], %(opens)s::int[]) AS o (key, opens) WHERE o.key = t.key))"""
_MOVE = f"""
WITH anchor AS (
    UPDATE promises_anchor SET at = %(at)s, moves = moves + (at IS NOT NULL)::int
    WHERE run_id = %(run)s AND name = %(anchor)s AND occurrence = %(occurrence)s
), task AS (
    UPDATE promises_task t SET
        state = 'open',
        due_at = {_DUE},
        opens_at = {_LIMIT} - {_OPENS} * interval '1 second',
        compressed = CASE WHEN {_STAYS} THEN t.compressed ELSE {_LIMIT} < %(now)s END,
        round = t.round + (t.due_at IS NOT NULL AND NOT {_SAME})::int,
        rung = CASE WHEN {_SAME} THEN t.rung ELSE 0 END,
        next_at = CASE WHEN {_SAME} THEN t.next_at
            WHEN cardinality(t.rungs_after) > 0 THEN {_DUE} + t.rungs_after[1] * interval '1 second' END,
        row_version = t.row_version + 1
    WHERE t.run_id = %(run)s AND t.anchor = %(anchor)s AND t.occurrence = %(occurrence)s
        AND t.state IN ('waiting', 'open')
    RETURNING t.id, t.assignee_id, t.department_id, t.acknowledged_at
), told AS (
    INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, at)
    SELECT %(hotel)s, task.id, 'moved', task.assignee_id,
        CASE WHEN task.assignee_id IS NULL THEN task.department_id END, %(now)s
    FROM task WHERE task.acknowledged_at IS NOT NULL AND %(tell)s
)
SELECT count(*) FROM task
"""  # noqa: S608  (constants)


def move_tasks(
    *, hotel_id: int, run_id: int, moment: Moment, words: Sequence[TaskSpec], tell: bool, now: datetime
) -> int:
    """Put an anchor at a moment and move all its unended tasks along, in one statement; how many those are.

    `words`: the protocol's tasks that hang on it. A limit that has passed is due now, compressed. `tell`: who had
    acknowledged learns of it. The run is locked.
    """
    opening = {spec.key: int(spec.opens.total_seconds()) for spec in words if spec.opens is not None}
    return int(db.fetch_value(
        _MOVE,
        {
            "hotel": hotel_id, "run": run_id, "anchor": moment.name, "occurrence": moment.occurrence, "at": moment.at,
            "now": now, "tell": tell, "keys": list(opening), "opens": list(opening.values()),
        },
    ))  # fmt: skip


_DROP = """
WITH dropped AS (
    UPDATE promises_task t SET state = 'dropped', ended_at = %(now)s, ended_by_id = %(user)s::bigint, next_at = NULL,
        row_version = t.row_version + 1
    WHERE t.run_id = %(run)s AND t.id = ANY (%(drop)s::bigint[]) AND t.state IN ('waiting', 'open')
    RETURNING t.id, t.assignee_id
), freed AS (
    UPDATE promises_task t SET assignee_id = NULL, acknowledged_at = NULL, row_version = t.row_version + 1
    FROM unnest(%(free)s::bigint[], %(people)s::bigint[]) AS f (id, staff_id)
    WHERE t.run_id = %(run)s AND t.id = f.id
    RETURNING t.id, t.department_id, f.staff_id
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, text, at)
SELECT %(hotel)s, n.id, 'cancelled', n.staff_id, n.department_id, %(text)s, %(now)s FROM (
    SELECT id, assignee_id AS staff_id, NULL::bigint AS department_id FROM dropped WHERE assignee_id IS NOT NULL
    UNION ALL SELECT id, staff_id, NULL FROM freed
    UNION ALL SELECT id, NULL, department_id FROM freed
) n ORDER BY n.id
"""


def drop_and_free(
    *,
    hotel_id: int,
    run_id: int,
    drop: Sequence[int],
    free: Mapping[int, int],
    user_id: int | None,
    now: datetime,
    text: str = "",
) -> None:
    """Tasks no longer asked for, and tasks taken from who may not have them (`free`: task to staff); all are told."""
    db.execute(
        _DROP,
        {
            "hotel": hotel_id, "run": run_id, "drop": list(drop), "free": list(free), "people": list(free.values()),
            "user": user_id, "now": now, "text": text,
        },
    )  # fmt: skip


_END = """
WITH ended AS (
    UPDATE promises_run SET status = %(status)s, ended_at = %(now)s, row_version = row_version + 1 WHERE id = %(run)s
), dropped AS (
    UPDATE promises_task t SET state = 'dropped', ended_at = %(now)s, ended_by_id = %(user)s::bigint, next_at = NULL,
        row_version = t.row_version + 1
    WHERE t.run_id = %(run)s AND t.state IN ('waiting', 'open') RETURNING t.id, t.assignee_id
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, text, at)
SELECT %(hotel)s, id, 'cancelled', assignee_id, %(text)s, %(now)s FROM dropped WHERE assignee_id IS NOT NULL
"""


def end_run(*, hotel_id: int, run_id: int, status: str, user_id: int | None, now: datetime, text: str = "") -> None:
    """End a run that is locked and drop what is left of it; whoever had something of it is told."""
    db.execute(
        _END,
        {"hotel": hotel_id, "run": run_id, "status": status, "user": user_id, "now": now, "text": text},
    )


_TELL = """
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, text, at)
SELECT %(hotel)s, n.task_id, n.kind, n.staff_id, n.department_id, %(text)s, %(now)s
FROM unnest(%(tasks)s::bigint[], %(kinds)s::text[], %(staff)s::bigint[], %(departments)s::bigint[])
    AS n (task_id, kind, staff_id, department_id)
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to be: to one of the staff, or to a department."""

    task_id: int
    kind: str
    staff_id: int | None = None
    department_id: int | None = None


def tell(notices: Sequence[Told], *, hotel_id: int, now: datetime, text: str = "") -> None:
    """Write notices, in one statement."""
    if notices:
        db.execute(
            _TELL,
            {
                "hotel": hotel_id, "text": text, "now": now, "tasks": [one.task_id for one in notices],
                "kinds": [str(one.kind) for one in notices], "staff": [one.staff_id for one in notices],
                "departments": [one.department_id for one in notices],
            },
        )  # fmt: skip
