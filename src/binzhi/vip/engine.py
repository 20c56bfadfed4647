"""How a visit drives the protocol laid over it: its run, its facts, and the tasks its documents close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.promises.access import Permission as Promises
from binzhi.promises.enums import Evidence, NoticeKind
from binzhi.promises.locks import TaskRow, open_dependencies, tasks_of
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec, TaskSpec
from binzhi.promises.requests import ProofInput
from binzhi.promises.rows import Told, tell
from binzhi.promises.services.endings import reopen_task
from binzhi.promises.services.labels import relabel_run
from binzhi.promises.services.moments import happen
from binzhi.promises.services.notices import hand_over
from binzhi.promises.services.runs import start_run
from binzhi.promises.services.tasks import complete_task
from binzhi.promises.who import doer, posts_of, require_post
from binzhi.property.queries import hotel_by_id, localised
from binzhi.vip.enums import AmenityKind
from binzhi.vip.errors import NotApproved
from binzhi.vip.models import Amenity, Level, Visit

SUBJECT = "visit"
# What an operation on a visit does to its protocol goes with the right to that operation.
_CARRIED = frozenset({str(Promises.RUN), str(Promises.WORK), str(Promises.ASSIGN)})


def acting(actor: Actor, hotel_id: int) -> Actor:
    """The same person, entitled to move the protocol: whose post a task is for is still asked by the engine."""
    if actor.is_system:
        return actor
    return replace(actor, grants={**actor.grants, hotel_id: actor.grants.get(hotel_id, frozenset()) | _CARRIED})


def run_of(visit: Visit) -> int:
    """Raises NotApproved while no protocol runs."""
    if visit.run_id is None:
        raise NotApproved
    return visit.run_id


def facts_of(visit: Visit, level: Level) -> dict[str, object]:
    """What the protocol's conditions ask of a visit: codes and numbers, the level by its name and by what it is.

    So a protocol can say `{banner: true}` or `{rank: {least: 2}}` and holds for levels of any name.
    """
    room = visit.room_reservation
    local = hotel_by_id(visit.hotel_id).local
    nights = max((local(visit.departure_at).date() - local(visit.arrival_at).date()).days, 0)
    found = Amenity.objects.filter(level=level).values_list("kind", "value")
    return {
        **dict.fromkeys(AmenityKind.values),
        **{kind: {"yes": True, "no": False}.get(value, value) for kind, value in found},
        "level": level.code, "rank": level.rank, "sealed": level.sealed,
        "room_type": room.room_type.code if room else None, "party": visit.party_size,
        "nights": (room.departure - room.arrival).days if room else nights,
    }  # fmt: skip


def label_of(visit: Visit) -> str:
    """What a board calls it: room and how the guest is addressed."""
    room = visit.room_reservation.room if visit.room_reservation else None
    return f"{room.number} {visit.title}" if room else visit.title


def start(visit: Visit, *, level: Level, host_department: str, occasion: str = "", actor: Actor, now: datetime) -> int:
    """Lay the protocol of the level over a visit; the run. The same visit and occasion have one run of it."""
    room = visit.room_reservation
    _version, spec = store.current(visit.hotel_id, level.protocol)
    planned = {"arrival": visit.arrival_at, "departure": visit.departure_at}
    known = {anchor.name for anchor in spec.anchors}
    return start_run(
        hotel_id=visit.hotel_id, protocol=level.protocol, subject=SUBJECT, subject_id=visit.pk, occasion=occasion,
        label=label_of(visit), facts=facts_of(visit, level),
        anchors={name: at for name, at in planned.items() if name in known}, room_id=room.room_id if room else None,
        guest_id=visit.guest_id, host_department=host_department, actor=acting(actor, visit.hotel_id), now=now,
    ).run_id  # fmt: skip


def follows(run_id: int, level: Level) -> bool:
    """Is the protocol of this run the one that receives guests of the level?"""
    return spec_of(run_id).code == level.protocol


def keys_of(visit: Visit, name: str) -> list[str]:
    """A task that is one for all levels (`room-sealed`), or one for each (`room-sealed-vip`): by its keys."""
    return [name, f"{name}-{visit.level.code.lower()}"] if visit.level is not None else [name]


def rename(visit: Visit, *, actor: Actor, now: datetime) -> None:
    """The boards call a visit by its room and title as they are now."""
    room = visit.room_reservation
    relabel_run(
        hotel_id=visit.hotel_id, run_id=run_of(visit), label=label_of(visit), room_id=room.room_id if room else None,
        actor=acting(actor, visit.hotel_id), now=now,
    )  # fmt: skip


def spec_of(run_id: int) -> ProtocolSpec:
    """The protocol a run follows."""
    return store.spec_of(db.fetch_value("SELECT version_id FROM promises_run WHERE id = %s", [run_id]))


def has_anchor(run_id: int, name: str) -> bool:
    return any(anchor.name == name for anchor in spec_of(run_id).anchors)


def note(visit: Visit, anchor: str, *, at: datetime, actor: Actor, now: datetime) -> bool:
    """An event happened to the guest: its tasks begin. False when no protocol runs, or one that knows no such event."""
    if visit.run_id is None or not has_anchor(visit.run_id, anchor):
        return False
    hotel_id = visit.hotel_id
    happen(hotel_id=hotel_id, run_id=visit.run_id, anchor=anchor, at=at, actor=acting(actor, hotel_id), now=now)
    return True


def tell_next(visit: Visit, keys: Sequence[str], *, department: str, text: str, actor: Actor, now: datetime) -> None:
    """The department where the guest goes next learns of it ahead: of the newest of these tasks, where there is one."""
    found = [task for task in tasks_of(run_of(visit)) if task.key in keys and task.is_unended]
    if found:
        newest = max(found, key=lambda task: task.occurrence)
        hand_over(
            hotel_id=visit.hotel_id, task_id=newest.id, department=department, text=text,
            actor=acting(actor, visit.hotel_id), now=now,
        )  # fmt: skip


def unended(run_id: int, keys: Sequence[str], *, occurrence: int = 1) -> TaskRow | None:
    """The task of one of these keys that is still to be done."""
    found = [task for task in tasks_of(run_id) if task.key in keys and task.occurrence == occurrence]
    return next((task for task in found if task.is_unended), None)


def settle(
    visit: Visit,
    keys: Sequence[str],
    *,
    text: str = "",
    ticks: Sequence[str] = (),
    occurrence: int = 1,
    wait: bool = False,
    actor: Actor,
    now: datetime,
) -> bool:
    """Close the task that a document of the visit is the evidence of, signed by who made the document.

    False, and the task stays for its person, when the protocol has no such task (any more), wants more than the
    document shows (a photo, another line of its checklist), or with `wait` when something is to be done before.
    Raises what completing refuses: WrongPost, Ineligible, DependencyOpen.
    """
    run_id = run_of(visit)
    task = unended(run_id, keys, occurrence=occurrence)
    if task is None or (wait and open_dependencies(task, tasks_of(run_id))):
        return False
    proofs = _proofs(task.words(spec_of(run_id)), text, ticks)
    if proofs is None:
        return False
    complete_task(hotel_id=visit.hotel_id, task_id=task.id, proofs=proofs, actor=acting(actor, visit.hotel_id), now=now)
    return True


def is_signed(task: TaskRow) -> bool:
    """Has the one who does it handed in something that counts, so that another may countersign?"""
    return bool(
        db.fetch_value("SELECT 1 FROM promises_proof WHERE task_id = %s AND id > %s", [task.id, task.proofs_after])
    )


def _proofs(spec: TaskSpec, text: str, ticks: Sequence[str]) -> list[ProofInput] | None:
    """What the document proves, or None when the task wants more."""
    if any(item.key not in ticks for item in spec.checklist):
        return None
    proofs = [ProofInput(Evidence.TICK, item=item.key) for item in spec.checklist]
    for wanted in spec.evidence:
        if wanted.kind in (Evidence.SIGNATURE, Evidence.TICK):
            proofs.append(ProofInput(wanted.kind))
        elif wanted.kind == Evidence.TEXT and text:
            proofs.append(ProofInput(wanted.kind, text=text))
        elif wanted.kind != Evidence.COUNTERSIGNATURE:
            return None
    return proofs


def require_post_of(visit: Visit, post: str, *, actor: Actor, now: datetime) -> None:
    """Raises WrongPost unless the actor is in that post, ranks above it in its department, or stands in for it."""
    person, posts = doer(actor, hotel_id=visit.hotel_id, at=now), posts_of(visit.hotel_id)
    if person is not None and post in posts:
        require_post(person, hotel_id=visit.hotel_id, wanted=[post], department=posts[post].department, at=now)


def has_task(run_id: int, keys: Sequence[str]) -> bool:
    """Does the run have such a task at all, done or not?"""
    return any(task.key in keys and task.state != "dropped" for task in tasks_of(run_id))


def tell_departments(visit: Visit, *, first: str, text: str, now: datetime) -> None:
    """Say something to every department that has a task, once: at its task `first`, or else at its earliest."""
    if visit.run_id is None:
        return
    mine = [task for task in tasks_of(visit.run_id) if task.state != "dropped"]
    mine.sort(key=lambda task: (task.key != first, task.id))
    at = {task.department_id: task.id for task in reversed(mine)}
    tell(
        [Told(task_id, NoticeKind.CHANGED, department_id=department) for department, task_id in sorted(at.items())],
        hotel_id=visit.hotel_id, now=now, text=text,
    )  # fmt: skip


def open_again(visit: Visit, keys: Sequence[str], *, reason: str, actor: Actor, now: datetime) -> list[int]:
    """Open the first done task of these keys again, with all that was done after it; their ids."""
    if visit.run_id is None:
        return []
    done = {task.key: task for task in tasks_of(visit.run_id) if task.state in ("done", "waived")}
    first = next((done[key] for key in keys if key in done), None)
    if first is None:
        return []
    return reopen_task(
        hotel_id=visit.hotel_id, task_id=first.id, reason=reason, actor=acting(actor, visit.hotel_id), now=now
    )


def plan_of(run_id: int) -> list[dict[str, object]]:
    """The tasks of a run by department, as a notice prints them."""
    spec = spec_of(run_id)
    rows = [task for task in tasks_of(run_id) if task.state != "dropped" and task.due_at is not None]
    rows.sort(key=lambda task: (task.department, task.due_at, task.id))
    return [_line(task, task.words(spec)) for task in rows]


def _line(task: TaskRow, words: TaskSpec) -> dict[str, object]:
    plain: Mapping[str, object] = {
        "department": task.department, "key": task.key, "clause": task.clause,
        "task": localised(words.title, words.title_en), "due": task.due_at.isoformat() if task.due_at else "",
    }  # fmt: skip
    return dict(plain)
