"""What is done with a connection when it goes back to the pool."""

from __future__ import annotations

import psycopg

_UNBIND = "SELECT set_config('binzhi.hotels', '', false), set_config('binzhi.groups', '', false)"


def unbind(connection: psycopg.Connection[object]) -> None:
    """Let the session see no hotel; free when nothing was bound. `kernel.db` keeps the mark on the connection."""
    if getattr(connection, "binzhi_scope", ("", "")) == ("", ""):
        return
    connection.execute(_UNBIND)
    connection.commit()
    connection.binzhi_scope = ("", "")  # type: ignore[attr-defined]  # a foreign class without the attribute
