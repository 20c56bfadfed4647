"""How big the hotels of a file must have been: rooms per type from who slept, overbooking from what was sold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from binzhi.replay.changes import stages
from binzhi.replay.rows import Booking
from binzhi.replay.schedule import Schedule, schedule


@dataclass(frozen=True, slots=True)
class TypePlan:
    """One room type: the rooms it has, how far beyond them it was sold, whom it held."""

    code: str
    rooms: int
    overbooking: int
    max_adults: int
    max_guests: int


@dataclass(frozen=True, slots=True)
class HotelPlan:
    """One hotel as its bookings show it. Nights are open from `first_night` to `last_night`, both sold."""

    name: str
    first_day: date
    first_night: date
    last_night: date
    longest_stay: int
    horizon: int
    types: tuple[TypePlan, ...]


def plan_hotel(name: str, bookings: Sequence[Booking]) -> HotelPlan:
    """Infer one hotel from all its accepted rows."""
    days = schedule(bookings)
    slept = _peak_slept(bookings)
    sold = _peak_sold(days, bookings)
    holds = _occupancy(bookings)
    types = sorted({booking.reserved_type for booking in bookings} | {booking.assigned_type for booking in bookings})
    return HotelPlan(
        name=name,
        first_day=days.first,
        first_night=min(booking.arrival for booking in bookings),
        # One more than the last night slept: a change may have been one night longer for a while.
        last_night=max(booking.departure for booking in bookings),
        longest_stay=max(booking.nights for booking in bookings) + 1,
        horizon=max((booking.departure - booking.booked_on).days for booking in bookings) + 1,
        types=tuple(
            TypePlan(
                code=code,
                rooms=max(1, slept.get(code, 0)),
                overbooking=max(0, sold.get(code, 0) - max(1, slept.get(code, 0))),
                max_adults=holds[code][0],
                max_guests=holds[code][1],
            )
            for code in types
        ),
    )


def _peak_slept(bookings: Iterable[Booking]) -> dict[str, int]:
    """The most rooms of each assigned type that were ever needed at once.

    Who leaves frees his room before who arrives; a day use comes between the two and needs one room of its own.
    """
    turns: dict[str, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for booking in bookings:
        if not booking.stays:
            continue
        on = turns[booking.assigned_type]
        if booking.nights == 0:
            on[booking.arrival][1] = 1
        else:
            on[booking.departure][0] += 1
            on[booking.arrival][2] += 1
    peaks = {}
    for code, on in turns.items():
        inside = peak = 0
        for day in sorted(on):
            left, passed, came = on[day]
            inside -= left
            peak = max(peak, inside + passed)
            inside += came
            peak = max(peak, inside)
        peaks[code] = peak
    return peaks


def _peak_sold(days: Schedule, bookings: Sequence[Booking]) -> dict[str, int]:
    """The most rooms of each type that were sold for one night at any moment, in the order of events.

    No-shows are counted as kept: they free their nights only in the audit, which is never too late here.
    """
    counters = _Counters(min(booking.arrival for booking in bookings), max(booking.departure for booking in bookings))
    parties = {booking.row: stages(booking) for booking in bookings if booking.changes}

    def nights(booking: Booking, step: int) -> int:
        return parties[booking.row][step].nights if booking.changes else booking.nights

    for _day, work in days:
        for booking in work.bookings:
            counters.add(booking.reserved_type, booking.arrival, 0, nights(booking, 0), 1)
        for booking, number in work.changes:
            before, after = nights(booking, number - 1), nights(booking, number)
            counters.add(booking.reserved_type, booking.arrival, min(before, after), max(before, after), after - before)
        for booking in work.cancellations:
            counters.add(booking.reserved_type, booking.arrival, 0, booking.nights, -1)
        for booking in work.arrivals:
            if booking.assigned_type != booking.reserved_type:
                counters.add(booking.assigned_type, booking.arrival, 0, booking.nights, 1)
                counters.add(booking.reserved_type, booking.arrival, 0, booking.nights, -1)
    return counters.peaks


class _Counters:
    def __init__(self, first: date, last: date) -> None:
        self._first = first
        self._length = (last - first).days + 2
        self._sold: dict[str, list[int]] = {}
        self.peaks: dict[str, int] = {}

    def add(self, code: str, arrival: date, start: int, end: int, count: int) -> None:
        sold = self._sold.setdefault(code, [0] * self._length)
        base = (arrival - self._first).days
        for night in range(base + start, base + end):
            sold[night] += count
            if sold[night] > self.peaks.get(code, 0):
                self.peaks[code] = sold[night]


def _occupancy(bookings: Iterable[Booking]) -> dict[str, tuple[int, int]]:
    holds: dict[str, tuple[int, int]] = defaultdict(lambda: (2, 2))
    for booking in bookings:
        adults = max([booking.adults, *(party.adults for party in stages(booking))])
        people = booking.people + adults - booking.adults
        for code in (booking.reserved_type, booking.assigned_type):
            most_adults, most = holds[code]
            holds[code] = (max(most_adults, adults), max(most, people, adults))
    return {code: (adults, max(adults, most)) for code, (adults, most) in holds.items()}
