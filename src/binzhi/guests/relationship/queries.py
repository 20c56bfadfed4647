"""Relationships, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.guests.enums import AssessmentKind, ContactChannel, ContactOutcome, RelationshipLevel
from binzhi.guests.relationship.accounts import Account
from binzhi.guests.relationship.catalogue import HIGHEST, MEANS_BY_CODE, QUESTIONS
from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One assessment. The score is the mean of what is known, in hundredths of the best."""

    id: int
    kind: str
    answers: list[int]
    by: str
    at: datetime

    @property
    def known(self) -> int:
        return sum(1 for answer in self.answers if answer)

    @property
    def score(self) -> int:
        return round(100 * sum(self.answers) / (HIGHEST * self.known)) if self.known else 0

    @property
    def kind_label(self) -> str:
        return str(AssessmentKind(self.kind).label)

    @property
    def lines(self) -> list[tuple[str, int]]:
        return [(str(words), answer) for words, answer in zip(QUESTIONS[self.kind], self.answers, strict=True)]


@dataclass(frozen=True, slots=True)
class CheckLine:
    id: int
    signs: list[str]
    suggested: str
    level: str
    by: str
    at: datetime

    @property
    def level_label(self) -> str:
        return str(RelationshipLevel(self.level).label)


@dataclass(frozen=True, slots=True)
class MeansLine:
    id: int
    means: str
    note: str
    since: date

    @property
    def label(self) -> str:
        return str(MEANS_BY_CODE[self.means].label) if self.means in MEANS_BY_CODE else self.means


_ASSESSMENTS = """
SELECT a.id, a.kind, a.answers, coalesce(u.name, '') AS by, a.at
FROM guests_assessment a LEFT JOIN people_user u ON u.id = a.user_id
WHERE a.group_id = %s AND a.guest_id = %s ORDER BY a.at DESC, a.id DESC LIMIT 20
"""


def assessments(*, group_id: int, guest_id: int) -> list[AssessmentLine]:
    """The last twenty, newest first."""
    return [AssessmentLine(**row) for row in db.fetch_all(_ASSESSMENTS, [group_id, guest_id])]


def checks(*, group_id: int, account: Account) -> list[CheckLine]:
    """The last ten checks of the account, newest first."""
    sql = f"""
    SELECT c.id, c.signs, c.suggested, c.level, coalesce(u.name, '') AS by, c.at
    FROM guests_relationshipcheck c LEFT JOIN people_user u ON u.id = c.user_id
    WHERE c.group_id = %s AND c.{account.subject}_id = %s ORDER BY c.at DESC, c.id DESC LIMIT 10
    """  # noqa: S608  (two words)
    return [CheckLine(**row) for row in db.fetch_all(sql, [group_id, account.subject_id])]


def means_in_use(*, group_id: int, account: Account) -> list[MeansLine]:
    sql = f"""
    SELECT id, means, note, since FROM guests_switchingmeans
    WHERE group_id = %s AND {account.subject}_id = %s AND ended_on IS NULL ORDER BY since, id
    """  # noqa: S608  (two words)
    return [MeansLine(**row) for row in db.fetch_all(sql, [group_id, account.subject_id])]


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A planned contact in a list."""

    id: int
    guest_id: int | None
    organisation_id: int | None
    account: str
    vip_level: str
    vip_rank: int
    channel: str
    purpose: str
    due_on: date
    owner_id: int | None
    owner: str
    every_days: int | None
    outcome: str
    result: str
    spent: Decimal | None
    done_at: datetime | None
    cancelled_at: datetime | None

    @property
    def channel_label(self) -> str:
        return str(ContactChannel(self.channel).label)

    @property
    def outcome_label(self) -> str:
        return str(ContactOutcome(self.outcome).label) if self.outcome else ""

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.cancelled_at is None


_CONTACT = """
SELECT c.id, c.guest_id, c.organisation_id, coalesce(g.name, o.name) AS account, coalesce(g.vip_level, '') AS vip_level,
       coalesce(g.vip_rank, 0) AS vip_rank, c.channel, c.purpose, c.due_on, c.owner_id, coalesce(u.name, '') AS owner,
       c.every_days, c.outcome, c.result, c.spent, c.done_at, c.cancelled_at
