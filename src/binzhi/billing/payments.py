"""Money that comes in and goes out: payments, refunds, deposits. Building blocks, called inside an operation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from binzhi.billing import folios, ledger
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.errors import (
    CreditLimitExceeded,
    FolioClosed,
    MoreThanOwed,
    NotAPayment,
    RefundTooLarge,
    UnknownMeans,
)
from binzhi.billing.families import family_of, transaction_of
from binzhi.billing.folio_errors import PaidTooMuch
from binzhi.billing.invoices.covering import refuse_uncovered
from binzhi.billing.ledger import Posted, Posting
from binzhi.billing.receivables import credit
from binzhi.billing.receivables.accounts import refuse_allocated
from binzhi.billing.setup import COMPANY
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInput:
    """What is paid and how; `organisation_id` says who is billed when the means is a company account.

    `in_advance`: more than is owed now, for what is still to come. `exceed_limit`: above the company's credit limit, by
    who may (see `within_rights`).
    """

    means: str
    amount: Decimal
    organisation_id: int | None = None
    note: str = ""
    in_advance: bool = False
    exceed_limit: bool = False


def within_rights(payment: PaymentInput, *, hotel_id: int, actor: Actor) -> PaymentInput:
    """The payment as this actor may take it: a credit limit is exceeded only by who has the right."""
    if payment.exceed_limit and not actor.may(Permission.EXCEED_CREDIT, hotel_id):
        return replace(payment, exceed_limit=False)
    return payment


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositInput:
    """A deposit: held for the guest, owed back to him until it is used."""

    means: str
    amount: Decimal
    note: str = ""


def pay(
    *, hotel_id: int, account_id: int, payment: PaymentInput, currency: str, user_id: int | None, now: datetime
) -> Posted:
    """Take a payment for a window. A company account takes over at most what the window owes, within its credit limit.

    Locks the two accounts when a company pays. Raises InvalidInput at amount or means, NotFound, FolioClosed,
    CompanyRequired, MoreThanOwed, CreditLimitExceeded.
    """
    amount = clean_amount(payment.amount, currency=currency)
    _check_means(payment.means)
    lines = [(account_id, -amount)]
    means_amount: Decimal | None = amount
    if payment.means == COMPANY:
        lines.append((_take_over(hotel_id, account_id, payment, amount), amount))
        means_amount = None
    posting = Posting(
        kind="payment", lines=lines, means=payment.means, means_amount=means_amount, window_id=account_id,
        description=payment.note,
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)


def refuse_too_much(*, hotel_id: int, account_id: int, payment: PaymentInput, currency: str) -> None:
    """Lock the window and see that it owes as much. Raises AmountNotPositive, NotFound, FolioClosed, PaidTooMuch."""
    amount = clean_amount(payment.amount, currency=currency)
    account = ledger.lock_accounts(hotel_id=hotel_id, account_ids=[account_id])[account_id]
    if account.kind != "folio":
        raise NotFound
    if not account.is_open:
        raise FolioClosed
    # A company is told so in its own words.
    if amount > account.balance and payment.means != COMPANY:
        raise PaidTooMuch(amount=max(account.balance, Decimal("0.00")))


def _take_over(hotel_id: int, account_id: int, payment: PaymentInput, amount: Decimal) -> int:
    company = folios.receivable_of(hotel_id=hotel_id, organisation_id=payment.organisation_id)
    assert payment.organisation_id is not None  # whose account was found
    locked = ledger.lock_accounts(hotel_id=hotel_id, account_ids=[account_id, company.account_id])
    owed, taken = locked[account_id].balance, locked[company.account_id].balance
    if amount > owed:
        raise MoreThanOwed(amount=max(owed, Decimal("0.00")))
    if locked[account_id].organisation_id != payment.organisation_id:
        # Another's window adds to what the company owes; its own has been counted since it was charged.
        credit.hold_credit(payment.organisation_id)
        taken += credit.exposure_of(hotel_id=hotel_id, organisation_id=payment.organisation_id).windows
    if taken + amount > company.credit_limit and not payment.exceed_limit:
        left = max(company.credit_limit - taken, Decimal("0.00"))
        raise CreditLimitExceeded(limit=company.credit_limit, left=left)
    return company.account_id


def refund(
    *, hotel_id: int, payment_id: int, amount: Decimal, reason: str, currency: str, user_id: int | None, now: datetime
) -> Posted:
    """Give a payment back in whole or part, by the means it came: never more than paid less what was refunded.

    Locks the accounts of the payment. Raises InvalidInput at amount, NotAPayment, RefundTooLarge, FolioClosed.
    """
    amount = clean_amount(amount, currency=currency)
    payment = transaction_of(hotel_id=hotel_id, transaction_id=payment_id)
    if payment is None or payment.kind != "payment":
        raise NotAPayment
    locked = ledger.lock_accounts(hotel_id=hotel_id, account_ids=payment.accounts)
    family = family_of(payment_id)
    left = sum((family[account_id] for account_id, paid in payment.lines if paid > 0), Decimal("0.00"))
    if amount > left:
        raise RefundTooLarge(amount=left)
    lines = [(account_id, -amount if paid > 0 else amount) for account_id, paid in payment.lines]
    posting = Posting(
        kind="refund", lines=lines, means_id=payment.means_id, folio_id=payment.folio_id, origin_id=payment_id,
        description=reason,
    )  # fmt: skip
    posted = ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)
    refuse_uncovered(payment.accounts)
    if any(account.kind == "receivable" for account in locked.values()):
        refuse_allocated(payment_id)
    return posted


def take_deposit(
    *, hotel_id: int, folio_id: int, deposit: DepositInput, currency: str, user_id: int | None, now: datetime
) -> Posted:
    """Hold a deposit for a bill. Locks its accounts. Raises InvalidInput at amount or means, NotFound, FolioClosed."""
    amount = clean_amount(deposit.amount, currency=currency)
    _check_means(deposit.means, company=False)
    held = folios.deposit_account(hotel_id=hotel_id, folio_id=folio_id)
    posting = Posting(
        kind="deposit", lines=[(held.pk, -amount)], means=deposit.means, means_amount=amount, folio_id=folio_id,
        description=deposit.note,
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)


def use_deposit(
    *, hotel_id: int, folio_id: int, account_id: int, amount: Decimal, currency: str, user_id: int | None, now: datetime
) -> Posted:
    """Pay a window of the bill from its deposit. Locks the bill's accounts.

    Raises InvalidInput at amount, NotFound (a window of another bill), FolioClosed, DepositTooSmall.
    """
    amount = clean_amount(amount, currency=currency)
    accounts = {account.pk: account for account in ledger.lock_folio(hotel_id=hotel_id, folio_id=folio_id)}
    if account_id not in accounts or accounts[account_id].kind != "folio":
        raise NotFound
    held = folios.deposit_account(hotel_id=hotel_id, folio_id=folio_id)
    posting = Posting(kind="deposit_use", lines=[(held.pk, amount), (account_id, -amount)], folio_id=folio_id)
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)


def refund_deposit(
    *, hotel_id: int, folio_id: int, deposit: DepositInput, currency: str, user_id: int | None, now: datetime
) -> Posted:
    """Return a deposit, or part of it. Locks the bill's accounts. Raises InvalidInput at amount or means,
    NotFound, FolioClosed, DepositTooSmall.
    """
    amount = clean_amount(deposit.amount, currency=currency)
    _check_means(deposit.means, company=False)
    held = folios.deposit_account(hotel_id=hotel_id, folio_id=folio_id)
    posting = Posting(
        kind="deposit_refund", lines=[(held.pk, amount)], means=deposit.means, means_amount=-amount, folio_id=folio_id,
        description=deposit.note,
    )  # fmt: skip
    return ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)


def _check_means(means: str, *, company: bool = True) -> None:
    # A company owes; it does not leave money on the desk.
    if not means.isidentifier() or (means == COMPANY and not company):
        raise UnknownMeans


def settle_from_deposit(
    *, hotel_id: int, folio_id: int, currency: str, user_id: int | None, now: datetime
) -> list[Posted]:
    """Use the deposit held for what the windows owe, window by window, as far as it goes. Locks the bill's accounts.

    Raises NotFound, FolioClosed.
    """
    accounts = ledger.lock_folio(hotel_id=hotel_id, folio_id=folio_id)
    if not accounts[0].is_open:
        raise FolioClosed
    left = -sum((account.balance for account in accounts if account.kind == "deposit"), Decimal("0.00"))
    used = []
    for account in accounts:
        amount = min(left, account.balance)
        if account.kind == "folio" and amount > 0:
            used.append(
                use_deposit(
                    hotel_id=hotel_id, folio_id=folio_id, account_id=account.pk, amount=amount, currency=currency,
                    user_id=user_id, now=now,
                )
            )  # fmt: skip
            left -= amount
    return used
