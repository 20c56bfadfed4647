"""Nothing posted is changed: a mistake is reversed, a charge in the wrong window is moved by a transfer.

Building blocks, called inside an operation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.billing import ledger
from binzhi.billing.amounts import clean_amount
from binzhi.billing.errors import (
    AlreadyReversed,
    NothingSelected,
    NotReversible,
    NotTransferable,
    PartlyUsed,
    SameWindow,
    TransferTooLarge,
)
from binzhi.billing.events import ChargesTransferred
from binzhi.billing.families import Written, family_of, transaction_of
from binzhi.billing.invoices.covering import refuse_uncovered
from binzhi.billing.ledger import Posted, Posting, typed_refusals
from binzhi.billing.receivables.accounts import refuse_allocated
from binzhi.billing.receivables.credit import within_credit
from binzhi.billing.routing import rules
from binzhi.billing.setup import TRANSFER
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import record


def reverse(*, hotel_id: int, transaction_id: int, reason: str, user_id: int | None, now: datetime) -> Posted:
    """Post the mirror of a transaction, today, naming it. Locks its accounts.

    Raises NotFound, NotReversible (a reversal), AlreadyReversed, PartlyUsed (moved, refunded), FolioClosed,
    DepositTooSmall (the deposit was used).
    """
    routed = rules.lock_rules_of(hotel_id=hotel_id, transaction_id=transaction_id)
    accounts = _original(hotel_id, transaction_id).accounts
    locked = ledger.lock_accounts(hotel_id=hotel_id, account_ids=accounts)
    # Read again: whoever held the lock before may have reversed it.
    original = _original(hotel_id, transaction_id)
    if original.kind == "reversal":
        raise NotReversible
    if original.is_reversed:
        raise AlreadyReversed
    _refuse_when_built_upon(original)
    posting = Posting(
        kind="reversal", lines=[(account_id, -amount) for account_id, amount in original.lines],
        folio_id=original.folio_id, charge_code_id=original.charge_code_id, means_id=original.means_id,
        quantity=original.quantity, description=reason, reverses_id=original.pk,
        origin_id=original.origin_id or original.pk,
    )  # fmt: skip
    posted = ledger.post(hotel_id=hotel_id, posting=posting, user_id=user_id, now=now)
    if routed:
        rules.give_back(transaction_id)
    if original.kind in ("payment", "deposit_use"):
        refuse_uncovered(original.accounts)
    if any(account.kind == "receivable" for account in locked.values()):
        refuse_allocated(original.origin_id or original.pk)
    return posted


def _original(hotel_id: int, transaction_id: int) -> Written:
    original = transaction_of(hotel_id=hotel_id, transaction_id=transaction_id)
    if original is None:
        raise NotFound
    return original


def _refuse_when_built_upon(original: Written) -> None:
    if original.kind not in ("charge", "payment", "transfer"):
        return
    standing = family_of(original.origin_id or original.pk)
    if original.kind == "transfer":
        whole = all(standing[account_id] >= amount for account_id, amount in original.lines if amount > 0)
    else:
        whole = all(standing[account_id] == amount for account_id, amount in original.lines)
    if not whole:
        raise PartlyUsed


@dataclass(frozen=True, slots=True)
class Transferred:
    """The transfers made, and the bills they left and reached."""

    transaction_ids: tuple[int, ...]
    folio_id: int
    to_folio_id: int
    business_date: date
    amount: Decimal


_STANDING = """
WITH picked AS (
    SELECT DISTINCT r.id AS root
    FROM billing_transaction t JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id)
    WHERE t.hotel_id = %(hotel)s AND t.id = ANY(%(ids)s) AND t.kind IN ('charge', 'transfer') AND r.kind = 'charge'
)
SELECT p.root, coalesce(sum(l.amount), 0) AS amount
FROM picked p
CROSS JOIN LATERAL (
    SELECT id FROM billing_transaction WHERE id = p.root
    UNION ALL SELECT id FROM billing_transaction WHERE origin_id = p.root
) t
LEFT JOIN billing_line l ON l.transaction_id = t.id AND l.account_id = %(source)s
GROUP BY p.root ORDER BY p.root
"""
_TRANSFER = """
WITH house AS MATERIALIZED (
    SELECT billing_hold_day(%(hotel)s) AS business_date
), code AS (
    SELECT id FROM billing_chargecode WHERE hotel_id = %(hotel)s AND code = %(code)s
), moved AS MATERIALIZED (
    SELECT nextval('billing_transaction_id_seq') AS id, m.root, m.amount, house.business_date
    FROM unnest(%(roots)s::bigint[], %(amounts)s::numeric[]) AS m (root, amount) CROSS JOIN house
), header AS (
    INSERT INTO billing_transaction (id, hotel_id, business_date, kind, folio_id, charge_code_id, description,
        origin_id, user_id, posted_at)
    SELECT m.id, %(hotel)s, m.business_date, 'transfer', (SELECT folio_id FROM billing_account WHERE id = %(source)s),
        (SELECT id FROM code), %(description)s, m.root,
        %(user)s::bigint, %(now)s
    FROM moved m
    RETURNING id
), lines AS (
    INSERT INTO billing_line (hotel_id, transaction_id, account_id, amount)
    SELECT %(hotel)s, m.id, side.account_id, side.amount FROM moved m JOIN header USING (id)
    CROSS JOIN LATERAL (VALUES (%(source)s::bigint, -m.amount), (%(target)s::bigint, m.amount))
        AS side (account_id, amount)
)
SELECT array_agg(id ORDER BY id) AS ids, min(business_date) AS business_date,
       (SELECT folio_id FROM billing_account WHERE id = %(source)s) AS folio_id,
       (SELECT folio_id FROM billing_account WHERE id = %(target)s) AS to_folio_id
