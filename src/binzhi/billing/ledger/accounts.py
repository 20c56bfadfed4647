"""Holding the hotel day, opening bills, locking accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO


def hold_day(*, hotel_id: int) -> date:
    """Keep the night audit out until the end of the transaction; the open hotel day.

    Waits for an audit that is running. An operation that locks rows and posts later calls this before its first
    lock, or it may meet the audit head-on.
    """
    day: date = db.fetch_value("SELECT billing_hold_day(%s)", [hotel_id])
    return day


@dataclass(frozen=True, slots=True)
class OpenFolio:
    """A new bill and its first window."""

    folio_id: int
    number: str
    account_id: int


_OPEN = """
WITH folio AS (
    INSERT INTO billing_folio (hotel_id, guest_id, opened_at) VALUES (%(hotel)s, %(guest)s, %(now)s)
    RETURNING id, hotel_id, number
), opened AS (
    INSERT INTO billing_account (hotel_id, kind, folio_id, "window", name, organisation_id)
    SELECT hotel_id, 'folio', id, 1, %(payee)s, %(organisation)s::bigint FROM folio
    RETURNING id, folio_id
)
SELECT folio.id AS folio_id, folio.number, opened.id AS account_id FROM folio JOIN opened ON opened.folio_id = folio.id
"""


def open_folio(
    *, hotel_id: int, guest_id: int | None, now: datetime, payee: str = "", organisation_id: int | None = None
) -> OpenFolio:
    """Open a bill with one window, in one statement; `payee` and the company say who pays where it is not the guest."""
    params = {"hotel": hotel_id, "guest": guest_id, "now": now, "payee": payee, "organisation": organisation_id}
    row = db.fetch_one(_OPEN, params)
    assert row is not None
    return OpenFolio(**row)


_OPEN_MANY = """
WITH asked AS MATERIALIZED (
    SELECT nextval('billing_folio_id_seq') AS id, g.guest_id, g.place
    FROM unnest(%(guests)s::bigint[]) WITH ORDINALITY AS g (guest_id, place)
), folio AS (
    INSERT INTO billing_folio (id, hotel_id, guest_id, opened_at)
    SELECT id, %(hotel)s, guest_id, %(now)s FROM asked RETURNING id, number
), opened AS (
    INSERT INTO billing_account (hotel_id, kind, folio_id, "window") SELECT %(hotel)s, 'folio', id, 1 FROM asked
    RETURNING id, folio_id
)
SELECT folio.id AS folio_id, folio.number, opened.id AS account_id
FROM asked JOIN folio USING (id) JOIN opened ON opened.folio_id = folio.id ORDER BY asked.place
"""


def open_folios(*, hotel_id: int, guest_ids: Sequence[int | None], now: datetime) -> list[OpenFolio]:
    """Open a bill for each, in one statement; in the order given."""
    rows = db.fetch_all(_OPEN_MANY, {"hotel": hotel_id, "guests": list(guest_ids), "now": now})
    return [OpenFolio(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account as it stands now; nobody else posts to it before this transaction ends."""

    pk: int
    kind: str
    folio_id: int | None
    window: int | None
    balance: Decimal
    is_open: bool
    organisation_id: int | None
    credit_limit: Decimal | None


# The day is held while the rows are filtered, that is before the first of them is locked; a row that an audit
# changed meanwhile is read again when its lock is got.
_LOCK = """
SELECT id AS pk, kind, folio_id, "window", balance, is_open, organisation_id, credit_limit
FROM billing_account
WHERE hotel_id = %(hotel)s AND {which} AND billing_hold_day(%(hotel)s) IS NOT NULL
ORDER BY id FOR NO KEY UPDATE
"""
_LOCK_ACCOUNTS = _LOCK.replace("{which}", "id = ANY(%(keys)s)")
_LOCK_FOLIOS = _LOCK.replace("{which}", "folio_id = ANY(%(keys)s)")


def lock_accounts(*, hotel_id: int, account_ids: Iterable[int]) -> dict[int, LockedAccount]:
    """Lock accounts in the order of their ids. Raises NotFound when one is not this hotel's."""
    keys = sorted(set(account_ids))
    rows = db.fetch_all(_LOCK_ACCOUNTS, {"hotel": hotel_id, "keys": keys})
    if len(rows) != len(keys):
        raise NotFound
    return {row["pk"]: LockedAccount(**row) for row in rows}


def lock_folio(*, hotel_id: int, folio_id: int) -> list[LockedAccount]:
    """Lock all windows and the deposit of a bill. Raises NotFound."""
    rows = db.fetch_all(_LOCK_FOLIOS, {"hotel": hotel_id, "keys": [folio_id]})
    if not rows:
        raise NotFound
    return [LockedAccount(**row) for row in rows]


_BALANCE = """
SELECT coalesce(sum(balance) FILTER (WHERE kind = 'folio'), 0) AS owed,
       coalesce(-sum(balance) FILTER (WHERE kind = 'deposit'), 0) AS deposit
FROM billing_account WHERE folio_id = %s
"""


def balance_of(folio_id: int) -> Decimal:
    """What all windows of a bill owe together (negative: the guest paid too much). Deposits are not counted."""
    row = db.fetch_one(_BALANCE, [folio_id])
    return row["owed"] if row else ZERO


def deposit_of(folio_id: int) -> Decimal:
    """The deposit held for a bill."""
    row = db.fetch_one(_BALANCE, [folio_id])
    return row["deposit"] if row else ZERO
