"""Whether more come than there are rooms, whom one would walk and why, and what walks have cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.property.queries import localised
from binzhi.reservations.walks import costs


@dataclass(frozen=True, slots=True)
class RiskNight:
    """One type on one night: `over` is how many more are promised than there are rooms, `may` what is allowed."""

    night: date
    room_type: str
    label: str
    rooms: int
    out_of_order: int
    promised: int
    may: int

    @property
    def over(self) -> int:
        return self.promised - (self.rooms - self.out_of_order)


_RISK = """
SELECT n.night, t.code AS room_type, t.name, t.name_en, n.rooms, n.out_of_order, n.sold + n.held AS promised,
       n.overbooking AS may
FROM reservations_night n JOIN property_roomtype t ON t.id = n.room_type_id
WHERE n.hotel_id = %s AND n.night >= %s AND n.night < %s AND t.is_active
ORDER BY n.night, t.position, t.code
"""


def risk(*, hotel_id: int, first: date, days: int = 14) -> list[RiskNight]:
    """Every type on the coming nights, one statement."""
    rows = db.fetch_all(_RISK, [hotel_id, first, first + timedelta(days=days)])
    return [RiskNight(label=localised(row.pop("name"), row.pop("name_en")), **row) for row in rows]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody expected tonight, with what speaks for and against walking; the lowest `weight` would go first.

    `room_type` is its name in the reader's language.
    """

    room_reservation_id: int
    number: str
    guest: str
    room_type: str
    departure: date
    nights: int
    price: Decimal
    weight: int
    reasons: Sequence[str]
    against: Sequence[str]


_DUE = """
SELECT rr.id AS room_reservation_id, r.number, coalesce(g.name, r.booker_name) AS guest, t.name, t.name_en,
       rr.departure, rr.departure - greatest(rr.arrival, h.business_date) AS nights, r.guarantee, rr.children,
       rr.block_id IS NOT NULL AS in_group, coalesce(g.vip_rank, 0) AS vip_rank, coalesce(g.member_no, '') AS member_no,
       coalesce(g.stays, 0) AS stays, r.organisation_id IS NOT NULL AS of_company, r.booked_on,
       r.booked_on = h.business_date AS booked_today,
       coalesce((SELECT sum(n.price) FROM reservations_staynight n
                 WHERE n.room_reservation_id = rr.id AND n.night >= h.business_date), 0) AS price
FROM reservations_roomreservation rr
JOIN reservations_reservation r ON r.id = rr.reservation_id
JOIN property_hotel h ON h.id = rr.hotel_id
JOIN property_roomtype t ON t.id = rr.room_type_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, r.guest_id)
WHERE rr.hotel_id = %s AND rr.status = 'reserved' AND rr.arrival <= h.business_date AND rr.departure > h.business_date
ORDER BY rr.id LIMIT 1000
"""
# What each fact weighs: who is walked last has most. Data, so that it can be read and argued with.
WEIGHTS = {
    "vip": 1000,
    "children": 120,
    "guarantee": 100,
    "group": 80,
    "member": 60,
    "company": 40,
    "night": 15,
    "stay": 4,
}
MOST_NIGHTS, MOST_STAYS = 6, 10


def proposals(*, hotel_id: int) -> list[Proposal]:
    """All who are still expected tonight, who would be walked first at the head; one statement."""
    found = [_proposal(row) for row in db.fetch_all(_DUE, [hotel_id])]
    return sorted(found, key=lambda one: (one.weight, one.price, one.room_reservation_id))


