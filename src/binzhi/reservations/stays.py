"""Blocks for the desk: rooms given and taken back, stays started, moved, extended, shortened, ended.

No permission and no audit here: they run inside one operation of the desk, which begins with
`lock_room_reservation` and passes on what each block returns. Order of locks: hotel day, reservation, nights, room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.property.errors import RoomSealed
from binzhi.reservations import facts, holding, nights
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import NightsSlept, NoPrice, NoRoomAssigned, NotDueIn, WrongStatus
from binzhi.reservations.locks import (
    LockedRoom,
    agreed_prices,
    lock_reservation,
    lock_room_reservation,
    nights_between,
)
from binzhi.reservations.requests import RoomRequest
from binzhi.reservations.rooms_free import FreeRoom, free_rooms
from binzhi.reservations.stay_rows import rewrite, room_refusals

__all__ = [
    "FreeRoom",
    "LockedRoom",
    "agreed_prices",
    "assign",
    "end",
    "extend",
    "free_rooms",
    "lock_reservation",
    "lock_room_reservation",
    "move",
    "require_due",
    "set_folio",
    "shorten",
    "start",
    "unassign",
    "undo_end",
    "undo_start",
]


def assign(*, room_reservation: LockedRoom, room_id: int) -> LockedRoom:
    """Give a room for all nights left; a room given before is taken back.

    A room of another type is an upgrade: the counters follow it, the agreed price stays. Raises RoomTaken,
    RoomTypeSoldOut (of the other type), RoomSealed, NotFound, WrongStatus.
    """
    _require(room_reservation, Status.RESERVED)
    return _give(room_reservation, room_id)


def move(*, room_reservation: LockedRoom, room_id: int) -> LockedRoom:
    """Move a guest in house to another room from tonight on; the nights slept stay with the old room.

    Raises RoomTaken, RoomOccupied, RoomTypeSoldOut, RoomSealed, NotFound, WrongStatus.
    """
    _require(room_reservation, Status.IN_HOUSE)
    return _give(room_reservation, room_id)


# Sealed for somebody else; for its own stay it may be given.
_ROOM = """
SELECT r.room_type_id, r.number, s.id IS NOT NULL AND s.stay_id IS DISTINCT FROM %s AS sealed
FROM property_room r LEFT JOIN property_roomseal s ON s.room_id = r.id AND s.broken_at IS NULL
WHERE r.id = %s AND r.hotel_id = %s AND r.is_active
"""


def _give(room: LockedRoom, room_id: int) -> LockedRoom:
    if room.room_id == room_id:
        return room
    wanted = db.fetch_one(_ROOM, [room.id, room_id, room.hotel_id])
    if wanted is None:
        raise NotFound(field="room")
    if wanted["sealed"]:
        raise RoomSealed(number=wanted["number"])
    type_id = wanted["room_type_id"]
    return _in_one_room(room, replace(room, room_id=room_id, room_type_id=type_id))


def _in_one_room(before: LockedRoom, after: LockedRoom) -> LockedRoom:
    """All that is left is in the room of `after`, or in none: the counters follow where the type is another."""
    if after.room_type_id != before.room_type_id or before.types_mixed:
        deltas, after = holding.carried(before, after)
        nights.take(hotel_id=before.hotel_id, deltas=deltas)
    return rewrite(before=before, after=after)


def unassign(*, room_reservation: LockedRoom) -> LockedRoom:
    """Take the room back. The type stays what the counters hold; of a stay split over types it is that of the first
    room. Raises WrongStatus, NoRoomAssigned, RoomTypeSoldOut."""
    _require(room_reservation, Status.RESERVED)
    if room_reservation.room_id is None:
        raise NoRoomAssigned
    return _in_one_room(room_reservation, replace(room_reservation, room_id=None))


def require_due(*, room_reservation: LockedRoom) -> None:
    """Whether the guest may come in now. Raises NoRoomAssigned, NotDueIn, WrongStatus."""
    _require(room_reservation, Status.RESERVED)
    if room_reservation.arrival > room_reservation.today or room_reservation.departure < room_reservation.today:
        raise NotDueIn(arrival=room_reservation.arrival)
    if room_reservation.room_id is None:
        raise NoRoomAssigned


# Who stays and which bill it is are named in the same update: each one more would touch every index of the row again.
_START = """
UPDATE reservations_roomreservation SET status = 'in_house', checked_in_at = %s, guest_id = %s::bigint,
    folio_id = %s::bigint, charge_account_id = %s::bigint
