"""What the desk may do with a room reservation now, for those who need to know neither the states nor the rights."""

from __future__ import annotations

from binzhi.frontdesk.access import Permission
from binzhi.kernel.actor import Actor
from binzhi.reservations.enums import Status
from binzhi.reservations.queries import RoomView


def desk_actions(*, room: RoomView, hotel_id: int, actor: Actor) -> list[str]:
    """Names of the desk's operations open to `actor` for one room reservation."""
    able: list[tuple[str, Permission]] = []
    if room.status == Status.RESERVED:
        able.append(("assign_room", Permission.ASSIGN_ROOM))
        if room.room_id is not None:
            able.append(("unassign_room", Permission.ASSIGN_ROOM))
        if room.arrival <= room.today:
            able.append(("check_in", Permission.CHECK_IN))
    elif room.status == Status.IN_HOUSE:
        able += [("move_room", Permission.MOVE_ROOM), ("extend_stay", Permission.CHANGE_STAY)]
        if room.departure > room.today:
            able.append(("shorten_stay", Permission.CHANGE_STAY))
        able.append(("check_out", Permission.CHECK_OUT))
        if room.arrival == room.today:
            able.append(("undo_check_in", Permission.UNDO_CHECK_IN))
    elif room.status == Status.CHECKED_OUT and room.ended_on == room.today:
        able.append(("undo_check_out", Permission.UNDO_CHECK_OUT))
    return [name for name, permission in able if actor.may(permission, hotel_id)]
