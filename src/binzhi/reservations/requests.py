"""What callers ask for and what they get back: plain values, checked where they are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRequest:
    """One room to be booked. `prices` (one per night, one for a day use) overrides the plan's and needs a right."""

    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    adults: int
    children: int = 0
    infants: int = 0
    guest_id: int | None = None
    prices: tuple[Decimal, ...] | None = None
    expected_total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReservation:
    """What is booked together, by whom and through which channel."""

    booker_name: str
    rooms: tuple[RoomRequest, ...]
    booker_phone: str = ""
    guest_id: int | None = None
    organisation_id: int | None = None
    market: str = ""
    source: str = ""
    channel: str = ""
    channel_number: str | None = None
    guarantee: str = "none"
    special_requests: tuple[str, ...] = ()
    remarks: str = ""
    expected_at: time | None = None
    walk_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationDetails:
    """The details of a reservation that carry neither dates nor prices; all are written."""

    booker_name: str
    booker_phone: str | None = None  # None leaves the sealed number as it is
    guest_id: int | None = None
    organisation_id: int | None = None
    market: str = ""
    source: str = ""
    channel: str = ""
    channel_number: str | None = None
    guarantee: str = "none"
    special_requests: tuple[str, ...] = ()
    remarks: str = ""
    expected_at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomChange:
    """The stay as it shall be. `keep_prices` keeps agreed prices even where type, plan or guests change."""

    arrival: date
    departure: date
    room_type: str
    rate_plan: str
    adults: int
    children: int = 0
    infants: int = 0
    keep_prices: bool = False
    expected_total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReservationRef:
    id: int
    number: str
    version: int
    room_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancellation or no-show cost; zero when it was free or waived."""

    fee: Decimal
    room_ids: tuple[int, ...]
    version: int
