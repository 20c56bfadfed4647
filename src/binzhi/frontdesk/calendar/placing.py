"""What a bar that was moved, resized or split asks: the operations of the desk it comes to, all or none of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import PriceToConfirm
from binzhi.frontdesk.services.assigning import assign_room, unassign_room
from binzhi.frontdesk.services.staying import extend_stay, move_room, shorten_stay
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import operation, record, unit_of_work
from binzhi.reservations import splitting, stays
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import NightsSlept, WrongStatus
from binzhi.reservations.events import StaySplit
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import change_room, quote_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where a stay shall be: `room_id` None is the unassigned lane. What was answered to the questions it raised:
    another type, a room that is not ready, why a guest moves, what the nights cost now."""

    room_id: int | None
    arrival: date
    departure: date
    change_type: bool = False
    accept_as_it_is: bool = False
    reason: str = ""
    expected_total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a stay was before, for the inverse; `total` is what its nights cost now if that was asked."""

    room_id: int | None
    arrival: date
    departure: date
    status: str
    total: Decimal | None
    total_before: Decimal | None


_NOW = """
SELECT rr.id, rr.status, rr.arrival, rr.departure, rr.room_id, rr.adults, rr.children, rr.infants,
       t.code AS room_type, p.code AS rate_plan
FROM reservations_roomreservation rr
JOIN property_roomtype t ON t.id = rr.priced_type_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
WHERE rr.hotel_id = %s AND rr.id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stay:
    id: int
    status: str
    arrival: date
    departure: date
    room_id: int | None
    adults: int
    children: int
    infants: int
    room_type: str
    rate_plan: str

    def changed(self, wanted: Wanted) -> RoomChange:
        return RoomChange(
            arrival=wanted.arrival, departure=wanted.departure, room_type=self.room_type, rate_plan=self.rate_plan,
            adults=self.adults, children=self.children, infants=self.infants, expected_total=wanted.expected_total,
        )  # fmt: skip

    def same_dates(self, wanted: Wanted) -> bool:
        return (self.arrival, self.departure) == (wanted.arrival, wanted.departure)


