"""Posts and persons given (定岗定人): whether all that a department still has to do in a run has somebody by name."""

from __future__ import annotations

from datetime import datetime

from binzhi.promises import who
from binzhi.promises.errors import NobodyNamed
from binzhi.promises.locks import TaskRow
from binzhi.promises.services.work import Work
from binzhi.promises.words import filled
from binzhi.property.queries import localised

# As many as a sentence holds.
MOST_SAID = 4


def require_all_named(work: Work, now: datetime) -> None:
    """Raise NobodyNamed where the task asks for it and something of its department has nobody who may do it."""
    if not work.spec.all_named:
        return
    left = _nameless(work, now)
    if left:
        words = [one.words(work.run.spec) for one in left]
        titles = [filled(localised(spec.title, spec.title_en), work.run.facts) for spec in words]
        said = list(dict.fromkeys(titles))
        more = " …" if len(said) > MOST_SAID else ""
        raise NobodyNamed(tasks=", ".join(said[:MOST_SAID]) + more, keys=tuple(dict.fromkeys(one.key for one in left)))


def _nameless(work: Work, now: datetime) -> list[TaskRow]:
    """Unended tasks of the department without a person, or with one who left or may not do it (any more)."""
    mine = [
        one
        for one in work.tasks
        if one.id != work.task.id and one.department_id == work.task.department_id and one.is_unended
    ]
    people = who.people([one.assignee_id for one in mine if one.assignee_id], hotel_id=work.run.hotel_id, at=now)
    return [one for one in mine if not _is_fit(one, people.get(one.assignee_id or 0), work)]


def _is_fit(task: TaskRow, person: who.Person | None, work: Work) -> bool:
    return person is not None and (
        who.why_ineligible(
            task.words(work.run.spec), work.run.facts, grade=person.grade, since=person.since, today=person.today
        )
        is None
    )