WHERE id = %s
"""


def start(
    *,
    room_reservation: LockedRoom,
    now: datetime,
    guest_id: int | None = None,
    folio_id: int | None = None,
    account_id: int | None = None,
) -> LockedRoom:
    """The guest is in: reserved becomes in house, with who stays and the bill where they are given.

    The seal of the room must have been opened. Raises RoomOccupied, RoomSealed, NoRoomAssigned, NotDueIn, WrongStatus.
    """
    require_due(room_reservation=room_reservation)
    begun = replace(
        room_reservation, status=Status.IN_HOUSE.value, checked_in_at=now,
        guest_id=guest_id or room_reservation.guest_id, folio_id=folio_id or room_reservation.folio_id,
        charge_account_id=account_id or room_reservation.charge_account_id,
    )  # fmt: skip
    with room_refusals():
        db.execute(_START, [now, begun.guest_id, begun.folio_id, begun.charge_account_id, begun.id])
    return begun


_UNDO = """
UPDATE reservations_roomreservation SET status = 'reserved', checked_in_at = NULL WHERE id = %s
"""


def undo_start(*, room_reservation: LockedRoom) -> LockedRoom:
    """Back to reserved, on the day of arrival only. The room stays assigned. Raises NightsSlept, WrongStatus."""
    _require(room_reservation, Status.IN_HOUSE)
    if room_reservation.arrival < room_reservation.today:
        raise NightsSlept(today=room_reservation.today)
    db.execute(_UNDO, [room_reservation.id])
    return replace(room_reservation, status=Status.RESERVED.value, checked_in_at=None)


_END = """
UPDATE reservations_roomreservation
SET status = 'checked_out', checked_out_at = %s, ended_on = %s, end_reason = '', end_note = '' WHERE id = %s
"""


def end(*, room_reservation: LockedRoom, now: datetime) -> LockedRoom:
    """The guest has left. Leaving before the agreed day gives the nights left back first. Raises WrongStatus."""
    _require(room_reservation, Status.IN_HOUSE)
    stay = room_reservation
    if stay.departure > stay.today:
        stay = shorten(room_reservation=stay, departure=stay.today)
    db.execute(_END, [now, stay.today, stay.id])
    return replace(stay, status=Status.CHECKED_OUT.value)


_UNDO_END = """
UPDATE reservations_roomreservation SET status = 'in_house', checked_out_at = NULL, ended_on = NULL WHERE id = %s
"""


def undo_end(*, room_reservation: LockedRoom) -> LockedRoom:
    """Back in the house, due out today: nights that an early departure gave back are not taken again.

    Raises RoomOccupied (somebody else is in the room by now), WrongStatus.
    """
    _require(room_reservation, Status.CHECKED_OUT)
    with room_refusals():
        db.execute(_UNDO_END, [room_reservation.id])
    return replace(room_reservation, status=Status.IN_HOUSE.value)


def shorten(*, room_reservation: LockedRoom, departure: date) -> LockedRoom:
    """Leave earlier: nights, room nights and their prices are given back in this transaction.

    Raises NightsSlept when the new day lies before today, InvalidInput when it is not earlier than agreed, WrongStatus.
    """
    stay = room_reservation
    _require(stay, Status.RESERVED, Status.IN_HOUSE)
    if departure < stay.today and stay.is_in_house:
        raise NightsSlept(today=stay.today)
    if not stay.arrival <= departure < stay.departure:
        raise InvalidInput(field="departure", message=_("The new departure is not earlier than the agreed one."))
    given_back = nights_between(departure, stay.departure)
    nights.take(hotel_id=stay.hotel_id, deltas=holding.held(stay, given_back, -1))
    return rewrite(before=stay, after=replace(stay, departure=departure))


def extend(*, room_reservation: LockedRoom, departure: date, prices: Sequence[Decimal] | None = None) -> LockedRoom:
    """Stay longer in the same room: takes nights and room nights, priced by the plan unless `prices` are given.

    Raises RoomTaken (the room is promised to somebody else), RoomTypeSoldOut, RoomTypeClosed, NotOnSale, NoPrice,
    InvalidInput at `departure`, WrongStatus.
    """
    stay = room_reservation
    _require(stay, Status.RESERVED, Status.IN_HOUSE)
    if departure <= stay.departure:
        raise InvalidInput(field="departure", message=_("The new departure is not later than the agreed one."))
    if (departure - stay.arrival).days > stay.longest_stay:
        raise InvalidInput(
            field="departure", message=_("A stay has at most %(nights)s nights."), nights=stay.longest_stay
        )
    added = nights_between(stay.departure, departure)
    types = holding.priced_types(stay)
    priced_type_id, priced_type = holding.priced_as(stay, types, stay.departure)
    agreed = list(prices) if prices is not None else _plan_prices(stay, departure, priced_type)
    if len(agreed) != len(added):
        raise InvalidInput(field="prices", message=_("%(nights)s prices are needed."), nights=len(added))
    deltas, after = holding.carried(stay, replace(stay, departure=departure))
    nights.take(hotel_id=stay.hotel_id, deltas=deltas)
    after = rewrite(before=stay, after=after, prices=dict(zip(added, agreed, strict=True)))
    holding.name_types(stay.id, dict.fromkeys(added, priced_type_id) if types else {})
    return after


def _plan_prices(stay: LockedRoom, departure: date, room_type: str) -> list[Decimal]:
    """What the plan asks for the nights added. Its restrictions are for new bookings and do not turn a guest out."""
    wanted = RoomRequest(
        room_type=room_type, rate_plan=stay.rate_plan, arrival=stay.departure, departure=departure,
        adults=stay.adults, children=stay.children, infants=stay.infants, child_ages=stay.child_ages,
        extra_beds=stay.extra_beds,
    )  # fmt: skip
    known = facts.gather(
        hotel_id=stay.hotel_id,
        rooms=[wanted],
        organisation_id=stay.organisation_id,
        not_before=stay.departure,
        guest_id=stay.guest_id,
        promotion_plan_id=stay.rate_plan_id,
    )
    priced = known.rooms[0].prices
    if priced is None:
        raise NoPrice
    return priced


def set_folio(*, room_reservation: LockedRoom, folio_id: int, account_id: int) -> LockedRoom:
    """Name the bill of a stay and the window its room charges go to."""
    db.execute(
        "UPDATE reservations_roomreservation SET folio_id = %s, charge_account_id = %s WHERE id = %s",
        [folio_id, account_id, room_reservation.id],
    )
    return replace(room_reservation, folio_id=folio_id, charge_account_id=account_id)


def _require(room: LockedRoom, *allowed: Status) -> None:
    if room.status not in allowed:
        raise WrongStatus(status=Status(room.status).label)
