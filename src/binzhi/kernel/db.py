"""SQL on Django's own connection, and the setting that binds row-level security."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connection, connections
from psycopg import Error as PgError

from binzhi.kernel.postgres import session

Params = Sequence[Any] | Mapping[str, Any]
# Connection lost, transaction to be tried again, nothing left (disk, memory, connections), being shut down, ill.
_AWAY_CLASSES = frozenset({"08", "40", "53", "57", "58"})
_LOCK_NOT_AVAILABLE, _READ_ONLY = "55P03", "25006"


def fetch_all(sql: str, params: Params = (), *, binds: bool = False) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name; `binds`: the statement itself binds the session, see `mark_scope`."""
    cursor = _run(sql, params, binds=binds)
    names = _names(cursor)
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def fetch_one(sql: str, params: Params = ()) -> dict[str, Any] | None:
    """The first row or None."""
    cursor = _run(sql, params)
    row = cursor.fetchone()
    return None if row is None else dict(zip(_names(cursor), row, strict=True))


def fetch_value(sql: str, params: Params = ()) -> Any:
    """The first column of the first row or None."""
    row = _run(sql, params).fetchone()
    return None if row is None else row[0]


def fetch_values(sql: str, params: Params = ()) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in _run(sql, params).fetchall()]


def fetch_tuples(sql: str, params: Params = ()) -> list[Any]:
    """Rows as tuples: for many of few columns, where a dictionary each costs more than the row."""
    rows: list[Any] = _run(sql, params).fetchall()
    return rows


def execute(sql: str, params: Params = ()) -> int:
    """Run a statement; the number of rows it touched."""
    return int(_run(sql, params).rowcount)


def array(values: Iterable[object]) -> str:
    """Numbers, dates and the like as an array in PostgreSQL's notation; not for texts, which would need quoting.

    A tenth of the driver's work on a list, which looks for the type of every element.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Sequence[str]) -> str | list[str]:
    """Texts as an array: the empty one, which is the usual one, without the driver's work on a list."""
    return list(values) if values else "{}"


def plain_json(value: Any) -> Any:
    """The value of a jsonb column: the driver gives it as text where Django told it to."""
    return orjson.loads(value) if isinstance(value, str) else value


def _run(sql: str, params: Params, *, binds: bool = False) -> Any:
    """A cursor that has run the statement.

    The driver's own cursor, as Django's layers around it take as long as the driver itself; those are used where
    somebody listens (query counts of tests, the debug log).
    """
    here = connections[DEFAULT_DB_ALIAS]
    if here.connection is None:
        here.ensure_connection()
    if not binds and session.is_left_over(here.connection):
        with here.wrap_database_errors:
            session.unbind(here.connection)
    if here.execute_wrappers or here.queries_logged:
        cursor = here.cursor()
        cursor.execute(sql, params)
        return cursor
    here.validate_no_broken_transaction()
    with here.wrap_database_errors:
        return here.connection.execute(sql, params)


def _names(cursor: Any) -> list[str]:
    # A fifth of the time that the driver's own description takes, for every statement of the house.
    result = cursor.pgresult
    return [result.fname(place).decode() for place in range(result.nfields)]


def enter_scope(hotels: str, groups: str) -> None:
    """Bind this session to hotels and groups (comma-separated ids, or '*'); free when already bound.

    Call it outside a transaction where possible: a rollback takes the setting back.
    """
    connection.ensure_connection()
    if session.scope_of(connection.connection) != (hotels, groups):
        fetch_all(
            "SELECT set_config('binzhi.hotels', %s, false), set_config('binzhi.groups', %s, false)",
            [hotels, groups],
            binds=True,
        )
    mark_scope(hotels, groups)


@contextmanager
def let_go() -> Iterator[None]:
    """Hold no connection for as long as others are waited for, who need one; the session is bound again afterwards.

    Not within a transaction.
    """
    held = connection.connection
    if held is None:
        yield
        return
    scope = session.NOBODY if session.is_left_over(held) else session.scope_of(held)
    connection.close()
    try:
        yield
    finally:
        if scope not in (session.NOBODY, session.UNKNOWN):
            enter_scope(*scope)


def mark_scope(hotels: str, groups: str) -> None:
    """Note that a statement has just bound the session itself (sign-in by token does it in its one query)."""
    session.mark(connection.connection, (hotels, groups))


def forget_scope() -> None:
    """Bind anew before the next operation: the setting may have been rolled back, or may still stand."""
    if connection.connection is not None:
        session.mark(connection.connection, session.UNKNOWN)


def clear_scope() -> None:
    """Let the session see no hotel at all, unless nothing ever bound it."""
    connection.ensure_connection()
    if session.scope_of(connection.connection) != session.NOBODY:
        enter_scope(*session.NOBODY)


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


def constraint_of(error: BaseException) -> str | None:
    """The name of the rule of the database that refused, where it was one."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, PgError) else None


def told(error: BaseException) -> str:
    """An error for the log: its kind and state without its words, which may quote what somebody sent."""
    cause = error.__cause__ or error
    state = cause.sqlstate if isinstance(cause, PgError) else None
    return f"{type(cause).__name__} {state or ''}".strip()
