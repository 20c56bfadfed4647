"""B1: web, worker and database killed outright under load. What a client was told is there, once and whole."""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests.crash.harness import KINDS, House, Report, Run, house, kill_database, until
from tests.crash.harness_clients import Entry
from tests.crash.harness_judge import connect, half_done, held_against_witnesses

# A minute of living and dying: `test_kills_points.py` keeps the points of every operation in each change.
pytestmark = [pytest.mark.crash, pytest.mark.slow]
SEED = int(os.environ.get("BINZHI_DRILL_SEED", "20261121"))
KILLS = int(os.environ.get("BINZHI_DRILL_KILLS", "20"))
KILLS_IN_CI = 1


@pytest.fixture(scope="module")
def hotel() -> Iterator[House]:
    with house() as hotel:
        yield hotel


@pytest.fixture(scope="module")
def lived(hotel: House) -> Report:
    """A run with a kill of each kind, in mixed order."""
    kinds = [*KINDS] * KILLS_IN_CI
    random.Random(SEED).shuffle(kinds)
    return Run(hotel, kinds, seed=SEED)()


def assert_nothing_lost(hotel: House, report: Report) -> None:
    assert report.wrong == {}, f"seed {report.seed}"
    # A client is told to come again, never that something broke.
    assert report.progress.seen["500"] == 0, hotel.log()[-8000:]
    assert {entry.work for entry in report.entries if entry.done} == {"book", "charge", "pay", "check_in", "check_out"}


@pytest.mark.slow
def test_killed_once_each_nothing_acknowledged_is_lost_or_doubled(hotel: House, lived: Report) -> None:
    assert_nothing_lost(hotel, lived)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_drill_killed_twenty_times_nothing_acknowledged_is_lost_or_doubled(hotel: House, kind: str) -> None:
    assert_nothing_lost(hotel, Run(hotel, [kind] * KILLS, seed=SEED)())


# ---------------------------------------------------------------- the database away


