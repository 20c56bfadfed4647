"""Every write is one transaction with one permission, one audit row and one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from django.db import OperationalError
from psycopg import errors as pg

from binzhi.kernel import db, outbox
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import Busy, Conflict, Forbidden, NotFound
from binzhi.kernel.events import Event
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.kernel.operations import OPERATIONS, OperationNotRecorded, operation, record

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
RIGHT = "tests.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Event):
    topic: ClassVar[str] = "test.written"
    hotel_id: int
    at: datetime = NOW


def write(*, hotel_id: int, actor: Actor, now: datetime, then: Exception | None = None, silent: bool = False) -> str:
    """A stand-in service: it writes what `record` writes."""
    if not silent:
        record(
            "test.written", subject="test", subject_id=5, hotel_id=hotel_id, actor=actor, now=now,
            before={"a": None}, after={"a": NOW.date()}, reason="why", event=Written(hotel_id=hotel_id),
        )  # fmt: skip
    if then is not None:
        raise then
    return "done"


@pytest.fixture
def do() -> Any:
    """The stand-in as an operation, forgotten again afterwards: the tests of rights go over all that are known."""
    before = set(OPERATIONS)
    yield operation(RIGHT)(write)
    for name in set(OPERATIONS) - before:
        del OPERATIONS[name]


def actor(*rights: str, hotel_id: int = 1) -> Actor:
    return Actor(user_id=3, name="张三", grants={hotel_id: frozenset(rights)}, group_ids=frozenset({1}))


def rows() -> tuple[int, int]:
    db.enter_scope("*", "*")
    return AuditEntry.objects.count(), OutboxEvent.objects.count()


@pytest.mark.django_db
def test_operation_writes_one_audit_row_and_one_event(do: Any) -> None:
    assert do(hotel_id=1, actor=actor(RIGHT), now=NOW) == "done"
    entry, event = AuditEntry.objects.get(), OutboxEvent.objects.get()
    assert (entry.hotel_id, entry.operation, entry.subject, entry.subject_id) == (1, "test.written", "test", 5)
    assert (entry.user_id, entry.actor, entry.reason, entry.at) == (3, "", "why", NOW)
    assert (entry.before, entry.after) == ({"a": None}, {"a": "2026-11-21"})
    assert (event.topic, event.payload) == ("test.written", {"hotel_id": 1, "at": str(NOW)})
    assert entry.txid == event.txid > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "refusal"),
    [(STRANGER, NotFound), (actor("tests.read"), Forbidden), (actor(RIGHT, hotel_id=2), NotFound)],
    ids=["stranger", "without the right", "other hotel"],
)
def test_operation_without_right_is_refused_and_writes_nothing(do: Any, who: Actor, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        do(hotel_id=1, actor=who, now=NOW)
    assert rows() == (0, 0)


@pytest.mark.django_db
def test_operation_that_is_refused_halfway_leaves_nothing(do: Any) -> None:
    with pytest.raises(Conflict):
        do(hotel_id=1, actor=actor(RIGHT), now=NOW, then=Conflict())
    assert rows() == (0, 0)


@pytest.mark.django_db
def test_operation_that_records_nothing_is_a_bug(do: Any) -> None:
    with pytest.raises(OperationNotRecorded):
        do(hotel_id=1, actor=actor(RIGHT), now=NOW, silent=True)


@pytest.mark.django_db
def test_operation_lock_not_got_asks_to_try_again(do: Any) -> None:
    lost = OperationalError("lock")
    lost.__cause__ = pg.LockNotAvailable()
    with pytest.raises(Busy) as refusal:
        do(hotel_id=1, actor=actor(RIGHT), now=NOW, then=lost)
    assert (refusal.value.status, refusal.value.retry_after_seconds) == (409, 1)


@pytest.mark.django_db
def test_operation_other_database_failure_is_not_dressed_up(do: Any) -> None:
    with pytest.raises(OperationalError):
        do(hotel_id=1, actor=actor(RIGHT), now=NOW, then=OperationalError("disk"))


def test_operation_must_take_hotel_actor_and_now() -> None:
    with pytest.raises(TypeError):
        operation(RIGHT)(lambda *, hotel_id: None)


@pytest.mark.django_db
def test_operation_system_may_do_everything_and_signs_with_its_name(do: Any) -> None:
    do(hotel_id=9, actor=Actor.system("night audit"), now=NOW)
    entry = AuditEntry.objects.get()
    assert (entry.user_id, entry.actor) == (None, "night audit")


@pytest.mark.django_db
def test_record_tells_reactions_the_event(do: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(outbox, "_reactions", {Written: [lambda **told: heard.append(told)]})
    do(hotel_id=1, actor=actor(RIGHT), now=NOW)
    assert heard == [{"event_id": OutboxEvent.objects.get().pk, "hotel_id": 1, "at": str(NOW)}]


@pytest.mark.django_db(transaction=True)
def test_scope_after_a_refusal_is_bound_anew_and_taken_away_from_the_next_stranger(do: Any) -> None:
    """A refused operation must not leave its hotels visible to the request that gets the connection next."""
    with pytest.raises(Conflict):
        do(hotel_id=1, actor=actor(RIGHT), now=NOW, then=Conflict())
    assert db.fetch_value("SELECT current_setting('binzhi.hotels', true)") == "1"
    db.clear_scope()
    assert db.fetch_value("SELECT current_setting('binzhi.hotels', true)") == ""


@pytest.mark.django_db(transaction=True)
def test_scope_bound_once_costs_no_statement_again(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        db.enter_scope("1", "1")
        db.enter_scope("1", "1")
    with django_assert_num_queries(1):
        db.clear_scope()
        db.clear_scope()
