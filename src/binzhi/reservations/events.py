"""What happened to reservations and to what is for sale; ids and dates only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationEvent(Event):
    """Base: something happened to one reservation."""

    topic: ClassVar[str]
    hotel_id: int
    reservation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationCreated(ReservationEvent):
    topic: ClassVar[str] = "reservation.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationConfirmed(ReservationEvent):
    topic: ClassVar[str] = "reservation.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationChanged(ReservationEvent):
    topic: ClassVar[str] = "reservation.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationCancelled(ReservationEvent):
    topic: ClassVar[str] = "reservation.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationNoShow(ReservationEvent):
    topic: ClassVar[str] = "reservation.no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationReinstated(ReservationEvent):
    topic: ClassVar[str] = "reservation.reinstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAssigned(ReservationEvent):
    """A room was given to a room reservation (published by the desk)."""

    topic: ClassVar[str] = "reservation.unit_assigned"
    room_reservation_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUnassigned(ReservationEvent):
    topic: ClassVar[str] = "reservation.unit_unassigned"
    room_reservation_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFixed(ReservationEvent):
    """The room of a stay was promised to its guest, or let go again (published by the desk)."""

    topic: ClassVar[str] = "reservation.unit_fixed"
    room_reservation_id: int
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTakenOutOfOrder(Event):
    topic: ClassVar[str] = "room.out_of_order"
    hotel_id: int
    room_id: int
    start: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReturnedToService(Event):
    topic: ClassVar[str] = "room.returned_to_service"
    hotel_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesSet(Event):
    """Prices or restrictions of a plan changed for nights `first` to `last`."""

    topic: ClassVar[str] = "rates.set"
    hotel_id: int
    rate_plan_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SellLimitsSet(Event):
    """Overbooking or stop sell of a type changed for nights `first` to `last`."""

    topic: ClassVar[str] = "sell_limits.set"
    hotel_id: int
    room_type_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NightsOpened(Event):
    topic: ClassVar[str] = "nights.opened"
    hotel_id: int
    first: date
    last: date


# Rates and rules


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarCorrected(Event):
    """The hotel says of the days `first` to `last` what they are."""

    topic: ClassVar[str] = "calendar.corrected"
    hotel_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesPainted(Event):
    """Prices, restrictions or limits of nights `first` to `last` were written; the painting has which."""

    topic: ClassVar[str] = "rates.painted"
    hotel_id: int
    painting_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRulesChanged(Event):
    """Rules, seasons, base prices or floors of a hotel changed; no price did."""

    topic: ClassVar[str] = "rate_rules.changed"
    hotel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanConditionsChanged(Event):
    """A rate is sold under other conditions from now on; what was booked keeps its own."""

    topic: ClassVar[str] = "rate_plan.conditions_set"
    hotel_id: int
    rate_plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTaken(ReservationEvent):
    topic: ClassVar[str] = "reservation.deposit_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionChanged(Event):
    topic: ClassVar[str] = "promotion.changed"
    hotel_id: int
    promotion_id: int


# ---------------------------------------------------------------- a stay over two rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class StaySplit(ReservationEvent):
    """From `night` on the stay has another room (published by the desk)."""

    topic: ClassVar[str] = "reservation.stay_split"
    room_reservation_id: int
    room_id: int
    night: date


# Groups.
@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEvent(Event):
    """Base: something happened to a group."""

    topic: ClassVar[str]
    hotel_id: int
    block_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCreated(BlockEvent):
    topic: ClassVar[str] = "block.created"
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockChanged(BlockEvent):
    topic: ClassVar[str] = "block.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockStatusChanged(BlockEvent):
    topic: ClassVar[str] = "block.status_changed"
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPickedUp(BlockEvent):
    """People were named for rooms of a group."""

    topic: ClassVar[str] = "block.picked_up"
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReleased(BlockEvent):
    """What a group had not taken up is for sale again, night by night from `first` to `last`."""

    topic: ClassVar[str] = "block.released"
    first: date
    last: date
    rooms: int


# The waitlist and denials.
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistChanged(Event):
    """Somebody was put on the waitlist, or is no longer on it: `status` says how it stands."""

    topic: ClassVar[str] = "waitlist.changed"
    hotel_id: int
    entry_id: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistOffered(Event):
    """The nights somebody waited for are kept for a while: time to tell."""

    topic: ClassVar[str] = "waitlist.offered"
    hotel_id: int
    entry_id: int
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StayDenied(Event):
    topic: ClassVar[str] = "stay.denied"
    hotel_id: int
    reason: str
    arrival: date
    departure: date
    rooms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestWalked(ReservationEvent):
    """A guest was housed elsewhere for `nights`."""

    topic: ClassVar[str] = "reservation.walked"
    walk_id: int
    room_reservation_id: int
    nights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkChanged(Event):
    topic: ClassVar[str] = "walk.changed"
    hotel_id: int
    walk_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerChanged(Event):
    topic: ClassVar[str] = "partner_hotel.changed"
    hotel_id: int
    partner_id: int


# Packages, more people, commissions, day use.
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPartsChanged(Event):
    """A rate contains other parts from now on."""

    topic: ClassVar[str] = "rate_plan.parts_set"
    hotel_id: int
    rate_plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExtrasChanged(Event):
    """Extra beds or children cost something else from now on."""

    topic: ClassVar[str] = "rate_plan.extras_set"
    hotel_id: int
    rate_plan_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionRateSet(Event):
    topic: ClassVar[str] = "commission.promised"
    hotel_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionsSettled(Event):
    """Commissions of so many stays were paid or waived."""

    topic: ClassVar[str] = "commission.settled"
    hotel_id: int
    stays: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUseTermsSet(Event):
    """Rooms are sold by the hour on other terms from now on."""

    topic: ClassVar[str] = "day_use.terms_set"
    hotel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursSold(ReservationEvent):
    """A room was sold for some hours of the day."""

    topic: ClassVar[str] = "day_use.sold"
    hours: int
