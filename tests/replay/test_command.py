"""The command as a program: its object, its exit codes, and a run that is killed and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from binzhi.replay.reading import read_table
from binzhi.replay.reconcile import file_figures
from binzhi.replay.rows import read_bookings
from tests.replay.files import CANCELLED, EXCERPT, line, write

WHOLE_FILE = (
    Path(__file__).parents[3] / "shared" / "data" / "hotel_bookings" / "hotel_bookings_dev_201507_201705.csv.gz"
)
STORY = """
SELECT h.name, r.channel_number::integer, r.version, rr.status, rr.arrival, rr.departure, rr.ended_on, t.code,
       rr.adults,
       (SELECT array_agg(n.price ORDER BY n.night) FROM reservations_staynight n WHERE n.room_reservation_id = rr.id),
       (SELECT array_agg(x.kind || ' ' || x.business_date || ' ' || l.amount ORDER BY x.business_date, x.kind, x.id)
        FROM billing_transaction x
        JOIN billing_line l ON l.transaction_id = x.id AND l.account_id = rr.charge_account_id)
FROM reservations_reservation r
JOIN reservations_roomreservation rr ON rr.reservation_id = r.id
JOIN property_roomtype t ON t.id = rr.room_type_id
JOIN property_hotel h ON h.id = r.hotel_id
ORDER BY 1, 2
"""


class Place:
    """A database of the test's own on the server of the tests."""

    def __init__(self, server: str, name: str) -> None:
        self.server = server
        self.name = name
        self.url = make_conninfo(server, dbname=name)

    def drop(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT set_config('binzhi.hotels', '*', false), set_config('binzhi.groups', '*', false)"
            )
            return connection.execute(statement).fetchall()

    def lives(self) -> int:
        try:
            return int(self.rows("SELECT count(*) FROM reservations_roomreservation WHERE status <> 'reserved'")[0][0])
        except psycopg.Error:
            return 0


@pytest.fixture
def place(database_url: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    server = make_conninfo(database_url, dbname="postgres")
    own = Place(server, f"binzhi_replay_test_{os.getpid()}")
    own.drop()
    yield own
    own.drop()


def command(place: Place | None, file: Path, *options: str) -> list[str]:
    database = ["--database", place.name] if place else []
    return [sys.executable, "-m", "binzhi.config.cli", "replay", str(file), "--json", *database, *options]


def environment(server: str) -> dict[str, str]:
    return os.environ | {"BINZHI_DATABASE_URL": server}


def run(place: Place, file: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        command(place, file, *options), env=environment(place.server), capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_replay_missing_column_exits_2_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("hotel,adults\nCity Hotel,2\n", encoding="utf-8")
    done = subprocess.run(command(None, tmp_path / "f.csv"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "f.csv, line 1: columns missing: is_canceled, lead_time," in done.stderr


@pytest.mark.parametrize("lines", [(), (line(adults="x"),)])
def test_replay_file_without_a_row_to_take_needs_no_database(tmp_path: Path, lines: tuple[str, ...]) -> None:
    done = subprocess.run(
        command(None, write(tmp_path / "f.csv", *lines)),
        env=environment("postgresql://nobody@127.0.0.1:9/none"),
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["rows"], answer["accepted"], answer["differences"]) == (0, len(lines), 0, 0)
    assert [bad["row"] for bad in answer["rejected"]] == list(range(1, len(lines) + 1))
    assert answer["months"] == []


@pytest.mark.slow
def test_replay_prints_one_object_and_exits_0(place: Place, tmp_path: Path) -> None:
    short = {"lead_time": "2"}
    gone = short | CANCELLED | {"reservation_status_date": "2016-03-03"}
    file = write(tmp_path / "f.csv", line(**short), line(adr="x"), line(**gone), line(**short, hotel="Resort Hotel"))
    code, answer, _shown = run(place, file)
    assert code == 0
    assert answer.pop("seconds") > 0
    assert answer.pop("bookings_per_second") > 0
    figures = {"arrivals": 1, "no_shows": 0, "room_nights": 3, "room_revenue": "298.35"}
    assert answer == {
        "rows": 4,
        "accepted": 3,
        "rejected": [{"row": 2, "reason": "adr: 'x' is not an amount of money"}],
        "differences": 0,
        "months": [
            {"hotel": "City Hotel", "month": "2016-03", "cancellations": 1, **figures},
            {"hotel": "Resort Hotel", "month": "2016-03", "cancellations": 0, **figures},
        ],
    }
    again, told, _shown = run(place, file)
    assert (again, told["months"], told["bookings_per_second"]) == (0, answer["months"], 0.0)


@pytest.mark.slow
@pytest.mark.crash
def test_replay_killed_again_and_again_ends_like_an_undisturbed_one(place: Place) -> None:
    code, answer, shown = run(place, EXCERPT)
    assert code == 0, shown
    undisturbed = place.rows(STORY)
    place.drop()
    for target in (30, 90, 180):
        _kill_when(place, lives=target)
    code, again, shown = run(place, EXCERPT)
    assert code == 0, shown
    assert (again["rejected"], again["differences"], again["months"]) == (answer["rejected"], 0, answer["months"])
    assert place.rows(STORY) == undisturbed


def _kill_when(place: Place, *, lives: int) -> None:
    """SIGKILL the command once so many bookings have ended; its children find themselves alone and stop."""
    process = subprocess.Popen(
        command(place, EXCERPT), env=environment(place.server), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and place.lives() < lives:
        time.sleep(0.05)
    assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_replay_interrupted_exits_130_and_goes_on(place: Place) -> None:
    process = subprocess.Popen(
        command(place, EXCERPT, "--limit", "60"), env=environment(place.server), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and place.lives() < 5:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (130, "")
    assert "The same command goes on from here" in stderr
    code, answer, shown = run(place, EXCERPT, "--limit", "60")
    assert (code, answer["rows"], answer["differences"]) == (0, 60, 0), shown


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE_FILE.exists(), reason="the whole file is kept in ../shared, which is not there")
def test_replay_whole_file_agrees_in_every_figure(place: Place) -> None:
    code, answer, shown = run(place, WHOLE_FILE)
    assert code == 0, shown
    assert (answer["rows"], answer["accepted"], len(answer["rejected"]), answer["differences"]) == (
        103505,
        103314,
        191,
        0,
    )
    table = read_table(WHOLE_FILE)
    months = file_figures(table, read_bookings(table)[0])
    assert [tuple(month.values()) for month in answer["months"]] == [
        (*astuple(month)[:-1], str(month.room_revenue)) for month in months
    ]  # fmt: skip
