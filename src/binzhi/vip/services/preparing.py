"""Before the guest comes: the meeting on this visit, the notice to every department; after: the notice of departure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.protocols.language import TaskSpec
from binzhi.promises.services.runs import add_task
from binzhi.property.models import Hotel
from binzhi.vip import changes, engine
from binzhi.vip.access import Permission
from binzhi.vip.enums import NoticeKind, VisitStatus
from binzhi.vip.errors import NotArrived, NotDeparted
from binzhi.vip.events import MeetingHeld, NoticeIssued
from binzhi.vip.models import Amenity, Decision, Meeting, Notice, Visit
from binzhi.vip.requests import AgreedTask, MeetingInput
from binzhi.vip.visits import department_id, lock_visit, write

MINUTES_LIMIT, ATTENDEES_LIMIT, DECISION_LIMIT = 5000, 500, 200
# As much of it as one piece of evidence holds.
PROOF_LIMIT = 1000
MOST_DECISIONS = 50
# Of a line that tells of changes; the task of clause 2 that it is told at.
SAID_LIMIT, SIGNED_FOR = 180, "notice-signed"


@operation(Permission.HOLD_MEETING)
def hold_meeting(*, hotel_id: int, visit_id: int, meeting: MeetingInput, actor: Actor, now: datetime) -> int:
    """Keep the minutes of the meeting on this visit (一会一案); every decision becomes a task of its department.

    The minutes close the task of clause 1, which is the host department's. Locks the visit, then its run. Raises
    NotFound, VisitEnded, NotApproved, WrongPost, UnknownDepartment, InvalidInput at the field. Publishes MeetingHeld.
    """
    minutes = clean_text(meeting.minutes, field="minutes", limit=MINUTES_LIMIT, required=True, multiline=True)
    attendees = clean_text(meeting.attendees, field="attendees", limit=ATTENDEES_LIMIT, required=True)
    if meeting.held_at > now:
        raise InvalidInput(field="held_at", message=_("The meeting has not been held yet."))
    if len(meeting.decisions) > MOST_DECISIONS:
        raise InvalidInput(field="decisions", message=_("At most %(most)s decisions."), most=MOST_DECISIONS)
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    engine.run_of(visit)
    made = Meeting.objects.create(
        hotel_id=hotel_id, visit=visit, held_at=meeting.held_at, minutes=minutes, attendees=attendees,
        noted_by_id=actor.user_id, noted_at=now,
    )  # fmt: skip
    engine.settle(visit, ["case-meeting"], text=f"{attendees}\n{minutes}"[:PROOF_LIMIT], actor=actor, now=now)
    tasks = [_decide(visit, made, place, one, actor, now) for place, one in enumerate(meeting.decisions, start=1)]
    record(
        "visit.meeting_held", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"meeting": made.pk, "held_at": meeting.held_at, "tasks": tasks},
        event=MeetingHeld(hotel_id=hotel_id, visit_id=visit_id, meeting_id=made.pk),
    )  # fmt: skip
    return made.pk


def _decide(visit: Visit, meeting: Meeting, place: int, agreed: AgreedTask, actor: Actor, now: datetime) -> int:
    """The task of a decision: counted from the arrival, so that it moves with it."""
    field = f"decisions.{place - 1}"
    text = clean_text(agreed.text, field=f"{field}.text", limit=DECISION_LIMIT, required=True)
    if agreed.due_at <= now:
        raise InvalidInput(field=f"{field}.due_at", message=_("This time has passed."))
    department = department_id(visit.hotel_id, agreed.department)
    spec = TaskSpec(
        key=f"decision-{meeting.pk}-{place}", clause="1", title=text, title_en=text, department=agreed.department,
        anchor="arrival", offset=agreed.due_at - visit.arrival_at,
    )  # fmt: skip
    (task_id,) = add_task(
        hotel_id=visit.hotel_id, run_id=engine.run_of(visit), spec=spec, actor=engine.acting(actor, visit.hotel_id),
        now=now,
    )  # fmt: skip
    Decision.objects.create(
        hotel_id=visit.hotel_id, meeting=meeting, department_id=department, text=text, due_at=agreed.due_at,
        task_id=task_id,
    )  # fmt: skip
    return task_id


@operation(Permission.ISSUE_NOTICE)
def issue_notice(*, hotel_id: int, visit_id: int, actor: Actor, now: datetime) -> int:
    """Issue the reception notice (《贵宾接待通知单》) to every department; its number within the visit.

    What it says is kept as issued. The first closes the task of clause 2, which is the duty manager's, and the
    departments can sign for it. After a change another is issued: who has signed signs no second time, and every
    department with a task is told what is different. Locks the visit, then its run. Raises NotFound,
    VisitEnded, NotApproved, WrongPost, DependencyOpen (the meeting comes first). Publishes NoticeIssued.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    engine.run_of(visit)
    engine.settle(visit, ["notice-issued"], actor=actor, now=now)
    last = Notice.objects.filter(visit=visit, kind=NoticeKind.RECEPTION).order_by("-number").first()
    number = _issue(visit, NoticeKind.RECEPTION, actor, now, last=last)
    write(visit, status=VisitStatus.NOTICED if visit.status == VisitStatus.APPROVED else visit.status)
    return number


