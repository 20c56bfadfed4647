"""Preferences as the database holds them, for the services that change them. The guest's row is locked first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from binzhi.guests.learning import EvidenceKind, State
from binzhi.guests.preferences.confidence import Enough, Piece, Weighed, weigh
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound

_LOCK = "SELECT id FROM guests_guest WHERE group_id = %s AND id = %s FOR NO KEY UPDATE"
_COLUMNS = """
id, group_id, guest_id, hotel_id, stay_id, wish, kind, department, value, text, never, scope, state, at_once,
confidence, source, last_seen_at, expires_on, version
"""
_OF_GUEST = f"SELECT {_COLUMNS} FROM guests_preference WHERE guest_id = %s AND state <> 'ended' ORDER BY id"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM guests_preference WHERE group_id = %s AND id = %s"  # noqa: S608
_EVIDENCE = """
SELECT kind, stay_id, user_id, observation_id FROM guests_preferenceevidence WHERE preference_id = %s ORDER BY id
"""
_ADD_EVIDENCE = """
INSERT INTO guests_preferenceevidence
    (group_id, hotel_id, preference_id, kind, observation_id, stay_id, user_id, staff_id, at)
VALUES (%(group)s, %(hotel)s, %(preference)s, %(kind)s, %(observation)s, %(stay)s, %(user)s, %(staff)s, %(at)s)
"""
_INSERT = """
INSERT INTO guests_preference
    (group_id, guest_id, hotel_id, stay_id, wish, kind, department, value, text, never, scope, at_once, source,
     created_at, last_seen_at)
VALUES (%(group)s, %(guest)s, %(hotel)s, %(stay)s, %(wish)s, %(kind)s, %(department)s, %(value)s, %(text)s, %(never)s,
    %(scope)s, %(at_once)s, %(source)s, %(at)s, %(at)s)
RETURNING id
"""
_WRITE = """
UPDATE guests_preference SET state = %(state)s::text, confidence = %(confidence)s, source = %(source)s,
    last_seen_at = %(seen)s, expires_on = %(expires)s, reason = %(reason)s, version = version + 1,
    confirmed_at = CASE WHEN %(state)s::text = 'confirmed' THEN coalesce(confirmed_at, %(at)s::timestamptz) END,
    confirmed_by_id = CASE WHEN %(state)s::text = 'confirmed' THEN coalesce(confirmed_by_id, %(user)s::bigint) END,
    ended_at = CASE WHEN %(state)s::text = 'ended' THEN %(at)s::timestamptz END
WHERE id = %(id)s
"""
_RULE = "SELECT sightings, stays, people FROM guests_learningrule WHERE hotel_id = %s"


@dataclass(slots=True)
class Row:
    """One preference, as it is being changed."""

    id: int
    group_id: int
    guest_id: int
    hotel_id: int
    stay_id: int | None
    wish: str
    kind: str
    department: str
    value: str
    text: str
    never: bool
    scope: str
    state: str
    at_once: bool
    confidence: int
    source: str
    last_seen_at: datetime
    expires_on: date | None
    version: int

    @property
    def is_live(self) -> bool:
        return self.state in (State.SUGGESTED, State.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Witness:
    """Who says so, when, in which stay."""

    hotel_id: int
    group_id: int
    user_id: int | None
    staff_id: int | None
    at: datetime
    stay_id: int | None = None
    observation_id: int | None = None


def lock_guest(*, group_id: int, guest_id: int) -> None:
    """Whoever changes what is known of a guest waits here. Raises NotFound."""
    if db.fetch_one(_LOCK, [group_id, guest_id]) is None:
        raise NotFound(field="guest")


def rows_of_guest(guest_id: int) -> list[Row]:
    return [Row(**row) for row in db.fetch_all(_OF_GUEST, [guest_id])]


def lock_one(*, group_id: int, preference_id: int) -> Row:
    """The preference, its guest held. Raises NotFound."""
    first = db.fetch_one(_ONE, [group_id, preference_id])
    if first is None:
        raise NotFound
    lock_guest(group_id=group_id, guest_id=first["guest_id"])
    now = db.fetch_one(_ONE, [group_id, preference_id])
    assert now is not None  # rows are never deleted
    return Row(**now)


def insert(values: dict[str, Any]) -> int:
    return int(db.fetch_value(_INSERT, values))


def add_evidence(preference_id: int, kind: EvidenceKind, by: Witness) -> None:
    db.execute(_ADD_EVIDENCE, {
        "group": by.group_id, "hotel": by.hotel_id, "preference": preference_id, "kind": kind.value,
        "observation": by.observation_id, "stay": by.stay_id, "user": by.user_id, "staff": by.staff_id, "at": by.at,
    })  # fmt: skip


def weighed(preference_id: int) -> Weighed:
    pieces = db.fetch_all(_EVIDENCE, [preference_id])
    return weigh([Piece(**row | {"kind": EvidenceKind(row["kind"])}) for row in pieces])


def write(row: Row, *, by: Witness, reason: str = "") -> None:
    """State, confidence, source and dates as they stand on the row."""
    db.execute(_WRITE, {
        "id": row.id, "state": row.state, "confidence": row.confidence, "source": row.source,
        "seen": row.last_seen_at, "expires": row.expires_on, "reason": reason, "at": by.at, "user": by.user_id,
    })  # fmt: skip


def enough_for(hotel_id: int) -> Enough:
    """How much this hotel wants to have seen."""
    found = db.fetch_one(_RULE, [hotel_id])
    return Enough(**found) if found else Enough()


def ids(rows: Collection[Row]) -> list[int]:
    return [row.id for row in rows]
