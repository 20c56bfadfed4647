"""Readers of the outbox: each goes on where it stopped, sees every event at least once, in order, of all hotels.

For reactions to what happens often: a job for every booking would cost as much as the booking.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError

from binzhi.kernel import db

_log = logging.getLogger(__name__)

# A new reader begins with what is still going on: what lies before is not new to anybody.
_PLACE = """
INSERT INTO kernel_follower (name, txid, event_id)
VALUES (%(name)s, binzhi_final_txid() - 1, 9223372036854775807)
ON CONFLICT (name) DO NOTHING
"""
_FROM_HERE = """
INSERT INTO kernel_follower (name, txid, event_id)
VALUES (%(name)s, pg_current_xact_id()::text::bigint, 9223372036854775807)
ON CONFLICT (name) DO UPDATE SET txid = excluded.txid, event_id = excluded.event_id
"""
_WHERE = """
SELECT txid, event_id, binzhi_final_txid() AS final FROM kernel_follower WHERE name = %s
"""
# Only final ones, so that none can appear before them later.
_NEXT = """
SELECT id, txid, at, hotel_id, topic, subject, subject_id, payload FROM kernel_outbox_event
WHERE (txid, id) > (%(txid)s, %(event)s) AND txid < %(final)s AND topic = ANY (%(topics)s)
ORDER BY txid, id LIMIT %(limit)s
"""
# Forwards only: what is final now may lie before what was passed over.
_MOVE = """
UPDATE kernel_follower SET txid = %(to_txid)s, event_id = %(to_event)s
WHERE name = %(name)s AND (txid, event_id) = (%(txid)s, %(event)s) AND (txid, event_id) < (%(to_txid)s, %(to_event)s)
"""
_FAILED = """
INSERT INTO kernel_unheeded (follower, event_id, hotel_id, topic, error) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (follower, event_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as it was published."""

    id: int
    at: datetime
    hotel_id: int
    topic: str
    subject: str
    subject_id: int
    payload: dict[str, Any]


def pass_over(*, name: str) -> None:
    """Let a reader begin with what comes after this transaction, wherever it stood: for whoever writes a past."""
    db.execute(_FROM_HERE, {"name": name})


def follow(*, name: str, topics: Collection[str], react: Callable[[Seen], object], limit: int = 500) -> int:
    """Let `react` see the next events of these topics; how many there were. Call again until it is 0.

    `react` must not mind seeing one twice. What it raises is kept in kernel_unheeded and the next event follows, except
    when the database is away: then the place is kept and the error goes on to the caller.
    """
    db.enter_scope("*", "*")
    db.execute(_PLACE, {"name": name})
    place = db.fetch_one(_WHERE, [name])
    assert place is not None
    read = {"txid": place["txid"], "event": place["event_id"], "final": place["final"]}
    rows = db.fetch_all(_NEXT, read | {"topics": list(topics), "limit": limit})
    for row in rows:
        _heed(name, seen_of(row), react)
    last = rows[-1] if len(rows) == limit else None
    reached = (last["txid"], last["id"]) if last else (place["final"] - 1, 2**63 - 1)
    db.enter_scope("*", "*")
    db.execute(_MOVE, read | {"name": name, "to_txid": reached[0], "to_event": reached[1]})
    return len(rows)


def seen_of(row: dict[str, Any]) -> Seen:
    """A row of the outbox as those who follow it are given it."""
    payload = db.plain_json(row["payload"])
    return Seen(
        row["id"], row["at"], row["hotel_id"], row["topic"], row["subject"], row["subject_id"], payload
    )  # fmt: skip


def _heed(name: str, seen: Seen, react: Callable[[Seen], object]) -> None:
    try:
        react(seen)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # One event that nobody can make sense of must not hold up all that come after it.
        _log.exception("%s could not heed event %s (%s)", name, seen.id, seen.topic)
        db.enter_scope("*", "*")
        db.execute(_FAILED, [name, seen.id, seen.hotel_id, seen.topic, type(error).__name__])
