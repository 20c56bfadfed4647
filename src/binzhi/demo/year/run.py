"""Live what is left of a year, print each month's books, prove all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

from django.db import DatabaseError

from binzhi.demo.plan import Planned
from binzhi.demo.year import proof
from binzhi.demo.year.house import Year, open_house, partners, plan_of
from binzhi.demo.year.living import Day, months
from binzhi.demo.year.state import House, take_stock
from binzhi.kernel import db

Tell = Callable[[str], None]
LOCK = 7111
# Plans made for empty tables are no good for full ones.
_LEARN_AT = (1, 3, 10, 30, 90, 200)


class AlreadyLiving(Exception):
    """Another run lives this year in this database."""


def live(wanted: Year, tell: Tell) -> bool:
    """Live every day of the year that is not closed yet, then prove all of it; whether everything ties."""
    hotel_id = open_house(wanted)
    if not db.fetch_value("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, hotel_id]):
        raise AlreadyLiving
    try:
        # What a crash of the server would take back is simply done again: every commit leaves a whole state.
        db.execute("SET synchronous_commit = off")
        db.execute("SET plan_cache_mode = force_generic_plan")
        ends = _go_on(hotel_id, wanted, tell)
    finally:
        with suppress(DatabaseError):
            db.execute("RESET synchronous_commit")
            db.execute("RESET plan_cache_mode")
            db.fetch_value("SELECT pg_advisory_unlock(%s, %s)", [LOCK, hotel_id])
    return prove(hotel_id, wanted.first, ends, tell)


def _go_on(hotel_id: int, wanted: Year, tell: Tell) -> list[date]:
    """From where the tables say the hotel stands; the ends of the months."""
    plan = plan_of(wanted, hotel_id)
    house = take_stock(hotel_id, plan)
    tell(
        f"{wanted.first} to {wanted.last}: {sum(map(len, plan.by_day.values())):,} bookings;"
        f" the open day is {house.today}"
    )
    ends = months(wanted.first, wanted.last)
    started = time.monotonic()
    _live(house, partners(hotel_id), wanted, plan.by_day, ends, tell)
    refused = ", ".join(f"{code} {count}" for code, count in sorted(house.refused.items()))
    tell(f"lived in {time.monotonic() - started:.0f} s; refused: {refused or 'nobody'}")
    return ends


def _live(
    house: House, organisations: list[int], wanted: Year, by_day: Mapping[date, list[Planned]], ends: list[date],
    tell: Tell,
) -> None:  # fmt: skip
    started, begun = time.monotonic(), house.today
    while house.today <= wanted.last:
        day = house.today
        Day(house, organisations, wanted.seed).live(by_day.get(day, []))
        house.today = day + timedelta(days=1)
        if (day - begun).days in _LEARN_AT:
            db.execute("ANALYZE")
        if day in ends:
            spent = time.monotonic() - started
            tell(f"{day} closed: {(day - begun).days + 1} days in {spent:.0f} s, {len(house.in_house)} rooms in house")


def prove(hotel_id: int, first: date, ends: list[date], tell: Tell) -> bool:
    """Print each month's books and what breaks a rule; whether everything ties."""
    after, ties = first - timedelta(days=1), True
    tell(f"{'month':10} {'occ %':>6} {'ADR':>8} {'rooms rev.':>14} {'guests':>12} {'deposits':>12} {'companies':>14} "
         f"{'means':>15} {'revenue':>16} {'tax':>13} {'sum':>5}")  # fmt: skip
    for last in ends:
        found = proof.month(hotel_id=hotel_id, after=after, last=last)
        ties, after, books = ties and found.ties, last, found.books
        amounts = " ".join(
            f"{_money(books[side]):>{width}}"
            for side, width in (("guests", 12), ("deposits", 12), ("companies", 14), ("means", 15), ("revenue", 16),
                                ("tax", 13), ("total", 5))
        )  # fmt: skip
        tell(f"{last} {found.occupancy:6.1f} {found.average_rate:8.2f} {_money(found.figures['room_revenue']):>14} "
             f"{amounts} {'ties' if found.ties else 'DOES NOT TIE'}")  # fmt: skip
    rules = proof.broken(hotel_id=hotel_id, last=ends[-1])
    for rule in rules:
        tell(f"BROKEN: {rule}")
    whole = ties and not rules
    tell(f"{len(proof.RULES) + 1} rules hold, every month ties" if whole else "the books do not tie")
    return whole


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else "0"
