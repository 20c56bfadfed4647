"""One room reservation in full, for the pages on which something is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from binzhi.frontdesk.names import board_name, vip_weight
from binzhi.frontdesk.queries.in_house import night_of
from binzhi.frontdesk.registering import FULL_AGE, age_on
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.property.queries import HotelRef, localised

_STAY = """
SELECT rr.id, rr.reservation_id, v.number, rr.status, rr.arrival, rr.departure, rr.adults, rr.children, rr.infants,
       rr.walk_in, rr.room_type_id, t.code AS type_code, t.name AS type_name, t.name_en AS type_name_en, t.max_guests,
       p.name AS plan_name, p.name_en AS plan_name_en, p.breakfasts, coalesce(rm.number, '') AS room,
       coalesce(rr.room_id, 0) AS room_id, rr.room_fixed, v.expected_at, v.guarantee, v.special_requests, v.remarks,
       coalesce(g.id, 0) AS guest_id, coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex,
       coalesce(g.marked, '') AS marked, coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank,
       coalesce(g.member_tier, '') AS member_tier, coalesce(g.stays, 0) AS stays, g.birth_date,
       coalesce(nullif(g.phone_masked, ''), v.booker_phone_masked, '') AS phone, coalesce(o.name, '') AS organisation,
       v.organisation_id, coalesce(folio.number, '') AS folio_number, rr.checked_in_at, rr.checked_out_at,
       coalesce((SELECT sum(a.balance) FROM billing_account a WHERE a.folio_id = rr.folio_id AND a.kind = 'folio'), 0)
           AS balance,
       coalesce((SELECT -sum(a.balance) FROM billing_account a
                 WHERE a.folio_id = rr.folio_id AND a.kind = 'deposit'), 0) AS deposit,
       coalesce((SELECT sum(h.amount) FROM billing_hold h WHERE h.folio_id = rr.folio_id AND h.state = 'held'), 0)
           AS held,
       (SELECT count(*) FROM frontdesk_registration x WHERE x.room_reservation_id = rr.id AND x.left_at IS NULL)
           AS registered,
       EXISTS (SELECT 1 FROM billing_transaction b
               WHERE b.hotel_id = rr.hotel_id AND b.source_key = 'dayuse:' || rr.id)
           OR EXISTS (SELECT 1 FROM billing_account e
                      WHERE e.id = rr.charge_account_id AND e.folio_id <> rr.folio_id) AS day_use_charged
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN property_roomtype t ON t.id = rr.room_type_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
LEFT JOIN property_room rm ON rm.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN guests_organisation o ON o.id = v.organisation_id
LEFT JOIN billing_folio folio ON folio.id = rr.folio_id
WHERE rr.hotel_id = %s AND rr.id = %s
"""
_NIGHTS = "SELECT night, price FROM reservations_staynight WHERE room_reservation_id = %s ORDER BY night"
_DOCUMENTS = """
SELECT d.id, d.guest_id, d.kind, d.number_masked, d.expires_on FROM guests_guestdocument d
WHERE d.guest_id = %s ORDER BY d.checked_at DESC, d.id DESC
"""
_PEOPLE = """
SELECT coalesce(g.name, '') AS name, coalesce(g.sex, '') AS sex, x.is_main, x.is_minor, x.registered_at,
       coalesce(d.kind, '') AS kind, coalesce(d.number_masked, '') AS number_masked
FROM frontdesk_registration x
LEFT JOIN guests_guest g ON g.id = x.guest_id
LEFT JOIN guests_guestdocument d ON d.id = x.document_id
WHERE x.room_reservation_id = %s AND x.left_at IS NULL ORDER BY x.is_main DESC, x.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOnFile:
    id: int
    guest_id: int
    kind: str
    number_masked: str
    expires_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StayCard:
    """A room reservation, its guest, its price and its bill."""

    id: int
    reservation_id: int
    number: str
    status: str
    arrival: date
    departure: date
    adults: int
    children: int
    infants: int
    walk_in: bool
    room_type_id: int
    type_code: str
    type_name: str
    type_name_en: str
    max_guests: int
    plan_name: str
    plan_name_en: str
    breakfasts: int
    room: str
    room_id: int
    room_fixed: str
    expected_at: time | None
    guarantee: str
    special_requests: Sequence[str]
    remarks: str
    guest_id: int
    name: str
    sex: str
    marked: str
    vip_level: str
    vip_rank: int
    member_tier: str
    stays: int
    birth_date: date | None
    phone: str
    organisation: str
    organisation_id: int | None
    folio_number: str
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    balance: Decimal
    deposit: Decimal
    held: Decimal
    registered: int
    day_use_charged: bool
    business_date: date
    nightly: Sequence[tuple[date, Decimal]]

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def vip(self) -> int:
        return vip_weight(self.vip_level, self.vip_rank)

    @property
    def type_label(self) -> str:
        return localised(self.type_name, self.type_name_en)

    @property
    def plan_label(self) -> str:
        return localised(self.plan_name, self.plan_name_en)

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def minors(self) -> int:
        return self.children + self.infants

    @property
    def total(self) -> Decimal:
        """The agreed price of the whole stay."""
        return sum((price for _night, price in self.nightly), Decimal("0.00"))

    @property
    def night(self) -> tuple[int, int]:
        return night_of(arrival=self.arrival, departure=self.departure, business_date=self.business_date)

    @property
    def is_minor(self) -> bool:
        return self.birth_date is not None and age_on(self.birth_date, self.business_date) < FULL_AGE

    @property
    def early_nights(self) -> int:
        """Nights that leaving today would free."""
        return max((self.departure - self.business_date).days, 0)

    @property
    def day_use_due(self) -> Decimal:
        """What check-out today would charge to this bill for a day without a night."""
        if self.arrival != self.business_date or self.day_use_charged or not self.folio_number:
            return Decimal("0.00")
        return next((price for night, price in self.nightly if night == self.arrival), Decimal("0.00"))

    @property
    def unregistered(self) -> int:
        return max(self.adults + self.children - self.registered, 0)


def stay_card(*, hotel: HotelRef, room_reservation_id: int) -> StayCard:
    """One room reservation. Two statements. Raises NotFound, for one of another hotel too."""
    row = db.fetch_one(_STAY, [hotel.pk, room_reservation_id])
    if row is None:
        raise NotFound
    nights = [(night["night"], night["price"]) for night in db.fetch_all(_NIGHTS, [room_reservation_id])]
    return StayCard(business_date=hotel.business_date, nightly=nights, **row)


def documents_on_file(guest_id: int) -> list[DocumentOnFile]:
    """The documents a guest showed before, masked, the latest first."""
    return [DocumentOnFile(**row) for row in db.fetch_all(_DOCUMENTS, [guest_id])] if guest_id else []


def registered_people(room_reservation_id: int) -> list[dict[str, Any]]:
    """Who is registered in a stay, masked."""
    return db.fetch_all(_PEOPLE, [room_reservation_id])