@contextmanager
def database_away(hotel: House) -> Iterator[Callable[[], None]]:
    """All its processes are killed, and nobody can start it again before the given function is called."""
    until(lambda: hotel.database() is not None, "no database")
    with (hotel.home / ".pg.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            assert kill_database(hotel, random.Random(SEED))
            yield lambda: fcntl.flock(lock, fcntl.LOCK_UN)
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


BOOKING = {
    "booker_name": "王小明",
    "remarks": "while away",
    "rooms": [
        {"room_type": "std", "rate_plan": "bar", "arrival": "2026-12-01", "departure": "2026-12-02", "adults": 2}
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0, 60])
def test_database_away_callers_are_told_to_come_again_and_then_served(hotel: House, seconds: int) -> None:
    body, key = orjson.dumps(BOOKING), f"away-{seconds}"
    with database_away(hotel) as let_back:
        refused = [
            hotel.ask("POST", "/reservations", body, key=key),
            hotel.ask("GET", "/rooms"),
            hotel.ask("GET", "/rooms", token=""),
        ]
        for answer in refused:
            assert (answer.status, answer.code) == (503, "unavailable"), answer.body
            assert int(answer.headers["retry-after"]) > 0
        page = hotel.ask("GET", "", path="/accounts/login/", token="")
        assert (page.status, int(page.headers["retry-after"]) > 0) == (503, True)
        assert "数据库没有响应" in page.body.decode()
        time.sleep(seconds)
        let_back()
        back = time.monotonic()
        until(lambda: hotel.ask("GET", "/rooms").status == 200, "it does not serve again")
    print(f"\naway for {seconds} s and more: served again {time.monotonic() - back:.1f} s after it might start")
    made = hotel.ask("POST", "/reservations", body, key=key)
    assert made.status == 201
    assert hotel.ask("POST", "/reservations", body, key=key).body == made.body


# ---------------------------------------------------------------- a job whose worker was killed

_DEFER = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args)
VALUES ('default', 'kernel.seal_audit', 'kernel.seal_audit', '{"timestamp": 0}') RETURNING id
"""
_JOB = """
SELECT status::text, (SELECT array_agg(type::text ORDER BY id) FROM procrastinate_events WHERE job_id = %(job)s) AS events
FROM procrastinate_jobs WHERE id = %(job)s
"""


@pytest.mark.slow
def test_job_of_a_killed_worker_is_done_by_another(hotel: House) -> None:
    until(hotel.settled, "web or worker do not stay up")
    with connect(hotel.url) as connection:
        connection.autocommit = True
        # While we hold this lock, who seals the audit trail waits.
        connection.execute("SELECT pg_advisory_lock(7001, 0)")
        row = connection.execute(_DEFER).fetchone()
        assert row is not None
        job = row["id"]

        def now() -> dict[str, Any]:
            found = connection.execute(_JOB, {"job": job}).fetchone()
            assert found is not None
            return found

        until(lambda: now()["status"] == "doing", "the job is not begun")
        worker = hotel.job_worker()
        assert worker is not None
        worker.kill()
        killed = time.monotonic()
        connection.execute("SELECT pg_advisory_unlock(7001, 0)")
        until(lambda: hotel.job_worker() not in (None, worker), "no new worker")
        # The control: that there is a worker again does not bring the job back.
        assert now()["status"] == "doing"
        until(lambda: now()["status"] == "succeeded", "the job is not done", seconds=180)
        print(
            f"\nthe job of a killed worker was done {time.monotonic() - killed:.0f} s after the kill: {now()['events']}"
        )
        assert now()["events"].count("started") == 2


# ---------------------------------------------------------------- controls: the harness sees what it looks for

_CONTROL = "synchronous_commit = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 1GB\n"


@pytest.mark.slow
def test_negative_control_commits_that_are_not_on_disk_are_seen_to_be_lost() -> None:
    with house(settings=_CONTROL) as careless:
        report = Run(careless, ["database"] * 3, seed=SEED)()
    assert report.faults["acknowledged lost"] != []


Tamper = str | Callable[[list[Entry]], list[Entry]]


def refused_after_all(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, status=409) if entry.work == "pay" else entry for entry in entries]


def told_another_number(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, body=entry.body | {"number": "0"}) if entry.work == "book" else entry for entry in entries]


TAMPERED: list[tuple[str, Tamper]] = [
    ("acknowledged lost", "DELETE FROM reservations_roomreservation"),
    ("acknowledged lost", "DELETE FROM billing_transaction WHERE kind = 'charge'"),
    ("acknowledged lost", "DELETE FROM billing_line"),
    ("acknowledged lost", "DELETE FROM kernel_audit_entry WHERE operation = 'stay.checked_out'"),
    (
        "done twice",
        "INSERT INTO billing_transaction (hotel_id, business_date, kind, folio_id, description, quantity, posted_at)"
        " SELECT hotel_id, business_date, kind, folio_id, description, quantity, posted_at FROM billing_transaction"
        " WHERE description <> ''",
    ),
    ("refused but done", refused_after_all),
    ("not as told", told_another_number),
    ("stay in house without room or bill", "UPDATE reservations_roomreservation SET folio_id = NULL"),
    ("stay in house without a night in its room", "DELETE FROM reservations_roomnight"),
    ("stay gone with an open bill", "UPDATE billing_folio SET closed_at = NULL"),
    ("bill without a stay", "UPDATE reservations_roomreservation SET folio_id = NULL"),
    ("bill without a window", "DELETE FROM billing_account WHERE kind = 'folio'"),
    ("reservation without a room", "DELETE FROM reservations_roomreservation"),
    ("reservation not recorded once", "DELETE FROM kernel_audit_entry WHERE operation = 'reservation.created'"),
    ("posting without two lines", "DELETE FROM billing_line WHERE amount > 0"),
    ("line without its posting", "DELETE FROM billing_transaction"),
    ("lines of a posting do not add up", "UPDATE billing_line SET amount = amount + 1 WHERE amount > 0"),
    ("running balance is not the sum of its lines", "UPDATE billing_account SET balance = balance - 1"),
    ("closed bill with money on it", "UPDATE billing_account SET balance = balance - 1"),
    ("audit rows without their events", "DELETE FROM kernel_outbox_event"),
    ("key kept without its answer", "UPDATE kernel_idempotency_key SET answer = NULL"),
    ("reservations_night written without a record", "UPDATE reservations_night SET sold = sold"),
]


@pytest.mark.parametrize(("fault", "tamper"), TAMPERED)
def test_judge_sees_every_fault_it_looks_for(hotel: House, lived: Report, fault: str, tamper: Tamper) -> None:
    """Nothing of it stays: each case is rolled back."""
    entries = tamper(lived.entries) if callable(tamper) else lived.entries
    with connect(hotel.url) as connection:
        if isinstance(tamper, str):
            # Neither the triggers that forbid it nor foreign keys are asked.
            connection.execute("SET session_replication_role = replica")
            connection.execute(tamper)
        found = held_against_witnesses(connection, entries)
        found |= half_done(connection, after_txid=hotel.made["after_txid"])
        connection.rollback()
    assert found[fault] != []
