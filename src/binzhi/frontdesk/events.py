"""What happened at the desk, told to the contexts above. Ids and dates only; assigned rooms: `reservations.events`."""

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


# ---------------------------------------------------------------- registration


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorAlarmRaised(Event):
    """A guest under 18 for whom nobody answers in the room."""

    topic: ClassVar[str] = "stay.minor_alarm"
    hotel_id: int
    room_reservation_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorAlarmNoted(Event):
    """Somebody looked, or closed it."""

    topic: ClassVar[str] = "stay.minor_alarm_noted"
    hotel_id: int
    alarm_id: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorEvent(Event):
    topic: ClassVar[str]
    hotel_id: int
    visitor_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorCame(VisitorEvent):
    topic: ClassVar[str] = "visitor.came"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorWent(VisitorEvent):
    topic: ClassVar[str] = "visitor.left"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticularsWritten(StayEvent):
    topic: ClassVar[str] = "registration.particulars_written"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSigned(StayEvent):
    topic: ClassVar[str] = "registration.card_signed"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImageEvent(Event):
    topic: ClassVar[str]
    hotel_id: int
    image_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImageKept(DocumentImageEvent):
    topic: ClassVar[str] = "document_image.kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImageOpened(DocumentImageEvent):
    topic: ClassVar[str] = "document_image.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentImagesCleared(Event):
    topic: ClassVar[str] = "document_image.cleared"
    hotel_id: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRulesSet(Event):
    topic: ClassVar[str] = "registration.rules_set"
    hotel_id: int


# ---------------------------------------------------------------- police


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportEvent(Event):
    topic: ClassVar[str]
    hotel_id: int
    report_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportWritten(PoliceReportEvent):
    """What will be told is fixed now."""

    topic: ClassVar[str] = "police_report.written"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportReceived(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.received"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportDelayed(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportHeld(PoliceReportEvent):
    """Sent back, or never sent because something is missing: somebody has to mend it."""

    topic: ClassVar[str] = "police_report.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportOverdue(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReportAgain(PoliceReportEvent):
    topic: ClassVar[str] = "police_report.again"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceSetUp(Event):
    topic: ClassVar[str] = "police.set_up"
    hotel_id: int


# ---------------------------------------------------------------- messages, wake-up calls, things in keeping


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestMessageTaken(StayEvent):
    topic: ClassVar[str] = "stay.message_taken"
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestMessageDone(Event):
    """Handed over, or withdrawn."""

    topic: ClassVar[str] = "stay.message_done"
    hotel_id: int
    room_reservation_id: int
    message_id: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUpAsked(Event):
    topic: ClassVar[str] = "stay.wake_up_asked"
    hotel_id: int
    room_reservation_id: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUpNoted(Event):
    """A call was made: `state` is done, due (to be tried again), cancelled or seen (somebody went up)."""

    topic: ClassVar[str] = "stay.wake_up_noted"
    hotel_id: int
    room_reservation_id: int
    call_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUpFailed(Event):
    """Nobody answered twice (failed), or nobody noted the call (forgotten): somebody is to go up."""

    topic: ClassVar[str] = "stay.wake_up_failed"
    hotel_id: int
    room_reservation_id: int
    call_id: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingEvent(Event):
    """Base: something happened to a thing in keeping."""

    topic: ClassVar[str]
    hotel_id: int
    thing_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingKept(ThingEvent):
    topic: ClassVar[str] = "frontdesk.thing_kept"
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingMoved(ThingEvent):
    topic: ClassVar[str] = "frontdesk.thing_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingCollected(ThingEvent):
    topic: ClassVar[str] = "frontdesk.thing_collected"
