"""`binzhi year`: a year of a hotel, lived through the real services in a database of its own, and proved."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console

from binzhi.config.cli.data import open_database


@click.command()
@click.option("--days", type=click.IntRange(1, 400), default=365, show_default=True)
@click.option("--first", type=click.DateTime(["%Y-%m-%d"]), default="2027-01-01", show_default=True)
@click.option("--scale", type=click.FloatRange(0.05, 1), default=1.0, help="A smaller house: 1 is two hundred rooms.")
@click.option("--seed", type=int, default=2027, show_default=True)
@click.option("--database", default="binzhi_year", show_default=True, help="Name or URL of a database of its own.")
@click.option("--restart", is_flag=True, help="Begin anew instead of going on where an earlier run stopped.")
def year(days: int, first: datetime, scale: float, seed: int, database: str, restart: bool) -> None:
    """Live a year of a hotel of two hundred rooms through the real services, and prove its books.

    Every month the accounting identity and the trial balance are held against the ledger. The same command goes on
    where a run was stopped or killed. Exit code 1: something does not tie.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with open_database(database, restart):
        from binzhi.demo.year.house import Year
        from binzhi.demo.year.run import AlreadyLiving, live

        wanted = Year(first=first.date(), days=days, scale=scale, seed=seed)
        try:
            ties = live(wanted, console.print)
        except AlreadyLiving:
            raise click.ClickException("another run lives this year in this database") from None
    if not ties:
        raise SystemExit(1)
