"""A task waived, or opened again with what was built upon it; and the department's log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import Entry, operation, record, record_each
from binzhi.kernel.text import clean_text
from binzhi.promises.access import Permission
from binzhi.promises.enums import RunStatus, TaskState
from binzhi.promises.errors import NotWaivable, RunEnded, TaskNotEnded
from binzhi.promises.events import LogWritten, TaskReopened, TaskWaived
from binzhi.promises.locks import LockedRun, TaskRow, akin, lock_task
from binzhi.promises.requests import TaskResult
from binzhi.promises.services.work import end_if_finished, require_unended

REASON_LIMIT, LOG_LIMIT = 200, 1000
_WAIVE = """
WITH task AS (
    UPDATE promises_task SET state = 'waived', ended_at = %(now)s, ended_by_id = %(user)s, reason = %(reason)s,
        next_at = NULL, row_version = row_version + 1
    WHERE id = %(task)s RETURNING id, assignee_id
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, text, at)
SELECT %(hotel)s, id, 'cancelled', assignee_id, %(reason)s, %(now)s FROM task WHERE assignee_id IS NOT NULL
"""


@operation(Permission.WAIVE)
def waive_task(
    *, hotel_id: int, task_id: int, reason: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> TaskResult:
    """Let a task go undone, with a reason; its person is told, and what comes after it may go on.

    Locks the run. Raises NotFound, EditConflict, RunEnded, TaskEnded, NotWaivable, InvalidInput at the reason.
    Publishes TaskWaived; RunDone when it was the last.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    run, task, tasks = lock_task(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version)
    require_unended(run, task)
    if not task.words(run.spec).waivable:
        raise NotWaivable
    db.execute(_WAIVE, {"hotel": hotel_id, "task": task_id, "user": actor.user_id, "reason": reason, "now": now})
    record(
        "task.waived", subject="task", subject_id=task_id, hotel_id=hotel_id, actor=actor, now=now, reason=reason,
        before={"state": task.state}, after={"state": "waived"},
        event=TaskWaived(hotel_id=hotel_id, run_id=run.id, task_id=task_id, key=task.key),
    )  # fmt: skip
    ended = end_if_finished(run, task, tasks, actor=actor, now=now)
    return TaskResult(task_id, task.version + 1, done=False, run_ended=ended)


# What was signed counts no more; its time begins anew, at once where the limit has passed.
_REOPEN = """
WITH waits_again AS (
    UPDATE promises_task t SET state = 'waiting', ended_at = NULL, ended_by_id = NULL, row_version = t.row_version + 1
    FROM promises_run r
    WHERE r.id = %(run)s AND r.status = 'done' AND t.run_id = r.id AND t.state = 'dropped' AND t.ended_at = r.ended_at
        AND t.due_at IS NULL
), run AS (
    UPDATE promises_run SET status = 'live', ended_at = NULL, row_version = row_version + 1
    WHERE id = %(run)s AND status = 'done'
), task AS (
    UPDATE promises_task t SET
        state = CASE WHEN t.due_at IS NULL THEN 'waiting' ELSE 'open' END, ended_at = NULL, ended_by_id = NULL,
        reason = '', acknowledged_at = NULL,
        due_at = CASE WHEN t.due_at IS NOT NULL THEN greatest(t.due_at, %(now)s) END,
        compressed = t.compressed OR coalesce(t.due_at < %(now)s, false),
        round = t.round + 1, rung = 0,
        next_at = CASE WHEN t.due_at IS NOT NULL AND cardinality(t.rungs_after) > 0
            THEN greatest(t.due_at, %(now)s) + t.rungs_after[1] * interval '1 second' END,
        proofs_after = coalesce((SELECT max(p.id) FROM promises_proof p WHERE p.task_id = t.id), t.proofs_after),
        row_version = t.row_version + 1
    WHERE t.id = ANY (%(tasks)s::bigint[])
    RETURNING t.id, t.assignee_id, t.department_id
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, department_id, text, at)
SELECT %(hotel)s, id, 'reopened', assignee_id, CASE WHEN assignee_id IS NULL THEN department_id END, %(reason)s, %(now)s
FROM task ORDER BY id
"""


