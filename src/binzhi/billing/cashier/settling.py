"""Keeping a count and posting what differs. Building blocks, called inside an operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from binzhi.billing import ledger
from binzhi.billing.cashier.counting import CASH, worth_of
from binzhi.billing.counter.postings import rate_of
from binzhi.billing.errors import AmountNotPositive
from binzhi.billing.houses import OVER_SHORT, SAFE, house_account, means_account
from binzhi.billing.ledger import Posted, Posting
from binzhi.kernel import db
from binzhi.kernel.money import quantum
from binzhi.property.queries import hotel_by_id

FOREIGN = f"{CASH}:"

_COUNT = """
INSERT INTO billing_shiftcount (hotel_id, shift_id, code, expected, counted, difference, transaction_id)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_PIECE = "INSERT INTO billing_shiftpiece (hotel_id, shift_id, face, pieces) VALUES (%s, %s, %s, %s)"


def keep_count(
    *, hotel_id: int, shift_id: int, user_id: int, expected: Mapping[str, Decimal], counted: Mapping[str, Decimal],
    pieces: Mapping[Decimal, int], now: datetime,
) -> bool:  # fmt: skip
    """Note what was counted and post what differs to over/short, in the cashier's own shift; whether anything did.

    Foreign cash that differs is worth today's rate. Raises NoCurrencyRate.
    """
    currency = hotel_by_id(hotel_id).currency
    differs = False
    for code, amount in counted.items():
        difference = amount - expected.get(code, Decimal(0))
        posted_id = None
        if difference:
            differs = True
            posted_id = _post(hotel_id, code, difference, currency, user_id, now)
        db.execute(
            _COUNT, [hotel_id, shift_id, code, expected.get(code, Decimal(0)), amount, difference, posted_id]
        )  # fmt: skip
    for face, number in pieces.items():
        if number:
            db.execute(_PIECE, [hotel_id, shift_id, face, number])
    return differs


def _post(hotel_id: int, code: str, difference: Decimal, currency: str, user_id: int, now: datetime) -> int | None:
    value, words = difference, ""
    if code.startswith(FOREIGN):
        foreign = code.removeprefix(FOREIGN)
        rate = rate_of(hotel_id=hotel_id, currency=foreign, now=now)
        value = (difference * rate).quantize(quantum(currency), rounding=ROUND_HALF_UP)
        words = f"{foreign} {difference} × {rate.normalize():f}"
    if not value:
        return None
    other = house_account(hotel_id=hotel_id, code=OVER_SHORT)
    lines = [(means_account(hotel_id=hotel_id, code=code), value), (other, -value)]
    # The means is named so that the posting belongs to the shift.
    means = db.fetch_value(
        "SELECT id FROM billing_paymentmeans WHERE hotel_id = %s AND code = %s", [hotel_id, code.split(":")[0]]
    )
    posting = Posting(kind="over_short", lines=lines, means_id=means, description=words)
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now).transaction_id


_NOTE = """
INSERT INTO billing_currencynote (hotel_id, transaction_id, currency, foreign_amount, rate, value, change)
VALUES (%s, %s, %s, %s, %s, %s, 0)
"""


def drop_foreign(
    *, hotel_id: int, shift_id: int, currency: str, notes: Decimal, there: Decimal, own: str, note: str,
    user_id: int | None, now: datetime,
) -> Posted:  # fmt: skip
    """Foreign notes from the drawer to the safe at what the shift took them for; the last take what is left of it.

    The caller has locked the shift and seen that it holds as many (`there`).
    """
    code = f"{FOREIGN}{currency}"
    worth = worth_of(shift_id=shift_id, code=code)
    value = (worth * notes / there).quantize(quantum(own), rounding=ROUND_HALF_UP)
    if value <= 0:
        raise AmountNotPositive
    lines = [
        (house_account(hotel_id=hotel_id, code=f"{SAFE}:{currency}"), value),
        (means_account(hotel_id=hotel_id, code=code), -value),
    ]
    words = f"{currency} {notes} = {value} {note}".strip()
    posting = Posting(kind="drop", lines=lines, means_id=_cash_of(hotel_id), description=words[:120])
    posted = ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)
    rate = (value / notes).quantize(Decimal("0.000001"))
    db.execute(_NOTE, [hotel_id, posted.transaction_id, currency, notes, rate, value])
    return posted


def _cash_of(hotel_id: int) -> int:
    """Named so that the posting belongs to the shift."""
    found: int = db.fetch_value(
        "SELECT id FROM billing_paymentmeans WHERE hotel_id = %s AND code = %s", [hotel_id, CASH]
    )
    return found
