"""Which lines an invoice has: what stands in a window by charge code, less what was invoiced before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from binzhi.billing.folio_errors import MoreThanCharged, MoreThanPaid, NothingToInvoice
from binzhi.kernel import db
from binzhi.kernel.money import ZERO, quantum

PRICE = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Pool:
    """What of one charge code, at one rate, is not invoiced yet: gross, and how many units it was."""

    charge_code_id: int
    code: str
    item: str
    unit: str
    rate: Decimal
    classification: str
    gross: Decimal
    quantity: int


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as it will be sent; `amount` is net."""

    charge_code_id: int
    item: str
    unit: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    rate: Decimal
    tax: Decimal
    classification: str


# The tax code of the day of the charge; without one the family's usual words at the charge code's own rate. What
# carries no supply (cancelled, damaged) is not invoiced.
_POOLS = """
WITH standing AS (
    SELECT r.charge_code_id, r.business_date, sum(l.amount) AS gross,
           sum(r.quantity) FILTER (WHERE t.id = r.id AND l.amount > 0) AS quantity
    FROM billing_line l
    JOIN billing_transaction t ON t.id = l.transaction_id
    JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id) AND r.kind = 'charge'
    WHERE l.account_id = %(account)s
    GROUP BY r.id
), coded AS (
    SELECT s.charge_code_id, c.code, coalesce(x.item, d.item) AS item, coalesce(x.unit, d.unit) AS unit,
           coalesce(x.rate, c.tax_rate) AS rate, coalesce(x.classification, d.classification) AS classification,
           coalesce(x.is_invoiced, c."group" NOT IN ('fee', 'transfer')) AS is_invoiced,
           sum(s.gross) AS gross, coalesce(sum(s.quantity), 1) AS quantity
    FROM standing s
    JOIN billing_chargecode c ON c.id = s.charge_code_id
    LEFT JOIN LATERAL (
        SELECT item, unit, rate, classification, is_invoiced FROM billing_taxcode x
        WHERE x.hotel_id = c.hotel_id AND x.charge_code_id = c.id AND x.first_date <= s.business_date
        ORDER BY x.first_date DESC LIMIT 1
    ) x ON true
    JOIN (VALUES ('room', '*住宿服务*住宿费', '间夜', '3070402000000000000'),
                 ('food', '*餐饮服务*餐费', '', '3070401000000000000'),
                 ('minibar', '*软饮料*饮品', '', '1030307000000000000'),
                 ('laundry', '*居民日常服务*洗衣费', '', '3070500000000000000'),
                 ('other', '*生活服务*其他服务', '', '3079900000000000000'),
                 ('fee', '', '', ''), ('transfer', '', '', '')) AS d (grp, item, unit, classification)
        ON d.grp = CASE WHEN c."group" IN ('room', 'food', 'minibar', 'laundry', 'fee', 'transfer') THEN c."group"
                        ELSE 'other' END
    GROUP BY 1, 2, 3, 4, 5, 6, 7
), taken AS (
    SELECT l.charge_code_id, l.rate, l.item, sum(l.amount + l.tax) AS gross
    FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
    WHERE i.account_id = %(account)s AND i.state <> 'refused' AND (i.red_of_id IS NULL OR i.state = 'issued')
    GROUP BY 1, 2, 3
)
SELECT c.charge_code_id, c.code, c.item, c.unit, c.rate, c.classification, c.gross - coalesce(t.gross, 0) AS gross,
       c.quantity
FROM coded c LEFT JOIN taken t USING (charge_code_id, rate, item)
WHERE c.is_invoiced AND c.gross - coalesce(t.gross, 0) > 0
ORDER BY c.code, c.rate
"""


def pools_of(account_id: int) -> list[Pool]:
    """What of a window can still be invoiced, by charge code."""
    return [Pool(**row) for row in db.fetch_all(_POOLS, {"account": account_id})]


def room_of(account_id: int) -> Decimal:
    """What was paid of a window and not invoiced yet."""
    room: Decimal = db.fetch_value("SELECT billing_invoice_room(%s)", [account_id])
    return room


def draft(pools: Sequence[Pool], *, amount: Decimal | None, paid: Decimal, currency: str) -> list[DraftLine]:
    """The lines of an invoice for `amount` (tax included), or for all that is charged and paid; code by code.

    Raises NothingToInvoice, MoreThanCharged, MoreThanPaid.
    """
    charged = sum((pool.gross for pool in pools), ZERO)
    most = min(charged, paid)
    if most <= 0:
        raise NothingToInvoice
    wanted = most if amount is None else amount
    if wanted > charged:
        raise MoreThanCharged(amount=charged)
    if wanted > paid:
        raise MoreThanPaid(amount=paid)
    lines = []
    for pool in pools:
        part = min(pool.gross, wanted)
        if part > 0:
            lines.append(_line(pool, part, currency))
            wanted -= part
    return lines


def _line(pool: Pool, gross: Decimal, currency: str) -> DraftLine:
    net = (gross / (1 + pool.rate)).quantize(quantum(currency), rounding=ROUND_HALF_UP)
    # Part of a pool is no number of nights.
    quantity = Decimal(pool.quantity) if gross == pool.gross and pool.quantity > 0 else Decimal(1)
    return DraftLine(
        charge_code_id=pool.charge_code_id, item=pool.item, unit=pool.unit, quantity=quantity,
        price=(net / quantity).quantize(PRICE, rounding=ROUND_HALF_UP), amount=net, rate=pool.rate, tax=gross - net,
        classification=pool.classification,
    )  # fmt: skip


def mirrored(line: DraftLine) -> DraftLine:
    """The line of a red invoice."""
    return replace(line, quantity=-line.quantity, amount=-line.amount, tax=-line.tax)
