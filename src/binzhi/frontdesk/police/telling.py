"""What is told of a person: written at the first try, kept sealed, the same at every later one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from binzhi.frontdesk.police.places import content_place
from binzhi.frontdesk.police.regions import OF_FOREIGNERS, Region
from binzhi.frontdesk.registration.particulars import opened_particulars
from binzhi.guests.files import document_place
from binzhi.kernel import crypto, db

_PERSON = """
SELECT x.id, g.name, g.name_en, coalesce(g.sex, '') AS sex, g.birth_date, coalesce(g.nationality, '') AS nationality,
    d.id AS document_id, d.kind, d.country, d.number_sealed, d.expires_on, x.is_minor, x.identity_by, x.guardian_name,
    x.guardian_relation, x.particulars_sealed
FROM frontdesk_registration x
LEFT JOIN guests_guest g ON g.id = x.guest_id
LEFT JOIN guests_guestdocument d ON d.id = coalesce(x.document_id, (
    SELECT o.id FROM guests_guestdocument o WHERE o.guest_id = x.guest_id ORDER BY o.checked_at DESC, o.id DESC LIMIT 1
))
WHERE x.hotel_id = %s AND x.id = %s
"""
# What was said at the arrival, or since then by a correction that the police have.
_SAID = """
SELECT id, content_sealed FROM frontdesk_policereport
WHERE hotel_id = %(hotel)s AND content_sealed IS NOT NULL
  AND (id = %(about)s OR about_id = %(about)s AND kind = 'fix' AND state = 'received')
ORDER BY id DESC LIMIT 1
"""


def person_of(*, hotel_id: int, registration_id: int, about_id: int | None) -> dict[str, str]:
    """What the file and the registration say now; of a later report what was said last. Empty: nobody.

    Raises KeyMissing.
    """
    if about_id is not None:
        said = db.fetch_one(_SAID, {"hotel": hotel_id, "about": about_id})
        if said is not None:
            person: dict[str, str] = opened_content(said["id"], said["content_sealed"])["person"]
            return person
    row = db.fetch_one(_PERSON, [hotel_id, registration_id])
    return {} if row is None else _said(row)


def _said(row: dict[str, Any]) -> dict[str, str]:
    more = opened_particulars(row["id"], row["particulars_sealed"])
    number = ""
    if row["number_sealed"] is not None:
        number = crypto.open_sealed(row["number_sealed"], place=document_place(row["document_id"]))
    said = {
        "name": row["name"], "latin_name": more.latin_name or row["name_en"], "sex": row["sex"],
        "birth_date": row["birth_date"], "nationality": row["nationality"] or row["country"],
        "kind": row["kind"], "number": number, "expires_on": row["expires_on"], "ethnicity": more.ethnicity,
        "address": more.address, "visa_kind": more.visa_kind, "visa_number": more.visa_number,
        "stay_until": more.stay_until, "entered_on": more.entered_on, "entry_port": more.entry_port,
        "next_stop": more.next_stop,
    }  # fmt: skip
    if row["is_minor"]:
        said |= {
            "minor": "yes", "guardian_name": row["guardian_name"], "guardian_relation": row["guardian_relation"],
            "identity_by": row["identity_by"],
        }  # fmt: skip
    return {name: str(value) for name, value in said.items() if value}


def missing_of(
    person: dict[str, str], *, region: Region, is_foreign: bool, also_asks: Sequence[str] = ()
) -> Sequence[str]:
    """What region and local police ask and nobody has said; a child known in another way needs no document."""
    asked = [*(region.asks_foreign if is_foreign else region.asks)]
    asked += [name for name in also_asks if name not in asked and (is_foreign or name not in OF_FOREIGNERS)]
    if is_foreign:
        # An ethnic group is told of residents only.
        asked = [name for name in asked if name != "ethnicity"]
    known = {"kind", "number"} if person.get("identity_by") else set()
    if person.get("kind") in ("hk_macao", "taiwan", "hmt_residence", "foreigner_pr"):
        # Compatriots and residents come without a visa.
        known |= {"visa_kind", "stay_until", "entered_on"}
    if person.get("visa_kind") == "permanent":
        known |= {"stay_until", "entered_on"}
    return [name for name in asked if name not in person and name not in known]


def sealed_content(report_id: int, *, person: dict[str, str], room: str, at: datetime) -> bytes:
    said = {"person": person, "room": room, "at": at.isoformat(timespec="seconds")}
    return crypto.seal_bytes(orjson.dumps(said), place=content_place(report_id))


def opened_content(report_id: int, sealed: bytes) -> dict[str, Any]:
    """Raises KeyMissing."""
    said: dict[str, Any] = orjson.loads(crypto.open_bytes(sealed, place=content_place(report_id)))
    return said
