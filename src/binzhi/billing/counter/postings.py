"""Allowances, paid-outs, foreign cash. Building blocks, called inside an operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from binzhi.billing import ledger
from binzhi.billing.amounts import clean_amount
from binzhi.billing.families import Written, family_of, transaction_of
from binzhi.billing.folio_errors import (
    AdjustmentTooLarge,
    CompanyCannotPayOut,
    ForeignTooSmall,
    NoCurrencyRate,
    NotACharge,
    PaidTooMuch,
)
from binzhi.billing.ledger import Posted, Posting
from binzhi.billing.setup import COMPANY
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO, quantum

CASH = "cash"


def charge_of(*, hotel_id: int, transaction_id: int) -> Written:
    """The charge that a line is about (a transfer is about its charge). Raises NotFound, NotACharge."""
    found = transaction_of(hotel_id=hotel_id, transaction_id=transaction_id)
    if found is not None and found.origin_id is not None:
        found = transaction_of(hotel_id=hotel_id, transaction_id=found.origin_id)
    if found is None:
        raise NotFound
    if found.kind != "charge":
        raise NotACharge
    return found


_SIDES = """
SELECT c.revenue_account_id AS revenue, c.tax_account_id AS tax FROM billing_transaction t
JOIN billing_chargecode c ON c.id = t.charge_code_id WHERE t.id = %s
"""


def adjust(
    *, hotel_id: int, charge: Written, account_id: int, amount: Decimal, reason: str, currency: str,
    user_id: int | None, now: datetime,
) -> Posted:  # fmt: skip
    """Lower a charge where it stands: window −amount, revenue and tax by their shares. Locks the charge's windows.

    Taking off all that stands leaves revenue and tax at nothing: the last part takes what is left of each. Raises
    AdjustmentTooLarge, NotFound, FolioClosed.
    """
    amount = clean_amount(amount, currency=currency)
    ledger.lock_accounts(hotel_id=hotel_id, account_ids={*charge.accounts, account_id})
    standing = family_of(charge.pk)
    if amount > standing[account_id]:
        raise AdjustmentTooLarge(amount=max(standing[account_id], ZERO))
    sides = db.fetch_one(_SIDES, [charge.pk])
    assert sides is not None  # a charge has a code
    tax_left, gross_left = -standing[sides["tax"]], -standing[sides["tax"]] - standing[sides["revenue"]]
    tax = (amount * tax_left / gross_left).quantize(quantum(currency), rounding=ROUND_HALF_UP)
    lines = [(account_id, -amount), (sides["revenue"], amount - tax)]
    posting = Posting(
        kind="adjustment", lines=[*lines, (sides["tax"], tax)] if tax else lines, window_id=account_id,
        charge_code_id=charge.charge_code_id, origin_id=charge.pk, description=reason,
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)


def pay_out(
    *, hotel_id: int, account_id: int, amount: Decimal, means: str, reason: str, currency: str,
    user_id: int | None, now: datetime,
) -> Posted:  # fmt: skip
    """Lay out money for the guest: window +amount, means −amount. Raises InvalidInput at amount or means, NotFound."""
    amount = clean_amount(amount, currency=currency)
    if means == COMPANY or not means.isidentifier():
        raise CompanyCannotPayOut
    posting = Posting(
        kind="paid_out", lines=[(account_id, amount)], means=means, means_amount=-amount, window_id=account_id,
        description=reason,
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignInput:
    """Foreign cash: how much of which currency, and how much of the bill it pays (all it owes when left out)."""

    currency: str
    foreign_amount: Decimal
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What was paid of the bill, at which rate, and what goes back in the hotel's currency."""

    posted: Posted
    rate: Decimal
    value: Decimal
    paid: Decimal
    change: Decimal


_RATE = """
SELECT rate FROM billing_currencyrate WHERE hotel_id = %s AND currency = %s AND since <= %s
ORDER BY since DESC, id DESC LIMIT 1
"""
_ACCOUNT = """
INSERT INTO billing_account (hotel_id, kind, code, name) VALUES (%s, 'means', %s, %s)
ON CONFLICT (hotel_id, kind, code) WHERE folio_id IS NULL DO UPDATE SET name = billing_account.name RETURNING id
"""
_CASH = "SELECT id, account_id FROM billing_paymentmeans WHERE hotel_id = %s AND code = %s AND is_active"
_NOTE = """
INSERT INTO billing_currencynote (hotel_id, transaction_id, currency, foreign_amount, rate, value, change)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def rate_of(*, hotel_id: int, currency: str, now: datetime) -> Decimal:
    """What the hotel gives for one unit. Raises NoCurrencyRate."""
    rate: Decimal | None = db.fetch_value(_RATE, [hotel_id, currency, now])
    if rate is None:
        raise NoCurrencyRate(currency=currency)
    return rate


def take_foreign(
    *, hotel_id: int, account_id: int, given: ForeignInput, currency: str, user_id: int | None, now: datetime
) -> Exchanged:
    """Take foreign cash for a window at today's rate; what is too much goes back in the hotel's currency.

    The foreign notes have a till of their own. Locks the window. Raises InvalidInput at currency, foreign_amount or
    amount, NotFound, FolioClosed, PaidTooMuch.
    """
    notes = clean_amount(given.foreign_amount, currency=given.currency, field="foreign_amount")
    rate = rate_of(hotel_id=hotel_id, currency=given.currency, now=now)
    value = (notes * rate).quantize(quantum(currency), rounding=ROUND_HALF_UP)
    owed = ledger.lock_accounts(hotel_id=hotel_id, account_ids=[account_id])[account_id].balance
    paid = min(owed, value) if given.amount is None else clean_amount(given.amount, currency=currency)
    if paid > owed or paid <= 0:
        raise PaidTooMuch(amount=max(owed, ZERO))
    if paid > value:
        raise ForeignTooSmall(value=value)
    till: int = db.fetch_value(_ACCOUNT, [hotel_id, f"cash:{given.currency}", given.currency])
    cash = db.fetch_one(_CASH, [hotel_id, CASH])
    if cash is None:
        raise NoCurrencyRate(currency=given.currency)
    words = f"{given.currency} {notes} × {rate.normalize():f} = {value}"
    posting = Posting(
        kind="payment", lines=[(account_id, -paid), (till, paid)], means_id=cash["id"], window_id=account_id,
        description=words,
    )  # fmt: skip
    posted = ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)
    if value > paid:
        change = Posting(
            kind="exchange", lines=[(till, value - paid), (cash["account_id"], paid - value)], means_id=cash["id"],
            folio_id=posted.folio_id, description=words,
        )  # fmt: skip
        ledger.post(hotel_id=hotel_id, posting=change, user_id=user_id, now=now)
    db.execute(_NOTE, [hotel_id, posted.transaction_id, given.currency, notes, rate, value, value - paid])
    return Exchanged(posted, rate, value, paid, value - paid)
