"""While the guest is here: where the guest is, what was wished, who receives when the general manager is away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.people.duty import OnDuty
from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.language import TaskSpec, Wanted
from binzhi.promises.services.assigning import assign_task
from binzhi.promises.services.facts import change_facts
from binzhi.promises.services.runs import add_task
from binzhi.vip import engine, reception
from binzhi.vip.access import Permission
from binzhi.vip.enums import Happening, VisitStatus
from binzhi.vip.errors import AlreadyArrived, GmOnDuty, NobodyOnDuty, NotApproved, NotArrived
from binzhi.vip.events import VisitEventNoted
from binzhi.vip.models import Visit, VisitEvent
from binzhi.vip.requests import VisitRef
from binzhi.vip.visits import department_id, lock_visit, write

# What was noted, and as much of it as a notice says.
TEXT_LIMIT, TOLD = 300, 200
WITHIN = timedelta(minutes=1)
RECEIVE, NEXT_TOLD = "leader-receives", "next-told"
# What is noted by hand; the others come with their own operation. Those without an anchor only stand in the record.
BY_HAND = frozenset(
    {
        Happening.FIRST_ENTRY, Happening.MOVING, Happening.LEISURE, Happening.LEFT_ROOM, Happening.LEFT_UNPLANNED,
        Happening.BACK, Happening.VISITOR, Happening.CHECK_OUT,
    }
)  # fmt: skip


@operation(Permission.NOTE_EVENT)
def note_event(
    *,
    hotel_id: int,
    visit_id: int,
    kind: str,
    text: str = "",
    to: str = "",
    at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Note what the guest does (first entry, left the room, a visitor ...): the tasks of that event begin.

    `to`: the department where a guest about to move on goes next, which is told at once, ahead of the guest. Who leaves
    the room unplanned has left it as well. Locks the visit, then its run. Not idempotent: a visitor who comes twice
    gives two sets of tasks. Raises NotFound, VisitEnded, NotArrived, UnknownDepartment, InvalidInput at the field,
    AlreadyHappened (first entry). Publishes VisitEventNoted.
    """
    if kind not in BY_HAND:
        raise InvalidInput(field="kind", message=_("This is not something to note by hand."))
    at = _past(at, now)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    if visit.status != VisitStatus.IN_HOUSE:
        raise NotArrived
    noted = engine.note(visit, kind, at=at, actor=actor, now=now)
    if kind == Happening.LEFT_UNPLANNED:
        engine.note(visit, Happening.LEFT_ROOM.value, at=at, actor=actor, now=now)
    if to and kind == Happening.MOVING:
        department_id(hotel_id, to)
        if noted:
            engine.tell_next(visit, [NEXT_TOLD], department=to, text=text[:TOLD], actor=actor, now=now)
    return _keep(visit, Happening(kind), text, at=at, actor=actor, now=now)


@operation(Permission.NOTE_EVENT)
def note_wish(*, hotel_id: int, visit_id: int, text: str, actor: Actor, now: datetime) -> int:
    """A wish of which nobody knew whether it fits the standard was served; now it is written down and asked about.

    Never refused for the state of the visit: the guest was served already. Where the protocol runs it asks the host
    department to get the answer. Locks the visit, then its run. Raises NotFound, InvalidInput at the text. Publishes
    VisitEventNoted.
    """
    clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id, ended_too=True)
    if reception.is_live(visit):
        engine.note(visit, "unclear_request", at=now, actor=actor, now=now)
    return _keep(visit, Happening.WISH, text, at=now, actor=actor, now=now)


@operation(Permission.NOTE_EVENT)
def note_feedback(*, hotel_id: int, visit_id: int, text: str, actor: Actor, now: datetime) -> int:
    """What the guest said of the stay, in the guest's own words; it stands beside what was late.

    Locks the visit. Not idempotent. Raises NotFound, NotArrived, InvalidInput at the text. Publishes VisitEventNoted.
    """
    clean_text(text, field="text", limit=TEXT_LIMIT, required=True)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id, ended_too=True)
    if visit.status not in (VisitStatus.IN_HOUSE, VisitStatus.GONE):
        raise NotArrived
    return _keep(visit, Happening.FEEDBACK, text, at=now, actor=actor, now=now)


