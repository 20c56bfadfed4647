"""What every change of a task begins with, and how a run ends with its last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import record
from binzhi.promises import rows, who
from binzhi.promises.enums import RunStatus, TaskState
from binzhi.promises.errors import RunEnded, TaskEnded
from binzhi.promises.events import RunDone
from binzhi.promises.locks import LockedRun, TaskRow, lock_task
from binzhi.promises.protocols.language import TaskSpec
from binzhi.promises.who import Person


@dataclass(frozen=True, slots=True)
class Work:
    """A locked task with everything a change of it looks at; `person` is None when the system itself acts."""

    run: LockedRun
    task: TaskRow
    tasks: list[TaskRow]
    spec: TaskSpec
    person: Person | None

    @property
    def staff_id(self) -> int | None:
        return None if self.person is None else self.person.staff_id


def begin(*, hotel_id: int, task_id: int, expected_version: int | None, actor: Actor, now: datetime) -> Work:
    """An unended task of a live run. Raises NotFound, EditConflict, RunEnded, TaskEnded."""
    run, task, tasks = lock_task(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version)
    require_unended(run, task)
    person = who.doer(actor, hotel_id=hotel_id, at=now)
    return Work(run, task, tasks, task.words(run.spec), person)


def require_unended(run: LockedRun, task: TaskRow) -> None:
    """Raise RunEnded, TaskEnded."""
    if run.status != RunStatus.LIVE:
        raise RunEnded
    if not task.is_unended:
        raise TaskEnded


def require_may_do(work: Work, now: datetime) -> None:
    """Raise WrongPost, Ineligible."""
    if work.person is None:
        return
    who.require_post(
        work.person, hotel_id=work.run.hotel_id, wanted=work.task.posts, department=work.task.department, at=now
    )
    who.require_eligible(work.spec, work.run.facts, work.person)


def end_if_finished(run: LockedRun, ended: TaskRow, tasks: Sequence[TaskRow], *, actor: Actor, now: datetime) -> bool:
    """End the run when its last task has ended: nothing is open, and nothing waits but what the end makes needless.

    `tasks`: all of the run as they were before `ended` ended. What `ends_with` names must be over; only then may
    waiting tasks (events that never happened) be dropped. Publishes RunDone.
    """
    others = [one for one in tasks if one.id != ended.id]
    unended = [one for one in others if one.is_unended]
    # Last tasks that this run was never given cannot end it.
    last = set(run.spec.ends_with) & {one.key for one in tasks}
    if any(one.state == TaskState.OPEN or not last or one.key in last for one in unended):
        return False
    rows.end_run(hotel_id=run.hotel_id, run_id=run.id, status=RunStatus.DONE, user_id=actor.user_id, now=now)
    record(
        "run.ended", subject="run", subject_id=run.id, hotel_id=run.hotel_id, actor=actor, now=now,
        before={"status": run.status}, after={"status": "done", "dropped": [one.id for one in unended]},
        event=RunDone(hotel_id=run.hotel_id, run_id=run.id, subject=run.subject, subject_id=run.subject_id),
    )  # fmt: skip
    return True
