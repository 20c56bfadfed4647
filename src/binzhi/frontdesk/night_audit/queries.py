"""The night audit as its screen shows it: what would happen, what stands in the way, what the last days brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.billing.setup import ROOM
from binzhi.frontdesk.night_audit.blockers import Blocker, blockers, count_of
from binzhi.frontdesk.night_audit.credit import Warned, over_credit
from binzhi.frontdesk.night_audit.overdue import OverdueDay, overdue_days
from binzhi.frontdesk.night_audit.posting import Planned, planned_parts, planned_rooms
from binzhi.frontdesk.night_audit.statistics import Figures, figures_of
from binzhi.kernel import db
from binzhi.kernel.money import ZERO, round_money
from binzhi.property.queries import HotelRef, localised
from binzhi.reservations import fees

HISTORY = 7


@dataclass(frozen=True, slots=True)
class Expected:
    """An arrival that has not come; the audit turns it into a no-show."""

    room_reservation_id: int
    reservation: str
    guest_name: str
    room_type: str
    room_type_en: str
    arrival: date
    guarantee: str
    total: int

    @property
    def type_label(self) -> str:
        return localised(self.room_type, self.room_type_en)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit of the past days."""

    business_date: date
    status: str
    started_at: datetime
    finished_at: datetime | None
    attempts: int
    failure: str
    sold: int | None
    room_revenue: Decimal | None
    payments: Decimal | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything the auditor looks at before the day is closed."""

    business_date: date
    today: date
    blockers: tuple[Blocker, ...]
    planned: tuple[Planned, ...]
    codes: tuple[PlannedCode, ...]
    overdue: tuple[OverdueDay, ...]
    expected: tuple[Expected, ...]
    charged: Decimal
    paid: Decimal
    last: AuditRow | None
    over_credit: tuple[Warned, ...]

    @property
    def blocked(self) -> int:
        return count_of(self.blockers)

    @property
    def is_early(self) -> bool:
        """The hotel's clocks have not reached this day."""
        return self.business_date > self.today

    @property
    def is_suspended(self) -> bool:
        """More than the night that is due now was left open."""
        return len(self.overdue) > 1

    @property
    def posted_gross(self) -> Decimal:
        return sum((code.gross for code in self.codes), ZERO)

    @property
    def may_run(self) -> bool:
        return not self.blockers and not self.is_early

    @property
    def rooms(self) -> int:
        return sum(group.rooms for group in self.planned)

    @property
    def late(self) -> int:
        return sum(group.late for group in self.planned)

    @property
    def gross(self) -> Decimal:
        return sum((group.gross for group in self.planned), ZERO)

    @property
    def net(self) -> Decimal:
        return sum((group.net for group in self.planned), ZERO)

    @property
    def tax(self) -> Decimal:
        return self.gross - self.net

    @property
    def expected_total(self) -> int:
        return self.expected[0].total if self.expected else 0


@dataclass(frozen=True, slots=True)
class PlannedCode:
    """What the audit will post on one charge code."""

    code: str
    name: str
    name_en: str
    postings: int
    net: Decimal
    tax: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


_DUE = "SELECT id FROM reservations_roomreservation WHERE hotel_id = %s AND status = 'reserved' AND arrival <= %s"
_CODES = """
SELECT c.code, c.name, c.name_en, c.tax_rate, h.prices_include_tax AS inclusive, h.currency
FROM billing_chargecode c JOIN property_hotel h ON h.id = c.hotel_id
WHERE c.hotel_id = %s AND c.code = ANY (%s) ORDER BY c.code
"""


def planned_codes(*, hotel_id: int, business_date: date, planned: Sequence[Planned]) -> tuple[PlannedCode, ...]:
    """The same by charge code: rooms, parts of packages, the fees of those who will not have come."""
    due: list[int] = db.fetch_values(_DUE, [hotel_id, business_date])
    terms = fees.terms_of(due) if due else {}
    found = []
    for row in db.fetch_all(_CODES, [hotel_id, [ROOM, fees.NO_SHOW_CODE]]):
        inclusive, rate, currency = row.pop("inclusive"), row.pop("tax_rate"), row.pop("currency")
        if row["code"] == ROOM:
            net = sum((group.net for group in planned), ZERO)
            tax = sum((group.tax for group in planned), ZERO)
            count = sum(group.rooms + group.late for group in planned)
        else:
            owed = [
                fee
                for policy, prices in terms.values()
                if (fee := fees.no_show_fee(policy, prices=prices, currency=currency))
            ]
            parts = [_parts(fee, rate, inclusive, currency) for fee in owed]
            net, tax, count = sum((n for n, _t in parts), ZERO), sum((t for _n, t in parts), ZERO), len(parts)
        if count:
            found.append(PlannedCode(**row, postings=count, net=net, tax=tax))
    for part in planned_parts(hotel_id=hotel_id, business_date=business_date):
        found.append(PlannedCode(part.code, part.name, part.name_en, part.count, part.net, part.gross - part.net))
    return tuple(sorted(found, key=lambda one: one.code))