@operation(Permission.REPORT_GM_AWAY)
def report_gm_away(*, hotel_id: int, visit_id: int, actor: Actor, now: datetime) -> OnDuty:
    """The general manager is away as a guest comes: the highest-ranking leader at work receives, told within a minute.

    The leader gets the task to receive, due in one minute, and the protocol's own task of this exception begins.
    Locks the visit, then its run. Again, it names who is the highest by then. Raises NotFound, VisitEnded, NotApproved,
    GmOnDuty, NobodyOnDuty. Publishes VisitEventNoted.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    run_id = engine.run_of(visit)
    if reception.general_manager(hotel_id=hotel_id, at=now) is not None:
        raise GmOnDuty
    leader = reception.highest_leader(hotel_id=hotel_id, at=now)
    if leader is None:
        raise NobodyOnDuty
    mover = engine.acting(actor, hotel_id)
    change_facts(hotel_id=hotel_id, run_id=run_id, facts={"gm_away": True}, actor=mover, now=now)
    told = VisitEvent.objects.filter(visit=visit, kind=Happening.GM_AWAY).count()
    (task_id,) = add_task(
        hotel_id=hotel_id, run_id=run_id, spec=_to_receive(visit, leader, told, now), actor=mover, now=now
    )
    assign_task(hotel_id=hotel_id, task_id=task_id, staff_id=leader.staff_id, actor=mover, now=now)
    _keep(visit, Happening.GM_AWAY, "", at=now, leader_id=leader.staff_id, actor=actor, now=now)
    return leader


def _to_receive(visit: Visit, leader: OnDuty, told: int, now: datetime) -> TaskSpec:
    title = "总经理不在店，请代为接待"
    return TaskSpec(
        key=RECEIVE if not told else f"{RECEIVE}-{told + 1}", clause="E1", title=title,
        title_en="The general manager is away: please receive the guest", department=leader.department,
        anchor="arrival", offset=now + WITHIN - visit.arrival_at, posts=(leader.post,),
        evidence=(Wanted(Evidence.TICK),),
    )  # fmt: skip


@operation(Permission.NOTE_EVENT)
def note_arrival(*, hotel_id: int, visit_id: int, at: datetime | None = None, actor: Actor, now: datetime) -> VisitRef:
    """The guest is here: the arrival is what it really was.

    Locks the visit, then its run. Not idempotent. Raises NotFound, VisitEnded, NotApproved, AlreadyArrived,
    InvalidInput at the time. Publishes VisitEventNoted.
    """
    at = _past(at, now)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    if visit.status == VisitStatus.IN_HOUSE:
        raise AlreadyArrived
    if visit.run_id is None:
        raise NotApproved
    engine.note(visit, "arrival", at=at, actor=actor, now=now)
    # A guest who comes after the planned departure has not left yet.
    leaves = max(visit.departure_at, at + timedelta(minutes=1))
    ref = write(visit, status=VisitStatus.IN_HOUSE, arrival_at=at, departure_at=leaves)
    _keep(visit, Happening.ARRIVED, "", at=at, actor=actor, now=now)
    return ref


@operation(Permission.NOTE_EVENT)
def note_departure(
    *, hotel_id: int, visit_id: int, at: datetime | None = None, actor: Actor, now: datetime
) -> VisitRef:
    """The guest has left the hotel: the tasks after the departure are counted from this moment.

    Locks the visit, then its run. Not idempotent. Raises NotFound, VisitEnded, NotArrived, InvalidInput at the time.
    Publishes VisitEventNoted.
    """
    at = _past(at, now)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    if visit.status != VisitStatus.IN_HOUSE:
        raise NotArrived
    if at <= visit.arrival_at:
        raise InvalidInput(field="at", message=_("The departure must be after the arrival."))
    if reception.is_live(visit):
        engine.note(visit, "departure", at=at, actor=actor, now=now)
    ref = write(visit, status=VisitStatus.GONE, departure_at=at, ended_at=now)
    _keep(visit, Happening.DEPARTED, "", at=at, actor=actor, now=now)
    return ref


def _past(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now:
        raise InvalidInput(field="at", message=_("This has not happened yet."))
    return at


def _keep(
    visit: Visit,
    kind: Happening,
    text: str,
    *,
    at: datetime,
    leader_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """A line of the visit's record, audited."""
    text = clean_text(text, field="text", limit=TEXT_LIMIT)
    kept = VisitEvent.objects.create(
        hotel_id=visit.hotel_id, visit=visit, kind=kind, text=text, leader_id=leader_id, at=at,
        noted_by_id=actor.user_id, noted_at=now,
    )  # fmt: skip
    record(
        "visit.event_noted", subject="visit", subject_id=visit.pk, hotel_id=visit.hotel_id, actor=actor, now=now,
        after={"event": kept.pk, "kind": str(kind.value), "at": at, "leader": leader_id},
        event=VisitEventNoted(hotel_id=visit.hotel_id, visit_id=visit.pk, kind=str(kind.value)),
    )  # fmt: skip
    return kept.pk