@operation(Permission.WORK)
def reopen_task(
    *, hotel_id: int, task_id: int, reason: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> list[int]:
    """Open a task that was ended again, and all that were done after it: their ids, its own first.

    A run that was done is live again, and what its end made needless waits again. Signatures given before count no
    more. Locks the run. Raises NotFound, EditConflict, RunEnded (cancelled), TaskNotEnded, InvalidInput at the reason.
    Publishes TaskReopened for each.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    run, task, tasks = lock_task(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version)
    if run.status == RunStatus.CANCELLED:
        raise RunEnded
    if task.state not in (TaskState.DONE, TaskState.WAIVED):
        raise TaskNotEnded
    return open_again(run, task, tasks, reason=reason, actor=actor, now=now)


def open_again(
    run: LockedRun, task: TaskRow, tasks: Sequence[TaskRow], *, reason: str, actor: Actor, now: datetime
) -> list[int]:
    """A task and what was done after it are to be done once more; part of an operation that holds the run."""
    again = [task, *_built_upon(task, tasks)]
    db.execute(
        _REOPEN,
        {"hotel": run.hotel_id, "run": run.id, "tasks": [one.id for one in again], "reason": reason, "now": now},
    )
    record_each(
        "task.reopened", subject="task", hotel_id=run.hotel_id, actor=actor, now=now, reason=reason,
        entries=[
            Entry(
                one.id, TaskReopened(hotel_id=run.hotel_id, run_id=run.id, task_id=one.id, key=one.key),
                before={"state": one.state}, after={"because_of": task.id},
            )
            for one in again
        ],
    )  # fmt: skip
    return [one.id for one in again]


def _built_upon(first: TaskRow, tasks: Sequence[TaskRow]) -> list[TaskRow]:
    """The tasks done after `first`, and those done after them."""
    found = {first.id: first}
    queue = [first]
    while queue:
        below = queue.pop()
        for task in tasks:
            if task.id in found or task.state != TaskState.DONE or below.key not in task.after:
                continue
            if below in akin(task, [other for other in tasks if other.key == below.key]):
                found[task.id] = task
                queue.append(task)
    return sorted((task for task in found.values() if task is not first), key=lambda task: task.id)


_DEPARTMENT = "SELECT id FROM people_department WHERE hotel_id = %s AND code = %s"
_RUN = "SELECT 1 FROM promises_run WHERE hotel_id = %s AND id = %s"
_LOG = """
INSERT INTO promises_logentry (hotel_id, department_id, run_id, user_id, text, at) VALUES (%s, %s, %s, %s, %s, %s)
RETURNING id
"""


@operation(Permission.WORK)
def write_log(
    *, hotel_id: int, department: str, text: str, run_id: int | None = None, actor: Actor, now: datetime
) -> int:
    """Write a line into a department's log; its id.

    Locks nothing. Raises NotFound (department, run), InvalidInput at the text. Publishes LogWritten.
    """
    text = clean_text(text, field="text", limit=LOG_LIMIT, required=True, multiline=True)
    department_id = db.fetch_value(_DEPARTMENT, [hotel_id, department])
    if department_id is None:
        raise NotFound(field="department")
    if run_id is not None and db.fetch_value(_RUN, [hotel_id, run_id]) is None:
        raise NotFound(field="run")
    entry_id = int(db.fetch_value(_LOG, [hotel_id, department_id, run_id, actor.user_id, text, now]))
    record(
        "department.log_written", subject="log_entry", subject_id=entry_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"department": department, "run": run_id}, event=LogWritten(hotel_id=hotel_id, entry_id=entry_id),
    )  # fmt: skip
    return entry_id
