"""A new database is made without rendering all models at every step, and comes out as Django itself would make it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db.migrations.state import ProjectState
from psycopg.conninfo import make_conninfo

from binzhi.config.embedded.places import installation
from binzhi.kernel.management.commands.migrate import near_only

STOCK = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands import migrate
call_command(migrate.Command(), verbosity=0)
"""
OURS = STOCK.replace("django.core.management.commands import", "binzhi.kernel.management.commands import")


@pytest.fixture
def empty(database_url: str) -> Iterator[list[str]]:
    """Two databases with nothing in them."""
    names = [f"binzhi_migrating_{os.getpid()}_{each}" for each in "ab"]
    with psycopg.connect(make_conninfo(database_url, dbname="postgres"), autocommit=True) as door:
        for name in names:
            door.execute(f"CREATE DATABASE {name}".encode())
        yield [make_conninfo(database_url, dbname=name) for name in names]
        for name in names:
            door.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def tables(url: str, how: str) -> list[str]:
    surroundings = {**os.environ, "BINZHI_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "binzhi.config.settings"}
    subprocess.run([sys.executable, "-c", how], env=surroundings, check=True)
    dumped = subprocess.run(
        [str(installation() / "bin" / "pg_dump"), "--schema-only", url],
        env=surroundings,
        check=True,
        capture_output=True,
        text=True,
    )
    # A word drawn by lot for each dump.
    return [line for line in dumped.stdout.splitlines() if "restrict " not in line]


@pytest.mark.slow
def test_tables_are_those_that_django_alone_would_make(empty: list[str]) -> None:
    ours, stock = tables(empty[0], OURS), tables(empty[1], STOCK)
    assert len(stock) > 10_000
    assert ours == stock


def test_django_is_as_it_was_when_migrating_is_over() -> None:
    state: Any = ProjectState
    before = state._find_reload_model
    with near_only():
        assert state._find_reload_model is not before
    assert state._find_reload_model is before
