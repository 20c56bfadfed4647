"""Reads the outbox a few times a second and tells every listener of the hotel what changed: ids, never contents.

Why it looks instead of being called: NOTIFY takes a lock of the whole server at commit, and a booking on a hot night
would stand in that queue. One look by the primary key for all hotels costs less than one booking a second.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg

_log = logging.getLogger(__name__)
BEAT = 0.2  # seconds between two looks
_AGAIN = 1.0  # seconds before a lost database is asked again
_WAITING = 100  # events that a listener may be behind before it is told to look at everything
# A number that is missing may still come: its transaction is longer than those after it, or was undone.
_PATIENCE = 120.0
_MOST_MISSING = 5_000

_LATEST = "SELECT coalesce(max(id), 0) AS id FROM kernel_outbox_event"
_SINCE = """
SELECT id, hotel_id, topic, subject, subject_id FROM kernel_outbox_event
WHERE id > %(last)s OR id = ANY (%(missing)s) ORDER BY id LIMIT 2000
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One event as a screen hears of it."""

    id: int
    topic: str
    subject: str
    subject_id: int


@dataclass(eq=False)
class Listener:
    """One open screen. `None` in the queue: too much happened, look at everything."""

    hotel_id: int
    queue: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(_WAITING))

    def tell(self, change: Change | None) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            change = None
        self.queue.put_nowait(change)


class Hub:
    """One reader, many listeners."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._listeners: defaultdict[int, set[Listener]] = defaultdict(set)
        self._some = asyncio.Event()
        self._reading = False
        self._last = 0
        self._missing: dict[int, float] = {}

    def join(self, hotel_id: int) -> Listener:
        """A screen that is told to look at everything once nothing more can escape it."""
        listener = Listener(hotel_id)
        self._listeners[hotel_id].add(listener)
        if self._reading:
            listener.tell(None)
        self._some.set()
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners[listener.hotel_id].discard(listener)
        if not self._listeners[listener.hotel_id]:
            del self._listeners[listener.hotel_id]
        if not self._listeners:
            self._some.clear()

    async def run(self) -> None:
        """For ever: read and tell. A database that is away is asked again; whoever listens then looks at everything."""
        while True:
            await self._some.wait()
            try:
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    await self._begin(connection)
                    while self._listeners:
                        await self._look(connection)
                        await asyncio.sleep(BEAT)
            except (psycopg.Error, OSError) as error:
                self._reading = False
                _log.warning("The outbox cannot be read: %s", type(error).__name__)
                await asyncio.sleep(_AGAIN)
            self._reading = False

    async def _begin(self, connection: psycopg.AsyncConnection[Any]) -> None:
        cursor = await connection.execute(_LATEST)
        row = await cursor.fetchone()
        assert row is not None
        self._last, self._missing, self._reading = row[0], {}, True
        self._tell_all()

    async def _look(self, connection: psycopg.AsyncConnection[Any]) -> None:
        found = await connection.execute(_SINCE, {"last": self._last, "missing": list(self._missing)})
        now = time.monotonic()
        for pk, hotel_id, topic, subject, subject_id in await found.fetchall():
            self._note(pk, now)
            for listener in self._listeners.get(hotel_id, ()):
                listener.tell(Change(pk, topic, subject, subject_id))
        self._missing = {pk: since for pk, since in self._missing.items() if now - since < _PATIENCE}

    def _note(self, pk: int, now: float) -> None:
        self._missing.pop(pk, None)
        if pk > self._last:
            for gap in range(max(self._last + 1, pk - _MOST_MISSING), pk):
                self._missing[gap] = now
            while len(self._missing) > _MOST_MISSING:
                del self._missing[next(iter(self._missing))]
            self._last = pk

    def _tell_all(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.tell(None)
