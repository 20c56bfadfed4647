"""Building block: whether a room can be given to a guest this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import RoomNotReady, RoomOutOfOrder, WrongRoomType
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.property import seals
from binzhi.property.errors import RoomSealed
from binzhi.reservations.errors import RoomOccupied
from binzhi.reservations.locks import LockedRoom


@dataclass(frozen=True, slots=True)
class HouseRoom:
    """A locked room and the settings of its hotel that arrivals depend on."""

    id: int
    number: str
    room_type: str
    max_guests: int
    housekeeping: str
    maintenance: str
    occupied: bool
    out_of_order: bool
    group_id: int
    documents_required: bool
    inspection_required: bool
    seal_id: int | None
    sealed_for: int | None
    tells_police: bool

    @property
    def is_ready(self) -> bool:
        return self.housekeeping == "inspected" or (self.housekeeping == "clean" and not self.inspection_required)


_LOCK = """
SELECT r.id, r.number, t.name AS room_type, t.max_guests, r.housekeeping, r.maintenance,
       EXISTS (SELECT 1 FROM reservations_roomreservation o
               WHERE o.room_id = r.id AND o.hotel_id = r.hotel_id AND o.status = 'in_house' AND o.id <> %s) AS occupied,
       EXISTS (SELECT 1 FROM reservations_roomnight n
               WHERE n.room_id = r.id AND n.night = %s AND n.out_of_order_id IS NOT NULL) AS out_of_order,
       h.group_id, h.documents_required, h.inspection_required, s.id AS seal_id, s.stay_id AS sealed_for,
       coalesce(p.is_on, false) AS tells_police
FROM property_room r
LEFT JOIN property_roomseal s ON s.room_id = r.id AND s.broken_at IS NULL
JOIN property_roomtype t ON t.id = r.room_type_id
JOIN property_hotel h ON h.id = r.hotel_id
LEFT JOIN frontdesk_policelink p ON p.hotel_id = r.hotel_id
WHERE r.hotel_id = %s AND r.id = %s AND r.is_active
FOR NO KEY UPDATE OF r
"""


def lock_room(*, stay: LockedRoom, room_id: int) -> HouseRoom:
    """The room as it stands now; its condition cannot change before this transaction ends. Raises NotFound."""
    row = db.fetch_one(_LOCK, [stay.id, stay.today, stay.hotel_id, room_id])
    if row is None:
        raise NotFound(field="room")
    return HouseRoom(**row)


def require_ready(*, room: HouseRoom, hotel_id: int, accept_as_it_is: bool, actor: Actor) -> None:
    """Vacant, in order and clean. `accept_as_it_is` gives a room that is not clean and asks for the right to do so.

    Raises RoomOccupied, RoomOutOfOrder, RoomNotReady, Forbidden.
    """
    if room.occupied:
        raise RoomOccupied(number=room.number)
    if room.out_of_order or room.maintenance == "out_of_order":
        raise RoomOutOfOrder(number=room.number)
    if not room.is_ready:
        if not accept_as_it_is:
            raise RoomNotReady(number=room.number)
        actor.require(Permission.OVERRIDE_READINESS, hotel_id)


def open_seal(*, room: HouseRoom, stay: LockedRoom, actor: Actor, now: datetime) -> None:
    """A sealed room is opened by the stay it waits for, and by no other. Raises RoomSealed."""
    if room.seal_id is None:
        return
    if room.sealed_for != stay.id or not seals.open_for(
        hotel_id=stay.hotel_id, room_id=room.id, stay_id=stay.id, user_id=actor.user_id, now=now
    ):
        raise RoomSealed(number=room.number)


def require_type(*, before: LockedRoom, after: LockedRoom, change_type: bool) -> None:
    """Another type than booked is taken on purpose or not at all. Raises WrongRoomType."""
    if before.room_type_id == after.room_type_id or change_type:
        return
    row = db.fetch_one(
        "SELECT r.number, t.name AS room_type FROM property_room r JOIN property_roomtype t ON t.id = r.room_type_id"
        " WHERE r.id = %s",
        [after.room_id],
    )
    raise WrongRoomType(**(row or {"number": "", "room_type": ""}))
