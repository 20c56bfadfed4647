"""What observations and preferences hold of a guest: how they are merged, handed out, erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from binzhi.guests.holdings import Holding, register_holding
from binzhi.guests.observations.pictures import picture_place
from binzhi.guests.observations.queries import observations_of
from binzhi.guests.preferences.catalogue import label_of
from binzhi.guests.rotation import register_sealed
from binzhi.kernel import db

_MOST = 10_000
_PREFERENCES = """
SELECT wish, value, text, never, scope, state, confidence, source, created_at, confirmed_at, ended_at
FROM guests_preference WHERE guest_id = %s ORDER BY id
"""
# The rows stay: who noted something, when and in which room is the house's own record, of nobody in particular.
_CLEAR = """
WITH mine AS (SELECT id, picture_id FROM guests_observation WHERE guest_id = %(guest)s AND cleared_at IS NULL),
pictures AS (UPDATE guests_observationpicture SET sealed = NULL WHERE id IN (SELECT picture_id FROM mine))
UPDATE guests_observation o SET text = '', chips = '{}', kind = '', picture_id = NULL, cleared_at = %(now)s
FROM mine WHERE o.id = mine.id
"""
_END = """
UPDATE guests_preference SET state = 'ended', ended_at = coalesce(ended_at, %(now)s), reason = 'erased', text = '',
    value = '', wish = 'own', confidence = 0, version = version + 1
WHERE guest_id = %(guest)s
"""


def register() -> None:
    """Make the tables known to merging, export, erasure and the rotation of keys."""
    register_holding(Holding(table="guests_observation", export=_observations, erase=_clear))
    register_holding(Holding(table="guests_preference", export=_preferences, erase=_end))
    register_sealed("guests_observationpicture", "sealed", picture_place)


def _observations(guest_id: int) -> list[dict[str, Any]]:
    group_id = db.fetch_value("SELECT group_id FROM guests_guest WHERE id = %s", [guest_id])
    return [
        {"at": one.at, "room": one.room, "place": one.place_label, "what": one.words, "basis": one.basis_label}
        for one in observations_of(group_id=group_id or 0, guest_id=guest_id, limit=_MOST)
        if one.words
    ]


def _preferences(guest_id: int) -> list[dict[str, Any]]:
    return [
        {"what": label_of(row.pop("wish"), value=row.pop("value"), text=row.pop("text")), **row}
        for row in db.fetch_all(_PREFERENCES, [guest_id])
    ]


def _clear(guest_id: int, now: datetime) -> int:
    return db.execute(_CLEAR, {"guest": guest_id, "now": now})


def _end(guest_id: int, now: datetime) -> int:
    return db.execute(_END, {"guest": guest_id, "now": now})