def _proposal(row: dict[str, object]) -> Proposal:
    nights, stays = int(str(row["nights"])), int(str(row["stays"]))
    facts = (
        (row["guarantee"] != "none", "guarantee", 1, _("not guaranteed"), _("guaranteed")),
        (bool(row["vip_rank"]), "vip", 1, "", _("VIP")),
        (bool(row["children"]), "children", 1, "", _("comes with children")),
        (bool(row["in_group"]), "group", 1, "", _("belongs to a group")),
        (bool(row["member_no"]), "member", 1, _("not a member"), _("member")),
        (bool(row["of_company"]), "company", 1, "", _("of a company")),
        (nights > 1, "night", min(nights, MOST_NIGHTS), _("one night only"),
         ngettext("%(n)s night", "%(n)s nights", nights) % {"n": nights}),
        (stays > 0, "stay", min(stays, MOST_STAYS), _("never stayed here"),
         ngettext("stayed %(n)s time", "stayed %(n)s times", stays) % {"n": stays}),
    )  # fmt: skip
    weight = sum(WEIGHTS[key] * times for holds, key, times, _for, _against in facts if holds)
    reasons = [words for holds, _key, _times, words, _against in facts if not holds and words]
    if row["booked_today"]:
        reasons.append(_("booked today"))
    return Proposal(
        room_reservation_id=int(str(row["room_reservation_id"])), number=str(row["number"]), guest=str(row["guest"]),
        room_type=localised(str(row["name"]), str(row["name_en"])),
        departure=row["departure"],  # type: ignore[arg-type]
        nights=nights, price=Decimal(str(row["price"])), weight=weight, reasons=reasons,
        against=[words for holds, _key, _times, _for, words in facts if holds],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartnerRow:
    id: int
    name: str
    address: str
    phone: str
    price: Decimal | None
    is_active: bool


def partners(*, hotel_id: int, active_only: bool = False) -> list[PartnerRow]:
    """Partner hotels, the cheapest first."""
    rows = db.fetch_all(
        "SELECT id, name, address, phone, price, is_active FROM reservations_partnerhotel"
        " WHERE hotel_id = %s AND (is_active OR NOT %s) ORDER BY is_active DESC, price NULLS LAST, name",
        [hotel_id, active_only],
    )
    return [PartnerRow(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class WalkRow:
    """A walk with its costs."""

    id: int
    business_date: date
    at: datetime
    number: str
    guest: str
    partner: str
    partner_address: str
    partner_phone: str
    nights: int
    returns_on: date | None
    transport: str
    compensation: str
    room_cost: Decimal
    transport_cost: Decimal
    compensation_cost: Decimal
    other_cost: Decimal
    reason: str
    note: str
    who: str
    undone_on: date | None
    owed: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.room_cost + self.transport_cost + self.compensation_cost + self.other_cost


_WALKS = """
SELECT w.id, w.business_date, w.at, r.number, coalesce(g.name, r.booker_name) AS guest, p.name AS partner,
       p.address AS partner_address, p.phone AS partner_phone, w.nights, w.returns_on, w.transport, w.compensation,
       w.room_cost, w.transport_cost, w.compensation_cost, w.other_cost, w.reason, w.note,
       coalesce(nullif(u.name, ''), u.username, '') AS who, w.undone_on
FROM reservations_walk w
JOIN reservations_partnerhotel p ON p.id = w.partner_id
JOIN reservations_roomreservation rr ON rr.id = w.room_reservation_id
JOIN reservations_reservation r ON r.id = rr.reservation_id
LEFT JOIN guests_guest g ON g.id = w.guest_id
LEFT JOIN people_user u ON u.id = w.user_id
WHERE w.hotel_id = %(hotel)s AND {which} ORDER BY w.business_date DESC, w.id DESC LIMIT 500
"""


def walks(*, hotel_id: int, first: date, last: date) -> list[WalkRow]:
    """Walks of hotel days `first` to `last` (both included), the last first; two statements."""
    sql = _WALKS.replace("{which}", "w.business_date BETWEEN %(first)s AND %(last)s")
    return _rows(hotel_id, db.fetch_all(sql, {"hotel": hotel_id, "first": first, "last": last}))


def _rows(hotel_id: int, found: Sequence[dict[str, Any]]) -> list[WalkRow]:
    """With what the books say is still owed for each."""
    posted = costs.posted(hotel_id=hotel_id, walk_ids=[row["id"] for row in found])
    return [WalkRow(**row, owed=posted[row["id"]].owed) for row in found]


def walk_by_id(*, hotel_id: int, walk_id: int) -> WalkRow:
    """One walk. Raises NotFound."""
    row = db.fetch_one(_WALKS.replace("{which}", "w.id = %(id)s"), {"hotel": hotel_id, "id": walk_id})
    if row is None:
        raise NotFound
    return _rows(hotel_id, [row])[0]
