"""What happens in the house sets protocols off, moves their moments and ends them: by what they say, with no code.

The contexts above say what a subject is (`register`): which events concern it and what is known of it. The rest is
data: `starts` and `on` in the protocols.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.follower import Seen
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.services import facts as facts_service
from binzhi.promises.services import labels, moments, runs

STARTER = Actor.system("promises")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run is laid over, as it is now. `gone`: it will not come, so that nothing is promised any more."""

    id: int
    label: str
    facts: Mapping[str, Any]
    anchors: Mapping[str, datetime]
    room_id: int | None = None
    guest_id: int | None = None
    host_department: str = ""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject: which events concern it, of which of them it is told, and what is known of it.

    `hotels`: in which hotels an event may concern one, where that is more than its own.
    """

    name: str
    topics: Collection[str]
    concerned: Callable[[Seen], Sequence[int]]
    described: Callable[[int, int], Subject | None]
    hotels: Callable[[Seen], Sequence[int]] = lambda seen: (seen.hotel_id,)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of subject known; only when the application is put together."""
    _kinds[kind.name] = kind


def topics() -> set[str]:
    """All events that may set something off."""
    return {topic for kind in _kinds.values() for topic in kind.topics}


_ACTIVE = """
SELECT code, version_id FROM promises_protocol
WHERE hotel_id = %s AND subject = %s AND is_active AND version_id IS NOT NULL ORDER BY code
"""
_LIVE = """
SELECT r.id, r.version_id, r.facts, r.room_id, r.label,
    coalesce((SELECT jsonb_object_agg(a.name, a.at) FROM promises_anchor a
              WHERE a.run_id = r.id AND a.occurrence = 1), '{}') AS anchors
FROM promises_run r
WHERE r.hotel_id = %s AND r.subject = %s AND r.subject_id = %s AND r.status = 'live' ORDER BY r.id
"""


@dataclass(slots=True)
class Done:
    """What came of one event; for tests and logs."""

    started: list[int] = field(default_factory=list)
    moved: int = 0
    happened: int = 0
    ended: int = 0


def heed(seen: Seen) -> Done:
    """React to one event. Idempotent: seen twice, it does nothing more."""
    done = Done()
    for kind in _kinds.values():
        if seen.topic in kind.topics:
            for hotel_id in kind.hotels(seen):
                _heed_kind(kind, replace(seen, hotel_id=hotel_id), done)
    return done


def _heed_kind(kind: Kind, seen: Seen, done: Done) -> None:
    for subject_id in kind.concerned(seen):
        db.enter_scope("*", "*")
        subject = kind.described(seen.hotel_id, subject_id)
        if subject is not None:
            _heed_subject(kind.name, subject, seen, done)


def _heed_subject(kind: str, subject: Subject, seen: Seen, done: Done) -> None:
    if not subject.gone:
        for row in db.fetch_all(_ACTIVE, [seen.hotel_id, kind]):
            spec = store.spec_of(row["version_id"])
            if any(start.on == seen.topic and _hold(start.when, subject.facts) for start in spec.starts):
                _start(spec, kind, subject, seen, done)
    for row in db.fetch_all(_LIVE, [seen.hotel_id, kind, subject.id]):
        run = row | {"facts": db.plain_json(row["facts"]), "anchors": db.plain_json(row["anchors"])}
        if subject.gone:
            done.ended += _try(runs.cancel_run, hotel_id=seen.hotel_id, run_id=run["id"], reason=subject.gone)
        else:
            _bring_up_to_date(run, subject, seen, done)


def _hold(tests: Sequence[Any], facts: Mapping[str, Any]) -> bool:
    return all(test.holds(facts) for test in tests)


def _start(spec: ProtocolSpec, kind: str, subject: Subject, seen: Seen, done: Done) -> None:
    known = {anchor.name for anchor in spec.anchors if anchor.planned}
    made = runs.start_run(
        hotel_id=seen.hotel_id, protocol=spec.code, subject=kind, subject_id=subject.id, label=subject.label,
        facts=subject.facts, anchors={name: at for name, at in subject.anchors.items() if name in known},
        room_id=subject.room_id, guest_id=subject.guest_id, host_department=subject.host_department,
        actor=STARTER, now=clock.now(),
    )  # fmt: skip
    done.started.append(made.run_id)


def _bring_up_to_date(run: Mapping[str, Any], subject: Subject, seen: Seen, done: Done) -> None:
    spec = store.spec_of(run["version_id"])
    now = clock.now()
    for anchor in spec.anchors:
        at = subject.anchors.get(anchor.name)
        before = run["anchors"].get(anchor.name)
        # Heard twice, it happened once: a repeated one is known by its moment.
        if anchor.on == seen.topic and (
            before is None or (anchor.repeats and not _noted(run["id"], anchor.name, seen))
        ):
            done.happened += _try(
                moments.happen, hotel_id=seen.hotel_id, run_id=run["id"], anchor=anchor.name, at=min(seen.at, now)
            )
        elif anchor.planned and at is not None and at > now and not _same(before, at):
            done.moved += _try(moments.move_anchor, hotel_id=seen.hotel_id, run_id=run["id"], anchor=anchor.name, at=at)
    changed = {name: value for name, value in subject.facts.items() if run["facts"].get(name) != value}
    if changed:
        done.moved += _try(facts_service.change_facts, hotel_id=seen.hotel_id, run_id=run["id"], facts=changed)
    if (run["label"], run["room_id"]) != (subject.label, subject.room_id):
        done.moved += _try(
            labels.relabel_run, hotel_id=seen.hotel_id, run_id=run["id"], label=subject.label, room_id=subject.room_id
        )


def _noted(run_id: int, anchor: str, seen: Seen) -> bool:
    found = "SELECT 1 FROM promises_anchor WHERE run_id = %s AND name = %s AND at = %s"
    return db.fetch_value(found, [run_id, anchor, seen.at]) is not None


def _same(before: Any, at: datetime) -> bool:
    if before is None:
        return False
    return (datetime.fromisoformat(before) if isinstance(before, str) else before) == at


def _try(operation: Callable[..., object], **arguments: Any) -> bool:
    """A refusal means that somebody was quicker, or the run has ended: nothing is left to do."""
    try:
        operation(**arguments, actor=STARTER, now=clock.now())
    except DomainError:
        return False
    return True
