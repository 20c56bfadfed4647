"""Guest files, read. Everything personal leaves here masked; `services.reveal` opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from binzhi.guests.countries import country_name
from binzhi.guests.enums import DocumentKind, OrganisationKind, Sex
from binzhi.guests.presence import present, remembered
from binzhi.guests.privacy.masking import mask_birth_date, mask_email
from binzhi.guests.search import Arm, among_present, arms_of, organisation_arms, room_of, union
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.standing import Standing, standing


def vip_weight(level: str, rank: int = 0) -> Standing:
    """0 for an ordinary guest, 3 for the highest level: screens show it by weight."""
    return standing(level, rank)


_HIT_COLUMNS = """
g.id AS guest_id, g.name, g.marked, g.sex, g.vip_level, g.vip_rank, g.member_tier, g.member_no, g.organisation_id,
 g.phone_masked, g.stays, g.last_stay_on
"""


@dataclass(frozen=True, slots=True)
class GuestHit:
    """One line of a search: enough to tell two guests apart, nothing that is not masked."""

    guest_id: int
    name: str
    marked: str
    sex: str
    vip_level: str
    vip_rank: int
    member_tier: str
    member_no: str
    organisation: str
    organisation_id: int | None
    phone_masked: str
    stays: int
    last_stay_on: date | None
    room: str = ""
    is_due: bool | None = None
    warning: str | None = None
    severity: int | None = None
    is_blacklist: bool | None = None

    @property
    def vip_weight(self) -> int:
        return vip_weight(self.vip_level, self.vip_rank)

    @property
    def is_here(self) -> bool:
        return self.is_due is False

    @property
    def warning_state(self) -> str:
        """How the warning is painted."""
        return "late" if self.is_blacklist else {1: "info", 2: "soon", 3: "late"}.get(self.severity or 0, "")


# The gravest warning that counts, a blacklist before all.
_WARNED = """
LEFT JOIN LATERAL (
    SELECT w.is_blacklist, w.severity, w.text FROM guests_warning w
    WHERE w.guest_id = g.id AND w.status = 'active' AND (w.ends_on IS NULL OR w.ends_on > %s)
    ORDER BY w.is_blacklist DESC, w.severity DESC, w.id LIMIT 1
) w ON true
"""


def search_guests(
    *, group_id: int, text: str, limit: int = 10, hotel_id: int | None = None, today: date | None = None
) -> list[GuestHit]:
    """Guests by name, pinyin, initials, phone, its last four digits, member number, document number or company.

    With a hotel and its date also by room, and who is in the house stands first, then who is due; among the others by
    how they were found, level and last stay. A file that was joined into another finds that one.

    One statement: at most three index ranges, and the people in the house; another each minute (`presence.remembered`).
    """
    arms, room = arms_of(text), room_of(text) if hotel_id else ""
    if not arms:
        return []
    here, params = present(hotel_id, today)
    found, values = union(arms, group_id=group_id)
    known = remembered(hotel_id, today, arms)
    of_here, conditions = among_present(arms, group_id=group_id, room=room, known=known)
    # Who is here is matched by one walk over the files of the house; what only the shown need is read for them alone.
    sql = f"""
    WITH here AS MATERIALIZED ({here})
    SELECT {_HIT_COLUMNS}, coalesce(room.number, '') AS room, top.is_due, o.name AS organisation,
           w.is_blacklist, w.severity, w.text AS warning
    FROM (
        SELECT coalesce(s.id, f.id) AS id, min(f.rank) AS rank, bool_and(h.is_due) AS is_due,
               coalesce(min(h.room_id) FILTER (WHERE NOT h.is_due), min(h.room_id)) AS room_id,
               max(CASE WHEN s.id IS NULL THEN f.vip_rank ELSE s.vip_rank END) AS vip_rank,
               max(CASE WHEN s.id IS NULL THEN f.last_stay_on ELSE s.last_stay_on END) AS last_stay_on
        FROM ({found} UNION ALL {of_here}) f
        LEFT JOIN guests_guest s ON s.id = f.merged_into_id
        LEFT JOIN here h ON h.guest_id = coalesce(s.id, f.id)
        GROUP BY 1
        ORDER BY 3 NULLS LAST, 2, 5 DESC, 6 DESC NULLS LAST, 1 LIMIT %s
    ) top
    JOIN guests_guest g ON g.id = top.id
    LEFT JOIN property_room room ON room.id = top.room_id
    LEFT JOIN guests_organisation o ON o.id = g.organisation_id
    {_WARNED}
    ORDER BY top.is_due NULLS LAST, top.rank, top.vip_rank DESC, top.last_stay_on DESC NULLS LAST, top.id
    """  # noqa: S608  (constants; what was typed is a parameter)
    return _hits(sql, [*params, *values, *conditions, limit, today or date.max])


def recent_guests(*, group_id: int, limit: int = 30, today: date | None = None) -> list[GuestHit]:
    """Who stayed last, for an empty search box."""
    sql = f"""
    SELECT {_HIT_COLUMNS}, o.name AS organisation, w.is_blacklist, w.severity, w.text AS warning
    FROM (SELECT * FROM guests_guest
          WHERE group_id = %s AND last_stay_on IS NOT NULL AND merged_into_id IS NULL
          ORDER BY last_stay_on DESC, id DESC LIMIT %s) g
    LEFT JOIN guests_organisation o ON o.id = g.organisation_id
    {_WARNED}
    ORDER BY g.last_stay_on DESC, g.id DESC
    """  # noqa: S608  (constants)
    return _hits(sql, [group_id, limit, today or date.max])


def _hits(sql: str, params: list[Any]) -> list[GuestHit]:
    rows = db.fetch_all(sql, params)
    for row in rows:
        row["organisation"] = row["organisation"] or ""
    return [GuestHit(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class DocumentCard:
    pk: int
    kind: str
    country: str
    number_masked: str
    expires_on: date | None
    checked_at: datetime

    @property
    def label(self) -> str:
        return str(DocumentKind(self.kind).label)

    @property
    def country_label(self) -> str:
        return country_name(self.country) if self.country else ""


@dataclass(frozen=True, slots=True)
class GuestCard:
    """Who somebody is, masked."""

    guest_id: int
    name: str
    marked: str
    name_en: str
    sex: str
    birth_date: date | None
    nationality: str
    email: str
    phone_masked: str
    organisation_id: int | None
    organisation: str
    member_no: str
    member_tier: str
    vip_level: str
    vip_rank: int
    note: str
    stays: int
    last_stay_on: date | None
    version: int
    created_at: datetime
    documents: tuple[DocumentCard, ...]

    @property
    def vip_weight(self) -> int:
        return vip_weight(self.vip_level, self.vip_rank)

    @property
    def sex_label(self) -> str:
        return str(Sex(self.sex).label) if self.sex else ""

    @property
    def nationality_label(self) -> str:
        return country_name(self.nationality) if self.nationality else ""

    @property
    def birth_masked(self) -> str:
        """1972-03-**"""
        return mask_birth_date(self.birth_date)

    @property
    def email_masked(self) -> str:
        """c***@example.com"""
        return mask_email(self.email)

    def age_on(self, day: date) -> int | None:
        """Full years on a day; who is born on 29 February has a birthday on 1 March in common years."""
        born = self.birth_date
        return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_CARD = """
