"""Preferences, read: for the guest's page, for a stay, for whoever confirms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from binzhi.guests.learning import Basis, EvidenceKind, Kind, Scope, State
from binzhi.guests.naming import board_name
from binzhi.guests.preferences.catalogue import label_of, wish_named
from binzhi.kernel import db

DOTS = 4
# From which confidence on a dot is full: half sure, fairly, very, almost certain.
STEPS = (1, 60, 70, 85)
_NAME = "coalesce((SELECT coalesce(nullif(u.name, ''), u.username) FROM people_user u WHERE u.id = {user}), '')"
_LAST = f"""
LEFT JOIN LATERAL (
    SELECT e.kind, e.at, {_NAME.format(user="e.user_id")} AS by,
        (SELECT count(*) FROM guests_preferenceevidence s WHERE s.preference_id = p.id AND s.kind = 'seen'
            AND NOT EXISTS (SELECT 1 FROM guests_preferenceevidence t WHERE t.preference_id = p.id
                AND t.kind = 'taken_back' AND t.observation_id = s.observation_id)) AS sightings
    FROM guests_preferenceevidence e WHERE e.preference_id = p.id AND e.kind <> 'taken_back' ORDER BY e.id DESC LIMIT 1
) last ON true
"""  # noqa: S608  (constants)
_COLUMNS = """
p.id, p.guest_id, p.wish, p.kind, p.department, p.value, p.text, p.never, p.scope, p.state, p.confidence, p.source,
p.stay_id, p.last_seen_at, p.expires_on, coalesce(last.kind, '') AS last_kind, last.at AS last_at,
coalesce(last.by, '') AS last_by, coalesce(last.sightings, 0)::int AS sightings
"""
_OF_GUEST = f"""
SELECT {_COLUMNS} FROM guests_preference p {_LAST}
WHERE p.guest_id = %(guest)s AND p.group_id = %(group)s AND (%(all)s OR p.state IN ('suggested', 'confirmed'))
ORDER BY p.state <> 'confirmed', p.confidence DESC, p.id
"""  # noqa: S608  (constants)
_WANTED = f"""
SELECT {_COLUMNS} FROM guests_preference p {_LAST}
WHERE p.guest_id = ANY (%(guests)s) AND (
    (p.state = 'confirmed' AND p.scope = 'habit' AND (p.expires_on IS NULL OR p.expires_on >= %(today)s))
    OR (p.state = 'confirmed' AND p.scope = 'stay' AND p.stay_id = %(stay)s)
    OR (p.state = 'suggested' AND p.at_once AND p.stay_id = %(stay)s))
ORDER BY array_position(%(guests)s, p.guest_id), p.confidence DESC, p.id
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceCard:
    """A preference as screens show it: in words, how sure, where from."""

    id: int
    guest_id: int
    wish: str
    kind: str
    department: str
    value: str
    text: str
    never: bool
    scope: str
    state: str
    confidence: int
    source: str
    stay_id: int | None
    last_seen_at: datetime
    expires_on: date | None
    last_kind: str
    last_at: datetime | None
    last_by: str
    sightings: int

    @property
    def label(self) -> str:
        return label_of(self.wish, value=self.value, text=self.text)

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def is_confirmed(self) -> bool:
        return self.state == State.CONFIRMED

    @property
    def is_live(self) -> bool:
        return self.state in (State.SUGGESTED, State.CONFIRMED)

    @property
    def is_passing(self) -> bool:
        return self.scope == Scope.STAY

    @property
    def has_value(self) -> bool:
        wish = wish_named(self.wish)
        return wish is not None and wish.has_value

    @property
    def last_label(self) -> str:
        return str(EvidenceKind(self.last_kind).label) if self.last_kind else ""

    @property
    def is_said(self) -> bool:
        return self.source == Basis.SAID

    @property
    def dots(self) -> list[bool]:
        """How sure, in four dots."""
        return [self.confidence >= step for step in STEPS]


def preferences_of(*, group_id: int, guest_id: int, ended_too: bool = False) -> list[PreferenceCard]:
    """What is known of a guest, the surest first; one statement."""
    found = db.fetch_all(_OF_GUEST, {"group": group_id, "guest": guest_id, "all": ended_too})
    return once_each(PreferenceCard(**row) for row in found)


def once_each(found: Iterable[PreferenceCard]) -> list[PreferenceCard]:
    """Two files that became one may hold a wish twice: it shows once, as the first has it, seen as often as both.

    The rows stay, so that the files can be taken apart again.
    """
    kept: list[PreferenceCard] = []
    for one in found:
        place = next((place for place, first in enumerate(kept) if _are_one(first, one)), None)
        if place is None:
            kept.append(one)
        else:
            kept[place] = replace(kept[place], sightings=kept[place].sightings + one.sightings)
    return kept


def _are_one(first: PreferenceCard, other: PreferenceCard) -> bool:
    """The same wish of the same kind; of two numbers that were confirmed only one can hold."""
    if not (first.is_live and other.is_live):
        return False
    if (first.wish, first.text, first.never, first.scope) != (other.wish, other.text, other.never, other.scope):
        return False
    if first.is_passing:
        return (first.value, first.stay_id) == (other.value, other.stay_id)
    return first.value == other.value or (first.is_confirmed and other.is_confirmed)


