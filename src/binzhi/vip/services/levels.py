"""Who is received how: a level is asked for on one of three routes, and the general manager decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.services.facts import change_facts
from binzhi.promises.services.runs import cancel_run
from binzhi.vip import engine, filing
from binzhi.vip.access import Permission
from binzhi.vip.enums import AmenityKind, PurchaseKind, PurchaseState, Route, VisitStatus
from binzhi.vip.errors import AlreadyDecided, LevelGiven, PersonNeeded, RequestOpen
from binzhi.vip.events import LevelAsked, LevelDecided
from binzhi.vip.models import Amenity, Level, LevelRequest, Purchase, Visit
from binzhi.vip.requests import VisitRef
from binzhi.vip.visits import department_id, level_of, lock_visit, write

REASON_LIMIT = 200
FLOWERS_BEFORE = timedelta(hours=2)
# The department that receives, unless the visit names another; the GM's own decision is received by the GM's office.
HOSTS = {Route.GM: "gm-office", Route.OWNER: "gm-office", Route.KEY_ACCOUNT: "sales"}
_RIGHT = {Route.OWNER: Permission.ASK_FOR_OWNER, Route.KEY_ACCOUNT: Permission.ASK_FOR_KEY_ACCOUNT}


@operation(Permission.ASK_LEVEL)
def ask_level(*, hotel_id: int, visit_id: int, level: str, route: str, reason: str, actor: Actor, now: datetime) -> int:
    """Ask the general manager for a level, as the GM's office (guest of the owner) or sales (key account); the request.

    Each route asks for its own right as well. Locks the visit. Raises Forbidden, PersonNeeded, NotFound, VisitEnded,
    UnknownLevel, LevelGiven, RequestOpen, InvalidInput at the field. Publishes LevelAsked.
    """
    if route not in _RIGHT:
        raise InvalidInput(field="route")
    actor.require(_RIGHT[Route(route)], hotel_id)
    user_id = _person(actor)
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    visit, wanted = _for_request(hotel_id, visit_id, level)
    request = LevelRequest.objects.create(
        hotel_id=hotel_id, visit=visit, level=wanted, route=route, reason=reason, asked_by_id=user_id, asked_at=now
    )
    write(visit, status=VisitStatus.ASKED if visit.level_id is None else visit.status)
    record(
        "visit.level_asked", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"level": visit.level.code if visit.level else None},
        after={"request": request.pk, "level": level, "route": route}, reason=reason,
        event=LevelAsked(hotel_id=hotel_id, visit_id=visit_id, request_id=request.pk, level=level),
    )  # fmt: skip
    return request.pk


@operation(Permission.DECIDE_LEVEL)
def decide_level(
    *, hotel_id: int, request_id: int, approve: bool, note: str = "", actor: Actor, now: datetime
) -> VisitRef:
    """Approve or decline what was asked for; approved, the visit has its level and the protocol runs.

    On a visit that has a level already the protocol follows the new one. Locks the visit, then its run. Raises
    PersonNeeded, NotFound, VisitEnded, AlreadyDecided, and what starting the protocol refuses. Publishes LevelDecided.
    """
    user_id = _person(actor)
    note = clean_text(note, field="note", limit=REASON_LIMIT)
    asked = LevelRequest.objects.filter(hotel_id=hotel_id, pk=request_id).first()
    if asked is None:
        raise NotFound(field="request")
    visit = lock_visit(hotel_id=hotel_id, visit_id=asked.visit_id)
    request = LevelRequest.objects.select_related("level").get(pk=request_id)
    if request.approved is not None:
        raise AlreadyDecided
    LevelRequest.objects.filter(pk=request_id).update(
        approved=approve, decided_by_id=user_id, decided_at=now, note=note
    )
    if approve:
        host = visit.host_department.code if visit.host_department else HOSTS[Route(request.route)]
        return _give(visit, request, host=host, actor=actor, now=now)
    ref = write(visit, status=VisitStatus.PROPOSED if visit.level_id is None else visit.status)
    _record_decision(visit, request, before=visit.level, approved=False, actor=actor, now=now)
    return ref


@operation(Permission.DECIDE_LEVEL)
def set_level_directly(
    *, hotel_id: int, visit_id: int, level: str, reason: str, actor: Actor, now: datetime
) -> VisitRef:
    """The general manager decides: the level stands at once, the GM's office receives and the protocol runs.

    Also how the level of a running visit is changed. Locks the visit, then its run. Raises PersonNeeded, NotFound,
    VisitEnded, UnknownLevel, LevelGiven, RequestOpen, InvalidInput at the reason. Publishes LevelDecided.
    """
    user_id = _person(actor)
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    visit, wanted = _for_request(hotel_id, visit_id, level)
    request = LevelRequest.objects.create(
        hotel_id=hotel_id, visit=visit, level=wanted, route=Route.GM, reason=reason, asked_by_id=user_id, asked_at=now,
        approved=True, decided_by_id=user_id, decided_at=now,
    )  # fmt: skip
    return _give(visit, request, host=HOSTS[Route.GM], actor=actor, now=now)


def _person(actor: Actor) -> int:
    """There is no fourth route: neither the system nor a program decides about people."""
    if actor.user_id is None or actor.is_system or actor.token_id is not None:
        raise PersonNeeded
    return actor.user_id


def _for_request(hotel_id: int, visit_id: int, level: str) -> tuple[Visit, Level]:
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    wanted = level_of(hotel_id, level)
    if visit.level_id == wanted.pk:
        raise LevelGiven
    if LevelRequest.objects.filter(visit=visit, approved=None).exists():
        raise RequestOpen
    return visit, wanted


def _give(visit: Visit, request: LevelRequest, *, host: str, actor: Actor, now: datetime) -> VisitRef:
    """The level on the visit, and the protocol begun or following it."""
    before, level = visit.level, request.level
    if visit.run_id is not None and not engine.follows(visit.run_id, level):
        ref = _lay_anew(visit, request, host=host, actor=actor, now=now)
    elif visit.run_id is None:
        run_id = engine.start(visit, level=level, host_department=host, actor=actor, now=now)
        ref = write(
            visit, level=level, run_id=run_id, status=VisitStatus.APPROVED,
            host_department_id=department_id(visit.hotel_id, host),
        )  # fmt: skip
    else:
        change_facts(
            hotel_id=visit.hotel_id, run_id=visit.run_id, facts=engine.facts_of(visit, level),
            actor=engine.acting(actor, visit.hotel_id), now=now,
        )  # fmt: skip
        ref = write(visit, level=level)
    filing.follow(visit, level)
    _order_flowers(visit, level, now)
    _record_decision(visit, request, before=before, approved=True, actor=actor, now=now)
    return ref


def _lay_anew(visit: Visit, request: LevelRequest, *, host: str, actor: Actor, now: datetime) -> VisitRef:
    """The new level is received by another protocol: the one that runs ends, and the other begins."""
    level = request.level
    reason = f"{visit.level.code if visit.level else ''} → {level.code}"
    cancel_run(
        hotel_id=visit.hotel_id, run_id=engine.run_of(visit), reason=reason,
        actor=engine.acting(actor, visit.hotel_id), now=now,
    )  # fmt: skip
    run_id = engine.start(
        visit, level=level, host_department=visit.host_department.code if visit.host_department else host,
        occasion=f"level-{request.pk}", actor=actor, now=now,
    )  # fmt: skip
    return write(visit, level=level, run_id=run_id)


def _order_flowers(visit: Visit, level: Level, now: datetime) -> None:
    """Flowers of the level's class are ordered, once; those not delivered yet follow a change of level."""
    quality = Amenity.objects.filter(level=level, kind=AmenityKind.FLOWERS).values_list("value", flat=True).first()
    if quality is None:
        return
    mine = Purchase.objects.filter(visit=visit, kind=PurchaseKind.FLOWERS)
    if not mine.exists():
        Purchase.objects.create(
            hotel_id=visit.hotel_id, visit=visit, kind=PurchaseKind.FLOWERS, quality=quality, ordered_at=now,
            needed_by=max(visit.arrival_at - FLOWERS_BEFORE, now),
        )  # fmt: skip
    else:
        mine.filter(state=PurchaseState.ORDERED).update(quality=quality)


def _record_decision(
    visit: Visit, request: LevelRequest, *, before: Level | None, approved: bool, actor: Actor, now: datetime
) -> None:
    record(
        "visit.level_decided", subject="visit", subject_id=visit.pk, hotel_id=visit.hotel_id, actor=actor, now=now,
        before={"level": before.code if before else None},
        after={
            "request": request.pk, "level": request.level.code, "route": request.route, "approved": approved,
            "run": visit.run_id,
        },
        reason=request.reason,
        event=LevelDecided(
            hotel_id=visit.hotel_id, visit_id=visit.pk, request_id=request.pk, level=request.level.code,
            approved=approved,
        ),
    )  # fmt: skip
