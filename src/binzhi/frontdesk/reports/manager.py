"""The daily report (经营日报): the day, the month and the year so far, and the same a year ago.

Every figure is one of the register of figures (clause 4.1); its policy stands beside it in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from binzhi.kernel.money import ZERO

PERIODS = ("day", "month", "year")
_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")
# Title, columns (label, is a number), rows, total, note.
Table = tuple[str, Sequence[tuple[str, bool]], list[tuple[Any, ...]], tuple[Any, ...], str]


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of a period, or of one day."""

    days: int
    sums: Mapping[str, Any]

    def of(self, name: str) -> Decimal:
        return Decimal(self.sums.get(name) or 0)

    @property
    def available(self) -> Decimal:
        return self.of("rooms") - self.of("out_of_order")

    @property
    def paid(self) -> Decimal:
        return self.of("sold") - self.of("comp") - self.of("house_use")

    @property
    def night_revenue(self) -> Decimal:
        return self.of("room_revenue") - self.of("day_use_revenue")

    @property
    def revenue(self) -> Decimal:
        return self.of("room_revenue") + self.of("other_revenue")


def _share(part: Decimal, whole: Decimal, *, times: int = 1) -> Decimal | None:
    """None where there is nothing to divide by: never 0."""
    return (part * times / whole) if whole else None


def _occupancy(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.paid, sums.available, times=100), _TENTH)


def _occupancy_str(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.paid, sums.of("rooms"), times=100), _TENTH)


def _adr(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.night_revenue, sums.paid))


def _adr_str(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.night_revenue + sums.of("no_show_revenue"), sums.paid))


def _revpar(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.night_revenue, sums.available))


def _revpar_str(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.night_revenue + sums.of("no_show_revenue"), sums.of("rooms")))


def _trevpar(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.revenue, sums.available))


def _guests_per_room(sums: Sums) -> Decimal | None:
    return _rounded(_share(sums.of("guests"), sums.of("sold")))


def _rounded(value: Decimal | None, to: Decimal = _CENT) -> Decimal | None:
    return None if value is None else value.quantize(to)


def _lines() -> list[tuple[str, Any]]:
    """Label and how the figure is had; counts are whole numbers, the rest amounts."""
    counts = [
        (_("Rooms of the house"), "rooms"), (_("Out of order"), "out_of_order"), (_("Rooms slept in"), "sold"),
        (_("of them free"), "comp"), (_("of them house use"), "house_use"),
        (pgettext("daily report", "Day use"), "day_uses"),
        (_("Guests in the house"), "guests"), (pgettext("daily report", "Arrivals"), "arrivals"),
        (_("of them walk-ins"), "walk_ins"),
        (pgettext("daily report", "Departures"), "departures"), (_("Cancelled"), "cancellations"),
        (_("No-shows"), "no_shows"),
    ]  # fmt: skip
    amounts = [
        (_("Room revenue"), "room_revenue"), (_("of it day use"), "day_use_revenue"),
        (_("Fees of no-shows"), "no_show_revenue"), (_("Other revenue"), "other_revenue"), (_("Tax"), "tax"),
        (_("Paid in"), "payments"),
    ]  # fmt: skip
    shares = [
        (_("Occupancy %"), _occupancy), (_("Average rate (ADR)"), _adr), (_("RevPAR"), _revpar),
        (_("TRevPAR"), _trevpar), (_("Guests per room"), _guests_per_room), (_("Occupancy % (STR)"), _occupancy_str),
        (_("ADR (STR)"), _adr_str), (_("RevPAR (STR)"), _revpar_str),
    ]  # fmt: skip
    return [
        *((label, lambda sums, name=name: int(sums.of(name))) for label, name in counts),
        *((label, lambda sums, name=name: sums.of(name).quantize(_CENT)) for label, name in amounts),
        (_("Revenue in all"), lambda sums: sums.revenue.quantize(_CENT)),
        *shares,
    ]


def manager_sheets(data: Mapping[str, Any], *, codes: Mapping[str, str], means: Mapping[str, str]) -> list[Table]:
    """The tables of the daily report, from what was written down of it."""
    return [_figures(data["periods"]), _revenue(data["revenue"], codes), _means(data["means"], means)]


def _figures(periods: Mapping[str, Any]) -> Table:
    found = {name: Sums(days=values["days"], sums=values) for name, values in periods.items()}
    columns = (
        (_("Figure"), False), (pgettext("period", "Day"), True), (_("Month to date"), True), (_("Year to date"), True),
        (_("Day, last year"), True), (_("Month, last year"), True), (_("Year, last year"), True),
    )  # fmt: skip
    order = [*PERIODS, *(f"{name}_before" for name in PERIODS)]
    rows = [
        # A year ago is told only where every day of it is known: never 0, never half.
        (label, *(have(found[name]) if _whole(found, name) else None for name in order))
        for label, have in _lines()
    ]
    note = _(
        "Net of tax. Occupancy: rooms paid for ÷ (rooms − out of order); STR: ÷ all rooms. ADR: room revenue of nights"
        " ÷ rooms paid for; free rooms, house use and day use left out; STR adds fees of no-shows, not their nights."
        " RevPAR has the denominator of the occupancy beside it. Out of service stays in."
    )
    return _("Figures"), columns, rows, (), note


def _whole(found: Mapping[str, Sums], name: str) -> bool:
    own = name.removesuffix("_before")
    return found[name].days > 0 and (name == own or found[name].days >= found[own].days)


def _revenue(rows: Sequence[Sequence[Any]], codes: Mapping[str, str]) -> Table:
    columns = (
        (_("Item"), False),
        (pgettext("period", "Day"), True),
        (_("Month to date"), True),
        (_("Year to date"), True),
    )
    cells: list[tuple[Any, ...]] = [
        (f"{code} {codes.get(code, name)}", *(_amount(value) for value in (day, month, year)))
        for code, name, day, month, year in rows
    ]
    total = (_("Total"), *(sum((row[place] or ZERO for row in cells), ZERO) for place in (1, 2, 3)))
    note = _("Since the first trial balance of this hotel.")
    return _("Revenue by item, net of tax"), columns, cells, total, note


def _means(rows: Sequence[Sequence[Any]], means: Mapping[str, str]) -> Table:
    columns = (
        (_("Means of payment"), False), (pgettext("money", "In"), True), (pgettext("money", "Out"), True),
        (_("Paid in"), True),
    )  # fmt: skip
    cells: list[tuple[Any, ...]] = [
        (means.get(code, name), _amount(came), _amount(went), _amount(came) - _amount(went))
        for code, name, came, went in rows
    ]
    total = (_("Total"), *(sum((row[place] for row in cells), ZERO) for place in (1, 2, 3)))
    return _("Paid by means"), columns, cells, total, ""


def _amount(value: Any) -> Decimal:
    return Decimal(value or 0).quantize(_CENT)