def wanted_in_stay(*, guest_ids: Collection[int], stay_id: int, today: date) -> list[PreferenceCard]:
    """What is to be done, or avoided, for the guests of a stay: habits, what is for this stay alone, and what was
    noticed in it and acted upon before it is confirmed. One statement; the caller has looked whose guests they are.
    """
    if not guest_ids:
        return []
    rows = db.fetch_all(_WANTED, {"guests": list(guest_ids), "stay": stay_id, "today": today})
    kept: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for row in rows:
        # One of the catalogue once, whoever of them wishes it; a number by whom the room is booked for.
        own = row["text"] if row["wish"] == "own" else ""
        kept.setdefault((row["wish"], own, row["never"]), row)
    never = {wish for wish, _own, refused in kept if refused}
    return [PreferenceCard(**row) for (wish, _own, refused), row in kept.items() if refused or wish not in never]


_EVER = "SELECT DISTINCT wish FROM guests_preference WHERE guest_id = ANY (%s)"


def wishes_ever(guest_ids: Sequence[int]) -> list[str]:
    """Every wish these guests were ever thought to have: what is no longer wanted must be taken back by name."""
    return db.fetch_values(_EVER, [list(guest_ids)]) if guest_ids else []


# ---------------------------------------------------------------- evidence

_EVIDENCE = f"""
SELECT e.kind, e.at, {_NAME.format(user="e.user_id")} AS by, e.stay_id, o.room, o.text, o.chips, h.name AS hotel,
    h.name_en AS hotel_en
FROM guests_preferenceevidence e
JOIN property_hotel h ON h.id = e.hotel_id
LEFT JOIN guests_observation o ON o.id = e.observation_id
WHERE e.preference_id = %(preference)s AND e.group_id = %(group)s ORDER BY e.id DESC LIMIT 50
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece: what, when, by whom, in which hotel and room."""

    kind: str
    at: datetime
    by: str
    stay_id: int | None
    room: str | None
    text: str | None
    chips: list[str] | None
    hotel: str
    hotel_en: str

    @property
    def label(self) -> str:
        return str(EvidenceKind(self.kind).label)


def evidence_of(*, group_id: int, preference_id: int) -> list[EvidenceRow]:
    """The latest fifty pieces."""
    found = db.fetch_all(_EVIDENCE, {"preference": preference_id, "group": group_id})
    return [EvidenceRow(**row) for row in found]


# ---------------------------------------------------------------- to be confirmed, to be asked

_TO_CONFIRM = f"""
SELECT {_COLUMNS}, g.name, g.sex, g.marked FROM guests_preference p {_LAST} JOIN guests_guest g ON g.id = p.guest_id
WHERE p.hotel_id = %(hotel)s AND p.state = 'suggested' ORDER BY p.confidence DESC, p.last_seen_at DESC LIMIT %(limit)s
"""  # noqa: S608  (constants)
_OPEN_USES = f"""
SELECT {_COLUMNS}, u.id AS use_id, u.done_at FROM guests_preferenceuse u
JOIN guests_preference p ON p.id = u.preference_id {_LAST}
WHERE u.hotel_id = %(hotel)s AND u.stay_id = %(stay)s AND u.outcome = '' AND p.reason <> 'replaced' ORDER BY u.id
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion and whose it is, by surname and title."""

    preference: PreferenceCard
    called: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something was done for the guest: did it please?"""

    use_id: int
    done_at: datetime
    preference: PreferenceCard


def to_confirm(*, hotel_id: int, limit: int = 100) -> list[Suggested]:
    """What was suggested in this hotel and waits for somebody's word, the surest first."""
    rows = db.fetch_all(_TO_CONFIRM, {"hotel": hotel_id, "limit": limit})
    called = {row["guest_id"]: board_name(row.pop("name"), row.pop("sex"), row.pop("marked")) for row in rows}
    found: dict[int, list[PreferenceCard]] = {}
    for row in rows:
        found.setdefault(row["guest_id"], []).append(PreferenceCard(**row))
    kept = {one.id: one for each in found.values() for one in once_each(each)}
    return [Suggested(kept[row["id"]], called[row["guest_id"]]) for row in rows if row["id"] in kept]


def open_questions(*, hotel_id: int, stay_id: int) -> list[OpenQuestion]:
    """What was done in a stay and not asked about yet."""
    rows = db.fetch_all(_OPEN_USES, {"hotel": hotel_id, "stay": stay_id})
    return [
        OpenQuestion(use_id=row.pop("use_id"), done_at=row.pop("done_at"), preference=PreferenceCard(**row))
        for row in rows
    ]


_COUNT = "SELECT count(*) FROM guests_preference WHERE hotel_id = %s AND state = 'suggested'"


def count_to_confirm(hotel_id: int) -> int:
    return int(db.fetch_value(_COUNT, [hotel_id]))


_SUMMARY = """
SELECT p.guest_id, p.wish, p.value, p.text, p.never, p.kind, p.department FROM guests_preference p
WHERE p.guest_id = ANY (%(guests)s) AND p.state = 'confirmed' AND p.scope = 'habit'
    AND (p.expires_on IS NULL OR p.expires_on >= %(today)s)
ORDER BY p.guest_id, p.never DESC, p.confidence DESC, p.id
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """A confirmed preference in a list of guests."""

    label: str
    never: bool
    kind: str
    department: str


def summaries(*, guest_ids: Sequence[int], today: date) -> dict[int, list[Summary]]:
    """What is confirmed of many guests, what they avoid first; one statement."""
    found: dict[int, list[Summary]] = {}
    rows = db.fetch_all(_SUMMARY, {"guests": list(guest_ids), "today": today}) if guest_ids else []
    for row in rows:
        label = label_of(row["wish"], value=row["value"], text=row["text"])
        one, mine = Summary(label, row["never"], row["kind"], row["department"]), found.setdefault(row["guest_id"], [])
        if one not in mine:
            mine.append(one)
    return found
