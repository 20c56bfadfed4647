"""Events leave inside the writing transaction: a row to be read in batches, a job per wired reaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.events import Event

Defer = Callable[..., Any]
_reactions: dict[type[Event], list[Defer]] = defaultdict(list)


def subscribe(event_type: type[Event], defer: Defer) -> None:
    """Let `defer(event_id=..., **payload)` enqueue a job for each event of a type. Only `config.wiring` calls this."""
    _reactions[event_type].append(defer)


def has_reactions(event_type: type[Event]) -> bool:
    return bool(_reactions.get(event_type))


def react(event: Event, *, event_id: int) -> None:
    for defer in _reactions.get(type(event), ()):
        defer(event_id=event_id, **event.payload())


_AFTER = """
SELECT id, txid, at, topic, subject, subject_id, payload FROM kernel_outbox_event
WHERE hotel_id = %s AND (txid, id) > (%s, %s) AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY txid, id LIMIT %s
"""


def read_after(*, hotel_id: int, txid: int, event_id: int, limit: int) -> list[dict[str, Any]]:
    """Events of a hotel after a position, oldest first: only final ones, so that none can appear before it later."""
    rows = db.fetch_all(_AFTER, [hotel_id, txid, event_id, limit])
    for row in rows:
        row["payload"] = db.plain_json(row["payload"])
    return rows
