"""What happened at the desk, told to the contexts above. Ids, dates and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomAssigned(Event):
    topic: ClassVar[str] = "reservation.unit_assigned"
    room_reservation_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomUnassigned(Event):
    topic: ClassVar[str] = "reservation.unit_unassigned"
    room_reservation_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsAssigned(Event):
    """Many rooms in one press; `room_reservation_ids` is a comma-separated list."""

    topic: ClassVar[str] = "reservation.units_assigned"
    arrival: date
    room_reservation_ids: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn(Event):
    topic: ClassVar[str] = "stay.checked_in"
    room_reservation_id: int
    reservation_id: int
    room_id: int
    folio_id: int
    arrival: date
    departure: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInReverted(Event):
    topic: ClassVar[str] = "stay.check_in_reverted"
    room_reservation_id: int
    reservation_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOut(Event):
    topic: ClassVar[str] = "stay.checked_out"
    room_reservation_id: int
    reservation_id: int
    room_id: int
    folio_id: int | None
    business_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutReverted(Event):
    topic: ClassVar[str] = "stay.check_out_reverted"
    room_reservation_id: int
    reservation_id: int
    room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMoved(Event):
    topic: ClassVar[str] = "stay.moved"
    room_reservation_id: int
    from_room_id: int
    to_room_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StayExtended(Event):
    topic: ClassVar[str] = "stay.extended"
    room_reservation_id: int
    departure: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StayShortened(Event):
    topic: ClassVar[str] = "stay.shortened"
    room_reservation_id: int
    departure: date
