"""Guests in house: another room, longer, shorter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import orjson

from binzhi.frontdesk import readiness
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NothingToTakeBack, ReasonRequired, SameRoom
from binzhi.frontdesk.events import StayExtended, StayMoved, StayShortened
from binzhi.frontdesk.police import queueing as police
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.conditions import mark_dirty
from binzhi.reservations import splitting, stays
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import WrongStatus
from binzhi.reservations.locks import LockedRoom

REASON_LIMIT = 200
SHORTENED = "stay.shortened"


def _in_house(hotel_id: int, room_reservation_id: int) -> LockedRoom:
    stay = stays.lock_room_reservation(hotel_id=hotel_id, room_reservation_id=room_reservation_id)
    if not stay.is_in_house:
        raise WrongStatus(status=Status(stay.status).label)
    return stay


# Moving back into the room one has just left needs no clean room: it is one's own.
_LEFT_TODAY = """
SELECT EXISTS (
    SELECT 1 FROM kernel_audit_entry e
    WHERE e.hotel_id = %s AND e.subject = 'room_reservation' AND e.subject_id = %s
      AND e.operation = 'stay.moved' AND e.before ->> 'room_id' = %s::text AND e.after ->> 'on' = %s::text
)
"""


@operation(Permission.MOVE_ROOM)
def move_room(
    *,
    hotel_id: int,
    room_reservation_id: int,
    room_id: int,
    reason: str,
    change_type: bool = True,
    accept_as_it_is: bool = False,
    actor: Actor,
    now: datetime,
) -> int:
    """Move a guest to another room from tonight on; the room left is dirty; its id comes back.

    Changes room nights, the stay and, for another type, the counters; the agreed price stays. Back into the room
    left on the same day needs no clean room. Locks hotel day, reservation, nights, both rooms. Raises ReasonRequired,
    SameRoom, RoomTaken, RoomOccupied, RoomNotReady, RoomOutOfOrder, WrongRoomType, RoomTypeSoldOut, WrongStatus.
    Publishes StayMoved. Not idempotent: pressed again the guest is there already.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    if not reason:
        raise ReasonRequired
    before = _in_house(hotel_id, room_reservation_id)
    if before.room_id == room_id:
        raise SameRoom
    assert before.room_id is not None  # in house has a room
    # Where a stay was split over types, the second room was agreed to then.
    change_type = change_type or splitting.is_planned(room_reservation=before, room_id=room_id)
    after = stays.move(room_reservation=before, room_id=room_id)
    readiness.require_type(before=before, after=after, change_type=change_type)
    room = readiness.lock_room(stay=after, room_id=room_id)
    if room.occupied or not (room.is_ready or _came_from(before, room_id)):
        readiness.require_ready(room=room, hotel_id=hotel_id, accept_as_it_is=accept_as_it_is, actor=actor)
    mark_dirty(room_ids=[before.room_id], now=now)
    if room.tells_police:
        police.note_move(room_reservation_id=before.id, room_id=room_id, now=now)
    record(
        "stay.moved", subject="room_reservation", subject_id=before.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"room_id": before.room_id, "room_type_id": before.room_type_id},
        after={"room_id": room_id, "room_type_id": after.room_type_id, "on": before.today}, reason=reason,
        event=StayMoved(
            hotel_id=hotel_id, reservation_id=before.reservation_id, room_reservation_id=before.id,
            from_room_id=before.room_id, to_room_id=room_id,
        ),
    )  # fmt: skip
    return before.room_id


def _came_from(stay: LockedRoom, room_id: int) -> bool:
    return bool(db.fetch_value(_LEFT_TODAY, [stay.hotel_id, stay.id, str(room_id), str(stay.today)]))


