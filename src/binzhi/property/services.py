"""Operations on rooms: their housekeeping condition, the do-not-disturb sign, their seals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property import seals
from binzhi.property.access import Permission
from binzhi.property.enums import Housekeeping
from binzhi.property.errors import RoomSealed
from binzhi.property.events import DoNotDisturbChanged, RoomConditionChanged, SealBroken
from binzhi.property.events import RoomSealed as RoomSealedEvent

REASON_LIMIT = 200


@operation(Permission.SET_ROOM_CONDITION)
def set_room_condition(
    *, hotel_id: int, room_id: int, housekeeping: str, reason: str = "", actor: Actor, now: datetime
) -> None:
    """Set a room dirty, clean or inspected; inspected asks for the inspector's right as well.

    Changes the room's housekeeping condition. Locks the room. Idempotent.
    Raises NotFound, Forbidden, InvalidInput, RoomSealed. Publishes RoomConditionChanged.
    """
    if housekeeping not in Housekeeping.values:
        raise InvalidInput(field="housekeeping", message=_("Choose dirty, clean or inspected."))
    if housekeeping == Housekeeping.INSPECTED:
        actor.require(Permission.INSPECT_ROOM, hotel_id)
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    room = _lock_room(hotel_id, room_id)
    if room["sealed"] and housekeeping != room["housekeeping"]:
        raise RoomSealed(number=room["number"])
    with seals.refusals(room["number"]):
        db.execute(
            "UPDATE property_room SET housekeeping = %s, condition_changed_at = %s WHERE id = %s",
            [housekeeping, now, room_id],
        )
    record(
        "room.condition_changed", subject="room", subject_id=room_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"housekeeping": room["housekeeping"]}, after={"housekeeping": housekeeping}, reason=reason,
        event=RoomConditionChanged(hotel_id=hotel_id, room_id=room_id, condition=housekeeping),
    )  # fmt: skip


@operation(Permission.SET_ROOM_CONDITION)
def set_do_not_disturb(*, hotel_id: int, room_id: int, do_not_disturb: bool, actor: Actor, now: datetime) -> None:
    """Put the do-not-disturb sign on or off.

    Changes the room. Locks it. Idempotent. Raises NotFound. Publishes DoNotDisturbChanged.
    """
    room = _lock_room(hotel_id, room_id)
    db.execute("UPDATE property_room SET do_not_disturb = %s WHERE id = %s", [do_not_disturb, room_id])
    record(
        "room.do_not_disturb_changed", subject="room", subject_id=room_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"do_not_disturb": room["do_not_disturb"]}, after={"do_not_disturb": do_not_disturb},
        event=DoNotDisturbChanged(hotel_id=hotel_id, room_id=room_id, do_not_disturb=do_not_disturb),
    )  # fmt: skip


@operation(Permission.SEAL_ROOM)
def seal_room(*, hotel_id: int, room_id: int, stay_id: int | None = None, actor: Actor, now: datetime) -> int:
    """Close a checked room until its guest comes (封房); the seal's id.

    `stay_id` is the room reservation that alone may come in. Adds a seal. Locks the room. Not idempotent: a second
    time it is sealed already. Raises NotFound, AlreadySealed, NotFitToSeal. Publishes RoomSealed.
    """
    seal_id = seals.seal(hotel_id=hotel_id, room_id=room_id, stay_id=stay_id, user_id=actor.user_id, now=now)
    record(
        "room.sealed", subject="room", subject_id=room_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"seal_id": seal_id, "stay_id": stay_id},
        event=RoomSealedEvent(hotel_id=hotel_id, room_id=room_id, stay_id=stay_id),
    )  # fmt: skip
    return seal_id


@operation(Permission.BREAK_SEAL)
def break_seal(*, hotel_id: int, room_id: int, reason: str, actor: Actor, now: datetime) -> seals.Seal:
    """Break the seal of a room, for a reason that is kept; what the seal was.

    Ends the seal. Locks it. Not idempotent. Raises NotSealed, NotFound, InvalidInput (no reason). Publishes SealBroken.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    broken = seals.break_open(hotel_id=hotel_id, room_id=room_id, reason=reason, user_id=actor.user_id, now=now)
    record(
        "room.seal_broken", subject="room", subject_id=room_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"seal_id": broken.id, "stay_id": broken.stay_id, "sealed_at": broken.sealed_at}, reason=reason,
        event=SealBroken(hotel_id=hotel_id, room_id=room_id, seal_id=broken.id, stay_id=broken.stay_id),
    )  # fmt: skip
    return broken


def _lock_room(hotel_id: int, room_id: int) -> dict[str, Any]:
    row = db.fetch_one(
        "SELECT r.number, r.housekeeping, r.do_not_disturb, s.id IS NOT NULL AS sealed FROM property_room r"
        " LEFT JOIN property_roomseal s ON s.room_id = r.id AND s.broken_at IS NULL"
        " WHERE r.hotel_id = %s AND r.id = %s AND r.is_active FOR NO KEY UPDATE OF r",
        [hotel_id, room_id],
    )
    if row is None:
        raise NotFound
    return row
