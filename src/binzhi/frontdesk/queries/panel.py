"""One room opened: what it is, who is in it, who comes next, what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.frontdesk.names import board_name, vip_weight
from binzhi.frontdesk.queries.in_house import night_of
from binzhi.kernel import db
from binzhi.property.queries import HotelRef, localised

HISTORY_LINES = 5

_ROOM = """
SELECT r.id, r.number, r.housekeeping, r.maintenance, r.do_not_disturb, r.smoking, r.accessible, r.features,
       r.orientation, coalesce(c.number, '') AS connects_to, f.name AS floor, t.name AS type_name,
       t.name_en AS type_name_en, t.bed_type, t.area,
       seal.sealed_at, coalesce(nullif(sealer.name, ''), sealer.username, '') AS sealed_by,
       ooo.reason AS out_of_order_reason, ooo.until AS out_of_order_until
FROM property_room r
JOIN property_floor f ON f.id = r.floor_id
JOIN property_roomtype t ON t.id = r.room_type_id
LEFT JOIN property_room c ON c.id = r.connects_to_id
LEFT JOIN reservations_roomnight tonight
       ON tonight.room_id = r.id AND tonight.night = %(business_date)s AND tonight.out_of_order_id IS NOT NULL
LEFT JOIN reservations_outoforder ooo ON ooo.id = tonight.out_of_order_id
LEFT JOIN property_roomseal seal ON seal.room_id = r.id AND seal.broken_at IS NULL
LEFT JOIN people_user sealer ON sealer.id = seal.sealed_by
WHERE r.hotel_id = %(hotel)s AND r.number = %(number)s AND r.is_active
"""
# Who is in the room, who comes today, who comes after: at most three rows.
_PEOPLE = """
SELECT rr.id, rr.status, rr.arrival, rr.departure, rr.adults, rr.children + rr.infants AS minors, v.number,
       coalesce(g.name, v.booker_name) AS name, coalesce(g.sex, '') AS sex, coalesce(g.marked, '') AS marked,
       coalesce(g.vip_level, '') AS vip_level, coalesce(g.vip_rank, 0) AS vip_rank,
       coalesce(g.member_tier, '') AS member_tier,
       coalesce(g.stays, 0) AS stays,
       coalesce(g.id, 0) AS guest_id, coalesce(g.phone_masked, v.booker_phone_masked, '') AS phone,
       v.special_requests, v.remarks, v.expected_at, rr.checked_in_at, rr.room_fixed,
       p.name AS plan_name, p.name_en AS plan_name_en, p.breakfasts, coalesce(o.name, '') AS organisation,
       coalesce(folio.number, '') AS folio_number, coalesce(money.balance, 0) AS balance,
       coalesce(money.deposit, 0) AS deposit,
       coalesce((SELECT array_agg(coalesce(m.number, '–') ORDER BY m.number) FROM frontdesk_partyroom x
                 JOIN frontdesk_partyroom y ON y.party_id = x.party_id AND y.parted_at IS NULL AND y.id <> x.id
                 JOIN reservations_roomreservation z ON z.id = y.room_reservation_id
                 LEFT JOIN property_room m ON m.id = z.room_id
                 WHERE x.room_reservation_id = rr.id AND x.parted_at IS NULL), '{}') AS joined,
       (SELECT count(*) FROM frontdesk_guestmessage q WHERE q.room_reservation_id = rr.id AND q.done_at IS NULL)
           AS messages,
       (SELECT min(c.next_at) FROM frontdesk_wakeupcall c WHERE c.room_reservation_id = rr.id AND c.state = 'due')
           AS wake_up,
       (SELECT count(*) FROM frontdesk_sharer s WHERE s.room_reservation_id = rr.id AND s.ended_at IS NULL) AS sharers,
       coalesce((SELECT sum(h.amount) FROM billing_hold h WHERE h.folio_id = rr.folio_id AND h.state = 'held'), 0)
           AS held,
       (SELECT n.price FROM reservations_staynight n WHERE n.room_reservation_id = rr.id
        ORDER BY abs(n.night - %(business_date)s), n.night LIMIT 1) AS price,
       (SELECT count(*) FROM frontdesk_registration x
        WHERE x.room_reservation_id = rr.id AND x.left_at IS NULL) AS registered
