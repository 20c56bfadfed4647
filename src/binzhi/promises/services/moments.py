"""The moments of a run: planned ones are moved, events happen; every task that is counted from them goes along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.promises import laying, rows
from binzhi.promises.access import Permission
from binzhi.promises.errors import AlreadyHappened, NotPlanned, UnknownAnchor
from binzhi.promises.events import AnchorHappened, AnchorMoved
from binzhi.promises.inputs import instant_of
from binzhi.promises.laying import Moment
from binzhi.promises.locks import LockedRun, lock_run
from binzhi.promises.protocols.language import AnchorSpec, ProtocolSpec
from binzhi.promises.requests import RunRef

_MOMENTS = "SELECT name, occurrence, at FROM promises_anchor WHERE run_id = %s ORDER BY name, occurrence"


def moments_of(run_id: int) -> list[Moment]:
    """Every occurrence of every anchor of a run."""
    return [Moment(**row) for row in db.fetch_all(_MOMENTS, [run_id])]


@operation(Permission.RUN)
def move_anchor(
    *,
    hotel_id: int,
    run_id: int,
    anchor: str,
    at: datetime,
    occurrence: int = 1,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> RunRef:
    """Put a planned moment at another time: all its unended tasks move with it, in one statement.

    Who had acknowledged one is told again. A task whose new limit has passed is due now and compressed; one that was
    late already and is still stays as late as it is. Locks the run. Raises NotFound, RunEnded, EditConflict,
    UnknownAnchor, NotPlanned for an event, InvalidInput at `at` for a moment in the past. Publishes AnchorMoved.
    """
    at = instant_of(at)
    run = lock_run(hotel_id=hotel_id, run_id=run_id, expected_version=expected_version)
    if not anchor_of(run.spec, anchor).planned:
        raise NotPlanned(anchor=anchor)
    if at < now:
        raise InvalidInput(field="at", message=_("This moment has passed."))
    before = next((one for one in moments_of(run_id) if (one.name, one.occurrence) == (anchor, occurrence)), None)
    if before is None:
        raise UnknownAnchor(anchor=anchor)
    _place(run, Moment(anchor, occurrence, at), before=before.at, now=now)
    record(
        "run.anchor_moved", subject="run", subject_id=run_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"at": before.at}, after={"anchor": anchor, "occurrence": occurrence, "at": at},
        event=AnchorMoved(hotel_id=hotel_id, run_id=run_id, anchor=anchor, occurrence=occurrence, at=at),
    )  # fmt: skip
    return RunRef(run_id, run.version)


@operation(Permission.RUN)
def happen(
    *, hotel_id: int, run_id: int, anchor: str, at: datetime | None = None, actor: Actor, now: datetime
) -> RunRef:
    """Note that an event happened: its tasks begin. A repeated one gives a new set each time.

    A planned moment (arrival) is set to when it really was; a planned one that repeats (a meal) may be given a time to
    come. Locks the run. Raises NotFound, RunEnded, UnknownAnchor, AlreadyHappened for an event that happens once,
    InvalidInput at `at` for what cannot have happened yet. Publishes AnchorHappened.
    """
    at = now if at is None else instant_of(at)
    run = lock_run(hotel_id=hotel_id, run_id=run_id)
    wanted = anchor_of(run.spec, anchor)
    if at > now and not (wanted.planned and wanted.repeats):
        raise InvalidInput(field="at", message=_("This has not happened yet."))
    known = [one for one in moments_of(run_id) if one.name == anchor]
    moment = _occurrence(wanted, known, at)
    if moment.occurrence > len(known):
        _begin_again(run, moment, now)
    else:
        _place(run, moment, before=known[moment.occurrence - 1].at, now=now)
    record(
        "run.happened", subject="run", subject_id=run_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"anchor": anchor, "occurrence": moment.occurrence, "at": at},
        event=AnchorHappened(
            hotel_id=hotel_id, run_id=run_id, anchor=anchor, occurrence=moment.occurrence, at=at
        ),
    )  # fmt: skip
    return RunRef(run_id, run.version)


def anchor_of(spec: ProtocolSpec, name: str) -> AnchorSpec:
    """Raises UnknownAnchor."""
    for anchor in spec.anchors:
        if anchor.name == name:
            return anchor
    raise UnknownAnchor(anchor=name)


def _occurrence(wanted: AnchorSpec, known: Sequence[Moment], at: datetime) -> Moment:
    """Which occurrence of an anchor this is."""
    unset = [one for one in known if one.at is None]
    if unset:
        return Moment(wanted.name, unset[0].occurrence, at)
    if wanted.repeats:
        return Moment(wanted.name, len(known) + 1, at)
    if wanted.planned:
        return Moment(wanted.name, 1, at)
    raise AlreadyHappened(anchor=wanted.name)


def _place(run: LockedRun, moment: Moment, *, before: datetime | None, now: datetime) -> None:
    rows.move_tasks(
        hotel_id=run.hotel_id, run_id=run.id, moment=moment,
        words=[task for task in run.spec.tasks if task.anchor == moment.name],
        tell=before is not None and before != moment.at, now=now,
    )  # fmt: skip


def _begin_again(run: LockedRun, moment: Moment, now: datetime) -> None:
    """A new set of the tasks of a repeated anchor; what a meeting added to one occurrence stays with that."""
    house = rows.house_of(run.hotel_id, host_id=run.host_department_id)
    tasks = laying.lay(protocol=run.spec, facts=run.facts, moments=[moment], house=house, now=now)
    rows.add_tasks(hotel_id=run.hotel_id, run_id=run.id, tasks=tasks, moments=[moment])
