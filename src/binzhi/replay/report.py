"""What a replay says at its end: one object for programs, tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from binzhi.replay.phases import Phases
from binzhi.replay.reading import Table
from binzhi.replay.reconcile import Difference, Month
from binzhi.replay.rows import Rejected

_LISTED = 50
NAMES = {
    "book": "book", "change": "change", "cancel": "cancel", "arrive": "check in", "pass": "day use in",
    "leave": "pay and check out", "audit": "night audit",
    "statistics": "table statistics",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """The whole result; `months` come from the system's tables."""

    rows: int
    accepted: int
    rejected: Sequence[Rejected]
    differences: Sequence[Difference]
    broken: Sequence[str]
    months: Sequence[Month]
    seconds: float
    lives: int
    phases: Phases

    @classmethod
    def of_nothing(cls, table: Table, rejected: Sequence[Rejected], seconds: float) -> Report:
        """The report on a file without a row that can be taken."""
        return cls(len(table.records), 0, rejected, (), (), (), seconds, 0, Phases())

    @property
    def is_clean(self) -> bool:
        return not self.differences and not self.broken

    @property
    def rate(self) -> float:
        return self.lives / self.seconds if self.seconds else 0.0

    def as_object(self) -> dict[str, Any]:
        """The object of `--json`. A broken rule of the tables counts as a difference."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": [{"row": bad.row, "reason": bad.reason} for bad in self.rejected],
            "differences": len(self.differences) + len(self.broken),
            "seconds": round(self.seconds, 3),
            "bookings_per_second": round(self.rate, 1),
            "months": [
                {
                    "hotel": month.hotel, "month": month.month, "arrivals": month.arrivals,
                    "cancellations": month.cancellations, "no_shows": month.no_shows, "room_nights": month.room_nights,
                    "room_revenue": str(month.room_revenue),
                }
                for month in self.months
            ],
        }  # fmt: skip


def show(console: Console, report: Report) -> None:
    """Everything a person wants to see, ending with the verdict."""
    console.print(_months(report.months))
    console.print(_phases(report.phases))
    if report.rejected:
        console.print(f"{len(report.rejected)} of {report.rows:,} rows rejected:", highlight=False)
        for bad in report.rejected[:_LISTED]:
            console.print(f"  row {bad.row} (line {bad.line}): {bad.reason}", highlight=False, markup=False)
        if len(report.rejected) > _LISTED:
            console.print(f"  … and {len(report.rejected) - _LISTED} more; --json lists them all", highlight=False)
    for problem in (*report.differences, *report.broken):
        console.print(f"DIFFERENCE  {problem}", style="red", highlight=False, markup=False)
    console.print(
        f"{report.accepted:,} of {report.rows:,} rows accepted, {report.lives:,} bookings lived through in "
        f"{report.seconds:.1f} s ({report.rate:.0f} a second). "
        + ("File and system agree in every figure." if report.is_clean else "FILE AND SYSTEM DIFFER."),
        highlight=False,
    )


def _months(months: Sequence[Month]) -> Grid:
    grid = Grid(title="Read back from the system", title_justify="left")
    for name in ("hotel", "month"):
        grid.add_column(name, no_wrap=True)
    for name in ("arrivals", "cancellations", "no-shows", "room nights", "room revenue"):
        grid.add_column(name, justify="right", no_wrap=True)
    for month in months:
        grid.add_row(
            month.hotel, month.month, f"{month.arrivals:,}", f"{month.cancellations:,}", f"{month.no_shows:,}",
            f"{month.room_nights:,}", f"{month.room_revenue:,}",
        )  # fmt: skip
    grid.add_row(
        "all", "", *(f"{sum(getattr(month, name) for month in months):,}" for name in
                     ("arrivals", "cancellations", "no_shows", "room_nights")),
        f"{sum((month.room_revenue for month in months), Decimal(0)):,}",
    )  # fmt: skip
    return grid


def _phases(phases: Phases) -> Grid:
    grid = Grid("event", title="Where the time went (all processes together)", title_justify="left")
    for name in ("events", "seconds", "of it Python", "ms each"):
        grid.add_column(name, justify="right")
    for key, name in NAMES.items():
        if phase := phases.get(key):
            each = phase.seconds / max(phase.events, 1) * 1000
            grid.add_row(name, f"{phase.events:,}", f"{phase.seconds:.1f}", f"{phase.processor:.1f}", f"{each:.2f}")
    return grid
