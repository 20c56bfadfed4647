"""Commands of one run: they leave the server as they found it, and the hotel's data alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from binzhi.config.embedded.cluster import Cluster
from tests.ground.test_refusals import environment, refusal, run


def test_manage_starts_the_server_and_stops_it_again(home: Path) -> None:
    done = run("manage", "check", "--database", "default", home=home)
    assert done.returncode == 0, done.stderr
    assert (home / "pg" / "18" / "PG_VERSION").exists()
    assert Cluster(home).status().running is False


@pytest.mark.slow
def test_manage_leaves_a_running_server_running(cluster: Cluster) -> None:
    cluster.start()
    assert run("manage", "check", home=cluster.places.home).returncode == 0
    assert cluster.status().running is True


@pytest.mark.slow
def test_manage_leaves_a_server_running_that_others_have_begun_to_use(home: Path) -> None:
    script = "import time; print('up', flush=True); import sys; sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-m", "binzhi.config.cli", "manage", "shell", "--no-imports", "--command", script],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    cluster = Cluster(home)
    try:
        assert process.stdout.readline() == "up\n"
        with psycopg.connect(cluster.url):
            process.stdin.close()
            assert process.wait(timeout=60) == 0
            assert cluster.status().running is True
    finally:
        process.stdout.close()
        cluster.stop()


def test_status_of_a_stopped_server_exits_3_and_says_where_its_log_is(home: Path) -> None:
    done = run("db", "status", home=home)
    assert done.returncode == 3
    assert done.stdout.splitlines()[0] == "PostgreSQL 18: not running"
    assert f"log  {home / 'pg' / 'server.log'}" in done.stdout.splitlines()
    assert not home.exists()


@pytest.fixture
def on_server(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BINZHI_DATABASE_URL", database_url)
    return database_url


def seen_in(name: str, *, anew: bool, statements: tuple[str, ...]) -> str:
    done = opened(name, anew=anew, statements=statements)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def opened(name: str, *, anew: bool, statements: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Open the named database as the replay does, and run statements in it; prints a row of the last."""
    script = (
        "import sys; from binzhi.config.cli.data import open_database\n"
        "with open_database(sys.argv[1], sys.argv[2] == 'anew'):\n"
        "    from django.db import connection\n"
        "    cursor = connection.cursor()\n"
        "    for statement in sys.argv[3:]: cursor.execute(statement)\n"
        "    print(cursor.fetchone())"
    )
    command = [sys.executable, "-c", script, name, "anew" if anew else "again", *statements]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=180)


@pytest.mark.slow
def test_open_database_makes_one_of_its_own_keeps_it_and_throws_it_away_when_told(on_server: str) -> None:
    name = f"binzhi_ground_{os.getpid()}"
    count = "SELECT count(*) FROM kernel_idempotency_key"
    mark = ("CREATE TABLE mark ()", "SELECT current_database()::text")
    seen = "SELECT to_regclass('mark') IS NOT NULL"
    try:
        assert seen_in(name, anew=False, statements=(count, *mark)) == f"('{name}',)\n"
        assert seen_in(name, anew=False, statements=(seen,)) == "(True,)\n"
        assert seen_in(name, anew=True, statements=(seen,)) == "(False,)\n"
    finally:
        with psycopg.connect(on_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def test_open_database_never_throws_away_the_hotels_own(on_server: str, home: Path) -> None:
    own = psycopg.conninfo.conninfo_to_dict(on_server)["dbname"]
    done = opened(str(own), anew=True, statements=("SELECT 1",))
    assert done.returncode == 1
    assert f"{own} is the hotel's own database; a replay does not throw that away." in done.stderr


def test_replay_of_a_file_that_is_not_there_says_so_before_anything_is_made(home: Path) -> None:
    done = run("replay", str(home / "none.csv"), home=home)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (home / "pg").exists()


def test_port_in_the_environment_of_a_command_without_port_is_still_checked(home: Path) -> None:
    assert "BINZHI_PORT" in refusal(run("serve", home=home, env={"BINZHI_PORT": "no"}))
