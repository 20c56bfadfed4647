"""A company's account as it stands: items, credits, what of them is open. Building blocks, inside an operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.billing import folios, ledger
from binzhi.billing.amounts import clean_amount
from binzhi.billing.cashier_errors import AllocatedFirst, MoreThanOpen, MoreThanReceived, NotOnAccount
from binzhi.billing.errors import CompanyRequired
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class CompanyAccount:
    """A locked account: nothing is posted to it or allocated on it before this transaction ends."""

    pk: int
    organisation_id: int
    balance: Decimal
    today: date


@dataclass(frozen=True, slots=True)
class Share:
    """So much for an item; None: as much as is open and left."""

    item_id: int
    amount: Decimal | None = None


def lock_company(*, hotel_id: int, organisation_id: int, opens: bool = False) -> CompanyAccount:
    """The company's account here, locked; `opens` makes one for who has none. Raises NotFound."""
    today = ledger.hold_day(hotel_id=hotel_id)
    found = db.fetch_value(
        "SELECT id FROM billing_account WHERE hotel_id = %s AND kind = 'receivable' AND code = %s AND folio_id IS NULL",
        [hotel_id, f"org:{organisation_id}"],
    )
    if found is None and opens:
        try:
            found = folios.receivable_of(hotel_id=hotel_id, organisation_id=organisation_id).account_id
        except CompanyRequired as error:
            raise NotFound from error
    if found is None:
        raise NotFound
    locked = ledger.lock_accounts(hotel_id=hotel_id, account_ids=[found])[found]
    return CompanyAccount(locked.pk, organisation_id, locked.balance, today)


# What stands of each posting of the account, less what is allocated: items above zero, credits below.
OPEN = """
WITH roots AS (
    SELECT l.account_id, coalesce(t.origin_id, t.id) AS root, sum(l.amount) AS standing
    FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
    WHERE l.account_id = ANY(%(accounts)s) AND t.business_date <= %(as_of)s
    GROUP BY 1, 2 HAVING sum(l.amount) <> 0
), used AS (
    SELECT side.account_id, side.root, sum(side.amount) AS amount
    FROM billing_allocation x
    CROSS JOIN LATERAL (VALUES (x.account_id, x.item_id, x.amount), (x.account_id, x.credit_id, -x.amount))
        AS side (account_id, root, amount)
    WHERE x.account_id = ANY(%(accounts)s) AND x.business_date <= %(as_of)s
    GROUP BY 1, 2
), open_now AS (
    SELECT r.account_id, r.root, r.standing, r.standing - coalesce(u.amount, 0) AS amount
    FROM roots r LEFT JOIN used u ON u.account_id = r.account_id AND u.root = r.root
)
"""
_LEFT = f"""{OPEN}
SELECT o.root, o.amount FROM open_now o JOIN billing_transaction t ON t.id = o.root
WHERE o.amount <> 0 ORDER BY t.business_date, o.root
"""  # noqa: S608  (constants)


def open_of(account: CompanyAccount) -> dict[int, Decimal]:
    """What is open of each item (above zero) and each credit (below), oldest first. Read after the lock."""
    rows = db.fetch_all(_LEFT, {"accounts": [account.pk], "as_of": account.today})
    return {row["root"]: row["amount"] for row in rows}


_ALLOCATE = """
INSERT INTO billing_allocation (hotel_id, account_id, credit_id, item_id, amount, takes_back_id, business_date, user_id,
    made_at, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""


def allocate(
    account: CompanyAccount, *, hotel_id: int, credit_id: int, shares: Sequence[Share] | None, currency: str,
    user_id: int | None, now: datetime,
) -> dict[int, Decimal]:  # fmt: skip
    """Use a credit for items: those named, or (None) the oldest first; by item what was used.

    Raises NotOnAccount, MoreThanOpen, MoreThanReceived, and what an amount is refused for.
    """
    standing = open_of(account)
    left = -standing.get(credit_id, ZERO)
    if left <= 0 and shares:
        raise MoreThanReceived(amount=max(left, ZERO))
    given = _by_hand(standing, shares, left, currency) if shares is not None else _oldest(standing, left)
    for item_id, amount in given.items():
        db.execute(
            _ALLOCATE,
            [hotel_id, account.pk, credit_id, item_id, amount, None, account.today, user_id, now, ""],
        )
    return given


def _oldest(standing: Mapping[int, Decimal], left: Decimal) -> dict[int, Decimal]:
    given = {}
    for item_id, amount in standing.items():
        part = min(amount, left)
        if part > 0:
            given[item_id] = part
            left -= part
    return given


def _by_hand(
    standing: Mapping[int, Decimal], shares: Sequence[Share], left: Decimal, currency: str
) -> dict[int, Decimal]:
    given: dict[int, Decimal] = {}
    for share in shares:
        is_open = standing.get(share.item_id, ZERO)
        if is_open <= 0 or share.item_id in given:
            raise NotOnAccount
        if share.amount is None:
            amount = min(is_open, left)
            if amount <= 0:
                raise MoreThanReceived(amount=left)
        else:
            amount = clean_amount(share.amount, currency=currency, field="items")
        if amount > is_open:
            raise MoreThanOpen(amount=is_open, item=share.item_id)
        if amount > left:
            raise MoreThanReceived(amount=left, item=share.item_id)
        given[share.item_id] = amount
        left -= amount
    return given


def take_back(
    account: CompanyAccount, *, hotel_id: int, allocation: Mapping[str, object], reason: str, user_id: int | None,
    now: datetime,
) -> int:  # fmt: skip
    """The negative of an allocation, naming it; its id."""
    made: int = db.fetch_value(
        _ALLOCATE,
        [
            hotel_id, account.pk, allocation["credit_id"], allocation["item_id"], -allocation["amount"],  # type: ignore[operator]
            allocation["id"], account.today, user_id, now, reason,
        ],
    )  # fmt: skip
    return made


_STILL = """
SELECT 1 FROM billing_allocation x WHERE x.item_id = %(root)s AND billing_item_left(x.account_id, x.item_id) < 0
UNION ALL
SELECT 1 FROM billing_allocation x WHERE x.credit_id = %(root)s AND billing_credit_left(x.account_id, x.credit_id) < 0
LIMIT 1
"""


def refuse_allocated(root_id: int) -> None:
    """After a posting that lowers an item or a credit: what is used of it still stands. Raises AllocatedFirst."""
    if db.fetch_value(_STILL, {"root": root_id}):
        raise AllocatedFirst
