"""Charges: one or a whole set in one statement, and the one place where tax is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.billing.amounts import clean_amount, clean_quantity
from binzhi.billing.errors import AlreadyPosted, AmountTooLarge, UnknownChargeCode
from binzhi.billing.ledger.refusals import typed_refusals
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import LARGEST, MINOR_DIGITS


@dataclass(frozen=True, slots=True)
class Charges:
    """What `charge_each` wrote: how many, and their sums."""

    business_date: date
    count: int
    gross: Decimal
    net: Decimal
    tax: Decimal
    last_id: int | None
    folio_id: int | None


@dataclass(frozen=True, slots=True)
class Charged:
    """One charge: the folio owes `gross`, of which `tax` is tax."""

    transaction_id: int
    folio_id: int
    business_date: date
    gross: Decimal
    net: Decimal
    tax: Decimal


# Prices include tax or it comes on top; rounded half up to the currency's smallest amount. A charge of nothing
# (a complimentary night) is posted too: it was slept. Lines: folio +gross, revenue -net, tax -tax. What was posted is a
# set that is looked up, not a join: in a house among many, a join is planned for one row and walks all for each.
# What routing rules send elsewhere is a line of its own there, in the same transaction (see `billing_route`).
_CHARGE = """
WITH house AS MATERIALIZED (
    SELECT billing_hold_day(h.id) AS business_date, coalesce(%(inclusive)s::boolean, h.prices_include_tax) AS inclusive,
           CASE WHEN h.currency = ANY(%(whole)s) THEN 0 ELSE 2 END AS digits
    FROM property_hotel h WHERE h.id = %(hotel)s
), code AS (
    SELECT id, revenue_account_id, tax_account_id, tax_rate FROM billing_chargecode
    WHERE hotel_id = %(hotel)s AND code = %(charge_code)s AND is_active
), asked (account_id, amount, quantity, description, source_key) AS (
    {source}
), priced AS MATERIALIZED (
    SELECT nextval('billing_transaction_id_seq') AS id, a.id AS account_id, a.folio_id, asked.quantity,
           asked.description, asked.source_key, house.business_date,
           CASE WHEN house.inclusive THEN asked.amount * asked.quantity
                ELSE asked.amount * asked.quantity + round(asked.amount * asked.quantity * code.tax_rate, house.digits)
           END AS gross,
           CASE WHEN house.inclusive THEN round(asked.amount * asked.quantity / (1 + code.tax_rate), house.digits)
                ELSE asked.amount * asked.quantity
           END AS net, house.digits
    FROM asked
    JOIN billing_account a ON a.id = asked.account_id AND a.hotel_id = %(hotel)s AND a.kind = 'folio'
    CROSS JOIN house CROSS JOIN code
), header AS (
    INSERT INTO billing_transaction (id, hotel_id, business_date, kind, folio_id, charge_code_id, description, quantity,
        source_key, user_id, posted_at)
    SELECT p.id, %(hotel)s, p.business_date, 'charge', p.folio_id, code.id, p.description, p.quantity, p.source_key,
        %(user)s::bigint, %(now)s
    FROM priced p CROSS JOIN code
    ON CONFLICT (hotel_id, source_key) WHERE source_key IS NOT NULL DO NOTHING
    RETURNING id
), ruled AS (
    SELECT account_id FROM billing_routingrule WHERE hotel_id = %(hotel)s AND ended_at IS NULL
), sent AS MATERIALIZED (
    SELECT p.id, p.account_id AS source_id, r.rule_id, r.account_id, r.amount
    FROM priced p CROSS JOIN code
    CROSS JOIN LATERAL billing_route(p.account_id, code.id, p.gross, p.business_date, p.digits) r
    WHERE (p.account_id IN (TABLE ruled)) IS TRUE AND (p.id IN (TABLE header)) IS TRUE AND p.gross > 0
), noted AS (
    INSERT INTO billing_routed (hotel_id, transaction_id, rule_id, account_id, amount)
    SELECT %(hotel)s, sent.id, sent.rule_id, sent.account_id, sent.amount FROM sent
), owed AS (
    SELECT p.id, p.account_id, p.gross AS amount, p.gross = 0 AS of_nothing FROM priced p
    WHERE (p.id IN (TABLE header)) IS TRUE
    UNION ALL SELECT id, source_id, -amount, false FROM sent
    UNION ALL SELECT id, account_id, amount, false FROM sent
), lines AS (
    INSERT INTO billing_line (hotel_id, transaction_id, account_id, amount)
    SELECT %(hotel)s, id, account_id, sum(amount) FROM owed GROUP BY id, account_id
    HAVING sum(amount) <> 0 OR bool_or(of_nothing)
    UNION ALL
    SELECT %(hotel)s, p.id, side.account_id, side.amount
    FROM priced p CROSS JOIN code
    CROSS JOIN LATERAL (VALUES (code.revenue_account_id, -p.net, true),
        (code.tax_account_id, p.net - p.gross, p.net <> p.gross)) AS side (account_id, amount, is_there)
    WHERE (p.id IN (TABLE header)) IS TRUE AND side.is_there
)
SELECT house.business_date, count(*) FILTER (WHERE p.made) AS count,
       coalesce(sum(p.gross) FILTER (WHERE p.made), 0) AS gross, coalesce(sum(p.net) FILTER (WHERE p.made), 0) AS net,
       max(p.id) FILTER (WHERE p.made) AS last_id, max(p.folio_id) AS folio_id, count(p.id) AS found,
       (SELECT count(*) FROM code) AS codes
