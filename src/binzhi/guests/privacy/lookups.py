"""Who looked at whom. What is proportionate: opening a file, and finding one by its whole phone or document number.

A look is a row per person, file, kind and hour, written in one statement; searching by name while typing
writes nothing. What was typed is never kept. The row is the record itself: it needs no audit row of its own,
and the reveals of masked values (`services.reveal`), which carry a reason, stand beside it in the review.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.guests.search import arms_of
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.property.queries import HotelRef

OPENED, BY_PHONE, BY_DOCUMENT = "opened", "phone", "document"
_KIND_OF_ARM = {"phone_index": BY_PHONE, "number_index": BY_DOCUMENT}
KIND_WORDS: dict[str, str | Promise] = {
    OPENED: _("Opened the file"),
    BY_PHONE: _("Found by whole phone number"),
    BY_DOCUMENT: _("Found by document number"),
}
# Above these somebody should ask why.
MOST_REVEALS_AN_HOUR = 30
MOST_FILES_A_DAY = 60
TIMES_USUAL = 3
FEW_FILES = 15

_NOTE = """
INSERT INTO guests_lookup (group_id, hotel_id, guest_id, user_id, kind, hour, at)
SELECT %(group)s, %(hotel)s, guest, %(user)s, %(kind)s, date_trunc('hour', %(now)s::timestamptz, 'UTC'), %(now)s
FROM unnest(%(guests)s::bigint[]) AS guest
ON CONFLICT (group_id, user_id, hour, guest_id, kind) DO NOTHING
"""


def note_opened(*, hotel: HotelRef, guest_id: int, actor: Actor, now: datetime) -> None:
    """A file was opened by a person. One statement; a second look within the hour writes nothing."""
    _note(hotel, [guest_id], OPENED, actor, now)


def note_search(*, hotel: HotelRef, text: str, guest_ids: list[int], actor: Actor, now: datetime) -> None:
    """A search ended: kept when it went by a whole phone or a document number and found somebody."""
    if not guest_ids or not any(character.isdigit() for character in text):
        return
    kinds = {_KIND_OF_ARM[arm.column] for arm in arms_of(text) if arm.column in _KIND_OF_ARM}
    for kind in sorted(kinds):
        _note(hotel, guest_ids, kind, actor, now)


def _note(hotel: HotelRef, guest_ids: list[int], kind: str, actor: Actor, now: datetime) -> None:
    if actor.is_system:
        return
    db.execute(
        _NOTE,
        {
            "group": hotel.group_id, "hotel": hotel.pk, "user": actor.user_id or 0, "kind": kind, "now": now,
            "guests": db.array(guest_ids),
        },
    )  # fmt: skip


# ---------------------------------------------------------------- review


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the review. `what` is a kind of look or the name of the revealed value."""

    at: datetime
    user_id: int
    username: str
    guest_id: int
    guest: str
    what: str
    reason: str
    revealed: bool

    @property
    def words(self) -> str:
        if not self.revealed:
            return str(KIND_WORDS.get(self.what, self.what))
        return str(_REVEALED.get(self.what.partition(":")[0], self.what))


_REVEALED: dict[str, str | Promise] = {
    "phone": _("Saw the phone"),
    "email": _("Saw the e-mail"),
    "birth_date": _("Saw the date of birth"),
    "document": _("Saw the document number"),
}
_LOOKS = """
SELECT x.at, x.user_id, coalesce(u.name, '') AS username, x.guest_id, g.name AS guest, x.what, x.reason, x.revealed
FROM (
    SELECT at, user_id, guest_id, what, reason, true AS revealed FROM guests_reveal
    WHERE group_id = %(group)s AND at >= %(since)s AND at < %(until)s
      AND (%(user)s::bigint IS NULL OR user_id = %(user)s) AND (%(guest)s::bigint IS NULL OR guest_id = %(guest)s)
    UNION ALL
    SELECT at, user_id, guest_id, kind, '', false FROM guests_lookup
    WHERE group_id = %(group)s AND at >= %(since)s AND at < %(until)s AND NOT %(revealed)s
      AND (%(user)s::bigint IS NULL OR user_id = %(user)s) AND (%(guest)s::bigint IS NULL OR guest_id = %(guest)s)
) x JOIN guests_guest g ON g.id = x.guest_id LEFT JOIN people_user u ON u.id = x.user_id
ORDER BY x.at DESC, x.guest_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the review is narrowed to."""

    since: datetime
    until: datetime
    user_id: int | None = None
    guest_id: int | None = None
    revealed_only: bool = False


def looks(*, group_id: int, asked: Asked, limit: int) -> list[Look]:
    """The last looks of the group, one statement."""
    given = {
        "group": group_id, "since": asked.since, "until": asked.until, "user": asked.user_id, "guest": asked.guest_id,
        "revealed": asked.revealed_only, "limit": limit,
    }  # fmt: skip
    return [Look(**row) for row in db.fetch_all(_LOOKS, given)]


@dataclass(frozen=True, slots=True)
class Unusual:
    """Somebody looked at more than the work explains: `usual` is the same person's median day."""

    user_id: int
    username: str
    start: datetime
    kind: str
    count: int
    usual: int


_MANY_REVEALS = """
SELECT r.user_id, coalesce(u.name, '') AS username, date_trunc('hour', r.at) AS start, count(*)::int AS count
FROM guests_reveal r LEFT JOIN people_user u ON u.id = r.user_id
WHERE r.group_id = %(group)s AND r.at >= %(since)s AND r.at < %(until)s
GROUP BY 1, 2, 3 HAVING count(*) > %(most)s
"""
_MANY_FILES = """
WITH days AS (
    SELECT user_id, date_trunc('day', at, %(zone)s) AS start, count(DISTINCT guest_id)::int AS count
    FROM guests_lookup WHERE group_id = %(group)s AND at >= %(habit)s AND at < %(until)s GROUP BY 1, 2
), usual AS (
    SELECT user_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY count) AS usual FROM days GROUP BY 1
)
SELECT d.user_id, coalesce(p.name, '') AS username, d.start, d.count, u.usual
FROM days d JOIN usual u USING (user_id) LEFT JOIN people_user p ON p.id = d.user_id
WHERE d.start >= %(since)s AND (d.count > %(most)s OR (d.count > %(few)s AND d.count > %(times)s * u.usual))
"""
HABIT = timedelta(days=30)


def unusual(*, group_id: int, since: datetime, until: datetime, zone: str) -> list[Unusual]:
    """Persons and hours or days with unusual numbers: many values revealed in an hour, far more files than is usual."""
    given = {
        "group": group_id, "since": since, "until": until, "habit": since - HABIT, "zone": zone,
        "few": FEW_FILES, "times": TIMES_USUAL,
    }  # fmt: skip
    reveals = db.fetch_all(_MANY_REVEALS, {**given, "most": MOST_REVEALS_AN_HOUR})
    files = db.fetch_all(_MANY_FILES, {**given, "most": MOST_FILES_A_DAY})
    found = [Unusual(kind="reveals", usual=0, **row) for row in reveals] + [
        Unusual(kind="files", **row) for row in files
    ]
    return sorted(found, key=lambda one: one.start, reverse=True)
