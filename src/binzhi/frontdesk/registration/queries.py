"""Registration read: visitors of the house, minors to look after, who is registered with what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.names import board_name
from binzhi.frontdesk.registration.enums import AlarmOutcome, AlarmReason, VisaKind
from binzhi.frontdesk.registration.particulars import Particulars, opened_particulars
from binzhi.frontdesk.registration.rules import Rules, rules_of
from binzhi.frontdesk.registration.visitors import name_place
from binzhi.kernel import crypto, db
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.property.queries import HotelRef

PAGE = 100


@dataclass(frozen=True, slots=True)
class VisitorRow:
    """A visitor; the whole name only while inside, for whoever has to find him."""

    id: int
    name: str
    kind: str
    number: str
    room: str
    host: str
    came_at: datetime
    left_at: datetime | None
    by: str
    is_over: bool


_VISITORS = """
SELECT w.id, w.name_sealed, w.name_masked, w.kind, w.number_masked, r.number AS room,
    coalesce(g.name, v.booker_name) AS host, coalesce(g.sex, '') AS sex,
     w.came_at, w.left_at, coalesce(nullif(u.name, ''), u.username, '') AS by
FROM frontdesk_visitor w
JOIN property_room r ON r.id = w.room_id
JOIN reservations_roomreservation s ON s.id = w.room_reservation_id
JOIN reservations_reservation v ON v.id = s.reservation_id
LEFT JOIN guests_guest g ON g.id = coalesce(s.guest_id, v.guest_id)
LEFT JOIN people_user u ON u.id = w.came_by
WHERE w.hotel_id = %(hotel)s AND (w.left_at IS NULL OR (w.came_at >= %(first)s AND w.came_at < %(last)s))
ORDER BY w.left_at IS NOT NULL, w.came_at DESC LIMIT %(limit)s
"""


def visitors_of_day(*, hotel: HotelRef, first: datetime, last: datetime, now: datetime) -> list[VisitorRow]:
    """Who is inside, then who came between two moments; one statement besides the rules."""
    rules = rules_of(hotel.pk)
    rows = db.fetch_all(_VISITORS, {"hotel": hotel.pk, "first": first, "last": last, "limit": PAGE})
    return [_visitor(row, hotel, rules, now) for row in rows]


def _visitor(row: dict[str, Any], hotel: HotelRef, rules: Rules, now: datetime) -> VisitorRow:
    inside = row["left_at"] is None
    name = row["name_masked"]
    if inside and row["name_sealed"] is not None:
        name = crypto.open_sealed(row["name_sealed"], place=name_place(row["id"]))
    return VisitorRow(
        id=row["id"], name=name, kind=row["kind"], number=row["number_masked"], room=row["room"],
        host=board_name(row["host"], row["sex"]), came_at=row["came_at"], left_at=row["left_at"], by=row["by"],
        is_over=inside and is_over(hotel, rules.visits_until, row["came_at"], now),
    )  # fmt: skip


def is_over(hotel: HotelRef, until: time, came_at: datetime, now: datetime) -> bool:
    """Inside after the hour on which visits end of the day he came."""
    local, came = hotel.local(now), hotel.local(came_at)
    return local.date() > came.date() or local.time() >= until


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """A minor somebody has to look after, or had to."""

    id: int
    room_reservation_id: int
    room: str
    name: str
    reason: str
    raised_at: datetime
    outcome: str
    police_no: str
    note: str
    closed_at: datetime | None
    closed_by: str
    guardian: str
    guardian_relation: str
    patrols: int
    last_patrol: datetime | None

    @property
    def reason_label(self) -> str:
        return str(AlarmReason(self.reason).label)

    @property
    def outcome_label(self) -> str:
        return str(AlarmOutcome(self.outcome).label)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


_ALARMS = """
SELECT a.id, a.room_reservation_id, coalesce(r.number, '') AS room, coalesce(g.name, '') AS name,
    coalesce(g.sex, '') AS sex, a.reason, a.raised_at, a.outcome, a.police_no, a.note, a.closed_at,
    coalesce(nullif(u.name, ''), u.username, '') AS closed_by, coalesce(x.guardian_name, '') AS guardian,
    coalesce(x.guardian_relation, '') AS guardian_relation, p.patrols, p.last_patrol
