"""What was taken from a pre-authorisation goes back the way it came: the bank is asked, and booked is its yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import ledger, payments
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.errors import ReasonRequired
from binzhi.billing.events import HoldAsked
from binzhi.billing.folio_errors import HoldBusy, HoldNotTaken, RefundThroughBank
from binzhi.billing.holds import steps
from binzhi.billing.holds.steps import Ask
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import operation, record, rehearsal
from binzhi.property.queries import hotel_by_id


@dataclass(frozen=True, slots=True)
class Taken:
    """What the bank took for a window, and the payment it became."""

    payment_id: int
    account_id: int


_TAKEN = """
SELECT s.transaction_id AS payment_id, s.account_id
FROM billing_hold h JOIN billing_holdstep s ON s.hold_id = h.id AND s.kind = 'capture' AND s.state = 'done'
WHERE h.hotel_id = %s AND h.id = %s AND NOT h.by_hand
"""
_OF_PAYMENT = """
SELECT s.hold_id FROM billing_transaction t
JOIN billing_holdstep s ON s.id = substr(t.source_key, 6)::bigint AND s.hotel_id = t.hotel_id
JOIN billing_hold h ON h.id = s.hold_id AND NOT h.by_hand
WHERE t.hotel_id = %s AND t.id = %s AND t.source_key LIKE 'hold:%%'
"""


def wired_hold_of(*, hotel_id: int, transaction_id: int) -> int | None:
    """The pre-authorisation from which the bank took a payment, or gave one back; None for any other posting."""
    found: int | None = db.fetch_value(_OF_PAYMENT, [hotel_id, transaction_id])
    return found


def refuse_wired(*, hotel_id: int, transaction_id: int) -> None:
    """What the bank has done is not undone in the books alone. Raises RefundThroughBank."""
    if wired_hold_of(hotel_id=hotel_id, transaction_id=transaction_id) is not None:
        raise RefundThroughBank


@operation(Permission.REFUND_PAYMENT)
def refund_hold(*, hotel_id: int, hold_id: int, amount: Decimal, reason: str, actor: Actor, now: datetime) -> None:
    """Have the bank give back what it took, or part of it; it stands on the bill when the bank says so.

    Adds a request. Locks window and hold. Raises InvalidInput at amount or reason, NotFound, HoldNotTaken, HoldBusy,
    RefundTooLarge, FolioClosed, RedInvoiceFirst, NoOpenShift. Publishes HoldAsked. A second call is refused until the
    bank has answered.
    """
    reason = steps.clean_words(reason, field="reason")
    if not reason:
        raise ReasonRequired
    currency = hotel_by_id(hotel_id).currency
    amount = clean_amount(amount, currency=currency)
    ledger.hold_day(hotel_id=hotel_id)
    row = db.fetch_one(_TAKEN, [hotel_id, hold_id])
    if row is None:
        steps.lock_hold(hotel_id=hotel_id, hold_id=hold_id)
        raise HoldNotTaken
    taken = Taken(**row)
    ledger.lock_accounts(hotel_id=hotel_id, account_ids=[taken.account_id])
    hold = steps.lock_hold(hotel_id=hotel_id, hold_id=hold_id)
    if steps.waits(hold_id):
        raise HoldBusy
    # Whatever stands against it is said now, not when the money has gone.
    with rehearsal():
        payments.refund(
            hotel_id=hotel_id, payment_id=taken.payment_id, amount=amount, reason=reason, currency=currency,
            user_id=actor.user_id, now=now,
        )  # fmt: skip
    db.enter_scope(actor.hotel_scope, actor.group_scope)
    what = Ask(kind="refund", amount=amount, account_id=taken.account_id, reason=reason)
    steps.ask(hotel_id=hotel_id, hold_id=hold_id, what=what, user_id=actor.user_id, now=now, by_hand=False)
    record(
        HoldAsked.topic, subject="folio", subject_id=hold.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"hold": hold_id, "kind": "refund", "amount": amount, "payment": taken.payment_id}, reason=reason,
        event=HoldAsked(folio_id=hold.folio_id, hold_id=hold_id, kind="refund"),
    )  # fmt: skip
