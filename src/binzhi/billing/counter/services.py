"""The counter's own operations: each one transaction, one right, one audit row, one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import folios, ledger, payments
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.counter import authority, postings
from binzhi.billing.counter.authority import ADJUSTMENT, PAID_OUT, Asked
from binzhi.billing.counter.postings import Exchanged, ForeignInput
from binzhi.billing.errors import ReasonRequired
from binzhi.billing.events import (
    ApprovalAsked,
    ApprovalDecided,
    ChargeAdjusted,
    CompensationCharged,
    ForeignCashTaken,
    HouseAccountOpened,
    LateChargePosted,
    PaidOut,
)
from binzhi.billing.folio_errors import CompanyCannotPayOut, LateChargeTooLate, NumberTaken, UnknownItem
from binzhi.billing.ledger import Charged, OpenFolio, Posted
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables.credit import within_credit
from binzhi.billing.services import NOTE_LIMIT, record_posting
from binzhi.billing.setup import COMPANY
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

DAMAGE = "8030"
LATE_CHARGE_DAYS = 30


def _reason(reason: str) -> str:
    text = clean_text(reason, field="reason", limit=NOTE_LIMIT)
    if not text:
        raise ReasonRequired
    return text


def _asked(asked: Asked, kind: str, amount: Decimal, hotel_id: int, actor: Actor, now: datetime, reason: str) -> Asked:
    record(
        ApprovalAsked.topic, subject="folio", subject_id=asked.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"approval": asked.approval_id, "kind": kind, "amount": amount}, reason=reason,
        event=ApprovalAsked(folio_id=asked.folio_id, approval_id=asked.approval_id),
    )  # fmt: skip
    return asked


@operation(Permission.ADJUST)
def adjust_charge(
    *, hotel_id: int, transaction_id: int, account_id: int, amount: Decimal, reason: str, actor: Actor, now: datetime
) -> Posted | Asked:
    """Lower a charge; above the authority of the actor's post it waits for a second person and nothing is posted.

    Changes the window, revenue and tax, or the list of approvals. Locks the charge's windows. Raises InvalidInput at
    amount or reason, NotFound, NotACharge, AdjustmentTooLarge, FolioClosed. Publishes ChargeAdjusted or ApprovalAsked.
    Not idempotent.
    """
    reason = _reason(reason)
    currency = hotel_by_id(hotel_id).currency
    charge = postings.charge_of(hotel_id=hotel_id, transaction_id=transaction_id)
    amount = clean_amount(amount, currency=currency)
    if amount > authority.limit_of(hotel_id=hotel_id, actor=actor, kind=ADJUSTMENT):
        asked = authority.ask(
            hotel_id=hotel_id, kind=ADJUSTMENT, account_id=account_id, amount=amount, reason=reason,
            charge_id=charge.pk, user_id=actor.user_id, now=now,
        )  # fmt: skip
        return _asked(asked, ADJUSTMENT, amount, hotel_id, actor, now, reason)
    posted = postings.adjust(
        hotel_id=hotel_id, charge=charge, account_id=account_id, amount=amount, reason=reason, currency=currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record_posting(posted, ChargeAdjusted, amount, hotel_id, actor, now, reason, charge=charge.pk)
    return posted


@operation(Permission.PAY_OUT)
def pay_out(
    *, hotel_id: int, account_id: int, amount: Decimal, means: str, reason: str, exceed_limit: bool = False,
    actor: Actor, now: datetime,
) -> Posted | Asked:  # fmt: skip
    """Lay out money for a guest and charge it; above the authority of the actor's post it waits for a second person.

    Changes the window and the means' account, or the list of approvals. Raises InvalidInput at amount, means or reason,
    NotFound, FolioClosed, CreditLimitExceeded (unless `exceed_limit` by who may). Publishes PaidOut or ApprovalAsked.
    Not idempotent.
    """
    reason = _reason(reason)
    currency = hotel_by_id(hotel_id).currency
    amount = clean_amount(amount, currency=currency)
    if means == COMPANY or not means.isidentifier():
        raise CompanyCannotPayOut
    if amount > authority.limit_of(hotel_id=hotel_id, actor=actor, kind=PAID_OUT):
        asked = authority.ask(
            hotel_id=hotel_id, kind=PAID_OUT, account_id=account_id, amount=amount, reason=reason, means=means,
            user_id=actor.user_id, now=now,
        )  # fmt: skip
        return _asked(asked, PAID_OUT, amount, hotel_id, actor, now, reason)
    posted = postings.pay_out(
        hotel_id=hotel_id, account_id=account_id, amount=amount, means=means, reason=reason, currency=currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    over = within_credit(
        hotel_id=hotel_id, transaction_ids=[posted.transaction_id], actor=actor, exceed_limit=exceed_limit
    )
    record_posting(posted, PaidOut, amount, hotel_id, actor, now, reason, means=means, **over)
    return posted


@operation(Permission.APPROVE)
def decide_approval(*, hotel_id: int, approval_id: int, approve: bool, actor: Actor, now: datetime) -> Posted | None:
    """Say yes or no to what a colleague asked for; a yes posts it now, by what stands now.

    Changes the request, and with a yes what the posting changes. Locks request and windows. Raises NotFound,
    AlreadyDecided, OwnApproval, BeyondAuthority, and what the posting refuses. Publishes ApprovalDecided. A second call
    is refused.
    """
    waiting = authority.lock(hotel_id=hotel_id, approval_id=approval_id, actor=actor)
    posted = _post(waiting, hotel_id, actor, now) if approve else None
    over = {}
    if posted is not None:
        # Who approves stands for it, as far as his own rights go.
        over = within_credit(hotel_id=hotel_id, transaction_ids=[posted.transaction_id], actor=actor, exceed_limit=True)
    authority.decided(
        approval=waiting, approved=approve, posted_id=posted.transaction_id if posted else None,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record(
        ApprovalDecided.topic, subject="folio", subject_id=waiting.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"approval": approval_id, "kind": waiting.kind, "amount": waiting.amount},
        after={"approved": approve, "transaction": posted.transaction_id if posted else None, **over},
        reason=waiting.reason,
        event=ApprovalDecided(folio_id=waiting.folio_id, approval_id=approval_id, approved=approve),
    )  # fmt: skip
    return posted


def _post(waiting: authority.Waiting, hotel_id: int, actor: Actor, now: datetime) -> Posted:
    currency = hotel_by_id(hotel_id).currency
    if waiting.kind == PAID_OUT:
        return postings.pay_out(
            hotel_id=hotel_id, account_id=waiting.account_id, amount=waiting.amount, means=waiting.means,
            reason=waiting.reason, currency=currency, user_id=actor.user_id, now=now,
        )  # fmt: skip
    assert waiting.charge_id is not None  # an allowance names its charge
    charge = postings.charge_of(hotel_id=hotel_id, transaction_id=waiting.charge_id)
    return postings.adjust(
        hotel_id=hotel_id, charge=charge, account_id=waiting.account_id, amount=waiting.amount, reason=waiting.reason,
        currency=currency, user_id=actor.user_id, now=now,
    )  # fmt: skip


@operation(Permission.TAKE_PAYMENT)
def take_foreign_cash(*, hotel_id: int, account_id: int, given: ForeignInput, actor: Actor, now: datetime) -> Exchanged:
    """Take foreign cash for a window at the noted rate; the rest goes back in the hotel's currency.

    Changes the window, the till of that currency and, with change, the cash. Locks the window. Raises InvalidInput at
    currency, foreign_amount or amount, NotFound, FolioClosed, PaidTooMuch. Publishes ForeignCashTaken. Not idempotent.
    """
    done = postings.take_foreign(
        hotel_id=hotel_id, account_id=account_id, given=given, currency=hotel_by_id(hotel_id).currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record_posting(
        done.posted, ForeignCashTaken, done.paid, hotel_id, actor, now, currency=given.currency,
        foreign=given.foreign_amount, rate=done.rate, change=done.change,
    )  # fmt: skip
    return done


@operation(Permission.POST_CHARGE)
def charge_compensation(
    *, hotel_id: int, account_id: int, item_id: int, quantity: int, amount: Decimal | None = None, note: str = "",
    exceed_limit: bool = False, actor: Actor, now: datetime,
) -> Charged:  # fmt: skip
    """Charge what was damaged or taken, at its list price; at another price with a note why.

    Changes the window and revenue. Raises InvalidInput at item, amount, quantity or note, NotFound, FolioClosed,
    ReasonRequired, CreditLimitExceeded (unless `exceed_limit` by who may). Publishes CompensationCharged. Not
    idempotent.
    """
    note = clean_text(note, field="note", limit=60)
    item = db.fetch_one(
        "SELECT name, price FROM billing_compensationitem WHERE hotel_id = %s AND id = %s AND is_active",
        [hotel_id, item_id],
    )
    if item is None:
        raise NotFound(field="item") if item_id > 0 else UnknownItem
    if amount is not None and amount != item["price"] and not note:
        raise ReasonRequired(field="note")
    charged = ledger.charge(
        hotel_id=hotel_id, account_id=account_id, charge_code=DAMAGE, quantity=quantity,
        amount=item["price"] if amount is None else amount, description=f"{item['name']} {note}".strip(),
        currency=hotel_by_id(hotel_id).currency, user_id=actor.user_id, now=now,
    )  # fmt: skip
    posted = Posted(charged.transaction_id, charged.folio_id, charged.business_date)
    over = within_credit(
        hotel_id=hotel_id, transaction_ids=[charged.transaction_id], actor=actor, exceed_limit=exceed_limit
    )
    record_posting(
        posted, CompensationCharged, charged.gross, hotel_id, actor, now, item=item_id, quantity=quantity, **over
    )
    return charged


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCharge:
    """What turned up after the guest had left, and who pays it: a company or a card."""

    charge_code: str
    amount: Decimal
    means: str
    quantity: int = 1
    organisation_id: int | None = None
    description: str = ""
    exceed_limit: bool = False


@operation(Permission.LATE_CHARGE)
def post_late_charge(*, hotel_id: int, folio_id: int, late: LateCharge, actor: Actor, now: datetime) -> Charged:
    """Charge a closed bill, have it paid at once, and close it again.

    After the days that the hotel allows only with the right to reverse. Changes the bill's windows, revenue and the
    means or the company's account. Locks the bill's accounts. Raises InvalidInput at charge_code, amount, quantity,
    description, means or organisation, NotFound, FolioOpen, LateChargeTooLate, CreditLimitExceeded. Publishes
    LateChargePosted. Not idempotent.
    """
    description = clean_text(late.description, field="description", limit=NOTE_LIMIT)
    currency = hotel_by_id(hotel_id).currency
    ledger.lock_folio(hotel_id=hotel_id, folio_id=folio_id)
    _refuse_too_late(hotel_id, folio_id, actor, now)
    folios.reopen(hotel_id=hotel_id, folio_id=folio_id)
    accounts = ledger.lock_folio(hotel_id=hotel_id, folio_id=folio_id)
    first = next(account for account in accounts if account.kind == "folio")
    charged = ledger.charge(
        hotel_id=hotel_id, account_id=first.pk, charge_code=late.charge_code, amount=late.amount,
        quantity=late.quantity, description=description, currency=currency, user_id=actor.user_id, now=now,
    )  # fmt: skip
    # A routing rule may have sent a part to another window of the bill: whichever owes is paid.
    for window in ledger.lock_folio(hotel_id=hotel_id, folio_id=folio_id):
        if window.kind == "folio" and window.balance > 0:
            payment = PaymentInput(
                means=late.means, amount=window.balance, organisation_id=late.organisation_id,
                exceed_limit=late.exceed_limit,
            )  # fmt: skip
            payments.pay(
                hotel_id=hotel_id, account_id=window.pk, currency=currency, user_id=actor.user_id, now=now,
                payment=payments.within_rights(payment, hotel_id=hotel_id, actor=actor),
            )  # fmt: skip
    folios.close(hotel_id=hotel_id, folio_id=folio_id, now=now)
    posted = Posted(charged.transaction_id, charged.folio_id, charged.business_date)
    record_posting(
        posted, LateChargePosted, charged.gross, hotel_id, actor, now, code=late.charge_code, means=late.means,
        over_limit=late.exceed_limit,
    )  # fmt: skip
    return charged


_CLOSED_FOR = """
SELECT extract(day FROM %(now)s - f.closed_at)::int AS days, coalesce(s.late_charge_days, %(usual)s) AS allowed
FROM billing_folio f LEFT JOIN billing_countersetting s ON s.hotel_id = f.hotel_id
WHERE f.id = %(folio)s AND f.closed_at IS NOT NULL
"""


def _refuse_too_late(hotel_id: int, folio_id: int, actor: Actor, now: datetime) -> None:
    row = db.fetch_one(_CLOSED_FOR, {"now": now, "folio": folio_id, "usual": LATE_CHARGE_DAYS})
    if row and row["days"] > row["allowed"] and not actor.may(Permission.REVERSE, hotel_id):
        raise LateChargeTooLate(days=row["allowed"])


@operation(Permission.HOUSE)
def open_house_account(
    *, hotel_id: int, number: str, name: str, purpose: str, actor: Actor, now: datetime
) -> OpenFolio:
    """Open a bill that belongs to no guest: 假房.

    Adds a bill and its number. Raises InvalidInput at number, name or purpose, NumberTaken. Publishes
    HouseAccountOpened. A second call with the number is refused.
    """
    number = clean_text(number, field="number", limit=10).upper()
    name = clean_text(name, field="name", limit=60)
    purpose = clean_text(purpose, field="purpose", limit=NOTE_LIMIT)
    for field, value in (("number", number), ("name", name)):
        if not value:
            raise InvalidInput(field=field)
    opened = ledger.open_folio(hotel_id=hotel_id, guest_id=None, now=now)
    made = db.fetch_value(
        "INSERT INTO billing_houseaccount (hotel_id, number, name, purpose, folio_id, opened_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (hotel_id, number) DO NOTHING RETURNING id",
        [hotel_id, number, name, purpose, opened.folio_id, now],
    )
    if made is None:
        raise NumberTaken
    record(
        HouseAccountOpened.topic, subject="folio", subject_id=opened.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"house_account": made, "number": number}, event=HouseAccountOpened(folio_id=opened.folio_id),
    )  # fmt: skip
    return opened