FROM frontdesk_minoralarm a
JOIN reservations_roomreservation s ON s.id = a.room_reservation_id
LEFT JOIN property_room r ON r.id = s.room_id
LEFT JOIN guests_guest g ON g.id = a.guest_id
LEFT JOIN people_user u ON u.id = a.closed_by
LEFT JOIN LATERAL (
    SELECT guardian_name, guardian_relation FROM frontdesk_registration
    WHERE room_reservation_id = a.room_reservation_id AND guest_id = a.guest_id ORDER BY id DESC LIMIT 1
) x ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS patrols, max(at) AS last_patrol FROM frontdesk_minorpatrol WHERE alarm_id = a.id
) p
WHERE a.hotel_id = %(hotel)s AND (a.closed_at IS NULL OR a.closed_at >= %(since)s)
ORDER BY a.closed_at IS NOT NULL, a.raised_at LIMIT %(limit)s
"""


def minors_to_look_after(*, hotel_id: int, since: datetime) -> list[AlarmRow]:
    """Open alarms, then those closed since a moment; one statement."""
    rows = db.fetch_all(_ALARMS, {"hotel": hotel_id, "since": since, "limit": PAGE})
    named = [row | {"name": board_name(row["name"], row.pop("sex"))} for row in rows]
    return [AlarmRow(**{name: value for name, value in row.items() if name != "sex"}) for row in named]


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """Somebody registered in a stay, for the page on which the rest is asked."""

    id: int
    guest_id: int | None
    name: str
    sex: str
    birth_date: date | None
    nationality: str
    kind: str
    number: str
    is_main: bool
    is_minor: bool
    room_relation: str
    guardian_name: str
    image_id: int | None
    document_id: int | None
    particulars: Particulars

    @property
    def is_foreign(self) -> bool:
        return bool(self.nationality and self.nationality != "CHN") or self.kind in (
            "hk_macao", "taiwan", "hmt_residence", "foreigner_pr",
        )  # fmt: skip

    @property
    def visa_label(self) -> str:
        return str(VisaKind(self.particulars.visa_kind).label)


_PEOPLE = """
SELECT x.id, x.guest_id, coalesce(g.name, '') AS name, coalesce(g.sex, '') AS sex, g.birth_date,
    coalesce(nullif(g.nationality, ''), d.country, '') AS nationality, coalesce(d.kind, '') AS kind,
    coalesce(d.number_masked, '') AS number, x.is_main, x.is_minor, x.room_relation, x.guardian_name,
    x.particulars_sealed, i.id AS image_id, x.document_id
FROM frontdesk_registration x
LEFT JOIN guests_guest g ON g.id = x.guest_id LEFT JOIN guests_guestdocument d ON d.id = x.document_id
LEFT JOIN LATERAL (
    SELECT id FROM frontdesk_documentimage WHERE room_reservation_id = x.room_reservation_id AND guest_id = x.guest_id
    AND cleared_at IS NULL ORDER BY id DESC LIMIT 1
) i ON true
WHERE x.hotel_id = %s AND x.room_reservation_id = %s ORDER BY x.is_main DESC, x.id
"""


def people_of(*, hotel_id: int, room_reservation_id: int) -> list[RegisteredPerson]:
    """Who is registered in a stay; one statement. Raises KeyMissing."""
    return [
        RegisteredPerson(particulars=opened_particulars(row["id"], row.pop("particulars_sealed")), **row)
        for row in db.fetch_all(_PEOPLE, [hotel_id, room_reservation_id])
    ]


def person_of(*, hotel_id: int, room_reservation_id: int, registration_id: int) -> RegisteredPerson:
    """Raises NotFound."""
    for person in people_of(hotel_id=hotel_id, room_reservation_id=room_reservation_id):
        if person.id == registration_id:
            return person
    raise NotFound(field="registration")


def documents_of(guest_id: int | None) -> list[dict[str, Any]]:
    """Documents in a guest's file, the last shown first: id, kind, masked number."""
    return db.fetch_all(
        "SELECT id, kind, number_masked AS number FROM guests_guestdocument WHERE guest_id = %s"
        " ORDER BY checked_at DESC, id DESC",
        [guest_id],
    )


def stay_in_room(*, hotel_id: int, number: str) -> int:
    """The stay that is in a room now. Raises InvalidInput at `room`."""
    found: int | None = db.fetch_value(
        "SELECT s.id FROM reservations_roomreservation s JOIN property_room r ON r.id = s.room_id"
        " WHERE s.hotel_id = %s AND r.number = %s AND s.status = 'in_house'",
        [hotel_id, number],
    )
    if found is None:
        raise InvalidInput(field="room", message=_("Nobody stays in this room."))
    return found
