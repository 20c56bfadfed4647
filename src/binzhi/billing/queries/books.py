"""The books: sums over the ledger by hotel day. Each is one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.money import ZERO

_SUM = "SELECT coalesce(sum(amount), 0) FROM billing_line WHERE hotel_id = %s"
_TRIAL = """
SELECT a.kind, CASE WHEN a.folio_id IS NULL THEN a.code ELSE '' END AS code,
       max(CASE WHEN a.folio_id IS NULL THEN a.name ELSE '' END) AS name, sum(l.amount) AS amount
FROM billing_transaction t
JOIN billing_line l ON l.transaction_id = t.id
JOIN billing_account a ON a.id = l.account_id
WHERE t.hotel_id = %s AND t.business_date = %s
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class DayLine:
    """What moved on one account (or all windows, all deposits together) on a day; debit positive."""

    kind: str
    code: str
    name: str
    amount: Decimal


def ledger_sum(*, hotel_id: int) -> Decimal:
    """The sum of all lines of a hotel: zero, or the books are broken."""
    total: Decimal = db.fetch_value(_SUM, [hotel_id])
    return total


def trial_balance(*, hotel_id: int, business_date: date) -> list[DayLine]:
    """Movements of a hotel day by account; they add up to zero."""
    return [DayLine(**row) for row in db.fetch_all(_TRIAL, [hotel_id, business_date])]


def revenue_of_day(*, hotel_id: int, business_date: date) -> dict[str, Decimal]:
    """Revenue net of tax by charge code, corrections of the day included."""
    return {
        line.code: -line.amount
        for line in trial_balance(hotel_id=hotel_id, business_date=business_date)
        if line.kind == "revenue"
    }


def payments_of_day(*, hotel_id: int, business_date: date) -> dict[str, Decimal]:
    """What came in by means of payment, refunds and deposits included."""
    return {
        line.code: line.amount
        for line in trial_balance(hotel_id=hotel_id, business_date=business_date)
        if line.kind == "means" and line.amount != ZERO
    }
