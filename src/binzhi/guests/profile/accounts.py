"""An organisation as its page shows it: whom one speaks to, and its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from binzhi.kernel import db

PEOPLE = 50


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact: a person of the file and the role at the organisation."""

    contact_id: int
    guest_id: int
    name: str
    marked: str
    phone_masked: str
    vip_level: str
    vip_rank: int
    role: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A guest who belongs to the organisation."""

    guest_id: int
    name: str
    vip_level: str
    vip_rank: int
    stays: int
    last_stay_on: date | None


_CONTACTS = """
SELECT c.id AS contact_id, g.id AS guest_id, g.name, g.marked, g.phone_masked, g.vip_level, g.vip_rank, c.role,
       c.decides
FROM guests_contact c JOIN guests_guest g ON g.id = c.guest_id
WHERE c.group_id = %s AND c.organisation_id = %s AND c.ended_at IS NULL ORDER BY c.decides DESC, c.id
"""
_MEMBERS = """
SELECT id AS guest_id, name, vip_level, vip_rank, stays, last_stay_on FROM guests_guest
WHERE group_id = %s AND organisation_id = %s ORDER BY last_stay_on DESC NULLS LAST, id LIMIT %s
"""


def contacts_of(*, group_id: int, organisation_id: int) -> list[ContactRow]:
    """Who decides first."""
    return [ContactRow(**row) for row in db.fetch_all(_CONTACTS, [group_id, organisation_id])]


def members_of(*, group_id: int, organisation_id: int, limit: int = PEOPLE) -> list[Member]:
    """Its people in the file, who stayed last first."""
    return [Member(**row) for row in db.fetch_all(_MEMBERS, [group_id, organisation_id, limit])]
