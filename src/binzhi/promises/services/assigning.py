"""Tasks given to persons, by hand or as proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import Entry, operation, record, record_each
from binzhi.promises import who
from binzhi.promises.access import Permission
from binzhi.promises.assigning import Proposal, propose
from binzhi.promises.errors import NothingToAssign
from binzhi.promises.events import TaskAssigned
from binzhi.promises.locks import LockedRun, TaskRow, lock_run, lock_task, tasks_of
from binzhi.promises.requests import TaskResult
from binzhi.promises.services.work import require_unended
from binzhi.property.queries import hotel_by_id

# The one who had it is told as well as the one who gets it, unless they did it themselves.
_ASSIGN = """
WITH given AS (
    SELECT * FROM unnest(%(tasks)s::bigint[], %(staff)s::bigint[], %(before)s::bigint[])
        AS g (id, staff_id, had)
), task AS (
    UPDATE promises_task t SET assignee_id = given.staff_id, acknowledged_at = NULL, row_version = t.row_version + 1
    FROM given WHERE t.id = given.id AND t.run_id = %(run)s
)
INSERT INTO promises_notice (hotel_id, task_id, kind, staff_id, at)
SELECT %(hotel)s, n.id, n.kind, n.staff_id, %(now)s FROM (
    SELECT id, 'assigned' AS kind, staff_id FROM given WHERE staff_id IS DISTINCT FROM %(me)s::bigint
    UNION ALL
    SELECT id, 'cancelled', had FROM given WHERE had IS NOT NULL AND had IS DISTINCT FROM %(me)s::bigint
) n ORDER BY n.id
"""


@operation(Permission.ASSIGN)
def assign_task(
    *,
    hotel_id: int,
    task_id: int,
    staff_id: int,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> TaskResult:
    """Give a task to one of the staff; who had it and who gets it are told.

    Locks the run. Raises NotFound (task, staff), EditConflict, RunEnded, TaskEnded, WrongPost, Ineligible with the
    clause. Publishes TaskAssigned.
    """
    run, task, _tasks = lock_task(hotel_id=hotel_id, task_id=task_id, expected_version=expected_version)
    require_unended(run, task)
    at = now if task.due_at is None else max(task.due_at, now)
    person = who.people([staff_id], hotel_id=hotel_id, at=at).get(staff_id)
    if person is None:
        raise NotFound(field="staff")
    who.require_post(person, hotel_id=hotel_id, wanted=task.posts, department=task.department, at=at)
    who.require_eligible(task.words(run.spec), run.facts, person)
    same = task.assignee_id == staff_id
    if not same:
        _give(run.id, [Proposal(task_id, staff_id)], [task], hotel_id=hotel_id, actor=actor, now=now)
    record(
        "task.assigned", subject="task", subject_id=task_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"staff": task.assignee_id}, after={"staff": staff_id},
        event=TaskAssigned(hotel_id=hotel_id, run_id=run.id, task_id=task_id, key=task.key, staff_id=staff_id),
    )  # fmt: skip
    return TaskResult(task_id, task.version if same else task.version + 1, done=False)


def _may_give(giver: who.Person | None, task: TaskRow, run: LockedRun) -> bool:
    """None is the system itself."""
    if giver is None or giver.grade >= who.HEAD or giver.department == task.department:
        return True
    return run.host_department_id is not None and giver.department_id == run.host_department_id


@operation(Permission.ASSIGN)
def assign_proposed(*, hotel_id: int, run_id: int, department: str = "", actor: Actor, now: datetime) -> list[Proposal]:
    """Give every task of a run (of one department) that nobody has to whom `propose` names; those given.

    Heads of departments and the host department give out everything, others what is of their own department. Locks the
    run. Raises NotFound, RunEnded, NothingToAssign. Publishes TaskAssigned for each.
    """
    run = lock_run(hotel_id=hotel_id, run_id=run_id)
    giver = who.doer(actor, hotel_id=hotel_id, at=now)
    free = [
        task
        for task in tasks_of(run_id)
        if task.is_unended and task.assignee_id is None and department in ("", task.department)
        and _may_give(giver, task, run)
    ]  # fmt: skip
    proposals = propose(
        hotel_id=hotel_id, tasks=free, protocol=run.spec, facts=run.facts, now=now,
        today=hotel_by_id(hotel_id).local(now).date(),
    )  # fmt: skip
    if not proposals:
        raise NothingToAssign
    _give(run_id, proposals, free, hotel_id=hotel_id, actor=actor, now=now)
    keys = {task.id: task.key for task in free}
    record_each(
        "task.assigned", subject="task", hotel_id=hotel_id, actor=actor, now=now,
        entries=[
            Entry(
                one.task_id,
                TaskAssigned(
                    hotel_id=hotel_id, run_id=run_id, task_id=one.task_id, key=keys[one.task_id], staff_id=one.staff_id
                ),
                before={"staff": None}, after={"staff": one.staff_id, "at_work": one.at_work},
            )
            for one in proposals
        ],
    )  # fmt: skip
    return proposals


def _give(
    run_id: int, given: Sequence[Proposal], tasks: Sequence[TaskRow], *, hotel_id: int, actor: Actor, now: datetime
) -> None:
    had = {task.id: task.assignee_id for task in tasks}
    db.execute(
        _ASSIGN,
        {
            "hotel": hotel_id, "run": run_id, "now": now, "tasks": db.array(one.task_id for one in given),
            "staff": db.array(one.staff_id for one in given), "before": db.array(had[one.task_id] for one in given),
            "me": _own_staff_id(actor, hotel_id, now),
        },
    )  # fmt: skip


def _own_staff_id(actor: Actor, hotel_id: int, now: datetime) -> int | None:
    """None for the system, and for an actor without a post here (a program's key)."""
    try:
        person = who.doer(actor, hotel_id=hotel_id, at=now)
    except NotFound:
        return None
    return None if person is None else person.staff_id
