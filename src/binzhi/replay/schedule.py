"""What happens on which hotel day, in the order a day is lived: book, change, cancel, leave, pass through, arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from binzhi.replay.changes import change_days
from binzhi.replay.rows import CANCELLED, Booking


@dataclass(slots=True)
class Day:
    """The work of one hotel day; its night audit follows. No-shows are only counted: the audit finds them."""

    bookings: list[Booking] = field(default_factory=list)
    changes: list[tuple[Booking, int]] = field(default_factory=list)
    cancellations: list[Booking] = field(default_factory=list)
    departures: list[Booking] = field(default_factory=list)
    day_uses: list[Booking] = field(default_factory=list)
    arrivals: list[Booking] = field(default_factory=list)
    no_shows: int = 0


@dataclass(slots=True)
class Schedule:
    """All days of one hotel from its first booking to its last departure."""

    first: date
    last: date
    days: dict[date, Day]

    def __iter__(self) -> Iterator[tuple[date, Day]]:
        for offset in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=offset)
            yield day, self.days.get(day) or Day()


def schedule(bookings: Iterable[Booking]) -> Schedule:
    """Lay the bookings of one hotel out on its days, each list in the order of the file."""
    days: dict[date, Day] = {}

    def on(day: date) -> Day:
        return days.setdefault(day, Day())

    for booking in bookings:
        on(booking.booked_on).bookings.append(booking)
        for number, day in enumerate(change_days(booking), start=1):
            on(day).changes.append((booking, number))
        if booking.status == CANCELLED:
            on(booking.ended_on).cancellations.append(booking)
        elif booking.stays and booking.nights == 0:
            on(booking.arrival).day_uses.append(booking)
        elif booking.stays:
            on(booking.arrival).arrivals.append(booking)
            on(booking.departure).departures.append(booking)
        else:
            on(booking.arrival).no_shows += 1
    return Schedule(min(days), max(days), days)
