"""How what waits is handed to an outside partner: taken under a lock, asked outside any transaction, noted in another.

A row waits in a table of its context. Whoever takes it has it alone for its turn; who dies in between leaves it to the
next turn, under the same serial. What became of it is the context's own to note.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from binzhi.kernel import calls, clock, crypto, db
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.operations import unit_of_work
from binzhi.kernel.reached import Counts, note_tries

# Attempts stay within a smallint, whatever becomes of the other side.
MOST_ATTEMPTS = 30_000
# Those that failed at one stroke do not come back at one stroke: a pause is shorter by up to this part of it.
SPREAD = 0.1
# Unanswered for so long is a person's to look at, and so is for some days what was sent back.
LATE, RECENT = timedelta(minutes=10), timedelta(days=7)
# A way that leads nowhere: nobody was asked, and what else goes there need not be.
NOT_CONNECTED = "not_connected"


@dataclass(frozen=True, slots=True)
class Pauses:
    """Doubling from the first to the longest, never longer; for as long as it takes."""

    first: timedelta
    longest: timedelta

    def after(self, attempts: int, now: datetime) -> datetime:
        """When the turn of something comes again that was tried so often."""
        pause: timedelta = min(self.first * 2 ** min(attempts, 16), self.longest)
        return now + pause * (1 - SPREAD * random.random())  # noqa: S311  (no secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A row that is asked about now, and how often it was with this time."""

    pk: int
    hotel_id: int
    state: str
    attempts: int
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A table of what waits: `waiting` are its states, `due` says when its turn is.

    With `tries` (a table, and its column that names the row) it stands at `sending` until `claimed_until` while it is
    somebody's turn, and each try is kept; without, its turn is put off. `joins` and `only` (of `w`) say what is taken
    at all, `beside` (of `q`) and `returning` what is read with it. All of it is written in code, nothing by anybody.
    """

    table: str
    waiting: tuple[str, ...]
    due: str = "next_at"
    tries: tuple[str, str] | None = None
    joins: str = ""
    only: str = "true"
    beside: str = ""
    beside_is: str = "true"
    returning: str = "q.id AS pk, q.hotel_id, q.state, q.attempts, q.serial"

    def _take(self) -> str:
        states = ", ".join(f"'{state}'" for state in self.waiting)
        turn = "state = 'sending', claimed_until" if self.tries else self.due
        # Looked for once and kept: as a table to join, a plan may look again for every row and take more than it gives.
        return f"""
WITH due AS MATERIALIZED (
    SELECT w.id FROM {self.table} w {self.joins}
    WHERE w.state IN ({states}) AND w.{self.due} <= %(now)s AND {self.only}
    ORDER BY w.{self.due}, w.id LIMIT %(limit)s FOR NO KEY UPDATE OF w SKIP LOCKED
)
UPDATE {self.table} q SET attempts = least(q.attempts + 1, {MOST_ATTEMPTS}), {turn} = %(until)s
FROM due {self.beside} WHERE q.id = due.id AND {self.beside_is} RETURNING {self.returning}
"""  # noqa: S608  (constants)

    def take(self, *, now: datetime, until: datetime, limit: int) -> list[dict[str, Any]]:
        """What is due in all hotels, for the caller alone until `until`, in no order.

        Bookkeeping of the sender in a transaction of its own; locks the rows, skipping those another takes.
        """
        with unit_of_work():
            return db.fetch_all(self._take(), {"now": now, "until": until, "limit": limit})

    def claim(self, *, now: datetime, seconds: int) -> Claimed | None:
        """The one that waits longest."""
        rows = self.take(now=now, until=now + timedelta(seconds=seconds), limit=1)
        return Claimed(**rows[0]) if rows else None

    def one_by_one(self, claim: Callable[[], Claimed | None], *, most: int) -> Iterator[Claimed]:
        """Each taken only when the one before it was noted."""
        for _turn in range(most):
            claimed = claim()
            if claimed is None:
                return
            yield claimed

    def note_deaths(self, *, now: datetime, most: int | None = None) -> int:
        """Put back what a sender took and never noted; how many. The try is kept with an unknown outcome.

        What was tried more than `most` times is left to a person as `dead`.
        """
        assert self.tries is not None
        table, subject = self.tries
        back = f"CASE WHEN q.attempts > {most or MOST_ATTEMPTS} THEN 'dead' ELSE '{self.waiting[0]}' END"
        deaths = f"""
WITH lost AS (
    SELECT id FROM {self.table} WHERE state = 'sending' AND claimed_until <= %(now)s
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), back AS (
    UPDATE {self.table} q SET {self.due} = %(now)s, claimed_until = NULL, reason = 'sender_died', state = {back}
    FROM lost WHERE q.id = lost.id RETURNING q.id, q.hotel_id, q.attempts
)
INSERT INTO {table} (hotel_id, {subject}, number, at, outcome, code)
SELECT hotel_id, id, attempts, %(now)s, 'unknown', 'sender_died' FROM back
"""  # noqa: S608  (constants)
        with unit_of_work():
            return db.execute(deaths, {"now": now})

    def counts(self, link: Link, *, since: str, given_up: str = "false") -> Callable[[int], Counts]:
        """What of a hotel waits, and what somebody must look at: unanswered since long, or `given_up`."""
        waits = f"state IN ({', '.join(repr(state) for state in self.waiting)})"
        late = f"{waits} AND {since} < %(late)s OR {given_up}"
        sql = f"""