SELECT g.id AS guest_id, g.name, g.marked, g.name_en, g.sex, g.birth_date, g.nationality, g.email, g.phone_masked,
       g.organisation_id, coalesce(o.name, '') AS organisation, g.member_no, g.member_tier, g.vip_level, g.vip_rank,
       g.note, g.stays, g.last_stay_on, g.version, g.created_at
FROM guests_guest g LEFT JOIN guests_organisation o ON o.id = g.organisation_id
WHERE g.group_id = %s AND g.id = %s
"""
_DOCUMENTS = """
SELECT id AS pk, kind, country, number_masked, expires_on, checked_at FROM guests_guestdocument
WHERE group_id = %s AND guest_id = %s ORDER BY checked_at DESC, id DESC
"""


def guest_card(*, group_id: int, guest_id: int) -> GuestCard:
    """Two statements. Raises NotFound, for a guest of another group too."""
    row = db.fetch_one(_CARD, [group_id, guest_id])
    if row is None:
        raise NotFound
    documents = tuple(DocumentCard(**each) for each in db.fetch_all(_DOCUMENTS, [group_id, guest_id]))
    return GuestCard(**row, documents=documents)


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    pk: int
    kind: str
    name: str
    code: str
    contract_no: str
    contract_from: date | None
    contract_until: date | None
    credit_limit: Decimal

    @property
    def kind_label(self) -> str:
        return str(OrganisationKind(self.kind).label)

    def contract_state(self, today: date) -> str:
        """expired, expiring (within thirty days), not_yet, or nothing to say."""
        if self.contract_until is not None and self.contract_until < today:
            return "expired"
        if self.contract_until is not None and self.contract_until < today + EXPIRES_SOON:
            return "expiring"
        return "not_yet" if self.contract_from is not None and self.contract_from > today else ""


_ORGANISATION = (
    "SELECT o.id AS pk, o.kind, o.name, o.code, o.contract_no, o.contract_from, o.contract_until, o.credit_limit"
    " FROM guests_organisation o"
)
EXPIRES_SOON = timedelta(days=30)


def organisation_by_id(*, group_id: int, organisation_id: int) -> OrganisationRow:
    """Raises NotFound."""
    row = db.fetch_one(f"{_ORGANISATION} WHERE o.group_id = %s AND o.id = %s", [group_id, organisation_id])
    if row is None:
        raise NotFound
    return OrganisationRow(**row)


def search_organisations(*, group_id: int, text: str, limit: int = 10) -> list[OrganisationRow]:
    """Organisations by name, pinyin, initials or code."""
    arms: list[Arm] = organisation_arms(text)
    if not arms:
        return []
    found, params = union(arms, group_id=group_id)
    sql = f"""
    {_ORGANISATION} JOIN (SELECT id, min(rank) AS rank FROM ({found}) every GROUP BY id) hit ON hit.id = o.id
    ORDER BY hit.rank, o.pinyin, o.id LIMIT %s
    """  # noqa: S608  (constants; what was typed is a parameter)
    return [OrganisationRow(**row) for row in db.fetch_all(sql, [*params, limit])]


def organisations(
    *, group_id: int, after: str = "", limit: int = 50, ends_before: date | None = None
) -> list[OrganisationRow]:
    """A page of the list in order of code, behind `after`; with `ends_before` those whose agreement ends until then."""
    sql = (
        f"{_ORGANISATION} WHERE o.group_id = %s AND o.code > %s AND (%s::date IS NULL OR o.contract_until < %s::date)"
        " ORDER BY o.code LIMIT %s"
    )
    return [OrganisationRow(**row) for row in db.fetch_all(sql, [group_id, after, ends_before, ends_before, limit])]
