"""Connections of the pool: nothing is left of who held one before, and a dead one is not handed out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import connect

from binzhi.kernel import db
from binzhi.kernel.postgres import session

pytestmark = pytest.mark.django_db(transaction=True)
BOUND = "SELECT current_setting('binzhi.hotels', true)"


def by_our_own() -> str:
    return str(db.fetch_value(BOUND))


def by_a_cursor() -> str:
    with connection.cursor() as cursor:
        cursor.execute(BOUND)
        return str(cursor.fetchone()[0])


def in_a_transaction_that_fails() -> str:
    with suppress(ZeroDivisionError), transaction.atomic():
        db.fetch_value("SELECT 1")
        raise ZeroDivisionError
    return by_our_own()


def after_a_query_of_the_framework() -> str:
    Permission.objects.exists()
    return by_our_own()


def all_held_before(hotels: str) -> None:
    """Somebody binds every connection that the pool has and gives it back; they come in turn."""
    for _connection in range(_size() + 1):
        db.enter_scope(hotels, "1")
        connection.close()


def _size() -> int:
    pool = connection.pool  # type: ignore[attr-defined]  # not in the stubs
    return int(pool.get_stats()["pool_size"]) if pool.get_stats() else 1


@pytest.mark.parametrize("look", [by_our_own, by_a_cursor, in_a_transaction_that_fails, after_a_query_of_the_framework])
def test_next_holder_sees_no_hotel_whichever_way_it_comes(look: Callable[[], str]) -> None:
    all_held_before("7")
    assert look() == ""


def test_without_taking_the_rest_away_the_next_holder_would_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    all_held_before("7")
    monkeypatch.setattr(session, "is_left_over", lambda raw: False)
    assert by_our_own() == "7"
    db.enter_scope("", "")


def test_next_holder_of_the_same_hotel_is_bound_for_nothing() -> None:
    all_held_before("7")
    with CaptureQueriesContext(connection) as sent:
        db.enter_scope("7", "1")
    assert len(sent) == 0
    assert by_our_own() == "7"
    db.enter_scope("", "")


def test_connections_that_the_server_cut_are_replaced_before_they_are_used(database_url: str) -> None:
    all_held_before("7")
    name = connection.settings_dict["NAME"]
    with connect(database_url, dbname=name, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
    for _connection in range(_size() + 1):
        assert by_our_own() in ("", "None")
        connection.close()


def test_without_the_check_a_connection_that_was_cut_fails_its_holder(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_held_before("7")
    monkeypatch.setattr(session, "_has_news", lambda socket: False)
    name = connection.settings_dict["NAME"]
    with connect(database_url, dbname=name, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
    with pytest.raises(OperationalError):
        by_our_own()
    connection.close()
