"""What every context holds of a guest: how it is copied for the guest, and how the personal part is taken out.

A table is known through `holdings`; a context above may say here, apart from how a merge moves its rows, what
export and erasure do with them. `busy` contexts say who cannot be let go yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from binzhi.guests.holdings import Erase, Export, holdings
from binzhi.kernel import db

FILES = "guests_guest"
SHORTEST_NAME = 2

# Guests of these who have a booking to come, a stay or an open bill.
Busy = Callable[[list[int]], set[int]]
# Takes out of the files of these what is over its time, and says how many rows it changed.
Clear = Callable[[list[int], datetime], int]


@dataclass(frozen=True, slots=True)
class Rights:
    """`label` names the table's matter in the guest's copy."""

    table: str
    label: str | Promise = ""
    export: Export | None = None
    erase: Erase | None = None


_rights: dict[str, Rights] = {}
_busy: dict[str, Busy] = {}
_profile: dict[str, Clear] = {}


def register_rights(rights: Rights) -> None:
    """Say what export and erasure do with a table. The same table again replaces what was said."""
    _rights[rights.table] = rights


def register_busy(name: str, busy: Busy) -> None:
    """Say whose file cannot be let go yet."""
    _busy[name] = busy


def register_profile(name: str, clear: Clear) -> None:
    """Say what belongs to likes, habits and notes, which go before the registration does."""
    _profile[name] = clear


def busy_among(guest_ids: list[int]) -> set[int]:
    found: set[int] = set()
    for busy in _busy.values():
        found |= busy(guest_ids)
    return found


def clear_profiles(guest_ids: list[int], now: datetime) -> int:
    """Take notes, likes and contact details out of these files; the number of rows changed."""
    return sum(clear(guest_ids, now) for clear in _profile.values())


def exported(guest_id: int) -> list[tuple[str, list[dict[str, Any]]]]:
    """What every table holds of the guest, by the name of the matter; tables without a row are left out."""
    found: list[tuple[str, list[dict[str, Any]]]] = []
    for label, export in _exports():
        rows = export(guest_id)
        if rows:
            found.append((label, rows))
    return found


def _exports() -> Iterable[tuple[str, Export]]:
    for rights in _rights.values():
        if rights.export is not None:
            yield str(rights.label or rights.table), rights.export
    for holding in holdings():
        if holding.export is not None and holding.table not in _rights:
            yield holding.table, holding.export


def erase_rows(guest_id: int, now: datetime) -> dict[str, int]:
    """Take what is personal out of every table's rows of the guest; how many rows of each were changed."""
    done: dict[str, int] = {}
    for table, erase in _erasers():
        done[table] = done.get(table, 0) + erase(guest_id, now)
    return {table: count for table, count in done.items() if count}


def _erasers() -> Iterable[tuple[str, Erase]]:
    """The file itself last: what nothing but a name connects with the guest is found by the name in it."""
    return sorted(_known_erasers(), key=lambda each: each[0] == FILES)


def names_of(guest_id: int) -> list[str]:
    """The names the file still has, for words in which nothing but the name points at the guest; none too short."""
    row = db.fetch_one("SELECT name, name_en FROM guests_guest WHERE id = %s", [guest_id])
    return [name for name in (row or {}).values() if len(name) >= SHORTEST_NAME]


def strike_out(table: str, column: str, where: str, params: list[Any], guest_id: int, *, is_json: bool = False) -> int:
    """Put a dash where the guest's name stands in a free text; the number of rows changed. Names are constants."""
    text, back = (f"{column}::text", "::jsonb") if is_json else (column, "")
    done = 0
    for name in names_of(guest_id):
        done += db.execute(
            f"UPDATE {table} SET {column} = replace({text}, %s, '—'){back} WHERE {where}"  # noqa: S608  (constants)
            f" AND strpos({text}, %s) > 0",
            [name, *params, name],
        )
    return done


def _known_erasers() -> Iterable[tuple[str, Erase]]:
    for rights in _rights.values():
        if rights.erase is not None:
            yield rights.table, rights.erase
    for holding in holdings():
        known = _rights.get(holding.table)
        if holding.erase is not None and (known is None or known.erase is None):
            yield holding.table, holding.erase
