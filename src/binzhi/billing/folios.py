"""Windows, deposit accounts and the end of a bill. Building blocks, called inside an operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from binzhi.billing.errors import (
    CompanyRequired,
    DepositHeld,
    FolioClosed,
    FolioNotSettled,
    FolioOpen,
    TooManyWindows,
)
from binzhi.billing.ledger import LockedAccount, lock_folio, typed_refusals
from binzhi.kernel import db

MOST_WINDOWS = 9


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a bill: the account that is posted to, and its number."""

    account_id: int
    number: int


def add_window(*, hotel_id: int, folio_id: int, payee: str) -> Window:
    """Add the next window, for `payee`. Locks the bill's accounts. Raises NotFound, FolioClosed, TooManyWindows."""
    windows = [account for account in _lock_and_look(hotel_id, folio_id) if account.kind == "folio"]
    if not all(account.is_open for account in windows):
        raise FolioClosed
    number = 1 + max(account.window or 0 for account in windows)
    if number > MOST_WINDOWS:
        raise TooManyWindows(limit=MOST_WINDOWS)
    account_id = db.fetch_value(
        'INSERT INTO billing_account (hotel_id, kind, folio_id, "window", name)'
        " VALUES (%s, 'folio', %s, %s, %s) RETURNING id",
        [hotel_id, folio_id, number, payee],
    )
    return Window(account_id=account_id, number=number)


def deposit_account(*, hotel_id: int, folio_id: int) -> LockedAccount:
    """The locked deposit account of a bill, made when it is the first deposit. Raises NotFound, FolioClosed."""
    accounts = lock_folio(hotel_id=hotel_id, folio_id=folio_id)
    if not accounts[0].is_open:
        raise FolioClosed
    if (held := _deposit_of(accounts)) is not None:
        return held
    if (held := _deposit_of(_lock_and_look(hotel_id, folio_id))) is not None:
        return held
    account_id = db.fetch_value(
        "INSERT INTO billing_account (hotel_id, kind, folio_id, \"window\") VALUES (%s, 'deposit', %s, 1) RETURNING id",
        [hotel_id, folio_id],
    )
    return LockedAccount(
        pk=account_id, kind="deposit", folio_id=folio_id, window=1, balance=Decimal("0.00"), is_open=True,
        organisation_id=None, credit_limit=None,
    )  # fmt: skip


def _deposit_of(accounts: list[LockedAccount]) -> LockedAccount | None:
    return next((account for account in accounts if account.kind == "deposit"), None)


def _lock_and_look(hotel_id: int, folio_id: int) -> list[LockedAccount]:
    """The bill's accounts with those that somebody added while this waited for the lock.

    A statement that waits for a row gets its latest version, but no rows that are new since the statement began.
    """
    lock_folio(hotel_id=hotel_id, folio_id=folio_id)
    return lock_folio(hotel_id=hotel_id, folio_id=folio_id)


@dataclass(frozen=True, slots=True)
class Receivable:
    """A company's account at this hotel and how far it may go."""

    account_id: int
    credit_limit: Decimal


# An account's own limit goes before the organisation's.
_RECEIVABLE = """
SELECT a.id AS account_id, coalesce(a.credit_limit, o.credit_limit) AS credit_limit
FROM guests_organisation o
JOIN property_hotel h ON h.group_id = o.group_id AND h.id = %(hotel)s
JOIN billing_account a ON a.hotel_id = h.id AND a.kind = 'receivable' AND a.code = 'org:' || o.id AND a.folio_id IS NULL
WHERE o.id = %(organisation)s
"""
_OPEN_RECEIVABLE = """
INSERT INTO billing_account (hotel_id, kind, code, name, organisation_id)
SELECT h.id, 'receivable', 'org:' || o.id, left(o.name, 80), o.id
FROM guests_organisation o JOIN property_hotel h ON h.group_id = o.group_id AND h.id = %(hotel)s
WHERE o.id = %(organisation)s
ON CONFLICT (hotel_id, kind, code) WHERE folio_id IS NULL DO NOTHING
"""


def receivable_of(*, hotel_id: int, organisation_id: int | None) -> Receivable:
    """The company's receivable account, made when it is billed for the first time. Raises CompanyRequired."""
    params = {"hotel": hotel_id, "organisation": organisation_id}
    row = db.fetch_one(_RECEIVABLE, params)
    if row is None and organisation_id is not None:
        db.execute(_OPEN_RECEIVABLE, params)
        row = db.fetch_one(_RECEIVABLE, params)
    if row is None:
        raise CompanyRequired
    return Receivable(**row)


_CLOSE = """
WITH accounts AS (UPDATE billing_account SET is_open = false WHERE folio_id = %(folio)s)
UPDATE billing_folio SET closed_at = %(now)s WHERE id = %(folio)s
"""
_REOPEN = """
WITH accounts AS (UPDATE billing_account SET is_open = true WHERE folio_id = %(folio)s)
UPDATE billing_folio SET closed_at = NULL WHERE id = %(folio)s
"""


def close(*, hotel_id: int, folio_id: int, now: datetime) -> None:
    """End a bill: nothing can be posted to it any more. Locks its accounts.

    Raises NotFound, FolioClosed, FolioNotSettled (a window owes or is owed), DepositHeld, HoldOpen.
    """
    accounts = lock_folio(hotel_id=hotel_id, folio_id=folio_id)
    if not accounts[0].is_open:
        raise FolioClosed
    for account in accounts:
        if account.balance and account.kind == "deposit":
            raise DepositHeld(amount=-account.balance)
        if account.balance:
            raise FolioNotSettled(window=account.window, balance=account.balance)
    with typed_refusals():
        db.execute(_CLOSE, {"folio": folio_id, "now": now})


def reopen(*, hotel_id: int, folio_id: int) -> None:
    """Open a closed bill again, for a late charge or a correction. Locks its accounts. Raises NotFound, FolioOpen."""
    if lock_folio(hotel_id=hotel_id, folio_id=folio_id)[0].is_open:
        raise FolioOpen
    db.execute(_REOPEN, {"folio": folio_id})
