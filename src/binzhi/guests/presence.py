"""Who is in a hotel or due there today: a context above says where that stands, search ranks by it.

The source gives a statement of `guest_id`, `room_id` (NULL where none yet), `is_due`; it is joined, not copied, and so
never out of date. A house has some hundreds of rows of it, whatever the number of files.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from binzhi.guests.search import Arm
from binzhi.kernel import db

# Seconds for which this process remembers how the people of a house are found.
REMEMBERED = 60.0
_COLUMNS = ("plain", "pinyin", "initials", "phone_index", "phone_tail_index", "member_no")
_KEYS = """
SELECT id, plain, pinyin, initials, phone_index, phone_tail_index, member_no FROM guests_guest
WHERE id = ANY (ARRAY(SELECT guest_id FROM ({here}) here))
"""


@dataclass(frozen=True, slots=True)
class _House:
    """The people of a house as this process remembers them: all, as an array, and by what they are found by."""

    until: float
    ids: str
    keys: dict[str, list[tuple[int, Any]]]


Source = Callable[[int, date], tuple[str, list[Any]]]
_sources: list[Source] = []
_remembered: dict[int, _House] = {}
NOBODY = "SELECT NULL::bigint AS guest_id, NULL::bigint AS room_id, false AS is_due WHERE false"


def register_presence(source: Source) -> None:
    """Add a source, from AppConfig.ready: `source(hotel_id, business_date)` gives SQL and its parameters."""
    _sources.append(source)


def present(hotel_id: int | None, today: date | None) -> tuple[str, list[Any]]:
    """All sources as one statement."""
    if hotel_id is None or today is None or not _sources:
        return NOBODY, []
    parts = [source(hotel_id, today) for source in _sources]
    return " UNION ALL ".join(sql for sql, _params in parts), [value for _sql, params in parts for value in params]


def remembered(hotel_id: int | None, today: date | None, arms: Sequence[Arm]) -> tuple[str, str]:
    """All people of the house this process knows of, and those of them whom the arms may mean, as arrays.

    It only ever spares reading files again: who is here and how he is called is said by the tables. One statement a
    minute and hotel; whom another process renamed within that minute is still found, only not before all others.
    """
    if hotel_id is None or today is None:
        return "{}", "{}"
    house = _remembered.get(hotel_id)
    if house is None or house.until < time.monotonic():
        house = _remembered[hotel_id] = _look(hotel_id, today)
    meant: set[int] = set()
    for arm in arms:
        if arm.table == "guests_guest":
            wanted = arm.value
            if isinstance(wanted, str):
                meant.update([pk for pk, value in house.keys[arm.column] if value.startswith(wanted)])
            else:
                meant.update([pk for pk, value in house.keys[arm.column] if value == wanted])
    return house.ids, db.array(meant)


def forget() -> None:
    """A file was written: look at the people of the houses anew."""
    _remembered.clear()


def _look(hotel_id: int, today: date) -> _House:
    here, params = present(hotel_id, today)
    rows = db.fetch_all(_KEYS.format(here=here), params)
    keys: dict[str, list[tuple[int, Any]]] = {}
    for column in _COLUMNS:
        keys[column] = [(row["id"], _plain(row[column])) for row in rows if row[column]]
    return _House(time.monotonic() + REMEMBERED, db.array(row["id"] for row in rows), keys)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