FROM house LEFT JOIN (SELECT *, id IN (TABLE header) AS made FROM priced) p ON true
GROUP BY house.business_date
"""
_ONE = """
SELECT %(account)s::bigint, %(amount)s::numeric, %(quantity)s::smallint, %(description)s::varchar,
           %(source_key)s::varchar
"""
_WHOLE = [currency for currency, digits in MINOR_DIGITS.items() if digits == 0]


def charge_each(
    *,
    hotel_id: int,
    charge_code: str,
    source: str,
    params: Mapping[str, Any],
    user_id: int | None,
    now: datetime,
    inclusive: bool | None = None,
) -> Charges:
    """Charge a whole set in one statement, whatever its size; what a source key was charged for before is left out.

    `source` is a SELECT (constant text, `params` its parameters) of account_id, amount, quantity, description,
    source_key: the price of one as the hotel's prices are, or as `inclusive` says. Raises UnknownChargeCode,
    FolioClosed, BusinessDayClosed, AmountTooLarge.
    """
    row = _charge(hotel_id, charge_code, source, params, user_id, now, inclusive)
    return Charges(
        business_date=row["business_date"], count=row["count"], gross=row["gross"], net=row["net"],
        tax=row["gross"] - row["net"], last_id=row["last_id"], folio_id=row["folio_id"],
    )  # fmt: skip


def charge(
    *,
    hotel_id: int,
    account_id: int,
    charge_code: str,
    amount: Decimal,
    now: datetime,
    quantity: int = 1,
    description: str = "",
    currency: str = "CNY",
    inclusive: bool | None = None,
    source_key: str | None = None,
    user_id: int | None = None,
) -> Charged:
    """Post `quantity` × `amount` to a window: folio +gross, revenue −net, tax −tax, on the open day, in one statement.

    `inclusive` overrides whether the amount includes tax (None: as the hotel's prices). Raises InvalidInput at
    amount or quantity, UnknownChargeCode, NotFound (no such window), FolioClosed, AlreadyPosted (the source key
    was posted before; nothing is half-done then and the transaction can go on).
    """
    amount, quantity = clean_amount(amount, currency=currency), clean_quantity(quantity)
    if amount * quantity > LARGEST:
        raise AmountTooLarge
    if not charge_code.isalnum():
        raise UnknownChargeCode(charge_code=charge_code)
    params = {
        "account": account_id,
        "amount": amount,
        "quantity": quantity,
        "description": description,
        "source_key": source_key,
    }
    row = _charge(hotel_id, charge_code, _ONE, params, user_id, now, inclusive)
    if not row["found"]:
        raise NotFound
    if not row["count"]:
        raise AlreadyPosted
    return Charged(
        transaction_id=row["last_id"], folio_id=row["folio_id"], business_date=row["business_date"],
        gross=row["gross"], net=row["net"], tax=row["gross"] - row["net"],
    )  # fmt: skip


def _charge(
    hotel_id: int,
    charge_code: str,
    source: str,
    params: Mapping[str, Any],
    user_id: int | None,
    now: datetime,
    inclusive: bool | None,
) -> dict[str, Any]:
    with typed_refusals():
        row = db.fetch_one(
            _CHARGE.replace("{source}", source),
            {
                **params,
                "hotel": hotel_id,
                "charge_code": charge_code,
                "inclusive": inclusive,
                "whole": _WHOLE,
                "user": user_id,
                "now": now,
            },
        )
    if row is None:
        raise NotFound
    if not row["codes"]:
        raise UnknownChargeCode(charge_code=charge_code)
    return row
