"""What is being put together on the booking screen: the room under the cursor and the rooms added before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from binzhi.kernel.dates import StayDates
from binzhi.reservations.requests import RoomRequest

MOST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Some rooms of one type and plan for one stay. `total` is what one of them was shown to cost."""

    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    adults: int
    children: int
    rooms: int
    total: Decimal | None = None
    child_ages: tuple[int, ...] = ()
    extra_beds: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.room_type, self.rate_plan

    @property
    def dates(self) -> StayDates:
        return StayDates(self.arrival, self.departure)

    @property
    def text(self) -> str:
        """As a hidden field carries it; no personal data, so it may stand in an address."""
        total = "" if self.total is None else str(self.total)
        more = ("-".join(str(age) for age in self.child_ages), self.extra_beds)
        parts = (
            self.room_type,
            self.rate_plan,
            self.arrival,
            self.departure,
            self.adults,
            self.children,
            self.rooms,
            total,
            *(more if any(more) else ()),
        )
        return ":".join(str(part) for part in parts)

    @property
    def amount(self) -> Decimal | None:
        return None if self.total is None else self.total * self.rooms

    def requests(self, *, guest_id: int | None = None) -> list[RoomRequest]:
        """One request per room; the guest known so far sleeps in the first."""
        first = RoomRequest(
            room_type=self.room_type, rate_plan=self.rate_plan, arrival=self.arrival, departure=self.departure,
            adults=self.adults, children=self.children, expected_total=self.total, guest_id=guest_id,
            child_ages=self.child_ages, extra_beds=self.extra_beds,
        )  # fmt: skip
        return [first, *[replace(first, guest_id=None)] * (self.rooms - 1)]


def line_of(text: str) -> Line | None:
    """Read a hidden field back; None for anything that is not one (it came from outside)."""
    parts = text.split(":")
    if len(parts) == 8:
        parts = [*parts, "", "0"]
    if len(parts) != 10:
        return None
    room_type, rate_plan, arrival, departure, adults, children, rooms, total, ages, beds = parts
    try:
        line = Line(
            room_type=room_type, rate_plan=rate_plan,
            arrival=date.fromisoformat(arrival), departure=date.fromisoformat(departure),
            adults=int(adults), children=int(children), rooms=int(rooms), total=Decimal(total) if total else None,
            child_ages=tuple(int(age) for age in ages.split("-") if age), extra_beds=int(beds),
        )  # fmt: skip
    except (ValueError, InvalidOperation):
        return None
    sane = 1 <= line.rooms <= 50 and (line.total is None or line.total.is_finite())
    return line if sane else None


def lines_of(texts: Iterable[str]) -> list[Line]:
    found = (line_of(text) for text in texts)
    return [line for line in found if line is not None][:MOST_LINES]


def offer_key(text: str) -> tuple[str, str] | None:
    """`KING:BAR` as (type, plan)."""
    room_type, colon, rate_plan = text.partition(":")
    return (room_type, rate_plan) if colon and room_type and rate_plan else None


def total_of(lines: Sequence[Line]) -> Decimal:
    return sum((line.amount or Decimal(0) for line in lines), Decimal(0))


def totals_shown(fields: Mapping[str, str]) -> Decimal | None:
    """The price of one room as it was on the screen when the form was sent."""
    try:
        shown = Decimal(fields.get("expected", ""))
    except InvalidOperation:
        return None
    return shown if shown.is_finite() else None