def place_stay(
    *,
    hotel_id: int,
    room_reservation_id: int,
    wanted: Wanted,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Placed:
    """Put a stay where `wanted` says, by the operations of the desk, in one transaction; where it was before.

    Changes what assign, unassign, move, change, extend and shorten change; each asks for its own right, writes its own
    audit row and event. Locks hotel day, reservation, nights, rooms. Raises what they raise, EditConflict when the
    reservation is no longer at `expected_version`, PriceToConfirm when other nights change what was agreed and no
    total was confirmed. Idempotent where nothing is left to change.
    """
    actor.require(Booking.VIEW, hotel_id)
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    row = db.fetch_one(_NOW, [hotel_id, room_reservation_id])
    if row is None:
        raise NotFound
    stay = _Stay(**row)
    if stay.status not in (Status.RESERVED, Status.IN_HOUSE):
        raise WrongStatus(status=Status(stay.status).label)
    quoted = _confirmed_price(stay, hotel_id=hotel_id, wanted=wanted, actor=actor, now=now)
    if quoted is not None:
        wanted = replace(wanted, expected_total=quoted[1])
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    with unit_of_work():
        # The version is compared under the lock; what was read above is only what the operations begin from.
        stays.lock_room_reservation(
            hotel_id=hotel_id, room_reservation_id=room_reservation_id, expected_version=expected_version
        )
        work = _Work(hotel_id=hotel_id, stay=stay, wanted=wanted, actor=actor, now=now)
        work.reserved() if stay.status == Status.RESERVED else work.in_house()
    return Placed(
        room_id=stay.room_id, arrival=stay.arrival, departure=stay.departure, status=stay.status,
        total_before=quoted[0] if quoted else None, total=quoted[1] if quoted else None,
    )  # fmt: skip


def _confirmed_price(
    stay: _Stay, *, hotel_id: int, wanted: Wanted, actor: Actor, now: datetime
) -> tuple[Decimal, Decimal] | None:
    """What the nights cost before and after; None when the dates stay or the actor's right is another."""
    if stay.same_dates(wanted) or not actor.may(Booking.CHANGE, hotel_id):
        return None
    quote = quote_change(
        hotel_id=hotel_id, room_reservation_id=stay.id, change=replace(stay.changed(wanted), expected_total=None),
        actor=actor, now=now,
    )  # fmt: skip
    if wanted.expected_total is None and quote.total != quote.total_before:
        raise PriceToConfirm(before=quote.total_before, total=quote.total)
    return quote.total_before, wanted.expected_total if wanted.expected_total is not None else quote.total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    hotel_id: int
    stay: _Stay
    wanted: Wanted
    actor: Actor
    now: datetime

    def reserved(self) -> None:
        """A room left is given back before the dates change, so that only the new one must be free for them."""
        stay, wanted = self.stay, self.wanted
        other_room = wanted.room_id != stay.room_id
        if other_room and stay.room_id is not None and (wanted.room_id is None or not stay.same_dates(wanted)):
            unassign_room(hotel_id=self.hotel_id, room_reservation_id=stay.id, actor=self.actor, now=self.now)
        if not stay.same_dates(wanted):
            change_room(
                hotel_id=self.hotel_id, room_reservation_id=stay.id, change=stay.changed(wanted), actor=self.actor,
                now=self.now,
            )  # fmt: skip
        if other_room and wanted.room_id is not None:
            assign_room(
                hotel_id=self.hotel_id, room_reservation_id=stay.id, room_id=wanted.room_id,
                change_type=wanted.change_type, actor=self.actor, now=self.now,
            )  # fmt: skip

    def in_house(self) -> None:
        """Shortened before the move and extended after it: the room of tonight must be free for what is left only."""
        stay, wanted = self.stay, self.wanted
        if wanted.arrival != stay.arrival:
            raise NightsSlept(field="arrival", today=stay.arrival)
        if wanted.room_id is None:
            raise WrongStatus(status=Status(stay.status).label)
        if wanted.departure < stay.departure:
            shorten_stay(
                hotel_id=self.hotel_id, room_reservation_id=stay.id, departure=wanted.departure, reason=wanted.reason,
                actor=self.actor, now=self.now,
            )  # fmt: skip
        if wanted.room_id != stay.room_id:
            move_room(
                hotel_id=self.hotel_id, room_reservation_id=stay.id, room_id=wanted.room_id, reason=wanted.reason,
                change_type=wanted.change_type, accept_as_it_is=wanted.accept_as_it_is, actor=self.actor, now=self.now,
            )  # fmt: skip
        if wanted.departure > stay.departure:
            extend_stay(
                hotel_id=self.hotel_id, room_reservation_id=stay.id, departure=wanted.departure, actor=self.actor,
                now=self.now,
            )  # fmt: skip


@operation(Permission.ASSIGN_ROOM)
def split_stay(
    *,
    hotel_id: int,
    room_reservation_id: int,
    night: date,
    room_id: int,
    price: splitting.TypePrice | None = None,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> splitting.Split:
    """From `night` on the stay has another room; the guest moves on the day. The room it had, and what it costs.

    Changes the room nights; in a room of another type also the counters and, where `price` asks for that type's price
    (the right to change a booking), the prices of those nights. Locks hotel day, reservation, nights, room nights.
    Raises EditConflict, NightCannotSplit, NoRoomAssigned, SplitChangesType, PriceChanged, RoomTypeSoldOut,
    RoomTypeClosed, RoomSealed, RoomTaken, WrongStatus, NotFound. Publishes StaySplit. Idempotent. The inverse is the
    former room for the same night.
    """
    if price is not None and price.asked:
        actor.require(Booking.CHANGE, hotel_id)
    stay = stays.lock_room_reservation(
        hotel_id=hotel_id, room_reservation_id=room_reservation_id, expected_version=expected_version
    )
    done = splitting.split(room_reservation=stay, night=night, room_id=room_id, price=price)
    record(
        "reservation.stay_split", subject="room_reservation", subject_id=stay.id, hotel_id=hotel_id, actor=actor,
        now=now, before={"room_id": done.had, "total": done.total_before},
        after={"room_id": room_id, "night": night, "total": done.total},
        event=StaySplit(
            hotel_id=hotel_id, reservation_id=stay.reservation_id, room_reservation_id=stay.id, room_id=room_id,
            night=night,
        ),
    )  # fmt: skip
    return done
