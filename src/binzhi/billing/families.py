"""A posting and what was built on it: refunds, transfers, reversals name it as their origin."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class Written:
    """A transaction as written, with its lines; `accounts` are those that keep a balance."""

    pk: int
    kind: str
    folio_id: int | None
    charge_code_id: int | None
    means_id: int | None
    quantity: int
    origin_id: int | None
    description: str
    is_reversed: bool
    lines: tuple[tuple[int, Decimal], ...]
    accounts: tuple[int, ...]


_TRANSACTION = """
SELECT t.id AS pk, t.kind, t.folio_id, t.charge_code_id, t.means_id, t.quantity, t.origin_id, t.description,
       EXISTS (SELECT 1 FROM billing_transaction r WHERE r.reverses_id = t.id) AS is_reversed,
       array_agg(l.account_id ORDER BY l.id) AS line_accounts, array_agg(l.amount ORDER BY l.id) AS line_amounts,
       array_agg(l.account_id ORDER BY l.account_id)
           FILTER (WHERE a.kind IN ('folio', 'deposit', 'receivable')) AS accounts
FROM billing_transaction t
JOIN billing_line l ON l.transaction_id = t.id
JOIN billing_account a ON a.id = l.account_id
WHERE t.hotel_id = %s AND t.id = %s
GROUP BY t.id
"""
_FAMILY = """
SELECT l.account_id, sum(l.amount) AS amount
FROM (
    SELECT id FROM billing_transaction WHERE id = %(root)s
    UNION ALL SELECT id FROM billing_transaction WHERE origin_id = %(root)s
) t JOIN billing_line l ON l.transaction_id = t.id
GROUP BY l.account_id
"""


def transaction_of(*, hotel_id: int, transaction_id: int) -> Written | None:
    """A transaction of this hotel with its lines, or None."""
    row = db.fetch_one(_TRANSACTION, [hotel_id, transaction_id])
    if row is None:
        return None
    lines = tuple(zip(row.pop("line_accounts"), row.pop("line_amounts"), strict=True))
    return Written(lines=lines, accounts=tuple(row.pop("accounts") or ()), **row)


def family_of(root_id: int) -> defaultdict[int, Decimal]:
    """What stands, per account, of a posting and all that names it as origin. Read after its accounts are locked."""
    standing: defaultdict[int, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for row in db.fetch_all(_FAMILY, {"root": root_id}):
        standing[row["account_id"]] = row["amount"]
    return standing
