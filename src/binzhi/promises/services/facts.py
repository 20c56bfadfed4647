"""What is known of the subject changes (its level, its room): the tasks follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.promises import laying, rows, who
from binzhi.promises.access import Permission
from binzhi.promises.enums import NoticeKind, TaskState
from binzhi.promises.events import FactsChanged
from binzhi.promises.inputs import facts_of, without_empty
from binzhi.promises.laying import NewTask
from binzhi.promises.locks import LockedRun, TaskRow, lock_run, tasks_of
from binzhi.promises.requests import RunRef
from binzhi.promises.rows import Told
from binzhi.promises.services.endings import REASON_LIMIT, open_again
from binzhi.promises.services.moments import moments_of
from binzhi.promises.words import filled

_WRITE = "UPDATE promises_run SET facts = %s::jsonb WHERE id = %s"


@operation(Permission.RUN)
def change_facts(
    *,
    hotel_id: int,
    run_id: int,
    facts: Mapping[str, object],
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> RunRef:
    """Note facts anew (None takes one away, what is not named stays), and let the tasks follow.

    Tasks now asked for appear, those no longer asked for are dropped unless done, those done by words that now say
    something else (26 ℃ was set, 24 ℃ is wanted) are open again with what was done after them, and whoever may no
    longer have a task is taken off it; departments and persons are told. Locks the run. Raises NotFound, RunEnded,
    EditConflict, DepartmentMissing, HostMissing, InvalidInput at the facts. Publishes FactsChanged, TaskReopened for
    each of these.
    """
    given = facts_of(facts)
    run = lock_run(hotel_id=hotel_id, run_id=run_id, expected_version=expected_version)
    after = without_empty({**run.facts, **given})
    house = rows.house_of(hotel_id, host_id=run.host_department_id)
    wanted = laying.lay(protocol=run.spec, facts=after, moments=moments_of(run_id), house=house, now=now)
    there = tasks_of(run_id)
    dropped = _no_longer(there, wanted)
    gone = {task.id for task in dropped}
    freed = _ineligible(run, [task for task in there if task.is_unended and task.id not in gone], after, now)
    db.execute(_WRITE, [laying.plain_text(after), run_id])
    rows.drop_and_free(hotel_id=hotel_id, run_id=run_id, drop=sorted(gone), free=freed, user_id=actor.user_id, now=now)
    made = rows.add_tasks(hotel_id=hotel_id, run_id=run_id, tasks=_missing(there, wanted))
    rows.tell(
        [Told(row["id"], NoticeKind.ASSIGNED, department_id=row["department_id"]) for row in made],
        hotel_id=hotel_id, now=now,
    )  # fmt: skip
    again: dict[int, None] = {}
    for task in _otherwise(run, there, wanted, after):
        if task.id not in again:
            again |= dict.fromkeys(open_again(run, task, there, reason=_title(run, task, after), actor=actor, now=now))
    record(
        "run.facts_changed", subject="run", subject_id=run_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"facts": run.facts},
        after={"facts": after, "new": [row["id"] for row in made], "dropped": sorted(gone), "freed": sorted(freed),
               "again": list(again)},
        event=FactsChanged(hotel_id=hotel_id, run_id=run_id),
    )  # fmt: skip
    return RunRef(run_id, run.version)


Key = tuple[str, int, str]


def _key(task: TaskRow | NewTask) -> Key:
    return task.key, task.occurrence, task.branch


def _no_longer(there: Sequence[TaskRow], wanted: Sequence[NewTask]) -> list[TaskRow]:
    """Unended tasks of the protocol that it does not ask for any more; what a meeting decided stays."""
    keys = {_key(task) for task in wanted}
    return [task for task in there if task.is_unended and task.own is None and _key(task) not in keys]


def _missing(there: Sequence[TaskRow], wanted: Sequence[NewTask]) -> list[NewTask]:
    """What has no row, or one that was dropped."""
    keys = {_key(task) for task in there if task.state != TaskState.DROPPED}
    return [task for task in wanted if _key(task) not in keys]


def _otherwise(
    run: LockedRun, there: Sequence[TaskRow], wanted: Sequence[NewTask], after: Mapping[str, object]
) -> list[TaskRow]:
    """Done, still asked for, and not what was done: its name tells another fact."""
    keys = {_key(task) for task in wanted}
    return [
        task
        for task in there
        if task.state == TaskState.DONE and task.own is None and _key(task) in keys
        and _title(run, task, after) != _title(run, task, run.facts)
    ]  # fmt: skip


def _title(run: LockedRun, task: TaskRow, facts: Mapping[str, object]) -> str:
    return filled(task.words(run.spec).title, facts)[:REASON_LIMIT]


def _ineligible(run: LockedRun, tasks: Sequence[TaskRow], facts: Mapping[str, object], now: datetime) -> dict[int, int]:
    """Task and person, where the person may not have it by these facts."""
    given = [(task, task.assignee_id) for task in tasks if task.assignee_id is not None]
    if not given:
        return {}
    people = who.people([staff_id for _task, staff_id in given], hotel_id=run.hotel_id, at=now)
    return {
        task.id: staff_id
        for task, staff_id in given
        if staff_id not in people
        or who.why_ineligible(
            task.words(run.spec), facts, grade=people[staff_id].grade, since=people[staff_id].since,
            today=people[staff_id].today,
        )
    }  # fmt: skip
