"""The guest's room: sealed after the last check, and what breaking the seal sets off."""

from __future__ import annotations

from datetime import datetime

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record
from binzhi.property.services import break_seal, seal_room
from binzhi.vip import engine
from binzhi.vip.access import Permission
from binzhi.vip.enums import Happening
from binzhi.vip.errors import NoRoomYet, NotSealedByLevel
from binzhi.vip.events import VisitRoomSealed, VisitSealBroken
from binzhi.vip.models import Visit, VisitEvent
from binzhi.vip.visits import lock_visit, write

# Row 9: the check, and the seal that stands upon it.
_BROKEN = """
SELECT room_id, reason FROM property_roomseal
WHERE hotel_id = %s AND id = %s AND stay_id = %s::bigint AND broken_at IS NOT NULL
"""
FINAL_CHECK, SEAL = "final-check", "room-sealed"


@operation(Permission.SEAL_ROOM)
def seal_visit_room(*, hotel_id: int, visit_id: int, actor: Actor, now: datetime) -> int:
    """Seal the room of a level that is sealed: the signature of clause 9, and a room that lets nobody in but the guest.

    Asks for the right to seal rooms as well; which post seals the protocol says by its task, and where it has none,
    the level. Locks the visit, the room, the run. Not idempotent. Raises NotFound, VisitEnded, NotApproved,
    NotSealedByLevel, NoRoomYet, DependencyOpen (the final check comes first), WrongPost, AlreadySealed, NotFitToSeal.
    Publishes VisitRoomSealed.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    run_id = engine.run_of(visit)
    if visit.level is None or not visit.level.sealed:
        raise NotSealedByLevel
    room_id = _room(visit)
    seal_id = seal_room(hotel_id=hotel_id, room_id=room_id, stay_id=visit.room_reservation_id, actor=actor, now=now)
    keys = engine.keys_of(visit, SEAL)
    if visit.level.sealed_by and not engine.has_task(run_id, keys):
        engine.require_post_of(visit, visit.level.sealed_by, actor=actor, now=now)
    engine.settle(visit, keys, actor=actor, now=now)
    record(
        "visit.room_sealed", subject="visit", subject_id=visit_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"room": room_id, "seal": seal_id},
        event=VisitRoomSealed(hotel_id=hotel_id, visit_id=visit_id, room_id=room_id),
    )  # fmt: skip
    return seal_id


@operation(Permission.BREAK_SEAL)
def break_room_seal(*, hotel_id: int, visit_id: int, reason: str, actor: Actor, now: datetime) -> list[int]:
    """Break the seal of the guest's room, with a reason: row 9 is open again, check and seal; their tasks.

    Asks for the right to break seals as well. Locks the visit, the seal, the run. Not idempotent. Raises NotFound,
    VisitEnded, NoRoomYet, NotSealed, InvalidInput at the reason. Publishes VisitSealBroken.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    room_id = _room(visit)
    broken = break_seal(hotel_id=hotel_id, room_id=room_id, reason=reason, actor=actor, now=now)
    return note_broken(visit, room_id=room_id, seal_id=broken.id, reason=reason, actor=actor, now=now)


@operation(Permission.BREAK_SEAL)
def follow_broken_seal(*, hotel_id: int, visit_id: int, seal_id: int, actor: Actor, now: datetime) -> list[int]:
    """The same for a seal that was broken at the room itself, past the visit. Idempotent: done once for each seal.

    Locks the visit, then its run. Raises NotFound (a whole seal too, or one of another stay), VisitEnded. Publishes
    VisitSealBroken.
    """
    visit = lock_visit(hotel_id=hotel_id, visit_id=visit_id)
    broken = db.fetch_one(_BROKEN, [hotel_id, seal_id, visit.room_reservation_id])
    if broken is None:
        raise NotFound(field="seal")
    return note_broken(visit, room_id=broken["room_id"], seal_id=seal_id, reason=broken["reason"], actor=actor, now=now)


def note_broken(visit: Visit, *, room_id: int, seal_id: int, reason: str, actor: Actor, now: datetime) -> list[int]:
    """Row 9 open again, once for each seal, and the line in the visit's record."""
    mark = f"#{seal_id}"
    known = VisitEvent.objects.filter(visit=visit, kind=Happening.SEAL_BROKEN, text__startswith=f"{mark} ").exists()
    again: list[int] = []
    if not known:
        again = engine.open_again(
            visit, [FINAL_CHECK, *engine.keys_of(visit, SEAL)], reason=reason, actor=actor, now=now
        )
        VisitEvent.objects.create(
            hotel_id=visit.hotel_id, visit=visit, kind=Happening.SEAL_BROKEN, text=f"{mark} {reason}", at=now,
            noted_by_id=actor.user_id, noted_at=now,
        )  # fmt: skip
        write(visit)
    record(
        "visit.seal_broken", subject="visit", subject_id=visit.pk, hotel_id=visit.hotel_id, actor=actor, now=now,
        after={"room": room_id, "seal": seal_id, "again": again}, reason=reason,
        event=VisitSealBroken(hotel_id=visit.hotel_id, visit_id=visit.pk, room_id=room_id),
    )  # fmt: skip
    return again


def _room(visit: Visit) -> int:
    room_id = visit.room_reservation.room_id if visit.room_reservation else None
    if room_id is None:
        raise NoRoomYet
    return room_id
