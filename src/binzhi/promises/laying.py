"""A protocol laid over a run: which tasks it gives, whose they are and when they are due. Plain values, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from binzhi.promises import own_words
from binzhi.promises.enums import TaskState
from binzhi.promises.errors import DepartmentMissing, HostMissing
from binzhi.promises.protocols.language import EACH, HOST, MANAGER, ProtocolSpec, Rung, TaskSpec


@dataclass(frozen=True, slots=True)
class Moment:
    """One occurrence of an anchor; `at` is None until it is known."""

    name: str
    occurrence: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class House:
    """The hotel's departments: ids and posts (the highest first) by code, and the one that receives (HOST)."""

    departments: Mapping[str, int]
    posts: Mapping[str, Sequence[str]]
    host: str = ""

    def department(self, code: str) -> int:
        """The id of a department. Raises DepartmentMissing."""
        if code not in self.departments:
            raise DepartmentMissing(department=code)
        return self.departments[code]


@dataclass(frozen=True, slots=True)
class NewTask:
    """A row of promises_task to be."""

    key: str
    clause: str
    position: int
    occurrence: int
    branch: str
    department_id: int
    posts: list[str]
    anchor: str
    offset_seconds: int
    due_at: datetime | None
    opens_at: datetime | None
    compressed: bool
    state: str
    after: list[str]
    rungs_after: list[int]
    rungs_to: list[str]
    next_at: datetime | None
    own: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due: its limit, or `now` where that has passed."""

    at: datetime | None
    opens: datetime | None
    compressed: bool


def due_of(spec: TaskSpec, moment: datetime | None, now: datetime) -> Due:
    """Counted from the moment; none disappears because its limit has passed: it is due now, and says so."""
    if moment is None:
        return Due(None, None, False)
    limit = moment + spec.offset
    opens = None if spec.opens is None else limit - spec.opens
    return Due(max(limit, now), opens, limit < now)


def ladder_of(spec: TaskSpec, protocol: ProtocolSpec) -> tuple[Rung, ...]:
    return protocol.ladder if spec.ladder is None else spec.ladder


def lay(
    *, protocol: ProtocolSpec, facts: Mapping[str, object], moments: Sequence[Moment], house: House, now: datetime
) -> list[NewTask]:
    """All tasks the protocol asks for with these facts, for every occurrence of its anchors.

    Raises DepartmentMissing, HostMissing.
    """
    by_anchor: dict[str, list[Moment]] = {}
    for moment in moments:
        by_anchor.setdefault(moment.name, []).append(moment)
    return [
        row
        for position, spec in enumerate(protocol.tasks)
        if spec.applies(facts)
        for moment in by_anchor.get(spec.anchor, ())
        for row in rows_of(spec, protocol, moment=moment, house=house, position=position, now=now)
    ]


def rows_of(
    spec: TaskSpec,
    protocol: ProtocolSpec,
    *,
    moment: Moment,
    house: House,
    position: int,
    now: datetime,
    own: bool = False,
) -> Iterator[NewTask]:
    """The row of a task, or one for each department that takes part. Raises DepartmentMissing, HostMissing."""
    due = due_of(spec, moment.at, now)
    ladder = ladder_of(spec, protocol)
    seconds = [int(rung.after.total_seconds()) for rung in ladder]
    for branch, department in _branches(spec, protocol, house):
        yield NewTask(
            key=spec.key, clause=spec.clause, position=position, occurrence=moment.occurrence, branch=branch,
            department_id=house.department(department), posts=_posts(spec, department, house), anchor=spec.anchor,
            offset_seconds=int(spec.offset.total_seconds()), due_at=due.at, opens_at=due.opens,
            compressed=due.compressed, state=TaskState.WAITING if due.at is None else TaskState.OPEN,
            after=list(spec.after), rungs_after=seconds, rungs_to=[rung.to for rung in ladder],
            next_at=due.at + timedelta(seconds=seconds[0]) if due.at is not None and seconds else None,
            own=own_words.to_plain(spec) if own else None,
        )  # fmt: skip


def _branches(spec: TaskSpec, protocol: ProtocolSpec, house: House) -> Iterable[tuple[str, str]]:
    """Branch and department of every copy."""
    if spec.department == EACH:
        return [(code, code) for code in protocol.departments]
    if spec.department == HOST:
        if not house.host:
            raise HostMissing
        return [("", house.host)]
    return [("", spec.department)]


def _posts(spec: TaskSpec, department: str, house: House) -> list[str]:
    """The posts by code; MANAGER is the highest of whichever department it turns out to be.

    A copy of EACH keeps those of its own department, so that nobody signs for another; none left: its manager.
    """
    own = house.posts.get(department, ())
    found = [own[0] if post == MANAGER and own else post for post in spec.posts]
    if spec.department == EACH and spec.posts:
        return [post for post in found if post in own] or list(own[:1])
    return [post for post in found if post != MANAGER]


def as_json(rows: Iterable[NewTask]) -> str:
    """The rows for `json_to_recordset`: one parameter, whatever their number."""
    return orjson.dumps(list(rows)).decode()


def plain_text(facts: Mapping[str, object]) -> str:
    """Facts as the database keeps them."""
    return orjson.dumps(dict(facts)).decode()
