"""What the counter chooses from and what the house laid down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from binzhi.kernel import db
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A thing on the price list for damage."""

    pk: int
    name: str
    name_en: str
    price: Decimal
    is_active: bool

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class RateRow:
    """What the hotel gives for one unit of a currency now."""

    currency: str
    rate: Decimal
    since: datetime


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A post and how far it may go by itself."""

    post_id: int
    post: str
    adjustment: Decimal | None
    paid_out: Decimal | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """A step of the late departure rule."""

    from_time: time
    percent: Decimal
    plan_id: int | None
    level: str | None


@dataclass(frozen=True, slots=True)
class HouseRow:
    """A house account and what it owes."""

    number: str
    name: str
    purpose: str
    folio: str
    balance: Decimal
    opened_at: datetime
    closed_at: datetime | None


def compensation_items(*, hotel_id: int, with_inactive: bool = False) -> list[ItemRow]:
    rows = db.fetch_all(
        "SELECT id AS pk, name, name_en, price, is_active FROM billing_compensationitem"
        " WHERE hotel_id = %s AND (is_active OR %s) ORDER BY is_active DESC, name",
        [hotel_id, with_inactive],
    )
    return [ItemRow(**row) for row in rows]


def currency_rates(*, hotel_id: int) -> list[RateRow]:
    """The latest rate of each currency."""
    rows = db.fetch_all(
        "SELECT DISTINCT ON (currency) currency, rate, since FROM billing_currencyrate WHERE hotel_id = %s"
        " ORDER BY currency, since DESC, id DESC",
        [hotel_id],
    )
    return [RateRow(**row) for row in rows]


_LIMITS = """
SELECT p.id AS post_id, p.name AS post, max(l.amount) FILTER (WHERE l.kind = 'adjustment') AS adjustment,
       max(l.amount) FILTER (WHERE l.kind = 'paid_out') AS paid_out
FROM people_post p LEFT JOIN billing_authoritylimit l ON l.post_id = p.id AND l.hotel_id = p.hotel_id
WHERE p.hotel_id = %s AND ('billing.adjust' = ANY (p.permissions) OR 'billing.pay_out' = ANY (p.permissions))
GROUP BY p.id ORDER BY p.grade DESC, p.name
"""


def authority_limits(*, hotel_id: int) -> list[LimitRow]:
    """Every post that may lower or lay out at all."""
    return [LimitRow(**row) for row in db.fetch_all(_LIMITS, [hotel_id])]


def late_fees(*, hotel_id: int) -> list[LateRow]:
    rows = db.fetch_all(
        "SELECT from_time, percent, plan_id, level FROM billing_latefee WHERE hotel_id = %s"
        " ORDER BY level NULLS FIRST, plan_id NULLS FIRST, from_time",
        [hotel_id],
    )
    return [LateRow(**row) for row in rows]


def late_charge_days(*, hotel_id: int) -> int | None:
    days: int | None = db.fetch_value(
        "SELECT late_charge_days FROM billing_countersetting WHERE hotel_id = %s", [hotel_id]
    )
    return days


_HOUSE = """
SELECT x.number, x.name, x.purpose, f.number AS folio, x.opened_at, f.closed_at, sum(a.balance) AS balance
FROM billing_houseaccount x JOIN billing_folio f ON f.id = x.folio_id
JOIN billing_account a ON a.folio_id = f.id AND a.kind = 'folio'
WHERE x.hotel_id = %s GROUP BY x.id, f.id ORDER BY f.closed_at IS NOT NULL, x.number
"""


def house_accounts(*, hotel_id: int) -> list[HouseRow]:
    """The open ones first, in one statement."""
    return [HouseRow(**row) for row in db.fetch_all(_HOUSE, [hotel_id])]
