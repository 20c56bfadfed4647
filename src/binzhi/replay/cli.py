"""`binzhi replay FILE`: read and judge the file first, then open its hotels and live their days."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import click
from rich.console import Console

from binzhi.replay.reading import Table, UnusableFile, read_table
from binzhi.replay.report import Report, show
from binzhi.replay.rows import Booking, Rejected, read_bookings

# Handed in by the command line above: opens the named database (or URL) for the length of the run, migrated, with
# Django ready to use. True throws an earlier one of that name away.
OpenDatabase = Callable[[str, bool], AbstractContextManager[None]]

DIFFERENT, UNUSABLE, INTERRUPTED = 1, 2, 130


class Unusable(click.ClickException):
    exit_code = UNUSABLE


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one object for programs on standard output.")
@click.option("--database", default="", help="Name or URL of the database (default: one of its own for this file).")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first rows of the file.")
@click.option(
    "--processes", type=click.IntRange(min=1, max=16), default=2, show_default=True, help="At most one per hotel."
)
@click.option("--restart", is_flag=True, help="Begin anew instead of going on where an earlier run stopped.")
@click.pass_obj
def replay(
    open_database: OpenDatabase,
    file: Path,
    as_json: bool,
    database: str,
    limit: int | None,
    processes: int,
    restart: bool,
) -> None:
    """Run the bookings of FILE (.csv or .csv.gz) through the real services, day by day, in a database of its own.

    Ctrl-C stops it; the same command goes on. Rows are numbered from 1 after the header. Exit code 0: file and
    system agree; 1: they differ; 2: the file cannot be used.
    """
    started = time.monotonic()
    console = Console(stderr=True)
    try:
        table = read_table(file, limit=limit)
    except UnusableFile as error:
        raise Unusable(str(error)) from error
    bookings, rejected = read_bookings(table)
    console.print(_first_words(table, bookings, rejected), highlight=False, markup=False)
    if not bookings:
        _tell(console, Report.of_nothing(table, rejected, time.monotonic() - started), as_json=as_json)
        return
    name = database or f"binzhi_replay_{table.digest[:12]}" + (f"_{limit}" if limit else "")
    with open_database(name, restart):
        _run(console, table, bookings, rejected, limit=limit, processes=processes, as_json=as_json, started=started)


def _run(
    console: Console,
    table: Table,
    bookings: Sequence[Booking],
    rejected: Sequence[Rejected],
    *,
    limit: int | None,
    processes: int,
    as_json: bool,
    started: float,
) -> None:
    # Only now: these need Django, which the database has set up.
    from binzhi.replay.conduct import Input, Interrupted, conduct
    from binzhi.replay.workers import RunFailed

    try:
        report = conduct(console, Input(table, bookings, rejected, limit), processes=processes, started=started)
    except RunFailed as error:
        raise click.ClickException(f"The replay ended with an error; what was done is kept.\n{error}") from error
    except Interrupted:
        click.echo("Stopped. The same command goes on from here; with --restart it begins anew.", err=True)
        sys.exit(INTERRUPTED)
    _tell(console, report, as_json=as_json)
    if not report.is_clean:
        sys.exit(DIFFERENT)


def _tell(console: Console, report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_object(), ensure_ascii=False))
    show(console if as_json else Console(), report)


def _first_words(table: Table, bookings: Sequence[Booking], rejected: Sequence[Rejected]) -> str:
    words = f"{table.path.name}: {len(table.records):,} rows, {len(bookings):,} accepted, {len(rejected):,} rejected"
    if table.encoding != "utf-8":
        words += f"; read as {table.encoding}"
    if table.absent:
        words += f"; without the columns {', '.join(table.absent)}"
    if table.ignored:
        words += f"; columns not used: {', '.join(table.ignored)[:200]}"
    return words
