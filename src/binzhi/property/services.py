"""Operations on rooms: their housekeeping condition and the do-not-disturb sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.access import Permission
from binzhi.property.enums import Housekeeping
from binzhi.property.events import DoNotDisturbChanged, RoomConditionChanged


@operation(Permission.SET_ROOM_CONDITION)
def set_room_condition(
    *, hotel_id: int, room_id: int, housekeeping: str, reason: str = "", actor: Actor, now: datetime
) -> None:
    """Set a room dirty, clean or inspected; inspected asks for the inspector's right as well.

    Changes the room's housekeeping condition. Locks the room. Idempotent.
    Raises NotFound, Forbidden, InvalidInput. Publishes RoomConditionChanged.
    """
    if housekeeping not in Housekeeping.values:
        raise InvalidInput(field="housekeeping", message=_("Choose dirty, clean or inspected."))
    if housekeeping == Housekeeping.INSPECTED:
        actor.require(Permission.INSPECT_ROOM, hotel_id)
    reason = clean_text(reason, field="reason", limit=200)
    room = _lock_room(hotel_id, room_id)
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


def _lock_room(hotel_id: int, room_id: int) -> dict[str, Any]:
    row = db.fetch_one(
        "SELECT number, housekeeping, do_not_disturb FROM property_room"
        " WHERE hotel_id = %s AND id = %s AND is_active FOR NO KEY UPDATE",
        [hotel_id, room_id],
    )
    if row is None:
        raise NotFound
    return row