FROM guests_plannedcontact c
LEFT JOIN guests_guest g ON g.id = c.guest_id LEFT JOIN guests_organisation o ON o.id = c.organisation_id
LEFT JOIN people_user u ON u.id = c.owner_id
"""


def contacts_of(*, group_id: int, account: Account, limit: int = 20) -> list[ContactLine]:
    """Of one account: what is to come first, then what was, newest first."""
    sql = f"""
    {_CONTACT} WHERE c.group_id = %s AND c.{account.subject}_id = %s AND c.cancelled_at IS NULL
    ORDER BY c.done_at IS NOT NULL, CASE WHEN c.done_at IS NULL THEN c.due_on END, c.done_at DESC, c.id DESC LIMIT %s
    """
    return [ContactLine(**row) for row in db.fetch_all(sql, [group_id, account.subject_id, limit])]


def contact(*, hotel_id: int, contact_id: int) -> ContactLine | None:
    row = db.fetch_one(f"{_CONTACT} WHERE c.hotel_id = %s AND c.id = %s", [hotel_id, contact_id])
    return None if row is None else ContactLine(**row)


def contacts_due(*, hotel_id: int, until: date, owner_id: int | None, limit: int) -> list[ContactLine]:
    """Open contacts of a hotel up to a day, the longest overdue first; of one owner, or all."""
    sql = f"""
    {_CONTACT} WHERE c.hotel_id = %s AND c.done_at IS NULL AND c.cancelled_at IS NULL AND c.due_on <= %s
      AND (%s::bigint IS NULL OR c.owner_id = %s) ORDER BY c.due_on, c.id LIMIT %s
    """
    return [ContactLine(**row) for row in db.fetch_all(sql, [hotel_id, until, owner_id, owner_id, limit])]


def contacts_done(*, hotel_id: int, since: datetime, owner_id: int | None, limit: int) -> list[ContactLine]:
    """What was done lately, newest first."""
    sql = f"""
    {_CONTACT} WHERE c.hotel_id = %s AND c.done_at >= %s AND (%s::bigint IS NULL OR c.owner_id = %s)
    ORDER BY c.done_at DESC, c.id DESC LIMIT %s
    """
    return [ContactLine(**row) for row in db.fetch_all(sql, [hotel_id, since, owner_id, owner_id, limit])]


@dataclass(frozen=True, slots=True)
class DueCounts:
    late: int
    today: int
    week: int
    all: int


_COUNTS = """
SELECT count(*) FILTER (WHERE due_on < %(today)s)::int AS late, count(*) FILTER (WHERE due_on = %(today)s)::int
AS today,
       count(*) FILTER (WHERE due_on > %(today)s AND due_on <= %(today)s + 7)::int AS week, count(*)::int AS "all"
FROM guests_plannedcontact
WHERE hotel_id = %(hotel)s AND done_at IS NULL AND cancelled_at IS NULL AND (%(owner)s::bigint IS NULL OR
owner_id = %(owner)s)
"""


def due_counts(*, hotel_id: int, today: date, owner_id: int | None) -> DueCounts:
    row = db.fetch_one(_COUNTS, {"today": today, "hotel": hotel_id, "owner": owner_id})
    assert row is not None
    return DueCounts(**row)


def owners(*, hotel_id: int, today: date) -> list[tuple[int, str]]:
    """Who can be sent: the staff of the hotel, by name."""
    rows = db.fetch_all(
        "SELECT u.id, u.name FROM people_staff s JOIN people_user u ON u.id = s.user_id"
        " WHERE s.hotel_id = %s AND (s.left_on IS NULL OR s.left_on > %s) AND u.is_active"
        " GROUP BY u.id, u.name ORDER BY u.name, u.id",
        [hotel_id, today],
    )
    return [(row["id"], row["name"]) for row in rows]
