"""What a drawer should hold, by the books, and what was counted. Building blocks, called inside an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from binzhi.billing.cashier_errors import CountMissing, CountWrong, FaceUnknown
from binzhi.kernel import db
from binzhi.kernel.money import LARGEST, ZERO

CASH = "cash"
# 人民币 notes and coins that are still in use.
FACES = tuple(Decimal(face) for face in ("100", "50", "20", "10", "5", "1", "0.5", "0.1"))
MOST_PIECES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CountInput:
    """What was counted: cash by notes and coins (or in one sum), the rest in sums by means; foreign cash in its money.

    `totals` are by the code of the means, foreign cash as `cash:USD`; what is left out was not counted.
    """

    pieces: Mapping[Decimal, int] = field(default_factory=dict)
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    note: str = ""


# Foreign cash is counted in its own money; the notes of a payment that was taken back in this shift are gone, and so
# are those that went to the safe.
_EXPECTED = """
WITH moved AS (
    SELECT a.code, sum(l.amount) AS amount, bool_or(l.amount <> 0) AS is_there
    FROM billing_transaction t
    JOIN billing_line l ON l.transaction_id = t.id JOIN billing_account a ON a.id = l.account_id AND a.kind = 'means'
    WHERE t.shift_id = %(shift)s AND t.kind <> 'over_short' GROUP BY a.code
), notes AS (
    SELECT 'cash:' || n.currency AS code,
           sum(CASE WHEN (t.reverses_id IS NULL) = (r.kind <> 'drop') THEN n.foreign_amount
                    ELSE -n.foreign_amount END) AS amount
    FROM billing_transaction t JOIN billing_currencynote n ON n.transaction_id = coalesce(t.reverses_id, t.id)
    JOIN billing_transaction r ON r.id = n.transaction_id
    WHERE t.shift_id = %(shift)s GROUP BY 1
)
SELECT moved.code, CASE WHEN moved.code LIKE 'cash:%%' THEN coalesce(notes.amount, 0) ELSE moved.amount END AS amount
FROM moved LEFT JOIN notes USING (code)
"""


def expected_in(*, shift_id: int, opening_float: Decimal) -> dict[str, Decimal]:
    """By means what the books say passed this shift; the cash with its float. Read after the shift is locked."""
    found = {row["code"]: row["amount"] for row in db.fetch_all(_EXPECTED, {"shift": shift_id})}
    found[CASH] = found.get(CASH, ZERO) + opening_float
    return found


_WORTH = """
SELECT coalesce(sum(l.amount), 0)
FROM billing_transaction t JOIN billing_line l ON l.transaction_id = t.id
JOIN billing_account a ON a.id = l.account_id AND a.kind = 'means' AND a.code = %s
WHERE t.shift_id = %s AND t.kind <> 'over_short'
"""


def worth_of(*, shift_id: int, code: str) -> Decimal:
    """What the books say that the foreign cash of this shift is worth in the hotel's money."""
    worth: Decimal = db.fetch_value(_WORTH, [code, shift_id])
    return worth


def cash_of(count: CountInput) -> Decimal | None:
    """The cash that was counted; None: it was not. Raises FaceUnknown, CountWrong."""
    for face, pieces in count.pieces.items():
        if face not in FACES:
            raise FaceUnknown(face=face)
        if not 0 <= pieces <= MOST_PIECES:
            raise CountWrong(field="pieces")
    if count.pieces:
        return sum((face * pieces for face, pieces in count.pieces.items()), ZERO)
    return count.totals.get(CASH)


def counted_in(count: CountInput, expected: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What was counted, by means. Raises CountMissing, CountWrong at the means, FaceUnknown."""
    given = dict(count.totals)
    if (cash := cash_of(count)) is not None:
        given[CASH] = cash
    for code, amount in given.items():
        if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
            raise CountWrong(field=code)
    for code in sorted(expected):
        if code not in given:
            raise CountMissing(field=code)
    return {code: given.get(code, ZERO) for code in sorted({*given, *expected})}
