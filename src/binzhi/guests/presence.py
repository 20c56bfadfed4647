"""Who is in a hotel or due there today: a context above says where that stands, search ranks by it.

The source gives a statement of `guest_id`, `room` ('' where none yet), `is_due`; it is joined, not copied, and so never
out of date. A house has some hundreds of rows of it, whatever the number of files.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

Source = Callable[[int, date], tuple[str, list[Any]]]
_sources: list[Source] = []
NOBODY = "SELECT NULL::bigint AS guest_id, ''::text AS room, false AS is_due WHERE false"


def register_presence(source: Source) -> None:
    """Add a source, from AppConfig.ready: `source(hotel_id, business_date)` gives SQL and its parameters."""
    _sources.append(source)


def present(hotel_id: int | None, today: date | None) -> tuple[str, list[Any]]:
    """All sources as one statement."""
    if hotel_id is None or today is None or not _sources:
        return NOBODY, []
    parts = [source(hotel_id, today) for source in _sources]
    return " UNION ALL ".join(sql for sql, _params in parts), [value for _sql, params in parts for value in params]
