"""What may be done with a reservation now: the state machine and the rights, so that clients need to know neither."""

from __future__ import annotations

from binzhi.kernel.actor import Actor
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Status
from binzhi.reservations.queries.views import ReservationView, RoomView


def allowed_actions(*, room: RoomView, hotel_id: int, actor: Actor) -> list[str]:
    """Names of this context's operations open to `actor` for one room. The desk adds its own."""
    able: list[tuple[str, Permission]] = []
    if room.status == Status.RESERVED:
        able += [("change", Permission.CHANGE), ("cancel", Permission.CANCEL)]
        if room.arrival <= room.today:
            able.append(("mark_no_show", Permission.MARK_NO_SHOW))
    elif room.status == Status.IN_HOUSE:
        able.append(("change", Permission.CHANGE))
    elif room.status in (Status.CANCELLED, Status.NO_SHOW) and _can_come_back(room):
        able.append(("reinstate", Permission.REINSTATE))
    return [name for name, permission in able if actor.may(permission, hotel_id)]


def allowed_on_reservation(*, view: ReservationView, actor: Actor) -> list[str]:
    """The same for the reservation as a whole."""
    able: list[tuple[str, Permission]] = [("update_details", Permission.CHANGE)]
    states = {room.status for room in view.rooms}
    if view.confirmed_at is None and states & {Status.RESERVED, Status.IN_HOUSE}:
        able.append(("confirm", Permission.CHANGE))
    if Status.RESERVED in states:
        able.append(("cancel", Permission.CANCEL))
    return [name for name, permission in able if actor.may(permission, view.hotel_id)]


def _can_come_back(room: RoomView) -> bool:
    return room.departure > room.today if room.nights else room.arrival >= room.today
