"""Every write is one operation: one transaction, one permission, one audit row, one event."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

import orjson
from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg import errors as pg

from binzhi.kernel import db, outbox
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Busy
from binzhi.kernel.events import Event

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Registered:
    """An operation known to the house: its name, the permission it asks for, the function."""

    name: str
    permission: str
    function: Callable[..., Any]


OPERATIONS: dict[str, Registered] = {}
_depth: ContextVar[int] = ContextVar("operation_depth", default=0)
_recorded: ContextVar[int] = ContextVar("operation_recorded", default=0)


class OperationNotRecorded(AssertionError):
    """A bug: an operation ended without writing its audit row."""


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The one place that opens a transaction. Nested units join the outer one without a savepoint.

    Raises Busy when a lock was not got within the lock timeout or two transactions met head-on.
    """
    depth = _depth.get()
    token = _depth.set(depth + 1)
    try:
        with transaction.atomic(savepoint=depth == 0):
            yield
    except OperationalError as error:
        db.forget_scope()
        if depth == 0 and was_busy(error):
            raise Busy from error
        raise
    except BaseException:
        # What a rolled-back transaction did to the session's settings is undone with it.
        db.forget_scope()
        raise
    finally:
        _depth.reset(token)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Steps that are tried and taken back, in a transaction of their own or inside one that goes on.

    The session's scope goes with them: whoever goes on enters it again. Raises Busy as `unit_of_work` does.
    """
    depth = _depth.get()
    token = _depth.set(depth + 1)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    except OperationalError as error:
        if depth == 0 and was_busy(error):
            raise Busy from error
        raise
    finally:
        db.forget_scope()
        _depth.reset(token)


@contextmanager
def attempt() -> Iterator[None]:
    """One of many things done in one unit of work: a refusal takes back this one alone; the caller catches it."""
    with transaction.atomic():
        yield


@contextmanager
def _statement() -> Iterator[None]:
    """The one statement that comes is its own transaction. Raises Busy as `unit_of_work` does."""
    try:
        yield
    except OperationalError as error:
        if was_busy(error):
            raise Busy from error
        raise


def was_busy(error: DatabaseError) -> bool:
    """Was a lock not got in time, or did two transactions meet head-on, so that certainly nothing was written?"""
    return isinstance(error.__cause__, pg.LockNotAvailable | pg.DeadlockDetected)


def in_transaction() -> bool:
    """Is a transaction open, so that a statement which fails takes what was done before it along?"""
    return connection.in_atomic_block


def operation(
    permission: str, *, one_statement: type[Event] | None = None, binds: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function that takes `hotel_id`, `actor` and `now` an operation.

    Checks the permission at that hotel before anything is read, opens the transaction, binds the
    database's row-level security to the actor, and insists that `record` was called.

    `one_statement`: all it writes, with RECORDING, is one statement that fails when it cannot do all of it, and this is
    its event. Such a statement needs no transaction around it, which on a hot row is waited for, unless there is one
    already or a reaction to the event is to be started with it. `binds`: without one, it binds the session itself
    before it reads, as what it asks for may be done by somebody else's.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        if not {"hotel_id", "actor", "now"} <= set(parameters):
            raise TypeError(f"{function.__qualname__} must take hotel_id, actor and now")
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def perform(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast(Actor, kwargs["actor"])
            hotel_id = cast(int, kwargs["hotel_id"])
            actor.require(permission, hotel_id)
            alone = one_statement and not in_transaction() and not outbox.has_reactions(one_statement)
            if not (alone and binds):
                db.enter_scope(actor.hotel_scope, actor.group_scope)
            token = _recorded.set(0)
            try:
                with _statement() if alone else unit_of_work():
                    result = function(*args, **kwargs)
                    if not _recorded.get():
                        raise OperationNotRecorded(name)
                return result
            finally:
                _recorded.reset(token)

        OPERATIONS[name] = Registered(name=name, permission=str(permission), function=perform)
        return perform

    return decorate


# Parts of a statement that has `told (id, RECORD_COLUMNS)`: an audit row and an event for each of its rows.
RECORD_COLUMNS = """record_at timestamptz, record_name text, record_subject text, record_user bigint, record_actor text,
    record_after jsonb, record_topic text, record_payload jsonb"""
RECORDING = """
entry AS (
    INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, user_id, actor, before, after, reason)
    SELECT record_at, %(hotel)s::bigint, record_name, record_subject, id, record_user, record_actor, '{}', record_after,
        ''
    FROM told RETURNING id
), event AS (
    INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
    SELECT record_at, %(hotel)s::bigint, record_topic, record_subject, id, record_payload FROM told
    RETURNING id, subject_id
)
"""
_RECORD = """
WITH entry AS (
    INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, user_id, actor, before, after, reason)
    VALUES (%(at)s, %(hotel)s, %(name)s, %(subject)s, %(id)s, %(user)s, %(actor)s, %(before)s::jsonb, %(after)s::jsonb,
        %(reason)s)
)
INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
VALUES (%(at)s, %(hotel)s, %(topic)s, %(subject)s, %(id)s, %(payload)s::jsonb) RETURNING id
"""


def record(
    name: str,
    *,
    subject: str,
    subject_id: int,
    hotel_id: int,
    actor: Actor,
    now: datetime,
    event: Event,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write the audit row and the event of the running operation, in one statement and its transaction.

    `before` and `after` hold ids, codes, dates and amounts, never names, phones or document numbers.
    """
    params = {
        "at": now, "hotel": hotel_id, "name": name, "subject": subject, "id": subject_id, "user": actor.user_id,
        "actor": _signature(actor), "before": _json(before), "after": _json(after), "reason": reason,
        "topic": event.topic, "payload": _json(event.payload()),
    }  # fmt: skip
    recorded(event, event_id=db.fetch_value(_RECORD, params))


