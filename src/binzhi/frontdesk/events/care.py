"""What happened to messages for guests, wake-up calls and things in keeping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.frontdesk.events.stays import StayEvent
from binzhi.kernel.events import Event

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
class PartnerTried(Event):
    """Somebody asked whether an outside partner is there."""

    topic: ClassVar[str] = "partner.tried"
    hotel_id: int
    partner: str
    answered: bool


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
