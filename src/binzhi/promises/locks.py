"""Runs and tasks as they stand now, locked: where every change begins. The run comes first, then its tasks by id.

The sweep alone locks tasks without their run; it never waits for one (SKIP LOCKED), so nothing can meet head-on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, NotFound
from binzhi.promises import own_words
from binzhi.promises.enums import RunStatus, TaskState
from binzhi.promises.errors import RunEnded
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec, TaskSpec

UNENDED = (TaskState.WAITING, TaskState.OPEN)


@dataclass(frozen=True, slots=True)
class LockedRun:
    """A run nobody else can change before this transaction ends."""

    id: int
    hotel_id: int
    version_id: int
    version: int
    subject: str
    subject_id: int
    label: str
    facts: dict[str, Any]
    status: str
    host_department_id: int | None

    @property
    def spec(self) -> ProtocolSpec:
        return store.spec_of(self.version_id)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of a locked run. `department` is the code; `own` its words when no protocol has it."""

    id: int
    key: str
    clause: str
    occurrence: int
    branch: str
    department_id: int
    department: str
    posts: list[str]
    assignee_id: int | None
    acknowledged_at: datetime | None
    anchor: str
    due_at: datetime | None
    state: str
    after: list[str]
    own: dict[str, Any] | None
    proofs_after: int
    version: int

    @property
    def is_unended(self) -> bool:
        return self.state in UNENDED

    def words(self, spec: ProtocolSpec) -> TaskSpec:
        """What the protocol, or its own words, say of it."""
        return spec_of_task(spec, self.key, self.own)


def spec_of_task(spec: ProtocolSpec, key: str, own: dict[str, Any] | None) -> TaskSpec:
    if own is not None:
        return own_words.from_plain(own)
    return spec.by_key[key] if spec.by_key else next(task for task in spec.tasks if task.key == key)


_COLUMNS = (
    "r.id, r.hotel_id, r.version_id, r.row_version AS version, r.subject, r.subject_id, r.label, r.facts, r.status,"
    " r.host_department_id"
)
# The raised version is the lock.
_RAISE = f"""
UPDATE promises_run r SET row_version = r.row_version + 1 WHERE r.hotel_id = %(hotel)s AND r.id = %(id)s
RETURNING {_COLUMNS}
"""  # noqa: S608  (constants)
_OF_TASK = f"""
SELECT {_COLUMNS} FROM promises_run r
WHERE r.hotel_id = %(hotel)s AND r.id = (SELECT run_id FROM promises_task WHERE hotel_id = %(hotel)s AND id = %(id)s)
FOR NO KEY UPDATE
"""  # noqa: S608  (constants)
_TASKS = """
SELECT t.id, t.key, t.clause, t.occurrence, t.branch, t.department_id, d.code AS department, t.posts, t.assignee_id,
    t.acknowledged_at, t.anchor, t.due_at, t.state, t.after, t.own, t.proofs_after, t.row_version AS version
FROM promises_task t JOIN people_department d ON d.id = t.department_id
WHERE t.run_id = %s ORDER BY t.id
"""


def lock_run(*, hotel_id: int, run_id: int, expected_version: int | None = None) -> LockedRun:
    """A live run, its version raised. Raises NotFound, RunEnded, EditConflict."""
    row = db.fetch_one(_RAISE, {"hotel": hotel_id, "id": run_id})
    if row is None:
        raise NotFound
    run = _run(row)
    # The lock itself counted one.
    if expected_version is not None and run.version - 1 != expected_version:
        raise EditConflict(current={"version": run.version - 1, "status": run.status, "facts": run.facts})
    if run.status != RunStatus.LIVE:
        raise RunEnded
    return run


def lock_task(
    *, hotel_id: int, task_id: int, expected_version: int | None = None
) -> tuple[LockedRun, TaskRow, list[TaskRow]]:
    """The run of a task (of whatever status), the task, and all tasks of the run. Raises NotFound, EditConflict.

    Nobody but the sweep touches a task without its run, and it changes neither state nor person.
    """
    row = db.fetch_one(_OF_TASK, {"hotel": hotel_id, "id": task_id})
    if row is None:
        raise NotFound
    tasks = tasks_of(row["id"])
    task = next(one for one in tasks if one.id == task_id)
    if expected_version is not None and task.version != expected_version:
        raise EditConflict(current={"version": task.version, "state": task.state, "assignee_id": task.assignee_id})
    return _run(row), task, tasks


def tasks_of(run_id: int) -> list[TaskRow]:
    """All tasks of a run, by id; locked with it."""
    return [TaskRow(**row | {"own": db.plain_json(row["own"])}) for row in db.fetch_all(_TASKS, [run_id])]


def _run(row: dict[str, Any]) -> LockedRun:
    return LockedRun(**row | {"facts": db.plain_json(row["facts"])})


def open_dependencies(task: TaskRow, tasks: Sequence[TaskRow]) -> list[TaskRow]:
    """What `task` waits for: the unended tasks its `after` names.

    A copy for a department or an occurrence waits for the same copy of the other where there is one, else for all.
    """
    found: list[TaskRow] = []
    for key in task.after:
        found += [one for one in akin(task, [other for other in tasks if other.key == key]) if one.is_unended]
    return found


def akin(task: TaskRow, others: Sequence[TaskRow]) -> list[TaskRow]:
    """Those of several copies that belong to `task`: same occurrence and same branch, where such copies exist."""
    same = [one for one in others if one.occurrence == task.occurrence] or list(others)
    return [one for one in same if one.branch == task.branch] or same