FROM moved
"""


def transfer(
    *,
    hotel_id: int,
    transaction_ids: Sequence[int],
    source_id: int,
    target_id: int,
    amount: Decimal | None,
    reason: str,
    currency: str,
    user_id: int | None,
    now: datetime,
) -> Transferred:
    """Move what stands of the chosen charges from one window to another, of this or another bill of the hotel.

    `amount` moves that much of a single charge. Locks the two windows. The original charges stay as posted; each
    transfer names its charge. Raises NotFound, NothingSelected, SameWindow, NotTransferable, TransferTooLarge,
    FolioClosed.
    """
    if not transaction_ids:
        raise NothingSelected
    lock_windows(hotel_id=hotel_id, source_id=source_id, target_id=target_id)
    standing = db.fetch_all(_STANDING, {"hotel": hotel_id, "ids": list(transaction_ids), "source": source_id})
    if not standing or any(row["amount"] <= 0 for row in standing):
        raise NotTransferable
    roots, amounts = [row["root"] for row in standing], [row["amount"] for row in standing]
    if amount is not None:
        amounts = [_part(amounts, amount, currency)]
    return move(
        hotel_id=hotel_id, roots=roots, amounts=amounts, source_id=source_id, target_id=target_id, reason=reason,
        user_id=user_id, now=now,
    )  # fmt: skip


def lock_windows(*, hotel_id: int, source_id: int, target_id: int) -> None:
    """Lock two windows between which charges are moved. Raises SameWindow, NotFound."""
    if source_id == target_id:
        raise SameWindow
    windows = ledger.lock_accounts(hotel_id=hotel_id, account_ids=[source_id, target_id])
    if {account.kind for account in windows.values()} != {"folio"}:
        raise NotFound


def move(
    *,
    hotel_id: int,
    roots: Sequence[int],
    amounts: Sequence[Decimal],
    source_id: int,
    target_id: int,
    reason: str,
    user_id: int | None,
    now: datetime,
) -> Transferred:
    """Post a transfer of each amount of each charge between two locked windows, at once. Raises FolioClosed."""
    with typed_refusals():
        row = db.fetch_one(
            _TRANSFER,
            {
                "hotel": hotel_id, "code": TRANSFER, "roots": list(roots), "amounts": list(amounts),
                "description": reason, "source": source_id, "target": target_id, "user": user_id, "now": now,
            },
        )  # fmt: skip
    assert row is not None
    return Transferred(
        transaction_ids=tuple(row["ids"]), folio_id=row["folio_id"], to_folio_id=row["to_folio_id"],
        business_date=row["business_date"], amount=sum(amounts, Decimal("0.00")),
    )  # fmt: skip


def _part(amounts: Sequence[Decimal], amount: Decimal, currency: str) -> Decimal:
    amount = clean_amount(amount, currency=currency)
    if len(amounts) != 1:
        raise NotTransferable
    if amount > amounts[0]:
        raise TransferTooLarge(amount=amounts[0])
    return amount


def record_transfer(
    moved: Transferred, *, hotel_id: int, source_id: int, target_id: int, reason: str, exceed_limit: bool,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Building block: the audit row and ChargesTransferred of what was moved, whole charges or parts of them.

    Raises CreditLimitExceeded.
    """
    over = within_credit(
        hotel_id=hotel_id, transaction_ids=moved.transaction_ids, actor=actor, exceed_limit=exceed_limit
    )
    keys = ",".join(str(key) for key in moved.transaction_ids)
    record(
        ChargesTransferred.topic, subject="folio", subject_id=moved.folio_id, hotel_id=hotel_id, actor=actor, now=now,
        before={"account": source_id}, reason=reason,
        after={"account": target_id, "amount": moved.amount, "transactions": keys, **over},
        event=ChargesTransferred(folio_id=moved.folio_id, to_folio_id=moved.to_folio_id, transaction_ids=keys),
    )  # fmt: skip
