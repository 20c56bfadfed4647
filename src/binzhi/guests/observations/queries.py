"""Observations, read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from binzhi.guests.learning import Basis, Kind, Place
from binzhi.guests.observations.chips import names_of
from binzhi.kernel import db

_NAME = "coalesce((SELECT coalesce(nullif(u.name, ''), u.username) FROM people_user u WHERE u.id = o.user_id), '')"
_COLUMNS = f"""
o.id, o.hotel_id, o.guest_id, o.stay_id, o.room, o.place, o.moment, o.kind, o.chips, o.text, o.basis, o.once,
o.picture_id, o.at, o.taken_back_at, o.cleared_at, {_NAME} AS by
"""
_OF_GUEST = f"""
SELECT {_COLUMNS} FROM guests_observation o
WHERE o.group_id = %(group)s AND o.guest_id = %(guest)s AND o.taken_back_at IS NULL
    AND (%(before)s::timestamptz IS NULL OR o.at < %(before)s)
ORDER BY o.at DESC, o.id DESC LIMIT %(limit)s
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationRow:
    """What somebody noted."""

    id: int
    hotel_id: int
    guest_id: int
    stay_id: int | None
    room: str
    place: str
    moment: str
    kind: str
    chips: list[str]
    text: str
    basis: str
    once: bool
    picture_id: int | None
    at: datetime
    taken_back_at: datetime | None
    cleared_at: datetime | None
    by: str

    @property
    def words(self) -> str:
        """Chips and text in one line; empty when it was cleared."""
        return "；".join([*names_of(self.hotel_id, self.chips), *([self.text] if self.text else [])])

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label) if self.kind else ""

    @property
    def place_label(self) -> str:
        return str(Place(self.place).label) if self.place else ""

    @property
    def basis_label(self) -> str:
        return str(Basis(self.basis).label)


def observations_of(
    *, group_id: int, guest_id: int, before: datetime | None = None, limit: int = 30
) -> list[ObservationRow]:
    """The latest first, without those that were taken back."""
    found = db.fetch_all(_OF_GUEST, {"group": group_id, "guest": guest_id, "before": before, "limit": limit})
    return [ObservationRow(**row) for row in found]


_BEHIND = f"""
SELECT {_COLUMNS} FROM guests_observation o
WHERE o.group_id = %(group)s AND o.taken_back_at IS NULL AND o.cleared_at IS NULL AND o.id IN (
    SELECT observation_id FROM guests_preferenceevidence WHERE preference_id = ANY (%(preferences)s))
ORDER BY o.at DESC, o.id DESC LIMIT %(limit)s
"""  # noqa: S608  (constants)


def noted_of(*, group_id: int, preference_ids: Sequence[int], limit: int = 3) -> list[ObservationRow]:
    """What was noted that speaks for these preferences, the latest first; one statement."""
    if not preference_ids:
        return []
    found = db.fetch_all(_BEHIND, {"group": group_id, "preferences": list(preference_ids), "limit": limit})
    return [ObservationRow(**row) for row in found]


_LAST_ORDERS = """
SELECT DISTINCT ON (guest_id) guest_id, text, at FROM guests_observation
WHERE guest_id = ANY (%s) AND place = 'restaurant' AND text <> '' AND NOT once AND taken_back_at IS NULL
ORDER BY guest_id, at DESC
"""


def last_orders(guest_ids: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """What each had in the restaurant last, in the waiter's words; one statement. What was of one stay is left out."""
    found = db.fetch_all(_LAST_ORDERS, [list(guest_ids)]) if guest_ids else []
    return {row["guest_id"]: (row["text"], row["at"]) for row in found}


_SAME = """
SELECT count(*) FROM guests_observation
WHERE guest_id = %(guest)s AND taken_back_at IS NULL AND chips && %(chips)s::varchar[]
"""


def times_noted(*, guest_id: int, chips: Sequence[str]) -> int:
    """How often the same was noted of a guest."""
    return int(db.fetch_value(_SAME, {"guest": guest_id, "chips": list(chips)})) if chips else 0


_COUNTS = """
SELECT chip, count(*)::int AS times FROM guests_observation, unnest(chips) AS chip
WHERE guest_id = %s AND taken_back_at IS NULL GROUP BY chip
"""


def chip_counts(guest_id: int) -> dict[str, int]:
    """How often each chip was noted of a guest."""
    return {row["chip"]: row["times"] for row in db.fetch_all(_COUNTS, [guest_id])}