def recording(
    name: str, *, subject: str, actor: Actor, now: datetime, event: Event, after: dict[str, Any]
) -> dict[str, Any]:
    """The RECORD_COLUMNS of one row of `told`, for an operation whose statement carries RECORDING.

    Whoever called the operation notes each with `recorded`.
    """
    return {
        "record_at": now, "record_name": name, "record_subject": subject, "record_user": actor.user_id,
        "record_actor": _signature(actor), "record_after": after, "record_topic": event.topic,
        "record_payload": event.payload(),
    }  # fmt: skip


def recorded(event: Event, *, event_id: int) -> None:
    """Note that audit row and event are written, and start the event's reactions."""
    _recorded.set(_recorded.get() + 1)
    outbox.react(event, event_id=event_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject of a change that is made to many at once."""

    subject_id: int
    event: Event
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


# One text for all of them: the driver's work on lists of texts is greater than the server's on the rows.
_RECORD_EACH = """
WITH entry AS (
    INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, user_id, actor, before, after, reason)
    SELECT %(now)s, %(hotel)s, %(name)s, a.subject, a.id, %(user)s::bigint, %(actor)s, a.before, a.after, %(reason)s
    FROM ROWS FROM (json_to_recordset(%(audit)s::json) AS (
        subject text, id bigint, before jsonb, after jsonb
    )) WITH ORDINALITY AS a (subject, id, before, after, place) ORDER BY a.place
)
INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
SELECT %(now)s, %(hotel)s, e.topic, %(subject)s, e.id, e.payload
FROM ROWS FROM (json_to_recordset(%(events)s::json) AS (
    topic text, id bigint, payload jsonb
)) WITH ORDINALITY AS e (topic, id, payload, place) ORDER BY e.place
RETURNING id
"""


def record_each(
    name: str,
    *,
    subject: str,
    entries: Sequence[Entry],
    hotel_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """As `record`, for a change made to many subjects at once: audit row and event for each, in one statement."""
    if not entries:
        return
    audit = [
        {"subject": subject, "id": entry.subject_id, "before": entry.before or {}, "after": entry.after or {}}
        for entry in entries
    ]
    events = [
        {"topic": entry.event.topic, "id": entry.subject_id, "payload": entry.event.payload()} for entry in entries
    ]
    event_ids = sorted(db.fetch_values(
        _RECORD_EACH,
        {
            "audit": _text(audit), "events": _text(events), "now": now, "name": name, "subject": subject,
            "user": actor.user_id, "actor": _signature(actor), "reason": reason, "hotel": hotel_id,
        },
    ))  # fmt: skip
    _recorded.set(_recorded.get() + len(events))
    for entry, event_id in zip(entries, event_ids, strict=True):
        outbox.react(entry.event, event_id=event_id)


# Parts of a statement for the system's own work in many hotels at once. It has `changed (id, hotel_id, place, after,
# payload)`: one audit row for each hotel, which lists what was done to whom, and an event for each that was changed.
RECORDING_TOGETHER = """
entry AS (
    INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, user_id, actor, before, after, reason)
    SELECT %(record_at)s, hotel_id, %(record_name)s, 'hotel', hotel_id, NULL, %(record_actor)s, '{}',
        jsonb_build_object('each', jsonb_agg(after ORDER BY place)), ''
    FROM changed GROUP BY hotel_id ORDER BY hotel_id
), event AS (
    INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
    SELECT %(record_at)s, hotel_id, %(record_topic)s, %(record_subject)s, id, payload FROM changed ORDER BY place
    RETURNING id
)
"""


def recording_together(name: str, *, subject: str, topic: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """The parameters of `RECORDING_TOGETHER`; the caller starts the reactions to its events."""
    return {
        "record_at": now, "record_name": name, "record_subject": subject, "record_topic": topic,
        "record_actor": _signature(actor),
    }  # fmt: skip


def _text(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()


def _signature(actor: Actor) -> str:
    """Who acted when it was no signed-in user."""
    return actor.name if actor.is_system else (f"token:{actor.token_id}" if actor.token_id else "")


def _json(value: dict[str, Any] | None) -> str:
    return orjson.dumps(value or {}, default=str).decode()
