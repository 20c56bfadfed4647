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
    child_ages: tuple[int, ...] = ()  # on the day of arrival, of every child or of none
    extra_beds: int = 0


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
    promotion_code: str = ""


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
    """The stay as it shall be. `keep_prices` keeps agreed prices even where type, plan or guests change.

    `child_ages` and `extra_beds` left out stay as they are; ages that do not fit another number of children are
    forgotten.
    """

    arrival: date
    departure: date
    room_type: str
    rate_plan: str
    adults: int
    children: int = 0
    infants: int = 0
    keep_prices: bool = False
    prices: tuple[Decimal, ...] | None = None  # of every night, by hand: needs the right to override prices
    expected_total: Decimal | None = None
    child_ages: tuple[int, ...] | None = None
    extra_beds: int | None = None


@dataclass(frozen=True, slots=True)
class ReservationRef:
    """What was made; `total` is the price of all rooms and nights."""

    id: int
    number: str
    version: int
    room_ids: tuple[int, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancellation or no-show cost; zero when it was free or waived."""

    fee: Decimal
    room_ids: tuple[int, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRange:
    """Nights `first` to `last` (both included) of a plan and type on `weekdays` (1 is Monday): what shall stand there.

    None leaves a value as it is; a name in `clear` empties it (price, single_price, min_nights, max_nights).
    """

    rate_plan: str
    room_type: str
    first: date
    last: date
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    price: Decimal | None = None
    single_price: Decimal | None = None
    extra_adult: Decimal | None = None
    extra_child: Decimal | None = None
    min_nights: int | None = None
    max_nights: int | None = None
    closed: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    clear: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """Nights `first` to `last` (both included) of a type: how many rooms too many may be sold, and whether any may."""

    room_type: str
    first: date
    last: date
    overbooking: int | None = None
    closed: bool | None = None
