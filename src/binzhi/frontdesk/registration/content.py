"""What a registration card says, as facts: words and language come when it is shown or printed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.frontdesk.registration.particulars import opened_particulars
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound

_STAY = """
SELECT v.number, r.number AS room, t.name AS room_type, t.name_en AS room_type_en, s.arrival, s.departure, s.adults,
    s.children + s.infants AS minors, s.checked_in_at, h.currency,
    coalesce((SELECT sum(price) FROM reservations_staynight n WHERE n.room_reservation_id = s.id), 0) AS total
FROM reservations_roomreservation s
JOIN reservations_reservation v ON v.id = s.reservation_id
JOIN property_room r ON r.id = s.room_id JOIN property_roomtype t ON t.id = r.room_type_id
JOIN property_hotel h ON h.id = s.hotel_id
WHERE s.hotel_id = %s AND s.id = %s
"""
_PEOPLE = """
SELECT x.id, coalesce(g.name, '') AS name, coalesce(g.name_en, '') AS name_en, coalesce(g.sex, '') AS sex, g.birth_date,
    coalesce(nullif(g.nationality, ''), d.country, '') AS nationality, coalesce(g.phone_masked, '') AS phone,
    coalesce(d.kind, '') AS kind, coalesce(d.number_masked, '') AS number, d.expires_on, x.is_main, x.is_minor,
    x.identity_by, x.room_relation, x.guardian_name, x.guardian_relation, x.particulars_sealed
FROM frontdesk_registration x
LEFT JOIN guests_guest g ON g.id = x.guest_id LEFT JOIN guests_guestdocument d ON d.id = x.document_id
WHERE x.room_reservation_id = %s AND (x.left_at IS NULL OR %s) ORDER BY x.is_main DESC, x.id
"""
_OF_MINOR = ("identity_by", "room_relation", "guardian_name", "guardian_relation")
_PLAIN = ("name", "sex", "nationality", "phone", "kind", "number", "is_main", "is_minor")


def card_content(*, hotel_id: int, room_reservation_id: int, also_left: bool = False) -> dict[str, Any]:
    """The card as it would be signed now; two statements. Numbers masked. Raises NotFound, KeyMissing."""
    stay = db.fetch_one(_STAY, [hotel_id, room_reservation_id])
    if stay is None:
        raise NotFound(field="room_reservation")
    people = [_person(row) for row in db.fetch_all(_PEOPLE, [room_reservation_id, also_left])]
    return {name: _plain(value) for name, value in stay.items()} | {"people": people}


def _person(row: dict[str, Any]) -> dict[str, Any]:
    more = opened_particulars(row["id"], row["particulars_sealed"])
    said: dict[str, Any] = {name: row[name] for name in _PLAIN}
    said |= {
        "latin_name": more.latin_name or row["name_en"], "birth_date": row["birth_date"],
        "expires_on": row["expires_on"], "visa_kind": more.visa_kind, "stay_until": more.stay_until,
        "entered_on": more.entered_on, "entry_port": more.entry_port, "next_stop": more.next_stop,
        "address": more.address, "ethnicity": more.ethnicity,
    }  # fmt: skip
    if row["is_minor"]:
        said |= {name: row[name] for name in _OF_MINOR}
    return {name: _plain(value) for name, value in said.items() if value not in (None, "")}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
