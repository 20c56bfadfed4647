"""The audit trail cannot be changed quietly: insert-only for everybody, sealed by a chain of hashes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from binzhi.kernel import audit, db

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def everything_visible() -> None:
    db.enter_scope("*", "*")


def neighbour() -> psycopg.Connection:
    """Another session on the same server."""
    info = connection.settings_dict
    known = {"host": info["HOST"], "port": info["PORT"], "dbname": info["NAME"], "user": info["USER"]}
    place = {key: value for key, value in (known | {"password": info["PASSWORD"]}).items() if value}
    return psycopg.connect(psycopg.conninfo.make_conninfo(**place), autocommit=True)


def write(subject_id: int) -> None:
    """One audit row in a transaction of its own."""
    db.execute(
        "INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id) VALUES (%s, 1, 'test', 'test', %s)",
        [NOW, subject_id],
    )


def as_intruder(sql: str) -> None:
    """Somebody who owns the tables takes the trigger away first."""
    for table in ("kernel_audit_entry", "kernel_audit_seal"):
        db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    db.execute(sql)
    for table in ("kernel_audit_entry", "kernel_audit_seal"):
        db.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE kernel_audit_entry SET reason = 'better'",
        "DELETE FROM kernel_audit_entry",
        "UPDATE kernel_audit_seal SET entries = 0",
        "DELETE FROM kernel_audit_seal",
    ],
)
def test_audit_tables_refuse_change_to_their_owner_too(sql: str) -> None:
    write(1)
    audit.seal()
    with pytest.raises(DatabaseError, match="insert-only"):
        db.execute(sql)
    assert db.fetch_value("SELECT count(*) FROM kernel_audit_entry") == 1


def test_seal_takes_each_row_once_and_verify_agrees() -> None:
    for number in range(3):
        write(number)
    assert audit.seal() == 3
    assert audit.seal() == 0
    write(3)
    assert audit.seal() == 1
    assert audit.verify() is None


def test_seal_leaves_rows_that_a_running_transaction_may_still_precede() -> None:
    with transaction.atomic():
        write(1)
        assert audit.seal() == 0
    assert audit.seal() == 1
    assert audit.verify() is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE kernel_audit_entry SET reason = 'better' WHERE subject_id = 2",
        "UPDATE kernel_audit_entry SET after = '{\"a\": 1}' WHERE subject_id = 2",
        "UPDATE kernel_audit_entry SET user_id = 9 WHERE subject_id = 2",
        "DELETE FROM kernel_audit_entry WHERE subject_id = 2",
        "INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, txid)"
        " SELECT at, hotel_id, operation, subject, 99, txid FROM kernel_audit_entry WHERE subject_id = 2",
        "UPDATE kernel_audit_seal SET digest = 'x'",
        "UPDATE kernel_audit_entry a SET subject_id = 5 - a.subject_id WHERE a.subject_id IN (2, 3)",
    ],
    ids=["reason", "after", "who", "deleted", "inserted", "seal", "swapped"],
)
def test_verify_finds_what_an_intruder_changed(sql: str) -> None:
    for number in range(1, 5):
        write(number)
        audit.seal()
    as_intruder(sql)
    broken = audit.verify()
    assert broken is not None


def test_verify_names_the_first_broken_run() -> None:
    for number in range(1, 4):
        write(number)
        audit.seal()
    as_intruder("UPDATE kernel_audit_entry SET reason = 'better' WHERE subject_id = 2")
    broken = audit.verify()
    txid = db.fetch_value("SELECT txid FROM kernel_audit_entry WHERE subject_id = 2")
    assert broken is not None
    assert broken.from_txid <= txid < broken.to_txid


def test_seal_two_at_once_seal_each_row_once(run_all: Callable[..., list[object]]) -> None:
    for number in range(5):
        write(number)

    def seal() -> int:
        db.enter_scope("*", "*")
        return audit.seal()

    assert sorted(run_all([seal] * 4)) == [0, 0, 0, 5]
    assert audit.verify() is None


def test_seal_goes_on_while_others_keep_writing() -> None:
    """A transaction that begins after the horizon was read must not push it back."""
    write(1)
    with transaction.atomic():
        assert audit.seal() == 1
        write(2)
        # Numbers go on elsewhere on the server, so that ours is no longer the newest.
        with neighbour() as other:
            other.execute("SELECT pg_current_xact_id()")
        assert audit.seal() == 0
    assert audit.seal() == 1
    assert audit.verify() is None


@pytest.mark.parametrize(
    ("upcoming", "xids", "horizon"),
    [(1000, [], 1000), (1000, [990, 995], 990), (1000, [1000, 1003], 1000), (2**32 + 5, [2**32 - 3, 4], 2**32 - 3)],
)
def test_horizon_of_32_bit_numbers(
    monkeypatch: pytest.MonkeyPatch, upcoming: int, xids: list[int], horizon: int
) -> None:
    answers = iter([{"oldest": 1, "next": upcoming}, {"xids": xids, "hidden": False}])
    monkeypatch.setattr(audit.db, "fetch_one", lambda _sql: next(answers))
    assert audit._horizon() == horizon
