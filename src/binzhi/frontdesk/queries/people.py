"""What the desk may know about somebody in a registration row before it is sent: masked, and only what helps."""

from __future__ import annotations

from datetime import date
from typing import Any

from binzhi.frontdesk.queries.stay import documents_on_file
from binzhi.frontdesk.registering import FULL_AGE, age_on
from binzhi.guests.documents import CheckedDocument, DocumentInput, check_document, number_index
from binzhi.guests.enums import DocumentKind
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.property.queries import HotelRef

_OWNER = """
SELECT g.id, g.name, g.sex, g.marked, g.vip_level, g.vip_rank, g.member_tier, g.stays, g.last_stay_on
FROM guests_guestdocument d JOIN guests_guest g ON g.id = d.guest_id
WHERE d.group_id = %s AND d.kind = %s AND d.country = %s AND d.number_index = %s
"""
_BORN = "SELECT birth_date FROM guests_guest WHERE group_id = %s AND id = %s"


def person_hints(
    *, hotel: HotelRef, guest_id: int, kind: str, number: str, country: str, birth_date: str, is_child: bool
) -> dict[str, Any]:
    """Whether the number holds, what it tells, whose file it is in, and whether the law asks for a guardian."""
    checked, wrong = _checked(hotel, kind, number, country)
    born = _date(birth_date) or (checked.birth_date if checked else None)
    if born is None and guest_id:
        born = db.fetch_value(_BORN, [hotel.group_id, guest_id])
    age = age_on(born, hotel.business_date) if born else None
    owner = None
    if checked is not None:
        index = number_index(checked.number)
        owner = db.fetch_one(_OWNER, [hotel.group_id, checked.kind, checked.country, index])
    return {
        "checked": checked,
        "wrong": wrong,
        "born": born,
        "age": age,
        "owner": owner if owner and owner["id"] != guest_id else None,
        "on_file": documents_on_file(guest_id),
        "is_minor": is_child or (age is not None and age < FULL_AGE),
        "asks_country": bool(kind) and kind in (DocumentKind.PASSPORT, DocumentKind.OTHER, DocumentKind.FOREIGNER_PR),
        "asks_mrz": kind in (DocumentKind.PASSPORT, DocumentKind.HK_MACAO, DocumentKind.TAIWAN, DocumentKind.OTHER),
        "is_foreign": kind == DocumentKind.PASSPORT and country != "CHN",
        "has_document": bool(number.strip()),
        "asks_birth_date": is_child or (bool(kind) and kind != DocumentKind.RESIDENT_ID),
    }


def _checked(hotel: HotelRef, kind: str, number: str, country: str) -> tuple[CheckedDocument | None, str]:
    if not number.strip():
        return None, ""
    document = DocumentInput(kind=kind or DocumentKind.RESIDENT_ID, number=number, country=country)
    try:
        return check_document(document, today=hotel.business_date), ""
    except DomainError as refusal:
        # A passport is not judged before its country is there.
        return None, "" if refusal.field == "country" and not country else refusal.text


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