SELECT EXISTS (SELECT FROM {link.table} WHERE hotel_id = %(hotel)s AND {link.url} <> '') AS connected,
    count(*) FILTER (WHERE {waits}) AS waiting, count(*) FILTER (WHERE {late}) AS given_up
FROM {self.table} WHERE hotel_id = %(hotel)s AND ({waits} OR {given_up})
"""  # noqa: S608  (constants)

        def count(hotel_id: int) -> Counts:
            now = clock.now()
            row = db.fetch_one(sql, {"hotel": hotel_id, "late": now - LATE, "recent": now - RECENT})
            return Counts(**row) if row else Counts()

        return count

    def lock(self, *, hotel_id: int, pk: int, field: str, read: str = "") -> dict[str, Any]:
        """A row as it stands now: id, hotel, kind, state, attempts and what is to be `read`. Raises NotFound."""
        row = db.fetch_one(
            f"SELECT id, hotel_id, kind, state, attempts{read} FROM {self.table}"  # noqa: S608  (constants)
            " WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE",
            [hotel_id, pk],
        )
        if row is None:
            raise NotFound(field=field)
        return row

    def keep_try(self, row: dict[str, Any], outcome: str, code: str, now: datetime) -> None:
        """How a try ended."""
        assert self.tries is not None
        table, subject = self.tries
        db.execute(
            f"INSERT INTO {table} (hotel_id, {subject}, number, at, outcome, code)"  # noqa: S608  (constants)
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [row["hotel_id"], row["id"], row["attempts"], now, outcome, code],
        )

    def wait(self, row: dict[str, Any], code: str, until: datetime, *, untried: bool = False) -> None:
        """Put a row back that was taken: its turn comes then. `untried`: this was no try of it."""
        db.execute(
            f"UPDATE {self.table} SET state = %s, reason = %s, {self.due} = %s, claimed_until = NULL,"  # noqa: S608
            " attempts = attempts - %s WHERE id = %s",
            [self.waiting[0], code, until, int(untried), row["id"]],
        )


class Taken(Protocol):
    """Something of a hotel that is handed over."""

    @property
    def hotel_id(self) -> int: ...


T = TypeVar("T", bound=Taken)


def send_each(
    taken: Iterable[T], send: Callable[[T], str | None], *, partner: Callable[[T], str], now: datetime,
    settled: type[DomainError], put_back: Callable[[T], object] | None = None,
) -> int:  # fmt: skip
    """Hand over one after the other; how many. `send` says why the other side did not answer, nothing when it did.

    None of `send`: nobody was asked. With `put_back` there is no use in waiting for the same silence again: what else
    goes to that partner of the hotel is put back untried. What was `settled` meanwhile (given up, erased, noted by
    another whose answer came first) stays as it stands there. Whether partners answered is kept at the end.
    """
    tried, said = 0, dict[tuple[int, str], str]()
    for one in taken:
        tried += 1
        way = (one.hotel_id, partner(one))
        with suppress(settled):
            if put_back and said.get(way):
                put_back(one)
            elif (trouble := send(one)) is not None:
                said[way] = trouble
    note_tries({way: trouble for way, trouble in said.items() if trouble != NOT_CONNECTED}, now=now)
    return tried


class Said(Protocol):
    """What the other side said of one that was asked about: its state is `unknown` when it did not answer."""

    @property
    def state(self) -> str: ...
    @property
    def error(self) -> str: ...


P = TypeVar("P")
S = TypeVar("S", bound=Said)


def ask_each(
    waiting: Iterable[Claimed], *, partner: str, choose: Callable[[int], P | None],
    ask: Callable[[Claimed, P | None], S], note: Callable[[Claimed, S], None], now: datetime,
    settled: type[DomainError],
) -> int:  # fmt: skip
    """Ask a hotel's partner about each that was claimed and note what it said; how many were asked about."""

    def send(claimed: Claimed) -> str:
        other = choose(claimed.hotel_id)
        said = ask(claimed, other)
        note(claimed, said)
        return "" if said.state != "unknown" else said.error if other is not None else NOT_CONNECTED

    return send_each(waiting, send, partner=lambda _one: partner, now=now, settled=settled)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a hotel keeps a partner's address and sealed key."""

    table: str
    url: str = "url"
    key: str = "key"

    def place(self, hotel_id: int) -> str:
        """Where the key is sealed to."""
        return f"{self.table}.{self.key}:{hotel_id}"

    def sealed(self, key: str, *, hotel_id: int) -> bytes | None:
        """The key as it is kept; None for an empty one, which keeps the one there is."""
        return crypto.seal(key, place=self.place(hotel_id)) if key else None

    def of(self, hotel_id: int) -> dict[str, str] | None:
        """Address and key; None where no partner is connected. Raises KeyMissing."""
        row = db.fetch_one(
            f"SELECT {self.url} AS url, {self.key} AS key FROM {self.table} WHERE hotel_id = %s",  # noqa: S608
            [hotel_id],
        )
        if row is None or not row["url"]:
            return None
        key = crypto.open_sealed(row["key"], place=self.place(hotel_id)) if row["key"] else ""
        return {"url": row["url"], "key": key}

    def probe(self, timeout: float) -> Callable[[int], None]:
        """Asks a partner of signed calls of a hotel whether it is there. Raises Unanswered, KeyMissing."""

        def ask(hotel_id: int) -> None:
            there = self.of(hotel_id)
            if there is None:
                raise calls.Unanswered(NOT_CONNECTED)
            calls.probe(there["url"].rstrip("/") + "/", key=there["key"], timeout=timeout, signed=True)

        return ask
