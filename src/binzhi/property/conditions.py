"""Building block: what higher contexts do to the condition of rooms inside their own operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from binzhi.kernel import db


def mark_dirty(*, room_ids: Sequence[int], now: datetime) -> int:
    """Rooms that were slept in or left are dirty; how many changed. Locks the rooms in order of id.

    A do-not-disturb sign goes with the guest, so it is taken off.
    """
    return db.execute(
        "UPDATE property_room r SET housekeeping = 'dirty', do_not_disturb = false, condition_changed_at = %s"
        " FROM (SELECT id FROM property_room WHERE id = ANY(%s)"
        "       AND (housekeeping <> 'dirty' OR do_not_disturb) ORDER BY id FOR NO KEY UPDATE) picked"
        " WHERE r.id = picked.id",
        [now, list(room_ids)],
    )


_SLEPT_IN = """
UPDATE property_room r SET housekeeping = 'dirty', condition_changed_at = %(now)s
FROM (
    SELECT id FROM property_room WHERE id IN ({rooms}) AND housekeeping <> 'dirty' ORDER BY id FOR NO KEY UPDATE
) picked
WHERE r.id = picked.id
"""


def mark_slept_in(*, rooms: str, params: Mapping[str, Any], now: datetime) -> int:
    """Rooms in which the guest stays on are dirty after the night; how many changed. Locks the rooms in order of id.

    `rooms` is a SELECT (constant text, `params` its parameters) of the ids of the rooms: a large house need not be
    carried here and back. The do-not-disturb sign stays: it is the guest's, who is still there.
    """
    return db.execute(_SLEPT_IN.replace("{rooms}", rooms), {**params, "now": now})
