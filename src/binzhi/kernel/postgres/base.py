"""The backend: Django's own, whose connections carry their scope (see `session`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from binzhi.kernel.postgres import session


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL through psycopg's pool; a connection is checked and unbound without a round trip of its own."""

    @property
    def pool(self) -> ConnectionPool[Any] | None:
        pools: dict[str, ConnectionPool[Any]] = self._connection_pools  # type: ignore[attr-defined]  # not in the stubs
        if self.alias in pools:
            return pools[self.alias]
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.settings_dict.get("CONN_MAX_AGE", 0) != 0:
            raise ImproperlyConfigured("Pooling doesn't support persistent connections.")
        made: ConnectionPool[Any] = ConnectionPool(
            kwargs=self.get_connection_params() | {"autocommit": True},
            open=False,
            configure=self._configure_connection,  # type: ignore[attr-defined]  # not in the stubs
            **options,
        )
        # Several threads may come here first; one pool wins, the others were never opened.
        return pools.setdefault(self.alias, made)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that works, as far as can be told without asking the server.

        The pool's own check waits a second after the first dead connection and longer after each further one; after a
        restart of the database all of them are dead, and none is worth waiting for.
        """
        raw = super().get_new_connection(conn_params)
        pool = self.pool
        while pool is not None:
            try:
                session.check(raw)
            except session.Cut:
                # The pool makes a new one in its place.
                pool.putconn(raw)
                raw = pool.getconn()
            else:
                break
        session.hand_out(raw)
        return raw

    def create_cursor(self, name: str | None = None) -> Any:
        if session.is_left_over(self.connection):
            session.unbind(self.connection)
        return super().create_cursor(name)

    def _close(self) -> None:
        if self.connection is not None:
            session.take_back(self.connection)
        super()._close()  # type: ignore[misc]  # not in the stubs
