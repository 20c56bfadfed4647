"""Stays are half-open ranges of nights: the departure day is not slept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class StayDates:
    """Arrival and departure; equal dates are a day use without a night."""

    arrival: date
    departure: date

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    def __iter__(self) -> Iterator[date]:
        for offset in range(self.nights):
            yield self.arrival + timedelta(days=offset)

    def __contains__(self, night: date) -> bool:
        return self.arrival <= night < self.departure
