"""How a guest wants to be called, as the five classes of the file have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from binzhi.kernel import db

# The newest value of each field counts; none of these fields is sealed.
_KNOWN = """
SELECT guest_id, key, value FROM (
    SELECT DISTINCT ON (guest_id, key) guest_id, key, value FROM guests_profilevalue
    WHERE group_id = %s AND guest_id = ANY (%s) AND key IN ('salutation', 'said', 'not_called', 'languages')
    ORDER BY guest_id, key, id DESC
) newest WHERE value <> ''
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the file says of meeting somebody: the name to use instead of surname and title, how it is said, the name
    never to use, what is spoken."""

    salutation: str = ""
    said: str = ""
    not_called: str = ""
    languages: str = ""


def known_of(group_id: int, guest_ids: Sequence[int]) -> dict[int, Known]:
    """By guest, those of whom anything is known. One statement."""
    if not guest_ids:
        return {}
    values: dict[int, dict[str, str]] = {}
    for row in db.fetch_all(_KNOWN, [group_id, list(guest_ids)]):
        values.setdefault(row["guest_id"], {})[row["key"]] = row["value"]
    return {guest_id: Known(**of) for guest_id, of in values.items()}
