"""The trial balance (试算平衡) of a day: where every account stood, what moved, where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.money import ZERO

# The lines of a day are added up by account first: that is one pass, and what is joined then is few.
_WRITE = """
WITH moved AS MATERIALIZED (
    SELECT l.account_id, sum(l.amount) FILTER (WHERE l.amount > 0) AS debit,
           -sum(l.amount) FILTER (WHERE l.amount < 0) AS credit
    FROM billing_transaction t JOIN billing_line l ON l.transaction_id = t.id
    WHERE t.hotel_id = %(hotel)s AND t.business_date = %(day)s GROUP BY l.account_id
), by_code AS (
    SELECT a.kind, CASE WHEN a.kind IN ('folio', 'deposit', 'receivable') THEN '' ELSE a.code END AS code,
           coalesce(sum(m.debit), 0) AS debit, coalesce(sum(m.credit), 0) AS credit
    FROM moved m JOIN billing_account a ON a.id = m.account_id GROUP BY 1, 2
), opening AS (
    {opening}
), kept AS (
    SELECT a.kind, sum(a.balance) AS balance
    FROM billing_account a WHERE a.hotel_id = %(hotel)s AND a.kind = 'receivable' AND a.folio_id IS NULL GROUP BY 1
    UNION ALL
    SELECT a.kind, sum(a.balance) FROM billing_folio f JOIN billing_account a ON a.folio_id = f.id
    WHERE f.hotel_id = %(hotel)s AND f.closed_at IS NULL GROUP BY 1
), named AS (
    SELECT kind, code, name FROM billing_account
    WHERE hotel_id = %(hotel)s AND folio_id IS NULL AND kind NOT IN ('folio', 'deposit', 'receivable')
    UNION ALL VALUES ('folio', '', ''), ('deposit', '', ''), ('receivable', '', '')
)
INSERT INTO frontdesk_trialline (hotel_id, business_date, kind, code, name, opening, debit, credit, closing, kept)
SELECT %(hotel)s, %(day)s, n.kind, n.code, n.name, coalesce(o.closing, 0), coalesce(m.debit, 0), coalesce(m.credit, 0),
       coalesce(o.closing, 0) + coalesce(m.debit, 0) - coalesce(m.credit, 0),
       CASE WHEN n.kind IN ('folio', 'deposit', 'receivable') THEN coalesce(k.balance, 0) END
FROM named n
LEFT JOIN opening o ON o.kind = n.kind AND o.code = n.code
LEFT JOIN by_code m ON m.kind = n.kind AND m.code = n.code
LEFT JOIN kept k ON k.kind = n.kind
"""
_DAY_BEFORE = """
SELECT kind, code, closing FROM frontdesk_trialline WHERE hotel_id = %(hotel)s AND business_date = %(before)s
"""
# A hotel whose day before was closed without one: everything that was ever posted.
_EVER = """
SELECT a.kind, CASE WHEN a.kind IN ('folio', 'deposit', 'receivable') THEN '' ELSE a.code END AS code,
           sum(l.amount) AS closing
    FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
    JOIN billing_account a ON a.id = l.account_id
    WHERE l.hotel_id = %(hotel)s AND t.business_date < %(day)s GROUP BY 1, 2
"""
_WRITE_ON, _WRITE_FIRST = _WRITE.format(opening=_DAY_BEFORE.strip()), _WRITE.format(opening=_EVER.strip())
_HAS = "SELECT EXISTS (SELECT FROM frontdesk_trialline WHERE hotel_id = %s AND business_date = %s)"
_READ = """
SELECT kind, code, name, opening, debit, credit, closing, kept FROM frontdesk_trialline
WHERE hotel_id = %s AND business_date = %s
ORDER BY array_position(ARRAY['folio', 'deposit', 'receivable', 'means', 'house', 'revenue', 'tax'], kind::text), kind,
    code
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One account, or all windows, all deposits, all companies' accounts together; debit positive."""

    kind: str
    code: str
    name: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal
    kept: Decimal | None

    @property
    def difference(self) -> Decimal:
        """What the running balances say beyond the ledger's lines: nothing, or something is wrong."""
        return ZERO if self.kept is None else self.kept - self.closing


def write_trial(*, hotel_id: int, business_date: date) -> None:
    """Write the lines of the day that is being closed. The caller holds the day alone; written once."""
    before = business_date - timedelta(days=1)
    statement = _WRITE_ON if db.fetch_value(_HAS, [hotel_id, before]) else _WRITE_FIRST
    db.execute(statement, {"hotel": hotel_id, "day": business_date, "before": before})


def trial_of(*, hotel_id: int, business_date: date) -> list[Line]:
    """The trial balance of a closed day, in the order in which it is read."""
    return [Line(**row) for row in db.fetch_all(_READ, [hotel_id, business_date])]
