"""The work on a task: seen, done, countersigned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.promises import evidence, who
from binzhi.promises.access import Permission
from binzhi.promises.enums import Evidence, TaskState
from binzhi.promises.errors import AssignedToAnother, DependencyOpen, NothingToCountersign, TaskWaiting, WrongPost
from binzhi.promises.events import TaskAcknowledged, TaskDone, TaskSigned
from binzhi.promises.locks import open_dependencies
from binzhi.promises.protocols.language import Wanted
from binzhi.promises.requests import ProofInput, TaskResult
from binzhi.promises.services import naming
from binzhi.promises.services.endings import reopen_task, waive_task, write_log
from binzhi.promises.services.moments import anchor_of
from binzhi.promises.services.work import Work, begin, end_if_finished, require_may_do

__all__ = ["acknowledge_task", "complete_task", "countersign_task", "reopen_task", "waive_task", "write_log"]

_ACKNOWLEDGE = """
UPDATE promises_task SET acknowledged_at = coalesce(acknowledged_at, %s), assignee_id = coalesce(assignee_id, %s),
    row_version = row_version + 1
WHERE id = %s
"""


@operation(Permission.WORK)
def acknowledge_task(
    *, hotel_id: int, task_id: int, expected_version: int | None = None, actor: Actor, now: datetime
) -> TaskResult:
    """Say that one has seen a task and will do it; a task nobody has becomes one's own.

    Locks the run. Idempotent. Raises NotFound, EditConflict, RunEnded, TaskEnded, AssignedToAnother, WrongPost,
    Ineligible. Publishes TaskAcknowledged.
    """
    work = begin(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version, actor=actor, now=now)
    if work.task.assignee_id is not None and work.staff_id not in (None, work.task.assignee_id):
        raise AssignedToAnother
    require_may_do(work, now)
    db.execute(_ACKNOWLEDGE, [now, work.staff_id, task_id])
    record(
        "task.acknowledged", subject="task", subject_id=task_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"assignee": work.task.assignee_id}, after={"assignee": work.task.assignee_id or work.staff_id},
        event=TaskAcknowledged(hotel_id=hotel_id, run_id=work.run.id, task_id=task_id, key=work.task.key),
    )  # fmt: skip
    return TaskResult(task_id, work.task.version + 1, done=False)


# What is left of the ladder falls away with the end; the next departments learn of it.
_SIGN = f"""
WITH task AS (
    UPDATE promises_task SET
        state = CASE WHEN %(done)s THEN 'done' ELSE state END,
        ended_at = CASE WHEN %(done)s THEN %(now)s::timestamptz END,
        ended_by_id = CASE WHEN %(done)s THEN %(user)s::bigint END,
        next_at = CASE WHEN %(done)s THEN NULL ELSE next_at END,
        assignee_id = coalesce(assignee_id, %(doer)s::bigint), row_version = row_version + 1
    WHERE id = %(task)s RETURNING id
), {evidence.INSERT_PROOFS}
INSERT INTO promises_notice (hotel_id, task_id, kind, department_id, at)
SELECT %(hotel)s, task.id, 'handoff', d.id, %(now)s
FROM task, people_department d WHERE %(done)s AND d.hotel_id = %(hotel)s AND d.code = ANY (%(hand_on)s::text[])
"""  # noqa: S608  (constants)


@operation(Permission.WORK)
def complete_task(
    *,
    hotel_id: int,
    task_id: int,
    proofs: Sequence[ProofInput] = (),
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> TaskResult:
    """Hand in the evidence: the task is done, or waits for the countersignatures it wants.

    The next departments are told; the last task ends the run. Locks the run. Raises NotFound, EditConflict, RunEnded,
    TaskEnded, TaskWaiting (an event that has not happened), WrongPost, Ineligible, DependencyOpen, NobodyNamed,
    InvalidInput at the piece of evidence that is missing or wrong. Publishes TaskDone, or TaskSigned; RunDone with the
    last.
    """
    work = begin(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version, actor=actor, now=now)
    _require_begun(work)
    require_may_do(work, now)
    before = open_dependencies(work.task, work.tasks)
    if before:
        raise DependencyOpen(
            task=before[0].words(work.run.spec).title, keys=tuple(dict.fromkeys(one.key for one in before))
        )
    naming.require_all_named(work, now)
    given = evidence.cleaned(work.spec, proofs, hotel_id=hotel_id)
    kept = evidence.kept_of(task_id, work.task.proofs_after)
    evidence.require_complete(work.spec, kept, given)
    return _sign(work, given, evidence.countersignatures_left(work.spec, kept), actor=actor, now=now)


def _require_begun(work: Work) -> None:
    """What is planned may be done ahead of a time not known yet; what follows an event may not go before it."""
    if work.task.state == TaskState.WAITING:
        anchor = anchor_of(work.run.spec, work.task.anchor)
        if not anchor.planned:
            raise TaskWaiting(anchor=anchor.label)


@operation(Permission.WORK)
def countersign_task(
    *, hotel_id: int, task_id: int, expected_version: int | None = None, actor: Actor, now: datetime
) -> TaskResult:
    """Put the signature of the other post under what somebody did; with the last one the task is done.

    Locks the run. Raises NotFound, EditConflict, RunEnded, TaskEnded, NothingToCountersign (none is wanted, or the
    one who does it has not signed), WrongPost. Publishes TaskDone, or TaskSigned while another is wanted.
    """
    work = begin(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version, actor=actor, now=now)
    kept = evidence.kept_of(task_id, work.task.proofs_after)
    left = evidence.countersignatures_left(work.spec, kept)
    if not left or not evidence.is_begun(work.spec, kept):
        raise NothingToCountersign
    wanted = _countersignature_for(work, left, now)
    proof = ProofInput(Evidence.COUNTERSIGNATURE, item=wanted.post)
    return _sign(work, [proof], [one for one in left if one is not wanted], actor=actor, now=now)


def _countersignature_for(work: Work, left: Sequence[Wanted], now: datetime) -> Wanted:
    """The one this person can give. Raises WrongPost."""
    if work.person is None:
        return left[0]
    posts = who.posts_of(work.run.hotel_id)
    last = len(left) - 1
    for place, wanted in enumerate(left):
        department = posts[wanted.post].department if wanted.post in posts else ""
        try:
            who.require_post(
                work.person, hotel_id=work.run.hotel_id, wanted=[wanted.post], department=department, at=now
            )
        except WrongPost:
            if place == last:
                raise
            continue
        return wanted
    raise AssertionError("left is not empty")


def _sign(
    work: Work, proofs: Sequence[ProofInput], left: Sequence[Wanted], *, actor: Actor, now: datetime
) -> TaskResult:
    """Keep the proofs; without a countersignature left the task is done."""
    run, task, done = work.run, work.task, not left
    is_doer = not any(proof.kind == Evidence.COUNTERSIGNATURE for proof in proofs)
    db.execute(
        _SIGN,
        evidence.params(proofs, hotel_id=run.hotel_id, staff_id=work.staff_id, user_id=actor.user_id, now=now)
        | {
            "done": done, "doer": work.staff_id if is_doer else None, "task": task.id,
            "hand_on": list(work.spec.hand_on),
        },
    )  # fmt: skip
    event = TaskDone if done else TaskSigned
    record(
        "task.done" if done else "task.signed", subject="task", subject_id=task.id, hotel_id=run.hotel_id,
        actor=actor, now=now, before={"state": task.state},
        after={"proofs": [str(proof.kind.value) for proof in proofs], "left": [one.post for one in left]},
        event=event(hotel_id=run.hotel_id, run_id=run.id, task_id=task.id, key=task.key),
    )  # fmt: skip
    ended = done and end_if_finished(run, task, work.tasks, actor=actor, now=now)
    return TaskResult(task.id, task.version + 1, done, tuple(one.post for one in left), run_ended=ended)
