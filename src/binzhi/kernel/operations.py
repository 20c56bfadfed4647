"""Every write is one operation: one transaction, one permission, one audit row, one event."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

import orjson
from django.db import OperationalError, connection, transaction
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
        if depth == 0 and isinstance(error.__cause__, pg.LockNotAvailable | pg.DeadlockDetected):
            raise Busy from error
        raise
    except BaseException:
        # What a rolled-back transaction did to the session's settings is undone with it.
        db.forget_scope()
        raise
    finally:
        _depth.reset(token)


def operation(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function that takes `hotel_id`, `actor` and `now` an operation.

    Checks the permission at that hotel before anything is read, opens the transaction, binds the
    database's row-level security to the actor, and insists that `record` was called.
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
            db.enter_scope(actor.hotel_scope, actor.group_scope)
            token = _recorded.set(0)
            try:
                with unit_of_work():
                    result = function(*args, **kwargs)
                    if not _recorded.get():
                        raise OperationNotRecorded(name)
                return result
            finally:
                _recorded.reset(token)

        OPERATIONS[name] = Registered(name=name, permission=str(permission), function=perform)
        return perform

    return decorate


_RECORD = """
WITH entry AS (
    INSERT INTO kernel_audit_entry (at, hotel_id, operation, subject, subject_id, user_id, actor, before, after, reason)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s)
)
INSERT INTO kernel_outbox_event (at, hotel_id, topic, subject, subject_id, payload)
VALUES (%s, %s, %s, %s, %s, %s::jsonb)
RETURNING id
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
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            [
                now, hotel_id, name, subject, subject_id, actor.user_id,
                actor.name if actor.is_system else (f"token:{actor.token_id}" if actor.token_id else ""),
                _json(before), _json(after), reason,
                now, hotel_id, event.topic, subject, subject_id, _json(event.payload()),
            ],
        )  # fmt: skip
        (event_id,) = cursor.fetchone()
    _recorded.set(_recorded.get() + 1)
    outbox.react(event, event_id=event_id)


def _json(value: dict[str, Any] | None) -> str:
    return orjson.dumps(value or {}, default=str).decode()
