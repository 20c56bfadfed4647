"""Runs begin: a protocol is laid over a subject; and they end, done or cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises import laying, rows
from binzhi.promises.access import Permission
from binzhi.promises.enums import NoticeKind, RunStatus
from binzhi.promises.errors import TaskKeyTaken, UnknownAnchor
from binzhi.promises.events import RunAskedAgain, RunCancelled, RunStarted, TaskAdded
from binzhi.promises.inputs import facts_of, instant_of, without_empty
from binzhi.promises.laying import House, Moment, NewTask
from binzhi.promises.locks import lock_run
from binzhi.promises.protocols import store
from binzhi.promises.protocols.language import ProtocolSpec, TaskSpec
from binzhi.promises.requests import RunRef
from binzhi.promises.rows import NewRun, Told
from binzhi.promises.services.moments import moments_of

OCCASION_LIMIT, LABEL_LIMIT, REASON_LIMIT = 60, 80, 200
# Held so that the protocol does not get another version while this one is laid: the look below sees every earlier run.
_HOLD = "SELECT id FROM promises_protocol WHERE hotel_id = %s AND code = %s FOR SHARE"
_RUNNING = """
SELECT r.id, r.row_version FROM promises_run r JOIN promises_protocolversion v ON v.id = r.version_id
WHERE r.hotel_id = %s AND r.subject = %s AND r.subject_id = %s AND r.occasion = %s AND v.protocol_id = %s
"""
_OWN = """
SELECT (SELECT 1 FROM property_room WHERE hotel_id = %(hotel)s AND id = %(room)s) AS room,
       (SELECT 1 FROM guests_guest WHERE id = %(guest)s
            AND group_id = (SELECT group_id FROM property_hotel WHERE id = %(hotel)s)) AS guest
"""


@operation(Permission.RUN)
def start_run(
    *,
    hotel_id: int,
    protocol: str,
    subject: str,
    subject_id: int,
    occasion: str = "",
    label: str = "",
    facts: Mapping[str, object],
    anchors: Mapping[str, datetime],
    room_id: int | None = None,
    guest_id: int | None = None,
    host_department: str = "",
    actor: Actor,
    now: datetime,
) -> RunRef:
    """Lay the current version of a protocol over a subject: all its tasks begin, those whose limit has passed due now.

    Idempotent by (protocol, subject, subject_id, occasion): started again, the same run comes back as it is. Locks the
    protocol against a new version. Raises UnknownProtocol, ProtocolOff, UnknownAnchor, DepartmentMissing, HostMissing,
    NotFound (room, guest), InvalidInput at the field. Publishes RunStarted, or RunAskedAgain.
    """
    occasion = clean_text(occasion, field="occasion", limit=OCCASION_LIMIT)
    label = clean_text(label, field="label", limit=LABEL_LIMIT)
    protocol_id = db.fetch_value(_HOLD, [hotel_id, protocol])
    version_id, spec = store.current(hotel_id, protocol)
    key = [hotel_id, subject, subject_id, occasion, protocol_id]
    running = db.fetch_one(_RUNNING, key)
    if running is None:
        _require_own(hotel_id, room_id, guest_id)
        house = rows.house_of(hotel_id, host=host_department)
        plain, moments = without_empty(facts_of(facts)), _moments(spec, anchors)
        new = NewRun(
            hotel_id=hotel_id, version_id=version_id, subject=subject, subject_id=subject_id, occasion=occasion,
            label=label, room_id=room_id, guest_id=guest_id,
            host_department_id=house.department(host_department) if host_department else None, facts=plain,
            moments=moments, tasks=laying.lay(protocol=spec, facts=plain, moments=moments, house=house, now=now),
        )  # fmt: skip
        run_id = rows.insert_run(new, now=now)
        if run_id is not None:
            _record_start(run_id, protocol, new, actor, now)
            return RunRef(run_id, 1)
        # Somebody else started it between the look and the insert, which waited for that to be final.
        running = db.fetch_one(_RUNNING, key)
    assert running is not None  # the unique rule refused because of it
    record(
        "run.asked_again", subject="run", subject_id=running["id"], hotel_id=hotel_id, actor=actor, now=now,
        event=RunAskedAgain(hotel_id=hotel_id, run_id=running["id"]),
    )  # fmt: skip
    return RunRef(running["id"], running["row_version"])


def _require_own(hotel_id: int, room_id: int | None, guest_id: int | None) -> None:
    if room_id is None and guest_id is None:
        return
    own = db.fetch_one(_OWN, {"hotel": hotel_id, "room": room_id, "guest": guest_id}) or {}
    for name, value in (("room", room_id), ("guest", guest_id)):
        if value is not None and own[name] is None:
            raise NotFound(field=name)


def _record_start(run_id: int, protocol: str, new: NewRun, actor: Actor, now: datetime) -> None:
    record(
        "run.started", subject="run", subject_id=run_id, hotel_id=new.hotel_id, actor=actor, now=now,
        after={
            "protocol": protocol, "version": new.version_id, "subject": new.subject, "subject_id": new.subject_id,
            "facts": dict(new.facts), "anchors": {one.name: one.at for one in new.moments if one.at is not None},
            "tasks": len(new.tasks),
        },
        event=RunStarted(
            hotel_id=new.hotel_id, run_id=run_id, protocol=protocol, subject=new.subject, subject_id=new.subject_id
        ),
    )  # fmt: skip


def _moments(spec: ProtocolSpec, anchors: Mapping[str, datetime]) -> list[Moment]:
    """Every anchor of the protocol, with its time where it is known. Raises UnknownAnchor."""
    known = {anchor.name for anchor in spec.anchors}
    for name in anchors:
        if name not in known:
            raise UnknownAnchor(anchor=name)
    given = {name: instant_of(at, field=name) for name, at in anchors.items()}
    return [Moment(anchor.name, 1, given.get(anchor.name)) for anchor in spec.anchors]


@operation(Permission.RUN)
def cancel_run(
    *, hotel_id: int, run_id: int, reason: str, expected_version: int | None = None, actor: Actor, now: datetime
) -> RunRef:
    """End a run before its time: its unended tasks are dropped and whoever had one is told.

    Locks the run. Raises NotFound, RunEnded, EditConflict, InvalidInput at the reason. Publishes RunCancelled.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    run = lock_run(hotel_id=hotel_id, run_id=run_id, expected_version=expected_version)
    rows.end_run(
        hotel_id=hotel_id, run_id=run_id, status=RunStatus.CANCELLED, user_id=actor.user_id, now=now, text=reason
    )
    record(
        "run.cancelled", subject="run", subject_id=run_id, hotel_id=hotel_id, actor=actor, now=now, reason=reason,
        before={"status": run.status}, after={"status": "cancelled"},
        event=RunCancelled(hotel_id=hotel_id, run_id=run_id),
    )  # fmt: skip
    return RunRef(run_id, run.version + 1)


