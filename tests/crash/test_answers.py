"""What is answered when something breaks: 503 where the same request may be sent again, 500 for a bug."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import Client
from psycopg import errors as pg
from psycopg_pool import PoolTimeout

from binzhi.kernel import db as kernel_db
from binzhi.reservations import queries
from tests.api.conftest import all_permissions, issue
from tests.factories import TestHotel, make_hotel


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel()


def wrapped(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    """As Django raises what the driver raised."""
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (wrapped(pg.AdminShutdown()), 503, "unavailable"),
        (wrapped(pg.CannotConnectNow()), 503, "unavailable"),
        (wrapped(pg.DiskFull()), 503, "unavailable"),
        (wrapped(pg.TooManyConnections()), 503, "unavailable"),
        (wrapped(pg.LockNotAvailable()), 503, "unavailable"),
        (wrapped(pg.ReadOnlySqlTransaction()), 503, "unavailable"),
        (wrapped(PoolTimeout()), 503, "unavailable"),
        (OperationalError("the connection is lost"), 503, "unavailable"),
        (InterfaceError("the connection is closed"), 503, "unavailable"),
        (wrapped(pg.ProgramLimitExceeded()), 500, "internal"),
        (RuntimeError("a bug"), 500, "internal"),
    ],
)
def test_program_is_told_to_come_again_only_when_that_helps(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    token = issue(hotel, all_permissions(), username="asker")

    def fail(**given: object) -> None:
        raise error

    monkeypatch.setattr(queries, "reservation_view", fail)
    answer = Client(raise_request_exception=False).get(
        f"/api/v1/hotels/{hotel.ref.code}/reservations/1", headers={"authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert ("Retry-After" in answer) == (status == 503)


def test_refused_row_is_a_bug_and_not_a_database_that_is_away(db: None) -> None:
    kernel_db.execute("CREATE TEMP TABLE once (id integer UNIQUE)")
    with pytest.raises(IntegrityError) as caught:
        kernel_db.execute("INSERT INTO once VALUES (1), (1)")
    assert not kernel_db.is_away(caught.value)
    # The log gets the state, never the words: they quote the row.
    assert kernel_db.told(caught.value) == "UniqueViolation 23505"


def test_person_gets_a_page_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise wrapped(pg.AdminShutdown())

    monkeypatch.setattr(kernel_db, "clear_scope", fail)
    answer = Client(raise_request_exception=False).get("/accounts/login/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert "数据库没有响应" in page
    assert "The database does not answer" in page
