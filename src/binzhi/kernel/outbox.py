"""Events leave inside the writing transaction: a row to be read in batches, a job per wired reaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from binzhi.kernel.events import Event

Defer = Callable[..., Any]
_reactions: dict[type[Event], list[Defer]] = defaultdict(list)


def subscribe(event_type: type[Event], defer: Defer) -> None:
    """Let `defer(event_id=..., **payload)` enqueue a job for each event of a type. Only `config.wiring` calls this."""
    _reactions[event_type].append(defer)


def react(event: Event, *, event_id: int) -> None:
    for defer in _reactions.get(type(event), ()):
        defer(event_id=event_id, **event.payload())
