"""Which tables hold rows of a guest, whoever owns them: merging moves them, export shows them, erasure clears them.

Each context registers its own from `AppConfig.ready`. A test holds the list against the foreign keys of the database,
so that no table is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Export = Callable[[int], list[dict[str, Any]]]
Erase = Callable[[int, datetime], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A table whose `column` names a guest.

    `moves`: in a merge its rows follow the guest into the file that stays; records of what was done once (looks, audit)
    do not move. `export` gives, for a guest, what the guest may have of it, ready to be written as text. `erase` takes
    what is personal out of the guest's rows at a moment and says how many it changed; books and counts stay right.
    None: nothing in it is for export, or nothing in it is personal. `locks_at`: its place in the house's order of locks
    (reservation → folio → task), the guest's own tables last.
    """

    table: str
    column: str = "guest_id"
    moves: bool = True
    export: Export | None = None
    erase: Erase | None = None
    locks_at: int = 90


_holdings: dict[tuple[str, str], Holding] = {}


def register_holding(holding: Holding) -> None:
    """Make a table known. The same table and column again replaces what was said before."""
    _holdings[holding.table, holding.column] = holding


def holdings() -> tuple[Holding, ...]:
    """All of them, by name."""
    return tuple(_holdings[key] for key in sorted(_holdings))


def moving() -> tuple[Holding, ...]:
    """Those whose rows a merge moves, in the order of locks."""
    return tuple(sorted((each for each in holdings() if each.moves), key=lambda each: (each.locks_at, each.table)))
