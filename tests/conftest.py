"""The database of the tests: an embedded server of their own, unless BINZHI_DATABASE_URL names one."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from binzhi.config.embedded.cluster import Cluster

HOME_OF_TESTS = "BINZHI_TEST_HOME"
# Seconds of a test that is not `slow`, on a machine much busier than it should be.
LONGEST = 300


def pytest_configure(config: pytest.Config) -> None:
    """Choose one home for all processes of this run; nothing starts before a test asks for the database."""
    if hasattr(config, "workerinput") or os.environ.get("BINZHI_DATABASE_URL"):
        return
    home = tempfile.mkdtemp(prefix="binzhi-test-")
    # Of this directory alone: an unprivileged server may pass through it when the tests run as root.
    os.chmod(home, 0o711)
    os.environ[HOME_OF_TESTS] = home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that never answers ends its test, not the whole run: the process goes, and xdist starts another."""
    for item in items:
        if item.get_closest_marker("slow") is None and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONGEST, method="thread"))


def pytest_unconfigure(config: pytest.Config) -> None:
    home = os.environ.get(HOME_OF_TESTS)
    if home is None or hasattr(config, "workerinput"):
        return
    Cluster(Path(home)).stop()
    shutil.rmtree(home, ignore_errors=True)
    del os.environ[HOME_OF_TESTS]


@pytest.fixture(scope="session")
def database_url() -> str:
    """The server that tests use; programs that a test starts find it in the environment."""
    home = os.environ.get(HOME_OF_TESTS)
    if home is not None and "BINZHI_DATABASE_URL" not in os.environ:
        # The tests kill processes, never the power: what the kernel has been given is not lost.
        cluster = Cluster(
            Path(home),
            settings={
                "fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
                "shared_buffers": "128MB",
            },
        )  # fmt: skip
        cluster.start()
        os.environ["BINZHI_DATABASE_URL"] = cluster.url
    return os.environ["BINZHI_DATABASE_URL"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Point Django at that server before it makes its test database."""
    from django.db import connections

    place = conninfo_to_dict(database_url)
    connections["default"].settings_dict.update(
        HOST=place.get("host", ""),
        PORT=str(place.get("port", "")),
        USER=place.get("user", ""),
        PASSWORD=place.get("password", ""),
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, django_db_keepdb: bool) -> Iterator[None]:
    """The test database is dropped at the end, whatever connections the servers and threads of tests left behind."""
    yield
    if django_db_keepdb:
        return
    with django_db_blocker.unblock():
        from django.db import connection

        name = connection.settings_dict["NAME"]
        connection.close()
        # From outside, and the door first: a pool that loses a connection opens the next one at once.
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS false")
            cursor.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    """After a test that commits only what it filled is emptied; Django's own permissions are not written: nobody asks."""
    from django.core.management.commands import flush

    from tests import emptying

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", emptying.statements)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_given, **_more: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_hashing() -> Iterator[None]:
    """What is tested is not the strength of Argon2, which takes a third of a second to set and as long to try."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def unbound_session(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test's rollback takes the scope of row-level security back behind our back: the next one binds anew.

    Nor does the next one speak the language of this one's last request.
    """
    yield
    if "django.utils.translation" in sys.modules:
        from django.utils import translation

        translation.deactivate()
    if "binzhi.kernel.db" in sys.modules:
        from binzhi.kernel import db

        db.forget_scope()