FROM reservations_roomreservation rr
JOIN reservations_reservation v ON v.id = rr.reservation_id
JOIN reservations_rateplan p ON p.id = rr.rate_plan_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
LEFT JOIN guests_organisation o ON o.id = v.organisation_id
LEFT JOIN billing_folio folio ON folio.id = rr.folio_id
LEFT JOIN LATERAL (
    SELECT sum(a.balance) FILTER (WHERE a.kind = 'folio') AS balance,
           -sum(a.balance) FILTER (WHERE a.kind = 'deposit') AS deposit
    FROM billing_account a WHERE a.folio_id = rr.folio_id
) money ON true
WHERE rr.hotel_id = %(hotel)s AND rr.room_id = %(room)s AND rr.status IN ('in_house', 'reserved')
ORDER BY rr.status, rr.arrival, rr.id
LIMIT 3
"""
_HISTORY = """
SELECT e.at, e.operation, e.after, coalesce(nullif(u.name, ''), e.actor) AS actor
FROM kernel_audit_entry e LEFT JOIN people_user u ON u.id = e.user_id
WHERE e.hotel_id = %(hotel)s AND e.subject = 'room' AND e.subject_id = %(room)s
ORDER BY e.id DESC LIMIT %(lines)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInRoom:
    """A stay or a reservation as the panel shows it."""

    id: int
    status: str
    arrival: date
    departure: date
    adults: int
    minors: int
    number: str
    name: str
    sex: str
    marked: str
    vip_level: str
    vip_rank: int
    member_tier: str
    stays: int
    guest_id: int
    phone: str
    special_requests: Sequence[str]
    remarks: str
    expected_at: Any
    checked_in_at: datetime | None
    room_fixed: str
    plan_name: str
    plan_name_en: str
    breakfasts: int
    organisation: str
    folio_number: str
    balance: Decimal
    deposit: Decimal
    held: Decimal
    joined: Sequence[str]
    sharers: int
    messages: int
    wake_up: datetime | None
    price: Decimal | None
    registered: int
    business_date: date

    @property
    def short_name(self) -> str:
        return board_name(self.name, self.sex, self.marked)

    @property
    def vip(self) -> int:
        return vip_weight(self.vip_level, self.vip_rank)

    @property
    def plan_label(self) -> str:
        return localised(self.plan_name, self.plan_name_en)

    @property
    def night(self) -> tuple[int, int]:
        return night_of(arrival=self.arrival, departure=self.departure, business_date=self.business_date)

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def is_due_in(self) -> bool:
        return self.status == "reserved" and self.arrival <= self.business_date

    @property
    def is_due_out(self) -> bool:
        return self.status == "in_house" and self.departure <= self.business_date

    @property
    def arrived_today(self) -> bool:
        return self.status == "in_house" and self.arrival == self.business_date

    @property
    def unregistered(self) -> int:
        """How many of the guests who are here were never registered."""
        return max(self.adults + self.minors - self.registered, 0) if self.registered else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPanel:
    """A room and the people around it."""

    id: int
    number: str
    housekeeping: str
    maintenance: str
    do_not_disturb: bool
    smoking: bool
    accessible: bool
    features: Sequence[str]
    orientation: str
    connects_to: str
    floor: str
    type_name: str
    type_name_en: str
    bed_type: str
    area: Decimal
    sealed_at: datetime | None
    sealed_by: str
    out_of_order_reason: str | None
    out_of_order_until: date | None
    people: Sequence[PersonInRoom]
    history: Sequence[dict[str, Any]]

    @property
    def type_label(self) -> str:
        return localised(self.type_name, self.type_name_en)

    @property
    def stay(self) -> PersonInRoom | None:
        return next((person for person in self.people if person.status == "in_house"), None)

    @property
    def due(self) -> PersonInRoom | None:
        return next((person for person in self.people if person.is_due_in), None)

    @property
    def later(self) -> PersonInRoom | None:
        return next((p for p in self.people if p.status == "reserved" and not p.is_due_in), None)

    @property
    def state(self) -> str:
        dirty = self.housekeeping == "dirty"
        if self.stay:
            return "od" if dirty else "oc"
        if self.maintenance == "out_of_order" or self.out_of_order_until is not None:
            return "ooo"
        if self.maintenance == "out_of_service":
            return "oos"
        return "vd" if dirty else "vc"


def room_panel(*, hotel: HotelRef, number: str, now: datetime) -> RoomPanel | None:
    """One room by number, in three statements; None when the hotel has no such room."""
    given = {"hotel": hotel.pk, "number": number, "business_date": hotel.business_date}
    room = db.fetch_one(_ROOM, given)
    if room is None:
        return None
    people = db.fetch_all(_PEOPLE, {**given, "room": room["id"]})
    history = db.fetch_all(_HISTORY, {"hotel": hotel.pk, "room": room["id"], "lines": HISTORY_LINES})
    return RoomPanel(
        people=[PersonInRoom(business_date=hotel.business_date, **row) for row in people], history=history, **room
    )
