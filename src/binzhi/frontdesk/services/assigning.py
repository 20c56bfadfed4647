"""Rooms given to reservations that are still to come, one by one or all of a day in one press."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NothingToAssign
from binzhi.frontdesk.events import RoomsAssigned
from binzhi.frontdesk.queries.candidates import day_plan
from binzhi.frontdesk.readiness import require_type
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import attempt, operation, record
from binzhi.property.errors import RoomSealed
from binzhi.property.queries import hotel_by_id
from binzhi.reservations import stays
from binzhi.reservations.assigning import assign_many
from binzhi.reservations.errors import RoomTaken, RoomTypeClosed, RoomTypeSoldOut, WrongStatus
from binzhi.reservations.events import UnitAssigned, UnitUnassigned


@operation(Permission.ASSIGN_ROOM)
def assign_room(
    *,
    hotel_id: int,
    room_reservation_id: int,
    room_id: int,
    change_type: bool = True,
    actor: Actor,
    now: datetime,
) -> int | None:
    """Give one reservation a room for all its nights; the room it had before, if any.

    Changes the room nights and the reservation; a room of another type moves the counters (`change_type`), the price
    stays. Locks hotel day, reservation, nights. Raises RoomTaken, RoomTypeSoldOut, WrongRoomType, WrongStatus,
    NotFound. Publishes UnitAssigned. Idempotent.
    """
    before = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    after = stays.assign(room_reservation=before, room_id=room_id)
    require_type(before=before, after=after, change_type=change_type)
    record(
        "reservation.unit_assigned", subject="room_reservation", subject_id=before.id, hotel_id=hotel_id, actor=actor,
        now=now, before={"room_id": before.room_id, "room_type_id": before.room_type_id},
        after={"room_id": room_id, "room_type_id": after.room_type_id},
        event=UnitAssigned(
            hotel_id=hotel_id, reservation_id=before.reservation_id, room_reservation_id=before.id, room_id=room_id
        ),
    )  # fmt: skip
    return before.room_id


@operation(Permission.ASSIGN_ROOM)
def unassign_room(*, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime) -> int:
    """Take the room back from a reservation; the room it had.

    Changes the room nights and the reservation. Locks hotel day, reservation. Raises NoRoomAssigned, WrongStatus,
    NotFound. Publishes UnitUnassigned. Not idempotent: a second time there is no room to take back.
    """
    before = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    stays.unassign(room_reservation=before)
    room_id = before.room_id
    assert room_id is not None  # unassign refuses otherwise
    record(
        "reservation.unit_unassigned", subject="room_reservation", subject_id=before.id, hotel_id=hotel_id, actor=actor,
        now=now, before={"room_id": room_id}, after={"room_id": None},
        event=UnitUnassigned(
            hotel_id=hotel_id, reservation_id=before.reservation_id, room_reservation_id=before.id, room_id=room_id
        ),
    )  # fmt: skip
    return room_id


@operation(Permission.ASSIGN_ROOM)
def assign_rooms(
    *,
    hotel_id: int,
    arrival: date,
    rooms: Mapping[int, int],
    change_type: Collection[int] = (),
    actor: Actor,
    now: datetime,
) -> dict[int, int]:
    """Give many reservations (keys) the rooms (values) a clerk confirmed; what was really given.

    Two statements, whatever the number, and a few for each of `change_type`, which may be of another type. A room that
    somebody took meanwhile leaves its reservation without one, a better type sold meanwhile too.
    Changes room nights, reservations, and counters for another type. Locks hotel day, reservations by id, room nights.
    Raises NothingToAssign when none could be given. Publishes RoomsAssigned. Idempotent.
    """
    return _assign(hotel_id=hotel_id, arrival=arrival, rooms=rooms, change_type=change_type, actor=actor, now=now)


@operation(Permission.ASSIGN_ROOM)
def assign_proposed(*, hotel_id: int, arrival: date, actor: Actor, now: datetime) -> dict[int, int]:
    """Propose a room for every arrival of a day that has none, and give it, in one press; what was given.

    Changes room nights and reservations. Locks as `assign_rooms`. Raises NothingToAssign. Publishes RoomsAssigned.
    Idempotent: pressed again it finds nothing left to give.
    """
    plan = day_plan(hotel=hotel_by_id(hotel_id), day=arrival)
    rooms = {key: proposal.room.id for key, proposal in plan.proposals.items()}
    return _assign(hotel_id=hotel_id, arrival=arrival, rooms=rooms, change_type=plan.upgrades, actor=actor, now=now)


def _assign(
    *, hotel_id: int, arrival: date, rooms: Mapping[int, int], change_type: Collection[int], actor: Actor, now: datetime
) -> dict[int, int]:
    given = assign_many(hotel_id=hotel_id, rooms=rooms) if rooms else {}
    for key in sorted(set(change_type) & (set(rooms) - set(given))):
        try:
            with attempt():
                stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=key)
                if stay.room_id is None:
                    stays.assign(room_reservation=stay, room_id=rooms[key])
                    given[key] = rooms[key]
        except (RoomTaken, RoomTypeSoldOut, RoomTypeClosed, RoomSealed, WrongStatus):
            given.pop(key, None)
    if not given:
        raise NothingToAssign
    record(
        "reservation.units_assigned", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"arrival": arrival, "rooms": {str(key): room_id for key, room_id in sorted(given.items())}},
        event=RoomsAssigned(
            hotel_id=hotel_id, arrival=arrival, room_reservation_ids=",".join(str(key) for key in sorted(given))
        ),
    )  # fmt: skip
    return given
