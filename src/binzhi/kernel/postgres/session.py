"""What is noted on a pooled connection: the scope its session is bound to, and when it was used last."""

from __future__ import annotations

import select
import time
from typing import Any

from psycopg import Error, OperationalError, pq
from psycopg_pool import ConnectionPool

NOBODY = ("", "")
# After a rollback the session may still be bound as it was before; no list of ids looks like this.
UNKNOWN = ("?", "?")
# A line that went silent without a farewell (a router that forgot it) is looked for after so many seconds of rest.
_REST = 30.0
_UNBIND = b"SELECT set_config('binzhi.hotels', '', false), set_config('binzhi.groups', '', false)"


def scope_of(raw: Any) -> tuple[str, str]:
    """Hotels and groups the session is bound to."""
    return getattr(raw, "binzhi_scope", NOBODY)


def mark(raw: Any, scope: tuple[str, str]) -> None:
    """Note that the session is bound so, for the request that holds the connection now."""
    raw.binzhi_scope = scope
    raw.binzhi_left_over = False


def hand_out(raw: Any) -> None:
    """A new holder: what the last one was bound to is left over, and is taken away before it could be used."""
    if scope_of(raw) != NOBODY:
        raw.binzhi_left_over = True


def is_left_over(raw: Any) -> bool:
    return getattr(raw, "binzhi_left_over", False)


def unbind(raw: Any) -> None:
    """Let the session see no hotel. It works outside the holder's transaction, so no rollback takes it back.

    The driver sends BEGIN with the first statement of a transaction only, and this runs before that.
    """
    result = raw.pgconn.exec_(_UNBIND)
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise OperationalError("the session could not be unbound")
    mark(raw, NOBODY)


def take_back(raw: Any) -> None:
    """Note when the connection came to rest."""
    raw.binzhi_rested = time.monotonic()


class Cut(Exception):
    """The server has hung up."""


def check(raw: Any) -> None:
    """Raise Cut when the server has hung up: without a word to it where the line is quiet.

    A server that ends or is killed closes its end, which can be read from the socket. Only what rested for long is
    asked in earnest.
    """
    rested = time.monotonic() - getattr(raw, "binzhi_rested", 0.0)
    if rested > _REST or _has_news(raw.pgconn.socket):
        try:
            ConnectionPool.check_connection(raw)
        except Error as error:
            raw.close()
            raise Cut from error


def _has_news(socket: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
