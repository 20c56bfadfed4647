"""What is done with companies' accounts: each one transaction, one right, one audit row, one event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing import ledger
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.cashier_errors import (
    MoreThanOpen,
    NothingOverdue,
    NotOnAccount,
    OwnWriteOff,
    TakenBackAlready,
    TermsOutOfRange,
)
from binzhi.billing.errors import ReasonRequired, UnknownMeans
from binzhi.billing.events import (
    Allocated,
    AllocationTakenBack,
    CompanyPaid,
    CompanyReminded,
    CompanyTermsChanged,
    WriteOffAsked,
    WriteOffDecided,
)
from binzhi.billing.folio_errors import AlreadyDecided
from binzhi.billing.houses import BAD_DEBT, house_account
from binzhi.billing.ledger import Posting
from binzhi.billing.receivables.accounts import CompanyAccount, Share, allocate, lock_company, open_of, take_back
from binzhi.billing.receivables.queries import overdue_of
from binzhi.billing.setup import COMPANY
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.property.queries import hotel_by_id

NOTE_LIMIT = 120
LONGEST_TERMS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptInput:
    """What a company pays; `shares` are the items it pays (None: the oldest first; empty: kept for later)."""

    means: str
    amount: Decimal
    note: str = ""
    shares: Sequence[Share] | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The receipt and how much of it was used at once."""

    transaction_id: int
    used: Decimal


def _reason(reason: str) -> str:
    text = clean_text(reason, field="reason", limit=NOTE_LIMIT)
    if not text:
        raise ReasonRequired
    return text


def _said(given: Mapping[int, Decimal]) -> dict[str, Decimal]:
    """By item how much, as the audit keeps it."""
    return {str(item_id): amount for item_id, amount in given.items()}


@operation(Permission.RECEIVABLES)
def receive_from_company(
    *, hotel_id: int, organisation_id: int, receipt: ReceiptInput, actor: Actor, now: datetime
) -> Received:
    """Take what a company pays on its account and use it for its items; what is not used stays as its credit.

    Changes the means and the company's account. Locks hotel day and account. Raises InvalidInput at amount, means, note
    or items, NotFound, NoOpenShift. Publishes CompanyPaid. Not idempotent.
    """
    currency = hotel_by_id(hotel_id).currency
    amount = clean_amount(receipt.amount, currency=currency)
    note = clean_text(receipt.note, field="note", limit=NOTE_LIMIT)
    if not receipt.means.isidentifier() or receipt.means == COMPANY:
        raise UnknownMeans
    account = lock_company(hotel_id=hotel_id, organisation_id=organisation_id, opens=True)
    posting = Posting(
        kind="receipt", lines=[(account.pk, -amount)], means=receipt.means, means_amount=amount, description=note
    )
    posted = ledger.post(hotel_id=hotel_id, posting=posting, user_id=actor.user_id, now=now)
    given = allocate(
        account, hotel_id=hotel_id, credit_id=posted.transaction_id, shares=receipt.shares, currency=currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record(
        CompanyPaid.topic, subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"transaction": posted.transaction_id, "amount": amount, "means": receipt.means, "used": _said(given)},
        event=CompanyPaid(organisation_id=organisation_id, transaction_id=posted.transaction_id, amount=amount),
    )  # fmt: skip
    return Received(posted.transaction_id, sum(given.values(), ZERO))


@operation(Permission.RECEIVABLES)
def allocate_credit(
    *, hotel_id: int, organisation_id: int, credit_id: int, shares: Sequence[Share] | None = None, actor: Actor,
    now: datetime,
) -> Decimal:  # fmt: skip
    """Use what a company paid before for its items: those named, or the oldest first; how much was used.

    Adds allocations. Locks hotel day and account. Raises InvalidInput at items, NotFound. Publishes Allocated. Not
    idempotent: what is used is not there a second time.
    """
    account = lock_company(hotel_id=hotel_id, organisation_id=organisation_id)
    _require_on(account, credit_id)
    given = allocate(
        account, hotel_id=hotel_id, credit_id=credit_id, shares=shares, currency=hotel_by_id(hotel_id).currency,
        user_id=actor.user_id, now=now,
    )  # fmt: skip
    record(
        Allocated.topic, subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"credit": credit_id, "used": _said(given)},
        event=Allocated(organisation_id=organisation_id, credit_id=credit_id),
    )  # fmt: skip
    return sum(given.values(), ZERO)