@operation(Permission.ISSUE_NOTICE)
def issue_departure_notice(*, hotel_id: int, visit_id: int, actor: Actor, now: datetime) -> int:
    """Issue the notice of arrival and departure (《贵宾抵离通知单》) to every department; its number.

    Closes the task of clause 32; a visit whose departure has passed is over with it. Locks the visit, then its
    run. Raises NotFound, NotArrived, NotDeparted, WrongPost, DependencyOpen (housekeeping tells of the departure
    first). Publishes NoticeIssued.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id, ended_too=True)
    if visit.status not in (VisitStatus.IN_HOUSE, VisitStatus.GONE):
        raise NotArrived
    if visit.status == VisitStatus.IN_HOUSE:
        if visit.departure_at > now:
            raise NotDeparted
        write(visit, status=VisitStatus.GONE, ended_at=now)
    engine.settle(visit, ["departure-notice"], actor=actor, now=now)
    return _issue(visit, NoticeKind.DEPARTURE, actor, now)


def _issue(visit: Visit, kind: NoticeKind, actor: Actor, now: datetime, *, last: Notice | None = None) -> int:
    number = (Notice.objects.filter(visit=visit, kind=kind).aggregate(last=Max("number"))["last"] or 0) + 1
    content = _content(visit)
    if last is not None:
        content["changes"] = different = changes.between(last.content, content)
        zone = ZoneInfo(Hotel.objects.values_list("timezone", flat=True).get(pk=visit.hotel_id))
        said = f"第{number}号：{changes.sentence(different, zone, limit=SAID_LIMIT) or '内容未变'}"
        engine.tell_departments(visit, first=SIGNED_FOR, text=said, now=now)
    notice = Notice.objects.create(
        hotel_id=visit.hotel_id, visit=visit, kind=kind, number=number, issued_at=now, issued_by_id=actor.user_id,
        content=content,
    )  # fmt: skip
    record(
        "visit.notice_issued", subject="visit", subject_id=visit.pk, hotel_id=visit.hotel_id, actor=actor, now=now,
        after={"notice": notice.pk, "kind": str(kind.value), "number": notice.number},
        event=NoticeIssued(
            hotel_id=visit.hotel_id, visit_id=visit.pk, kind=str(kind.value), number=notice.number
        ),
    )  # fmt: skip
    return notice.number


def _content(visit: Visit) -> dict[str, object]:
    """Everything the form prints, as it is now."""
    room = visit.room_reservation.room if visit.room_reservation else None
    level = visit.level
    assert level is not None  # a protocol runs
    amenities = Amenity.objects.filter(level=level).order_by("pk").values("kind", "value", "note")
    decisions = Decision.objects.filter(meeting__visit=visit).order_by("pk")
    return {
        "title": visit.title, "level": level.code, "level_name": level.name, "room": room.number if room else "",
        "arrival": visit.arrival_at.isoformat(), "departure": visit.departure_at.isoformat(),
        "party_size": visit.party_size, "needs": visit.needs, "cautions": visit.cautions,
        "host": visit.host_department.code if visit.host_department else "", "amenities": list(amenities),
        "decisions": [
            {"department": code, "text": text, "due": due.isoformat()}
            for code, text, due in decisions.values_list("department__code", "text", "due_at")
        ],
        "tasks": engine.plan_of(engine.run_of(visit)),
    }  # fmt: skip
