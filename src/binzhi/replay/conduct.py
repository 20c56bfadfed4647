"""A whole replay once its database is there: furnish, run, read back, compare."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from binzhi.replay import setup, workers
from binzhi.replay.figures import system_figures
from binzhi.replay.integrity import broken_rules
from binzhi.replay.progress import Display
from binzhi.replay.reading import Table
from binzhi.replay.reconcile import differences, file_figures
from binzhi.replay.report import Report
from binzhi.replay.rows import Booking, Rejected
from binzhi.replay.runner import rows_not_booked, steps_of
from binzhi.replay.schedule import schedule
from binzhi.replay.terms import Place
from binzhi.replay.workers import Outcome


class Interrupted(Exception):
    """Somebody stopped the run; the same command goes on."""


@dataclass(frozen=True, slots=True)
class Input:
    """The file and how it was judged."""

    table: Table
    bookings: Sequence[Booking]
    rejected: Sequence[Rejected]
    limit: int | None


def conduct(console: Console, given: Input, *, processes: int, started: float) -> Report:
    """Run what is left to run and report on the whole. Raises Interrupted, workers.RunFailed."""
    by_hotel: dict[str, list[Booking]] = defaultdict(list)
    for booking in given.bookings:
        by_hotel[booking.hotel].append(booking)
    group = setup.group_code(given.table.digest, given.limit)
    setup.open_hotels(group=group, bookings=by_hotel)
    places = setup.places(group=group)
    steps = {name: sum(steps_of(work) for _day, work in schedule(rows)) for name, rows in by_hotel.items()}
    with Display(console, steps=steps, total=len(given.bookings)) as display:
        outcome = workers.run(places, by_hotel, processes=processes, show=display.show)
        lives = display.lives
    if outcome.stopped:
        raise Interrupted
    return _report(given, places, outcome, lives=lives, started=started)


def _report(given: Input, places: Sequence[Place], outcome: Outcome, *, lives: int, started: float) -> Report:
    refused = _refused_rows(given, places, outcome)
    accepted = [booking for booking in given.bookings if booking.row not in refused]
    lines = {record.row: record.line for record in given.table.records}
    rejected = [*given.rejected, *(Rejected(row, lines[row], "", reason) for row, reason in refused.items())]
    hotels = [place.hotel_id for place in places]
    months = system_figures(hotels)
    found = differences(file_figures(given.table, accepted), months)
    return Report(
        rows=len(given.table.records),
        accepted=len(accepted),
        rejected=sorted(rejected, key=lambda bad: bad.row),
        differences=found,
        broken=[
            *broken_rules(hotels),
            *(
                f"row {late.row} refused at '{late.stage}': {late.reason}"
                for late in outcome.refused
                if late.stage != "book"
            ),
        ],
        months=months,
        seconds=time.monotonic() - started,
        lives=lives,
        phases=outcome.phases,
    )


def _refused_rows(given: Input, places: Sequence[Place], outcome: Outcome) -> dict[int, str]:
    """Rows whose booking the hotel itself refused, with its reason where this run heard it."""
    said = {refusal.row: refusal.reason for refusal in outcome.refused if refusal.stage == "book"}
    rows = [
        row
        for place in places
        for row in rows_not_booked(place, [booking for booking in given.bookings if booking.hotel == place.name])
    ]
    return {row: said.get(row, "refused by the hotel when it was booked, in an earlier run") for row in rows}
