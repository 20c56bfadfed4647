"""What happened in the house itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HotelCreated(Event):
    topic: ClassVar[str] = "hotel.created"
    hotel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConditionChanged(Event):
    """`condition` is the new housekeeping condition (dirty, clean, inspected)."""

    topic: ClassVar[str] = "room.condition_changed"
    hotel_id: int
    room_id: int
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotDisturbChanged(Event):
    topic: ClassVar[str] = "room.do_not_disturb_changed"
    hotel_id: int
    room_id: int
    do_not_disturb: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSealed(Event):
    """`stay_id`: the room reservation whose arrival alone opens it."""

    topic: ClassVar[str] = "room.sealed"
    hotel_id: int
    room_id: int
    stay_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealBroken(Event):
    """A seal was broken with a reason (which stays in the audit trail)."""

    topic: ClassVar[str] = "room.seal_broken"
    hotel_id: int
    room_id: int
    seal_id: int
    stay_id: int | None