_LAST_POSITION = "SELECT coalesce(max(position), 0) FROM promises_task WHERE run_id = %s"


@operation(Permission.RUN)
def add_task(*, hotel_id: int, run_id: int, spec: TaskSpec, actor: Actor, now: datetime) -> list[int]:
    """Give a run a task of its own, which no protocol has: a decision of a meeting. The ids of its copies.

    It hangs on every occurrence of its anchor there is. Locks the run. Raises NotFound, RunEnded, UnknownAnchor,
    TaskKeyTaken, DepartmentMissing, HostMissing. Publishes TaskAdded for each.
    """
    run = lock_run(hotel_id=hotel_id, run_id=run_id)
    moments = [moment for moment in moments_of(run_id) if moment.name == spec.anchor]
    if not moments:
        raise UnknownAnchor(anchor=spec.anchor)
    house = rows.house_of(hotel_id, host_id=run.host_department_id)
    position = int(db.fetch_value(_LAST_POSITION, [run_id])) + 1
    made = rows.add_tasks(
        hotel_id=hotel_id, run_id=run_id, tasks=_own_rows(spec, run.spec, moments, house, position, now)
    )
    if not made:
        raise TaskKeyTaken
    rows.tell(
        [Told(row["id"], NoticeKind.ASSIGNED, department_id=row["department_id"]) for row in made],
        hotel_id=hotel_id, now=now,
    )  # fmt: skip
    for row in made:
        record(
            "task.added", subject="task", subject_id=row["id"], hotel_id=hotel_id, actor=actor, now=now,
            after={"run": run_id, "key": spec.key, "anchor": spec.anchor},
            event=TaskAdded(hotel_id=hotel_id, run_id=run_id, task_id=row["id"], key=spec.key),
        )  # fmt: skip
    return [row["id"] for row in made]


def _own_rows(
    spec: TaskSpec, protocol: ProtocolSpec, moments: list[Moment], house: House, position: int, now: datetime
) -> list[NewTask]:
    if any(task.key == spec.key for task in protocol.tasks):
        raise TaskKeyTaken
    return [
        row
        for moment in moments
        for row in laying.rows_of(spec, protocol, moment=moment, house=house, position=position, now=now, own=True)
    ]
