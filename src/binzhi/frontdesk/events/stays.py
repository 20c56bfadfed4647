"""What happened to stays, rooms, keys and the day itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsAssigned(Event):
    """Many rooms in one press; `room_reservation_ids` is a comma-separated list."""

    topic: ClassVar[str] = "reservation.units_assigned"
    hotel_id: int
    arrival: date
    room_reservation_ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StayEvent(Event):
    """Base: something happened to one stay."""

    topic: ClassVar[str]
    hotel_id: int
    reservation_id: int
    room_reservation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn(StayEvent):
    topic: ClassVar[str] = "stay.checked_in"
    room_id: int
    folio_id: int
    arrival: date
    departure: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInReverted(StayEvent):
    topic: ClassVar[str] = "stay.check_in_reverted"
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRegistered(StayEvent):
    """Somebody joined a stay after check-in."""

    topic: ClassVar[str] = "stay.guest_registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOut(StayEvent):
    topic: ClassVar[str] = "stay.checked_out"
    room_id: int
    folio_id: int | None
    business_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutReverted(StayEvent):
    topic: ClassVar[str] = "stay.check_out_reverted"
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StayContinued(StayEvent):
    """The guest stays on in the room under another booking; `room_reservation_ids` are the stay before and this."""

    topic: ClassVar[str] = "stay.continued"
    room_reservation_ids: str
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuationReverted(StayEvent):
    topic: ClassVar[str] = "stay.continuation_reverted"
    room_reservation_ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StayMoved(StayEvent):
    topic: ClassVar[str] = "stay.moved"
    from_room_id: int
    to_room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StayExtended(StayEvent):
    topic: ClassVar[str] = "stay.extended"
    departure: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StayShortened(StayEvent):
    topic: ClassVar[str] = "stay.shortened"
    departure: date


# ---------------------------------------------------------------- assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentWeightsSet(Event):
    """What wishes weigh when rooms are proposed was changed."""

    topic: ClassVar[str] = "assignment.weights_set"
    hotel_id: int


# ---------------------------------------------------------------- late departure


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDepartureCharged(Event):
    topic: ClassVar[str] = "stay.late_departure_charged"
    hotel_id: int
    room_reservation_id: int
    transaction_id: int


# ---------------------------------------------------------------- rooms that cost nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRoomAsked(Event):
    topic: ClassVar[str] = "stay.free_room_asked"
    hotel_id: int
    room_reservation_id: int
    free_room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRoomDecided(Event):
    topic: ClassVar[str] = "stay.free_room_decided"
    hotel_id: int
    room_reservation_id: int
    free_room_id: int
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRoomEnded(Event):
    topic: ClassVar[str] = "stay.free_room_ended"
    hotel_id: int
    room_reservation_id: int
    free_room_id: int


# ---------------------------------------------------------------- reports


@dataclass(frozen=True, slots=True, kw_only=True)
class NightAuditSet(Event):
    """What the night audit looks at was changed."""

    topic: ClassVar[str] = "night_audit.set"
    hotel_id: int


# ---------------------------------------------------------------- key cards


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysMade(StayEvent):
    """Cards were asked for, or made at the lock system's own station."""

    topic: ClassVar[str] = "stay.keys_made"
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysVoided(Event):
    """Cards are to open nothing any more: `why` is left, moved, reverted, lost, back or wrong."""

    topic: ClassVar[str] = "stay.keys_voided"
    hotel_id: int
    room_reservation_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAnswered(Event):
    """The lock system answered, or did not: the card's state."""

    topic: ClassVar[str] = "stay.key_answered"
    hotel_id: int
    room_reservation_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocksSet(Event):
    topic: ClassVar[str] = "frontdesk.locks_set"
    hotel_id: int


# ---------------------------------------------------------------- together


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesSet(StayEvent):
    topic: ClassVar[str] = "stay.shares_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharerLeft(StayEvent):
    """One of several guests left; the stay goes on."""

    topic: ClassVar[str] = "stay.sharer_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyEvent(Event):
    """Base: something happened to rooms that belong together."""

    topic: ClassVar[str]
    hotel_id: int
    room_reservation_id: int
    party_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsJoined(PartyEvent):
    topic: ClassVar[str] = "stay.rooms_joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomParted(PartyEvent):
    topic: ClassVar[str] = "stay.room_parted"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedToPayer(PartyEvent):
    topic: ClassVar[str] = "stay.moved_to_payer"
