"""Everything that happened with a guest, on one line of time, whoever keeps it.

A context registers a source from `AppConfig.ready`: `source(group_id, guest_id, before, limit)` gives at most `limit`
entries before a moment, the newest first. A page costs each source one such read, however long the past is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput

PAGE = 50
LONGEST_PAGE = 500
# Microseconds since 1970, for some centuries to come.
LONGEST_MOMENT = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened at a moment: its kind (a key of `KINDS` or one of the source's own), the words, where it stands.

    `at` is aware. `by`: who of the house; `amount`: what it was worth; `state`: how the mark of its kind is painted
    (ok, soon, late, info). `word`, `icon`: finer than the kind's (换房 among the stays).
    """

    at: datetime
    kind: str
    text: str
    url: str = ""
    by: str = ""
    amount: Decimal | None = None
    state: str = ""
    word: str = ""
    icon: str = ""


TimelineSource = Callable[[int, int, datetime | None, int], list[TimelineEntry]]


@dataclass(frozen=True, slots=True)
class _Registered:
    name: str
    label: Any
    icon: str
    source: TimelineSource
    permission: str


_sources: dict[str, _Registered] = {}


def register_timeline_source(
    source: TimelineSource, *, name: str = "", label: Any = "", icon: str = "note", permission: str = ""
) -> None:
    """Add a source under a name, which is also the kind its entries are filtered by. The same name again replaces it.

    `label` and `icon` name the kind on screen; `permission`: who may not have it at the hotel does not see the source.
    """
    name = name or getattr(source, "__qualname__", repr(source))
    _sources[name] = _Registered(name, label or name, icon, source, permission)


@dataclass(frozen=True, slots=True)
class Kind:
    """A source the reader may filter by."""

    name: str
    label: Any
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is drawn: with its source's mark."""

    entry: TimelineEntry
    kind: Kind

    @property
    def word(self) -> str:
        return self.entry.word or str(self.kind.label)

    @property
    def icon(self) -> str:
        return self.entry.icon or self.kind.icon


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, the newest first; `cursor` leads to those behind them, empty at the end."""

    lines: tuple[Line, ...]
    cursor: str


def kinds_for(actor: Actor, hotel_id: int) -> list[Kind]:
    """What this person may filter by, in the order of registration."""
    return [Kind(one.name, one.label, one.icon) for one in _sources.values() if _may(actor, hotel_id, one)]


def timeline(
    *, group_id: int, guest_id: int, actor: Actor, hotel_id: int, kind: str = "", cursor: str = "", limit: int = PAGE
) -> Page:
    """A page of what this person may see of a guest's past; each source is read once.

    Entries of one moment stand in the order of their sources. Raises InvalidInput for a cursor nobody gave.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    # The moment the page before ended at is read again, and as many of its entries dropped as were shown.
    last, shown = _read(cursor) if cursor else (None, 0)
    before = None if last is None else last + _TICK
    found: list[Line] = []
    for one in _sources.values():
        if (not kind or one.name == kind) and _may(actor, hotel_id, one):
            mark = Kind(one.name, one.label, one.icon)
            found += [Line(entry, mark) for entry in one.source(group_id, guest_id, before, shown + limit + 1)]
    found.sort(key=lambda line: line.entry.at, reverse=True)
    upto = shown + limit
    lines = tuple(found[shown:upto])
    if len(found) <= upto:
        return Page(lines, "")
    ended = lines[-1].entry.at
    return Page(lines, _written(ended, sum(line.entry.at == ended for line in found[:upto])))


def _may(actor: Actor, hotel_id: int, one: _Registered) -> bool:
    return not one.permission or actor.may(one.permission, hotel_id)


def _written(at: datetime, shown: int) -> str:
    return f"{int((at - _EPOCH) / _TICK)}-{shown}"


def _read(cursor: str) -> tuple[datetime, int]:
    moment, _dash, shown = cursor.partition("-")
    if (
        not (moment.isascii() and moment.isdigit() and shown.isascii() and shown.isdigit())
        or len(moment) > LONGEST_MOMENT
        or len(shown) > 4
    ):
        raise InvalidInput(field="cursor")
    return _EPOCH + int(moment) * _TICK, min(int(shown), LONGEST_PAGE)
