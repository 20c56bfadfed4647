"""Commissions: what is owed to agencies for guests who have left, counted from what was posted for their rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from binzhi.kernel import db
from binzhi.kernel.money import MINOR_DIGITS
from binzhi.property.queries import localised

OWED = "owed"


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """A stay with what its agency is owed. `state`: owed, paid, waived."""

    room_reservation_id: int
    number: str
    organisation_id: int
    organisation: str
    rate_plan: str
    arrival: date
    departure: date
    base: Decimal
    percent: Decimal
    amount: Decimal
    state: str
    reason: str


# The share of the latest line for the day of arrival, one for the rate before one for all. Room revenue net of tax is
# what stands of the postings of the nights (and of a day use) on revenue: reversals and allowances name them as origin.
_ROWS = """
SELECT r.id AS room_reservation_id, v.number, v.organisation_id, o.name AS organisation, p.name AS rate_plan,
       r.arrival, r.departure, coalesce(c.base, x.base) AS base, coalesce(c.percent, k.percent) AS percent,
       coalesce(c.amount, round(x.base * k.percent / 100,
           CASE WHEN h.currency = ANY (%(whole)s) THEN 0 ELSE 2 END)) AS amount,
       coalesce(c.state, 'owed') AS state, coalesce(c.reason, '') AS reason
FROM reservations_roomreservation r
JOIN property_hotel h ON h.id = r.hotel_id
JOIN reservations_reservation v ON v.id = r.reservation_id AND v.organisation_id IS NOT NULL
JOIN guests_organisation o ON o.id = v.organisation_id
JOIN reservations_rateplan p ON p.id = r.rate_plan_id
LEFT JOIN reservations_commission c ON c.room_reservation_id = r.id
CROSS JOIN LATERAL (
    SELECT m.percent FROM reservations_commissionrate m
    WHERE m.hotel_id = r.hotel_id AND m.organisation_id = v.organisation_id AND m.from_date <= r.arrival
      AND (m.rate_plan_id IS NULL OR m.rate_plan_id = r.rate_plan_id)
    ORDER BY m.rate_plan_id IS NULL, m.from_date DESC LIMIT 1
) k
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(l.amount), 0) AS base
    FROM billing_transaction t
    JOIN billing_transaction f ON f.id = t.id OR f.origin_id = t.id
    JOIN billing_line l ON l.transaction_id = f.id
    JOIN billing_account a ON a.id = l.account_id AND a.kind = 'revenue'
    WHERE c.room_reservation_id IS NULL AND t.hotel_id = r.hotel_id AND t.source_key = ANY (
        ARRAY(SELECT 'room:' || n.night || ':' || r.id FROM reservations_staynight n WHERE n.room_reservation_id = r.id)
        || ARRAY['dayuse:' || r.id])
) x
WHERE r.hotel_id = %(hotel)s AND r.status = 'checked_out'
  AND (%(stays)s::bigint[] IS NULL OR r.id = ANY (%(stays)s::bigint[]))
  AND (%(first)s::date IS NULL OR r.ended_on BETWEEN %(first)s::date AND %(last)s::date)
  AND (%(organisation)s::bigint IS NULL OR v.organisation_id = %(organisation)s::bigint)
  AND (c.room_reservation_id IS NOT NULL OR (k.percent > 0 AND x.base > 0))
  AND (%(state)s = '' OR coalesce(c.state, 'owed') = %(state)s)
ORDER BY o.name, r.departure, r.id LIMIT %(most)s
"""
MOST_ROWS = 2000


def commissions(
    *, hotel_id: int, first: date | None = None, last: date | None = None, organisation_id: int | None = None,
    state: str = "", stays: list[int] | None = None,
) -> list[CommissionRow]:  # fmt: skip
    """Stays that ended between two hotel days (both included), by agency; one statement."""
    whole = [currency for currency, digits in MINOR_DIGITS.items() if digits == 0]
    params: dict[str, Any] = {
        "hotel": hotel_id, "first": first, "last": last, "organisation": organisation_id, "state": state,
        "stays": stays, "most": MOST_ROWS, "whole": whole,
    }  # fmt: skip
    return [CommissionRow(**row) for row in db.fetch_all(_ROWS, params)]


@dataclass(frozen=True, slots=True)
class RateRow:
    """An agency's share from a day on; `rate_plan` empty: of every rate."""

    organisation: str
    rate_plan: str
    rate_plan_en: str
    percent: Decimal
    from_date: date

    @property
    def plan_label(self) -> str:
        return localised(self.rate_plan, self.rate_plan_en)


_RATES = """
SELECT o.name AS organisation, coalesce(p.name, '') AS rate_plan, coalesce(p.name_en, '') AS rate_plan_en, m.percent,
       m.from_date
FROM reservations_commissionrate m
JOIN guests_organisation o ON o.id = m.organisation_id
LEFT JOIN reservations_rateplan p ON p.id = m.rate_plan_id
WHERE m.hotel_id = %s ORDER BY o.name, p.position NULLS FIRST, m.from_date DESC LIMIT 300
"""


def commission_rates(hotel_id: int) -> list[RateRow]:
    """What agencies were promised, the latest first."""
    return [RateRow(**row) for row in db.fetch_all(_RATES, [hotel_id])]
