"""A night audit killed outright, anywhere: nothing half-done stays, and run again it comes to the same books."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from binzhi.billing.queries import ledger_sum
from binzhi.frontdesk.models import DayStatistics, NightAudit
from binzhi.frontdesk.night_audit.errors import AuditDone, AuditRunning
from binzhi.kernel import db as kernel_db
from binzhi.kernel.models import OutboxEvent
from binzhi.property.models import Hotel
from tests.frontdesk.audit_house import TODAY, TestHotel, books_of, close_day, full_house, ledger_of, reserve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]
RUNNER = Path(__file__).with_name("audit_runner.py")
TRIES = 13
ROOMS = 30
SEED = 20261121
Try = Callable[[TestHotel, date, str], int]


@contextmanager
def runner() -> Iterator[Try]:
    """A process of its own on the test's database; a call gives the exit status, negative for the signal of its end."""
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    if str(place["HOST"]).startswith("/"):
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&port={place['PORT']}"
    if place["PASSWORD"]:
        url = url.replace("@", f":{place['PASSWORD']}@", 1)
    root = RUNNER.parents[2]
    paths = os.pathsep.join([str(root / "src"), str(root)])
    env = {
        **os.environ,
        "BINZHI_DATABASE_URL": url,
        "PYTHONPATH": paths,
        "DJANGO_SETTINGS_MODULE": "binzhi.config.settings",
    }
    with subprocess.Popen(
        [sys.executable, str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def attempt(hotel: TestHotel, day: date, point: str) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{hotel.pk} {day} {point}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        try:
            yield attempt
        finally:
            process.stdin.close()
            process.wait(30)


def points(statements: int) -> list[str]:
    """Ten points drawn by lot, and always the three easiest to get wrong: begun, not committed, not answered."""
    everywhere = [f"{when}:{n}" for when in ("before", "after") for n in range(1, statements + 1)]
    return [*random.Random(SEED).sample(everywhere, 10), "before:1", f"after:{statements}", "done"]


def statements_of_an_audit() -> int:
    """Counted on a house of its own, lived through as the others are."""
    hotel = house(1)
    seen = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        close_day(hotel)
    return len(seen)


def house(days: int) -> TestHotel:
    """Everybody in house for all the days, and every day somebody who does not come."""
    hotel = full_house(ROOMS, nights=days + 1)
    kernel_db.execute("UPDATE reservations_night SET overbooking = 5 WHERE hotel_id = %s", [hotel.pk])
    for offset in range(days):
        reserve(hotel, arrival=TODAY + timedelta(days=offset), nights=1)
    return hotel


def run_again(hotel: TestHotel, day: date) -> str:
    """As the desk or the worker would; a killed process' last statement may take a moment to notice."""
    for _try in range(2000):
        try:
            close_day(hotel, day)
        except AuditRunning:
            continue
        except AuditDone:
            return "done before"
        return "done now"
    raise AssertionError("the killed run still holds the day")


def standing(hotel: TestHotel) -> tuple[object, ...]:
    return (
        Hotel.objects.get(pk=hotel.pk).business_date,
        ledger_of(hotel),
        list(NightAudit.objects.filter(hotel_id=hotel.pk).order_by("pk").values_list("business_date", "status")),
        DayStatistics.objects.filter(hotel_id=hotel.pk).count(),
        OutboxEvent.objects.filter(hotel_id=hotel.pk).count(),
        list(
            kernel_db.fetch_all(
                "SELECT number, housekeeping FROM property_room WHERE hotel_id = %s ORDER BY id", [hotel.pk]
            )
        ),
    )


def test_killed_audit_leaves_nothing_and_run_again_it_comes_to_the_undisturbed_books() -> None:
    where = points(statements_of_an_audit())
    disturbed, undisturbed = house(TRIES), house(TRIES)
    with runner() as attempt:
        for offset, point in enumerate(where):
            day = TODAY + timedelta(days=offset)
            before = standing(disturbed)
            assert attempt(disturbed, day, point) == -signal.SIGKILL, point
            if point != "done":
                assert standing(disturbed) == before, point
            assert run_again(disturbed, day) == ("done before" if point == "done" else "done now"), point
            close_day(undisturbed, day)
    assert_same_books(disturbed, undisturbed, days=TRIES)


def assert_same_books(disturbed: TestHotel, undisturbed: TestHotel, *, days: int) -> None:
    assert books_of(disturbed) == books_of(undisturbed)
    assert len(books_of(disturbed)) == days * (3 * ROOMS + 2)
    assert (ledger_sum(hotel_id=disturbed.pk), ledger_sum(hotel_id=undisturbed.pk)) == (0, 0)
    assert figures_of(disturbed) == figures_of(undisturbed)


def figures_of(hotel: TestHotel) -> list[tuple[object, ...]]:
    columns = ("business_date", "sold", "no_shows", "room_revenue", "other_revenue", "tax", "payments")
    return list(DayStatistics.objects.filter(hotel_id=hotel.pk).order_by("business_date").values_list(*columns))


def test_the_points_cover_every_statement_of_the_audit() -> None:
    """The control: a point beyond the last statement kills nothing, so those up to it really were reached."""
    statements = statements_of_an_audit()
    hotel = house(2)
    with runner() as attempt:
        assert attempt(hotel, TODAY, f"before:{statements + 1}") == 0
        assert attempt(hotel, TODAY + timedelta(days=1), f"before:{statements}") == -signal.SIGKILL
    assert Hotel.objects.get(pk=hotel.pk).business_date == TODAY + timedelta(days=1)


@pytest.mark.slow
def test_killed_fifty_times_by_the_clock_and_run_again() -> None:
    """In the middle of a statement as likely as between two."""
    draw = random.Random(SEED)
    disturbed, undisturbed = house(50), house(50)
    with runner() as attempt:
        for offset in range(50):
            day = TODAY + timedelta(days=offset)
            assert attempt(disturbed, day, f"clock:{draw.randint(0, 60_000)}") == -signal.SIGKILL
            run_again(disturbed, day)
            close_day(undisturbed, day)
    assert_same_books(disturbed, undisturbed, days=50)
