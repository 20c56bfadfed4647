"""Days that a hotel in China prices apart: weekends and the public holidays."""

from __future__ import annotations

from datetime import date, timedelta

# First day and number of nights. Those by the moon are written down, year by year; the rest come back every year.
_BY_THE_SUN = (((1, 1), -1, 3), ((4, 4), 0, 3), ((5, 1), -1, 5), ((10, 1), -1, 7))
_BY_THE_MOON = (
    (date(2026, 2, 15), 8), (date(2026, 6, 18), 3), (date(2026, 9, 24), 3),
    (date(2027, 2, 5), 8), (date(2027, 6, 8), 3), (date(2027, 9, 14), 3),
    (date(2028, 1, 25), 8), (date(2028, 5, 27), 3), (date(2028, 10, 2), 3),
    (date(2029, 2, 12), 8), (date(2029, 6, 15), 3), (date(2029, 9, 21), 3),
)  # fmt: skip


def holidays(first: date, last: date) -> list[tuple[date, date]]:
    """The spans of holiday nights between two days (both included), cut to them."""
    spans = [(start, start + timedelta(days=nights - 1)) for start, nights in _BY_THE_MOON]
    for year in range(first.year - 1, last.year + 2):
        for (month, day), offset, nights in _BY_THE_SUN:
            start = date(year, month, day) + timedelta(days=offset)
            spans.append((start, start + timedelta(days=nights - 1)))
    return sorted((max(start, first), min(end, last)) for start, end in spans if start <= last and end >= first)


def is_holiday(night: date) -> bool:
    return bool(holidays(night, night))


def is_weekend(night: date) -> bool:
    """Friday and Saturday nights."""
    return night.weekday() in (4, 5)
