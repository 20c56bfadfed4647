"""A room promised to a guest (锁房): nobody gives the stay another one before it is let go again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.access import Permission
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.reservations import stays
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import NoRoomAssigned, WrongStatus
from binzhi.reservations.events import UnitFixed

LONGEST_REASON = 200


@operation(Permission.ASSIGN_ROOM)
def fix_room(*, hotel_id: int, room_reservation_id: int, reason: str, actor: Actor, now: datetime) -> str:
    """Fix the room a stay has, with the reason shown to whoever wants to change it; the reason it had before.

    An empty reason lets the room go. Locks hotel day, reservation. Raises NoRoomAssigned, WrongStatus, InvalidInput at
    `reason` (too long), NotFound. Publishes UnitFixed. Idempotent.
    """
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(field="reason", message=_("At most %(n)s characters."), n=LONGEST_REASON)
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if stay.status not in (Status.RESERVED, Status.IN_HOUSE):
        raise WrongStatus(status=Status(stay.status).label)
    if stay.room_id is None:
        raise NoRoomAssigned
    db.execute("UPDATE reservations_roomreservation SET room_fixed = %s WHERE id = %s", [reason, stay.id])
    record(
        "reservation.unit_fixed", subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, before={"reason": stay.room_fixed}, after={"reason": reason, "room_id": stay.room_id},
        event=UnitFixed(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, fixed=bool(reason)
        ),
    )  # fmt: skip
    return stay.room_fixed
