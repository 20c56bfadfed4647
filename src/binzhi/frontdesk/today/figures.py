"""Occupancy, ADR and RevPAR of tonight as it stands in the books, before the days that are closed.

Definitions: occupancy = rooms sold / (rooms - out of order); ADR = room revenue net of tax / rooms sold;
RevPAR = the same revenue / (rooms - out of order). Closed days come from the night audit's own figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from binzhi.frontdesk.today.moment import Moment
from binzhi.frontdesk.today.queries import A_YEAR, SPARK_DAYS, ClosedDay, Counters, TypeTonight


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of tonight; what is not known is None and not shown.

    `line` and `before` are the closed days up to yesterday and the same weekdays a year earlier, both empty
    unless every day is known: a line with holes would lie. `change` compares with tonight's weekday last year.
    """

    tonight: Decimal | None
    yesterday: Decimal | None
    month: Decimal | None
    change: Decimal | None
    line: Sequence[float]
    before: Sequence[float]


@dataclass(frozen=True, slots=True)
class Figures:
    sold: int
    available: int
    occupancy: Figure
    adr: Figure
    revpar: Figure


def figures_of(
    moment: Moment, counters: Counters, types: Sequence[TypeTonight], days: Mapping[date, ClosedDay]
) -> Figures:
    sold = sum(row.sold for row in types)
    available = sum(row.available for row in types)
    return Figures(
        sold=sold,
        available=available,
        occupancy=_figure(moment, days, _share(sold * 100, available), occupancy_of),
        adr=_figure(moment, days, _share(counters.expected_revenue, counters.expected_rooms), adr_of),
        revpar=_figure(moment, days, _share(counters.expected_revenue, available), revpar_of),
    )


def _share(part: Decimal | int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole > 0 else None


def occupancy_of(days: Sequence[ClosedDay]) -> Decimal | None:
    return _share(sum(day.sold for day in days) * 100, sum(day.available for day in days))


def adr_of(days: Sequence[ClosedDay]) -> Decimal | None:
    return _share(sum((day.room_revenue for day in days), Decimal(0)), sum(day.sold for day in days))


def revpar_of(days: Sequence[ClosedDay]) -> Decimal | None:
    return _share(sum((day.room_revenue for day in days), Decimal(0)), sum(day.available for day in days))


def _figure(
    moment: Moment,
    days: Mapping[date, ClosedDay],
    tonight: Decimal | None,
    measure: Callable[[Sequence[ClosedDay]], Decimal | None],
) -> Figure:
    today = moment.business_date
    recent = [today - timedelta(days=back) for back in range(SPARK_DAYS, 0, -1)]
    month = [day for when, day in days.items() if today.replace(day=1) <= when < today]
    last_year = _of(days, [today - A_YEAR], measure)
    return Figure(
        tonight=tonight,
        yesterday=next(iter(_of(days, recent[-1:], measure)), None),
        month=measure(month),
        change=tonight - last_year[0] if tonight is not None and last_year else None,
        line=[float(value) for value in _of(days, recent, measure)],
        before=[float(value) for value in _of(days, [when - A_YEAR for when in recent], measure)],
    )


def _of(
    days: Mapping[date, ClosedDay], wanted: Sequence[date], measure: Callable[[Sequence[ClosedDay]], Decimal | None]
) -> list[Decimal]:
    """The measure of each day wanted, or nothing at all when one of them is not known."""
    values = [measure([days[when]]) if when in days else None for when in wanted]
    return [] if None in values else [value for value in values if value is not None]
