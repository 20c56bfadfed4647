"""Who should do what: for each task somebody eligible who is at work when it is due, the load shared out evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from binzhi.kernel import db
from binzhi.people import duty
from binzhi.people.duty import Holder, OnDuty
from binzhi.promises import who
from binzhi.promises.locks import TaskRow
from binzhi.promises.protocols.language import ProtocolSpec, TaskSpec
from binzhi.promises.who import PostFacts

_LOAD = """
SELECT assignee_id, count(*) AS tasks FROM promises_task
WHERE assignee_id = ANY (%s::bigint[]) AND state IN ('waiting', 'open') GROUP BY assignee_id
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Not `at_work`: nobody fit is then, so it falls to the head of the department to see to it."""

    task_id: int
    staff_id: int
    at_work: bool = True


@dataclass(frozen=True, slots=True)
class _Candidate:
    staff_id: int
    post: str
    grade: int
    department: str
    since: date


def propose(
    *,
    hotel_id: int,
    tasks: Sequence[TaskRow],
    protocol: ProtocolSpec,
    facts: Mapping[str, object],
    today: date,
    now: datetime,
) -> list[Proposal]:
    """Somebody for each task where there is anybody: eligible, at work when it is due (or now), with the least to do.

    Of two as free, the lower in rank: what a room attendant may do is not her manager's. When nobody fit is at work,
    the highest in rank who is fit, at work or not. Costs a statement per distinct time.
    """
    posts = who.posts_of(hotel_id)
    at_work = _at_work(hotel_id, tasks, now)
    everyone = [_candidate(one) for one in duty.holders(hotel_id=hotel_id, posts=list(posts))]
    load = _load([one.staff_id for people in at_work.values() for one in people])
    found: list[Proposal] = []
    for task in sorted(tasks, key=lambda one: (_time(one, now), one.id)):
        ask = _Asked(task, task.words(protocol), facts, today, posts)
        candidates = ask.fit(at_work[_time(task, now)])
        at_work_then = bool(candidates)
        if candidates:
            chosen = min(candidates, key=lambda one: _order(one, task, load))
        elif candidates := ask.fit(everyone):
            chosen = max(candidates, key=lambda one: (one.grade, -one.staff_id))
        else:
            continue
        load[chosen.staff_id] += 1
        found.append(Proposal(task.id, chosen.staff_id, at_work_then))
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """A task and all that decides who fits it."""

    task: TaskRow
    spec: TaskSpec
    facts: Mapping[str, object]
    today: date
    posts: Mapping[str, PostFacts]

    def fit(self, people: Iterable[_Candidate]) -> list[_Candidate]:
        return [one for one in people if self._has_post(one) and self._is_eligible(one)]

    def _has_post(self, one: _Candidate) -> bool:
        return who.fits(
            post=one.post, grade=one.grade, department=one.department, wanted=self.task.posts,
            of=self.task.department, posts=self.posts,
        )  # fmt: skip

    def _is_eligible(self, one: _Candidate) -> bool:
        return who.why_ineligible(self.spec, self.facts, grade=one.grade, since=one.since, today=self.today) is None


def _order(one: _Candidate, task: TaskRow, load: Mapping[int, int]) -> tuple[bool, int, int, int]:
    """Whom the task names goes before who ranks above such a post."""
    return bool(task.posts) and one.post not in task.posts, load[one.staff_id], one.grade, one.staff_id


def _time(task: TaskRow, now: datetime) -> datetime:
    return now if task.due_at is None else max(task.due_at, now)


def _at_work(hotel_id: int, tasks: Sequence[TaskRow], now: datetime) -> dict[datetime, list[_Candidate]]:
    times = {_time(task, now) for task in tasks}
    return {at: [_candidate(one) for one in duty.on_duty(hotel_id=hotel_id, at=at)] for at in times}


def _candidate(one: OnDuty | Holder) -> _Candidate:
    return _Candidate(one.staff_id, one.post, one.grade, one.department, one.since)


def _load(staff_ids: Sequence[int]) -> Counter[int]:
    found = db.fetch_all(_LOAD, [db.array(sorted(set(staff_ids)))])
    return Counter({row["assignee_id"]: row["tasks"] for row in found})