def _parts(amount: Decimal, rate: Decimal, inclusive: bool, currency: str) -> tuple[Decimal, Decimal]:
    """Net and tax, as the posting will count them."""
    if inclusive:
        net = round_money(amount / (1 + rate), currency)
        return net, amount - net
    return amount, round_money(amount * rate, currency)


_EXPECTED = """
SELECT r.id AS room_reservation_id, v.number AS reservation, coalesce(g.name, v.booker_name) AS guest_name,
       t.name AS room_type, t.name_en AS room_type_en, r.arrival, v.guarantee, count(*) OVER () AS total
FROM reservations_roomreservation r
JOIN reservations_reservation v ON v.id = r.reservation_id
JOIN property_roomtype t ON t.id = r.room_type_id
LEFT JOIN guests_guest g ON g.id = coalesce(r.guest_id, v.guest_id)
WHERE r.hotel_id = %s AND r.status = 'reserved' AND r.arrival <= %s
ORDER BY v.guarantee, r.arrival, r.id LIMIT 50
"""
_MOVED = """
SELECT coalesce(-sum(l.amount) FILTER (WHERE a.kind IN ('revenue', 'tax')), 0) AS charged,
       coalesce(sum(l.amount) FILTER (WHERE a.kind = 'means'), 0) AS paid
FROM billing_transaction t
JOIN billing_line l ON l.transaction_id = t.id
JOIN billing_account a ON a.id = l.account_id AND a.kind IN ('revenue', 'tax', 'means')
WHERE t.hotel_id = %s AND t.business_date = %s
"""
_HISTORY = """
SELECT n.business_date, n.status, n.started_at, n.finished_at, n.attempts, n.failure, s.sold, s.room_revenue, s.payments
FROM frontdesk_nightaudit n
LEFT JOIN frontdesk_daystatistics s ON s.hotel_id = n.hotel_id AND s.business_date = n.business_date
WHERE n.hotel_id = %s ORDER BY n.business_date DESC LIMIT %s
"""


def preview(*, hotel: HotelRef, now: datetime) -> Preview:
    """What closing the open day would do now, in a fixed number of statements whatever the size of the house."""
    day = hotel.business_date
    planned = tuple(planned_rooms(hotel_id=hotel.pk, business_date=day))
    moved = db.fetch_one(_MOVED, [hotel.pk, day]) or {"charged": ZERO, "paid": ZERO}
    past = history(hotel_id=hotel.pk, limit=1)
    return Preview(
        business_date=day,
        today=hotel.local(now).date(),
        blockers=tuple(blockers(hotel_id=hotel.pk, business_date=day)),
        planned=planned,
        codes=planned_codes(hotel_id=hotel.pk, business_date=day, planned=planned),
        overdue=tuple(overdue_days(hotel=hotel, now=now)),
        expected=tuple(Expected(**row) for row in db.fetch_all(_EXPECTED, [hotel.pk, day])),
        charged=moved["charged"],
        paid=moved["paid"],
        last=past[0] if past else None,
        over_credit=over_credit(hotel_id=hotel.pk),
    )


def preview_out(found: Preview) -> dict[str, Any]:
    """The preview for programs: no names."""
    return {
        "business_date": found.business_date.isoformat(),
        "blockers": [
            {"kind": blocker.kind, "detail": " ".join(part for part in (blocker.reservation, blocker.room) if part)}
            for blocker in found.blockers
        ],
        "rooms": found.rooms + found.late,
        "room_revenue": f"{found.net:.2f}",
    }


def history(*, hotel_id: int, limit: int = HISTORY) -> list[AuditRow]:
    """The last audits, newest first."""
    return [AuditRow(**row) for row in db.fetch_all(_HISTORY, [hotel_id, limit])]


def result_of(*, hotel_id: int, business_date: date) -> Figures | None:
    """The figures of a closed day."""
    return figures_of(hotel_id=hotel_id, business_date=business_date)