@operation(Permission.CHANGE_STAY)
def extend_stay(
    *,
    hotel_id: int,
    room_reservation_id: int,
    departure: date,
    prices: Sequence[Decimal] | None = None,
    actor: Actor,
    now: datetime,
) -> date:
    """Stay longer in the same room; the departure agreed before.

    Takes the nights and the room for them, priced by the plan; `prices` (one per night added) needs the right to
    override prices. Locks hotel day, reservation, nights. Raises RoomTaken, RoomTypeSoldOut, RoomTypeClosed,
    NotOnSale, NoPrice, InvalidInput at `departure`, WrongStatus. Publishes StayExtended.
    Not idempotent: the same day again is refused.
    """
    if prices is not None:
        actor.require(Booking.OVERRIDE_PRICE, hotel_id)
    before = _in_house(hotel_id, room_reservation_id)
    after = stays.extend(room_reservation=before, departure=departure, prices=prices)
    _record_extension(before, after, actor=actor, now=now)
    return before.departure


def _record_extension(before: LockedRoom, after: LockedRoom, *, actor: Actor, now: datetime) -> None:
    record(
        "stay.extended", subject="room_reservation", subject_id=before.id, hotel_id=before.hotel_id, actor=actor,
        now=now, before={"departure": before.departure}, after={"departure": after.departure},
        event=StayExtended(
            hotel_id=before.hotel_id, reservation_id=before.reservation_id, room_reservation_id=before.id,
            departure=after.departure,
        ),
    )  # fmt: skip


@operation(Permission.CHANGE_STAY)
def shorten_stay(
    *, hotel_id: int, room_reservation_id: int, departure: date, reason: str = "", actor: Actor, now: datetime
) -> date:
    """Leave earlier than agreed: the nights are for sale again in this transaction; the departure agreed before.

    Gives back nights, room nights and their prices (the audit row keeps them for the inverse). Locks hotel day,
    reservation, nights. Raises NightsSlept, InvalidInput at `departure`, WrongStatus. Publishes StayShortened.
    Not idempotent: the same day again is refused.
    """
    reason = clean_text(reason, field="reason", limit=REASON_LIMIT)
    before = _in_house(hotel_id, room_reservation_id)
    prices = stays.agreed_prices([before])[before.id]
    after = stays.shorten(room_reservation=before, departure=departure)
    given_back = [str(prices[night]) for night in before.nights if night >= departure and night in prices]
    record(
        SHORTENED, subject="room_reservation", subject_id=before.id, hotel_id=hotel_id, actor=actor, now=now,
        before={"departure": before.departure, "prices": given_back}, after={"departure": after.departure},
        reason=reason,
        event=StayShortened(
            hotel_id=hotel_id, reservation_id=before.reservation_id, room_reservation_id=before.id,
            departure=after.departure,
        ),
    )  # fmt: skip
    return before.departure


_LAST = """
SELECT e.operation, e.before, e.after FROM kernel_audit_entry e
WHERE e.hotel_id = %s AND e.subject = 'room_reservation' AND e.subject_id = %s ORDER BY e.id DESC LIMIT 1
"""


@operation(Permission.CHANGE_STAY)
def undo_shorten_stay(*, hotel_id: int, room_reservation_id: int, actor: Actor, now: datetime) -> date:
    """The guest stays on after all: the nights given back last are taken again at their old prices; the departure now.

    Only while shortening was the last thing done to the stay. Locks hotel day, reservation, nights. Raises
    NothingToTakeBack, RoomTaken or RoomTypeSoldOut (the nights were sold meanwhile), WrongStatus.
    Publishes StayExtended.
    """
    before = _in_house(hotel_id, room_reservation_id)
    last = db.fetch_one(_LAST, [hotel_id, before.id])
    if last is None or last["operation"] != SHORTENED:
        raise NothingToTakeBack
    kept = last["before"] if isinstance(last["before"], dict) else orjson.loads(last["before"])
    departure, prices = date.fromisoformat(kept["departure"]), [Decimal(price) for price in kept["prices"]]
    if departure <= before.departure or len(prices) != (departure - before.departure).days:
        raise NothingToTakeBack
    after = stays.extend(room_reservation=before, departure=departure, prices=prices)
    _record_extension(before, after, actor=actor, now=now)
    return after.departure
