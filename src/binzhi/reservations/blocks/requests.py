"""What is asked for a group: plain values, checked where they are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDetails:
    """A group's particulars; all are written."""

    name: str
    arrival: date
    departure: date
    rate_plan: str
    organisation_id: int | None = None
    guest_id: int | None = None
    market: str = ""
    source: str = ""
    cut_off: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCell:
    """Rooms of one type on one night and what one costs; no price: the plan's."""

    night: date
    room_type: str
    rooms: int
    price: Decimal | None = None
    single_price: Decimal | None = None
    extra_adult: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One room for named people. `guest_name` is the booker's where there is no file."""

    room_type: str
    arrival: date
    departure: date
    adults: int = 2
    children: int = 0
    infants: int = 0
    guest_id: int | None = None
    guest_name: str = ""
    phone: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class BlockRef:
    id: int
    number: str
    version: int
