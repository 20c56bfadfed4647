"""A transaction and its lines, written by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from binzhi.billing.errors import UnknownMeans
from binzhi.billing.ledger.refusals import typed_refusals
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A transaction to be written. `lines` are (account, amount), debit positive.

    `means` is the code of a means of payment; with `means_amount` its account gets that line too, so that
    lines and `means_amount` add up to zero. `window_id` is an account among the lines that must be a window of a
    bill of this hotel. `folio_id` is found from the lines when left out.
    """

    kind: str
    lines: Sequence[tuple[int, Decimal]]
    means: str = ""
    means_amount: Decimal | None = None
    means_id: int | None = None
    window_id: int | None = None
    folio_id: int | None = None
    description: str = ""
    charge_code_id: int | None = None
    quantity: int = 1
    origin_id: int | None = None
    reverses_id: int | None = None
    source_key: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What was written."""

    transaction_id: int
    folio_id: int | None
    business_date: date


_POST = """
WITH house AS MATERIALIZED (
    SELECT billing_hold_day(%(hotel)s) AS business_date
), given AS (
    SELECT * FROM unnest(%(accounts)s::bigint[], %(amounts)s::numeric[]) AS g (account_id, amount)
), means AS (
    SELECT id, account_id FROM billing_paymentmeans WHERE hotel_id = %(hotel)s AND code = %(means)s AND is_active
), header AS (
    INSERT INTO billing_transaction (hotel_id, business_date, kind, folio_id, charge_code_id, means_id, description,
        quantity, origin_id, reverses_id, source_key, user_id, posted_at)
    SELECT %(hotel)s, house.business_date, %(kind)s,
        coalesce(%(folio)s::bigint, (
            SELECT a.folio_id FROM given JOIN billing_account a ON a.id = given.account_id
            WHERE a.folio_id IS NOT NULL ORDER BY a.id LIMIT 1
        )),
        %(charge_code)s::bigint, coalesce(%(means_id)s::bigint, means.id), %(description)s, %(quantity)s::smallint,
        %(origin)s::bigint, %(reverses)s::bigint, %(source_key)s::varchar, %(user)s::bigint, %(now)s
    FROM house LEFT JOIN means ON true
    WHERE (%(means)s = '' OR means.id IS NOT NULL)
      AND (%(window)s::bigint IS NULL OR EXISTS (
          SELECT 1 FROM billing_account WHERE id = %(window)s::bigint AND hotel_id = %(hotel)s AND kind = 'folio'))
    RETURNING id, folio_id, business_date
), lines AS (
    INSERT INTO billing_line (hotel_id, transaction_id, account_id, amount)
    SELECT %(hotel)s, header.id, given.account_id, given.amount FROM header CROSS JOIN given
    UNION ALL
    SELECT %(hotel)s, header.id, means.account_id, %(means_amount)s::numeric
    FROM header CROSS JOIN means WHERE %(means_amount)s::numeric IS NOT NULL
)
SELECT id AS transaction_id, folio_id, business_date FROM header
"""


def post(*, hotel_id: int, posting: Posting, user_id: int | None, now: datetime) -> Posted:
    """Write one transaction on the open day: header, lines and running balances in one statement.

    Raises UnknownMeans, FolioClosed, DepositTooSmall, AlreadyPosted, AlreadyReversed, AmountTooLarge, NotFound
    (an account of another hotel).
    """
    with typed_refusals():
        row = db.fetch_one(
            _POST,
            {
                "hotel": hotel_id,
                "accounts": [account_id for account_id, _amount in posting.lines],
                "amounts": [amount for _account_id, amount in posting.lines],
                "means": posting.means,
                "means_amount": posting.means_amount,
                "means_id": posting.means_id,
                "window": posting.window_id,
                "kind": posting.kind,
                "folio": posting.folio_id,
                "charge_code": posting.charge_code_id,
                "description": posting.description,
                "quantity": posting.quantity,
                "origin": posting.origin_id,
                "reverses": posting.reverses_id,
                "source_key": posting.source_key,
                "user": user_id,
                "now": now,
            },
        )
    if row is None:
        raise _refusal(hotel_id, posting)
    return Posted(**row)


def _refusal(hotel_id: int, posting: Posting) -> DomainError:
    known = db.fetch_value(
        "SELECT 1 FROM billing_paymentmeans WHERE hotel_id = %s AND code = %s AND is_active", [hotel_id, posting.means]
    )
    return UnknownMeans() if posting.means and not known else NotFound()