def _require_on(account: CompanyAccount, transaction_id: int) -> None:
    if not db.fetch_value(
        "SELECT 1 FROM billing_line WHERE account_id = %s AND transaction_id = %s", [account.pk, transaction_id]
    ):
        raise NotFound


_ALLOCATION = """
SELECT x.id, x.account_id, x.credit_id, x.item_id, x.amount, a.organisation_id, x.takes_back_id
FROM billing_allocation x JOIN billing_account a ON a.id = x.account_id WHERE x.hotel_id = %s AND x.id = %s
"""


@operation(Permission.RECEIVABLES)
def take_back_allocation(*, hotel_id: int, allocation_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Undo that a payment was used for an item: its negative is written and names it; item and payment are open again.

    Adds an allocation. Locks hotel day and account. Raises ReasonRequired, NotFound, TakenBackAlready. Publishes
    AllocationTakenBack. A second call is refused.
    """
    reason = _reason(reason)
    found = db.fetch_one(_ALLOCATION, [hotel_id, allocation_id])
    if found is None:
        raise NotFound
    account = lock_company(hotel_id=hotel_id, organisation_id=found["organisation_id"])
    if found["takes_back_id"] is not None or db.fetch_value(
        "SELECT 1 FROM billing_allocation WHERE takes_back_id = %s", [allocation_id]
    ):
        raise TakenBackAlready
    made = take_back(account, hotel_id=hotel_id, allocation=found, reason=reason, user_id=actor.user_id, now=now)
    record(
        AllocationTakenBack.topic, subject="organisation", subject_id=account.organisation_id, hotel_id=hotel_id,
        actor=actor, now=now, before={"allocation": allocation_id, "amount": found["amount"]}, reason=reason,
        event=AllocationTakenBack(organisation_id=account.organisation_id, allocation_id=allocation_id),
    )  # fmt: skip
    return made


@operation(Permission.RECEIVABLES)
def set_terms(*, hotel_id: int, organisation_id: int, days: int, actor: Actor, now: datetime) -> None:
    """Say how many days a company has here.

    Changes the company's terms. Locks hotel day and account. Raises TermsOutOfRange, NotFound. Publishes
    CompanyTermsChanged. Idempotent.
    """
    if not 0 <= days <= LONGEST_TERMS:
        raise TermsOutOfRange
    lock_company(hotel_id=hotel_id, organisation_id=organisation_id, opens=True)
    db.execute(
        "INSERT INTO billing_companyterms (hotel_id, organisation_id, days) VALUES (%s, %s, %s)"
        " ON CONFLICT (hotel_id, organisation_id) DO UPDATE SET days = excluded.days",
        [hotel_id, organisation_id, days],
    )
    record(
        CompanyTermsChanged.topic, subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"days": days}, event=CompanyTermsChanged(organisation_id=organisation_id),
    )  # fmt: skip


_REMIND = """
INSERT INTO billing_dunning (hotel_id, account_id, level, overdue, oldest, business_date, note, user_id, at)
SELECT %(hotel)s, %(account)s, 1 + count(d.id), %(overdue)s, %(oldest)s, %(day)s, %(note)s, %(user)s::bigint, %(now)s
FROM billing_dunning d WHERE d.account_id = %(account)s AND d.oldest >= %(oldest)s
RETURNING level
"""


@operation(Permission.RECEIVABLES)
def note_reminder(*, hotel_id: int, organisation_id: int, note: str = "", actor: Actor, now: datetime) -> int:
    """Note that a company was reminded of what is overdue; which reminder it is of the oldest item, from one.

    Adds a reminder. Locks hotel day and account. Raises NotFound, NothingOverdue, InvalidInput at note. Publishes
    CompanyReminded. Not idempotent.
    """
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    account = lock_company(hotel_id=hotel_id, organisation_id=organisation_id)
    overdue = overdue_of(hotel_id=hotel_id, organisation_id=organisation_id)
    if overdue is None:
        raise NothingOverdue
    params = {
        "hotel": hotel_id, "account": account.pk, "overdue": overdue.amount, "oldest": overdue.oldest,
        "day": account.today, "note": note, "user": actor.user_id, "now": now,
    }  # fmt: skip
    level: int = db.fetch_value(_REMIND, params)
    record(
        CompanyReminded.topic, subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"level": level, "overdue": overdue.amount, "oldest": overdue.oldest},
        event=CompanyReminded(organisation_id=organisation_id, level=level),
    )  # fmt: skip
    return level


@operation(Permission.ASK_WRITE_OFF)
def ask_write_off(
    *, hotel_id: int, organisation_id: int, item_id: int, amount: Decimal | None = None, reason: str, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Ask to write off an item or a part of it; a second person decides, and nothing is posted yet. The request's id.

    Adds a request. Locks hotel day and account. Raises InvalidInput at amount or reason, NotFound, MoreThanOpen.
    Publishes WriteOffAsked. Not idempotent.
    """
    reason = _reason(reason)
    account = lock_company(hotel_id=hotel_id, organisation_id=organisation_id)
    _require_on(account, item_id)
    is_open = open_of(account).get(item_id, ZERO)
    if amount is not None:
        amount = clean_amount(amount, currency=hotel_by_id(hotel_id).currency)
    if is_open <= 0 or (amount or is_open) > is_open:
        raise MoreThanOpen(field="amount", amount=max(is_open, ZERO))
    made: int = db.fetch_value(
        "INSERT INTO billing_writeoff (hotel_id, account_id, item_id, amount, reason, asked_by, asked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [hotel_id, account.pk, item_id, amount or is_open, reason, actor.user_id, now],
    )
    record(
        WriteOffAsked.topic, subject="organisation", subject_id=organisation_id, hotel_id=hotel_id, actor=actor,
        now=now, after={"write_off": made, "item": item_id, "amount": amount or is_open}, reason=reason,
        event=WriteOffAsked(organisation_id=organisation_id, write_off_id=made),
    )  # fmt: skip
    return made


_WRITE_OFF = """
SELECT w.id, w.account_id, w.item_id, w.amount, w.reason, w.state, w.asked_by, a.organisation_id
FROM billing_writeoff w JOIN billing_account a ON a.id = w.account_id
WHERE w.hotel_id = %(hotel)s AND w.id = %(id)s AND billing_hold_day(%(hotel)s) IS NOT NULL FOR NO KEY UPDATE OF w
"""


@operation(Permission.WRITE_OFF)
def decide_write_off(*, hotel_id: int, write_off_id: int, approve: bool, actor: Actor, now: datetime) -> int | None:
    """Say yes or no to a write-off; a yes posts it now against bad debts and uses it for the item. The posting's id.

    Changes the request and, with a yes, the company's account and bad debts. Locks hotel day, request, account. Raises
    NotFound, AlreadyDecided, OwnWriteOff, MoreThanOpen (it was paid meanwhile). Publishes WriteOffDecided. A second
    call is refused.
    """
    row = db.fetch_one(_WRITE_OFF, {"hotel": hotel_id, "id": write_off_id})
    if row is None:
        raise NotFound
    if row["state"] != "asked":
        raise AlreadyDecided
    if actor.user_id is not None and actor.user_id == row["asked_by"]:
        raise OwnWriteOff
    posted_id = None
    if approve:
        account = lock_company(hotel_id=hotel_id, organisation_id=row["organisation_id"])
        bad_debt = house_account(hotel_id=hotel_id, code=BAD_DEBT)
        posting = Posting(
            kind="write_off", lines=[(account.pk, -row["amount"]), (bad_debt, row["amount"])], description=row["reason"]
        )
        posted_id = ledger.post(hotel_id=hotel_id, posting=posting, user_id=actor.user_id, now=now).transaction_id
        try:
            allocate(
                account, hotel_id=hotel_id, credit_id=posted_id, shares=[Share(row["item_id"], row["amount"])],
                currency=hotel_by_id(hotel_id).currency, user_id=actor.user_id, now=now,
            )  # fmt: skip
        except NotOnAccount as error:
            raise MoreThanOpen(field="amount", amount=ZERO) from error
    db.execute(
        "UPDATE billing_writeoff SET state = %s, decided_by = %s, decided_at = %s, posted_id = %s WHERE id = %s",
        ["approved" if approve else "refused", actor.user_id, now, posted_id, write_off_id],
    )
    record(
        WriteOffDecided.topic, subject="organisation", subject_id=row["organisation_id"], hotel_id=hotel_id,
        actor=actor, now=now, before={"write_off": write_off_id, "amount": row["amount"]},
        after={"approved": approve, "transaction": posted_id}, reason=row["reason"],
        event=WriteOffDecided(
            organisation_id=row["organisation_id"], write_off_id=write_off_id, approved=approve
        ),
    )  # fmt: skip
    return posted_id
