"""What a cashier does: each one transaction, one right, one audit row, one event.

Nothing here knows a reservation. Every operation holds the hotel day and posts to the open one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from binzhi.billing import corrections, folios, ledger, payments
from binzhi.billing.access import Permission
from binzhi.billing.amounts import check_currency
from binzhi.billing.corrections import Transferred
from binzhi.billing.errors import ReasonRequired
from binzhi.billing.events import (
    ChargePosted,
    DepositRefunded,
    DepositTaken,
    DepositUsed,
    FolioClosed,
    FolioEvent,
    FolioReopened,
    PaymentRefunded,
    PaymentTaken,
    TransactionReversed,
    WindowAdded,
)
from binzhi.billing.folios import Window
from binzhi.billing.holds import refunds
from binzhi.billing.ledger import Charged, Posted
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.billing.receivables.credit import within_credit
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

NOTE_LIMIT = 120


def _currency(hotel_id: int, given: str) -> str:
    expected = hotel_by_id(hotel_id).currency
    check_currency(given, expected=expected)
    return expected


def _reason(reason: str) -> str:
    text = clean_text(reason, field="reason", limit=NOTE_LIMIT)
    if not text:
        raise ReasonRequired
    return text


def _note(note: str) -> str:
    return clean_text(note, field="note", limit=NOTE_LIMIT)


def record_posting(
    posted: Posted, event: type[FolioEvent], amount: Decimal, hotel_id: int, actor: Actor, now: datetime,
    reason: str = "", **after: object,
) -> None:  # fmt: skip
    record(
        event.topic, subject="folio", subject_id=posted.folio_id or 0, hotel_id=hotel_id, actor=actor, now=now,
        after={"transaction": posted.transaction_id, "amount": amount, "business_date": posted.business_date, **after},
        reason=reason,
        event=event(
            folio_id=posted.folio_id, transaction_id=posted.transaction_id, business_date=posted.business_date,
            amount=amount,
        ),
    )  # fmt: skip


@operation(Permission.POST_CHARGE)
def post_charge(
    *, hotel_id: int, account_id: int, charge_code: str, amount: Decimal, quantity: int = 1, description: str = "",
    currency: str = "", exceed_limit: bool = False, actor: Actor, now: datetime,
) -> Charged:  # fmt: skip
    """Post `quantity` × `amount` (a price as the hotel's prices are) to a window.

    Changes the window, revenue and tax. Locks the credit of a company that pays. Raises InvalidInput at amount,
    quantity, charge_code, description or currency, NotFound, FolioClosed, CreditLimitExceeded (unless `exceed_limit` by
    who may). Publishes ChargePosted. Not idempotent: entry points pass an idempotency key.
    """
    description = clean_text(description, field="description", limit=NOTE_LIMIT)
    charged = ledger.charge(
        hotel_id=hotel_id, account_id=account_id, charge_code=charge_code, amount=amount, quantity=quantity,
        description=description, currency=_currency(hotel_id, currency), user_id=actor.user_id, now=now,
    )  # fmt: skip
    posted = Posted(charged.transaction_id, charged.folio_id, charged.business_date)
    over = within_credit(
        hotel_id=hotel_id, transaction_ids=[charged.transaction_id], actor=actor, exceed_limit=exceed_limit
    )
    record_posting(posted, ChargePosted, charged.gross, hotel_id, actor, now, code=charge_code, tax=charged.tax, **over)
    return charged


@operation(Permission.TAKE_PAYMENT)
def take_payment(
    *, hotel_id: int, account_id: int, payment: PaymentInput, currency: str = "", actor: Actor, now: datetime
) -> Posted:
    """Take a payment for a window; a company account moves the debt to the company's receivable.

    More than the window owes is taken only when it is said to be paid ahead. Changes the window and the means' account.
    Locks them. Raises InvalidInput at amount, means, organisation, note or currency, NotFound, FolioClosed,
    PaidTooMuch, MoreThanOwed, CreditLimitExceeded. Publishes PaymentTaken. Not idempotent.
    """
    expected = _currency(hotel_id, currency)
    payment = payments.within_rights(replace(payment, note=_note(payment.note)), hotel_id=hotel_id, actor=actor)
    if not payment.in_advance:
        payments.refuse_too_much(hotel_id=hotel_id, account_id=account_id, payment=payment, currency=expected)
    posted = payments.pay(
        hotel_id=hotel_id, account_id=account_id, payment=payment, currency=expected, user_id=actor.user_id, now=now
    )
    record_posting(
        posted, PaymentTaken, payment.amount, hotel_id, actor, now, means=payment.means,
        over_limit=payment.exceed_limit,
    )  # fmt: skip
    return posted


@operation(Permission.REFUND_PAYMENT)
def refund_payment(
    *, hotel_id: int, payment_id: int, amount: Decimal, reason: str, currency: str = "", actor: Actor, now: datetime
) -> Posted:
    """Give back a payment or part of it, by the means it came.

    Changes the payment's window and means. Locks its accounts. Raises InvalidInput at amount, reason or currency,
    NotAPayment, RefundTooLarge, RefundThroughBank (see `holds.refunds`), FolioClosed. Publishes PaymentRefunded. Not
    idempotent.
    """
    reason = _reason(reason)
    refunds.refuse_wired(hotel_id=hotel_id, transaction_id=payment_id)
    posted = payments.refund(
        hotel_id=hotel_id, payment_id=payment_id, amount=amount, reason=reason,
        currency=_currency(hotel_id, currency), user_id=actor.user_id, now=now,
    )  # fmt: skip
    record_posting(posted, PaymentRefunded, amount, hotel_id, actor, now, reason, payment=payment_id)
    return posted


@operation(Permission.TAKE_DEPOSIT)
def take_deposit(
    *, hotel_id: int, folio_id: int, deposit: DepositInput, currency: str = "", actor: Actor, now: datetime
) -> Posted:
    """Hold a deposit for a bill.

    Changes the bill's deposit and the means' account. Locks the bill's accounts. Raises InvalidInput at amount, means,
    note or currency, NotFound, FolioClosed. Publishes DepositTaken. Not idempotent.
    """
    deposit = DepositInput(means=deposit.means, amount=deposit.amount, note=_note(deposit.note))
    posted = payments.take_deposit(
        hotel_id=hotel_id, folio_id=folio_id, deposit=deposit, currency=_currency(hotel_id, currency),
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record_posting(posted, DepositTaken, deposit.amount, hotel_id, actor, now, means=deposit.means)
    return posted


@operation(Permission.TAKE_PAYMENT)
def use_deposit(
    *, hotel_id: int, folio_id: int, account_id: int, amount: Decimal, currency: str = "", actor: Actor, now: datetime
) -> Posted:
    """Pay a window of the bill from its deposit.

    Changes the deposit and the window. Locks the bill's accounts. Raises InvalidInput at amount or currency, NotFound,
    FolioClosed, DepositTooSmall. Publishes DepositUsed. Not idempotent.
    """
    posted = payments.use_deposit(
        hotel_id=hotel_id, folio_id=folio_id, account_id=account_id, amount=amount,
        currency=_currency(hotel_id, currency), user_id=actor.user_id, now=now,
    )  # fmt: skip
    record_posting(posted, DepositUsed, amount, hotel_id, actor, now)
    return posted


@operation(Permission.REFUND_DEPOSIT)
def refund_deposit(
    *, hotel_id: int, folio_id: int, deposit: DepositInput, currency: str = "", actor: Actor, now: datetime
) -> Posted:
    """Return the deposit of a bill, or part of it.

    Changes the deposit and the means' account. Locks the bill's accounts. Raises InvalidInput at amount, means, note or
    currency, NotFound, FolioClosed, DepositTooSmall. Publishes DepositRefunded. Not idempotent.
    """
    deposit = DepositInput(means=deposit.means, amount=deposit.amount, note=_note(deposit.note))
    posted = payments.refund_deposit(
        hotel_id=hotel_id, folio_id=folio_id, deposit=deposit, currency=_currency(hotel_id, currency),
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record_posting(posted, DepositRefunded, deposit.amount, hotel_id, actor, now, means=deposit.means)
    return posted


@operation(Permission.REVERSE)
def reverse_transaction(*, hotel_id: int, transaction_id: int, reason: str, actor: Actor, now: datetime) -> Posted:
    """Take back a posting: its mirror is posted today and names it; the original stays as it is.

    Changes all accounts of the posting. Locks them. Raises ReasonRequired, NotFound, NotReversible, AlreadyReversed,
    PartlyUsed, DepositTooSmall, RefundThroughBank, FolioClosed. Publishes TransactionReversed. A second call is
    refused.
    """
    reason = _reason(reason)
    refunds.refuse_wired(hotel_id=hotel_id, transaction_id=transaction_id)
    posted = corrections.reverse(
        hotel_id=hotel_id, transaction_id=transaction_id, reason=reason, user_id=actor.user_id, now=now
    )
    record(
        TransactionReversed.topic, subject="folio", subject_id=posted.folio_id or 0, hotel_id=hotel_id, actor=actor,
        now=now, before={"transaction": transaction_id}, reason=reason,
        after={"transaction": posted.transaction_id, "business_date": posted.business_date},
        event=TransactionReversed(
            folio_id=posted.folio_id, transaction_id=posted.transaction_id, business_date=posted.business_date,
            amount=Decimal(0), reversed_id=transaction_id,
        ),
    )  # fmt: skip
    return posted


@operation(Permission.TRANSFER)
def transfer_charges(
    *, hotel_id: int, transaction_ids: Sequence[int], source_id: int, target_id: int, amount: Decimal | None = None,
    reason: str = "", exceed_limit: bool = False, actor: Actor, now: datetime,
) -> Transferred:  # fmt: skip
    """Move charges from one window to another, of the same or another bill; with `amount` only that much of one charge.

    Changes both windows. Locks them, and the credit of a company that pays. Raises InvalidInput at transactions,
    target, amount or reason, NotFound, FolioClosed, CreditLimitExceeded (unless `exceed_limit` by who may). Publishes
    ChargesTransferred. Not idempotent; what no longer stands in the window is refused.
    """
    reason = clean_text(reason, field="reason", limit=NOTE_LIMIT)
    moved = corrections.transfer(
        hotel_id=hotel_id, transaction_ids=transaction_ids, source_id=source_id, target_id=target_id, amount=amount,
        reason=reason, currency=_currency(hotel_id, ""), user_id=actor.user_id, now=now,
    )  # fmt: skip
    corrections.record_transfer(
        moved, hotel_id=hotel_id, source_id=source_id, target_id=target_id, reason=reason, exceed_limit=exceed_limit,
        actor=actor, now=now,
    )  # fmt: skip
    return moved


@operation(Permission.TRANSFER)
def add_window(*, hotel_id: int, folio_id: int, payee: str, actor: Actor, now: datetime) -> Window:
    """Add a window to a bill for another payee.

    Changes the bill. Locks its accounts. Raises InvalidInput at payee, NotFound, FolioClosed, TooManyWindows. Publishes
    WindowAdded. Not idempotent.
    """
    payee = clean_text(payee, field="payee", limit=80)
    window = folios.add_window(hotel_id=hotel_id, folio_id=folio_id, payee=payee)
    record(
        WindowAdded.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"window": window.number}, event=WindowAdded(folio_id=folio_id, window=window.number),
    )  # fmt: skip
    return window


@operation(Permission.TAKE_PAYMENT)
def close_folio(*, hotel_id: int, folio_id: int, actor: Actor, now: datetime) -> None:
    """End a settled bill; nothing can be posted to it until it is reopened.

    Changes the bill. Locks its accounts. Raises NotFound, FolioClosed, FolioNotSettled, DepositHeld. Publishes
    FolioClosed. A second call is refused.
    """
    folios.close(hotel_id=hotel_id, folio_id=folio_id, now=now)
    record(
        FolioClosed.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"closed": True}, event=FolioClosed(folio_id=folio_id),
    )  # fmt: skip


@operation(Permission.REVERSE)
def reopen_folio(*, hotel_id: int, folio_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Open a closed bill again, for a late charge or a correction.

    Changes the bill. Locks its accounts. Raises ReasonRequired, NotFound, FolioOpen. Publishes FolioReopened. A second
    call is refused.
    """
    reason = _reason(reason)
    folios.reopen(hotel_id=hotel_id, folio_id=folio_id)
    record(
        FolioReopened.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"closed": True}, after={"closed": False}, reason=reason, event=FolioReopened(folio_id=folio_id),
    )  # fmt: skip
