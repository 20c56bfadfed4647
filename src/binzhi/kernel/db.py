"""SQL on Django's own connection, and the setting that binds row-level security."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from psycopg import Error as PgError

Params = Sequence[Any] | Mapping[str, Any]
_NOBODY = ("", "")
# After a rollback the session may still be bound as it was before; no list of ids looks like this.
_UNKNOWN = ("?", "?")
# Connection lost, transaction to be tried again, nothing left (disk, memory, connections), being shut down, ill.
_AWAY_CLASSES = frozenset({"08", "40", "53", "57", "58"})
_LOCK_NOT_AVAILABLE, _READ_ONLY = "55P03", "25006"


def fetch_all(sql: str, params: Params = ()) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = _names(cursor)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def fetch_one(sql: str, params: Params = ()) -> dict[str, Any] | None:
    """The first row or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
        if row is None:
            return None
        return dict(zip(_names(cursor), row, strict=True))


def _names(cursor: Any) -> list[str]:
    # A fifth of the time that the driver's own description takes, for every statement of the house.
    result = cursor.pgresult
    return [result.fname(place).decode() for place in range(result.nfields)]


def fetch_value(sql: str, params: Params = ()) -> Any:
    """The first column of the first row or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
        return None if row is None else row[0]


def execute(sql: str, params: Params = ()) -> int:
    """Run a statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def enter_scope(hotels: str, groups: str) -> None:
    """Bind this session to hotels and groups (comma-separated ids, or '*'); free when already bound.

    Call it outside a transaction where possible: a rollback takes the setting back.
    """
    connection.ensure_connection()
    raw = connection.connection
    if getattr(raw, "binzhi_scope", None) == (hotels, groups):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('binzhi.hotels', %s, false), set_config('binzhi.groups', %s, false)", [hotels, groups]
        )
    mark_scope(hotels, groups)


def mark_scope(hotels: str, groups: str) -> None:
    """Note that a statement has just bound the session itself (sign-in by token does it in its one query)."""
    setattr(connection.connection, "binzhi_scope", (hotels, groups))  # noqa: B010  (a foreign class without the attribute)


def forget_scope() -> None:
    """Bind anew before the next operation: the setting may have been rolled back, or may still stand."""
    if connection.connection is not None:
        setattr(connection.connection, "binzhi_scope", _UNKNOWN)  # noqa: B010


def clear_scope() -> None:
    """Let the session see no hotel at all, unless nothing ever bound it."""
    connection.ensure_connection()
    if getattr(connection.connection, "binzhi_scope", _NOBODY) != _NOBODY:
        enter_scope(*_NOBODY)


def is_away(error: BaseException | None) -> bool:
    """Could the database not serve at this moment, so that the same request may be sent again a little later?

    Whether a change was saved that was under way, nobody can say: the answer to its commit may be what got lost.
    """
    while error is not None:
        if isinstance(error, InterfaceError):
            return True
        if isinstance(error, DatabaseError):
            cause = error.__cause__
            state = cause.sqlstate if isinstance(cause, PgError) else None
            if state is None:
                # No answer came that could name a state: no connection, or none free.
                return isinstance(error, OperationalError)
            return state[:2] in _AWAY_CLASSES or state in (_LOCK_NOT_AVAILABLE, _READ_ONLY)
        error = error.__cause__
    return False


def told(error: BaseException) -> str:
    """An error for the log: its kind and state without its words, which may quote what somebody sent."""
    cause = error.__cause__ or error
    state = cause.sqlstate if isinstance(cause, PgError) else None
    return f"{type(cause).__name__} {state or ''}".strip()
