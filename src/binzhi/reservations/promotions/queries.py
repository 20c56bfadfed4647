"""Codes, agreed prices and members' rates, for those who keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from binzhi.kernel import db


@dataclass(frozen=True, slots=True)
class PromotionRow:
    """A promotion code with how often it was used."""

    pk: int
    code: str
    name: str
    rate_plan: str
    stay_from: date | None
    stay_until: date | None
    book_from: date | None
    book_until: date | None
    most_uses: int | None
    uses: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """An organisation's distance to the price of the parent; None: the rate's own."""

    pk: int
    organisation_id: int
    organisation: str
    rate_plan: str
    percent: Decimal | None
    amount: Decimal | None
    valid_until: date | None


_PROMOTIONS = """
SELECT m.id AS pk, m.code, m.name, p.name AS rate_plan, m.stay_from, m.stay_until, m.book_from, m.book_until,
       m.most_uses, m.uses, m.is_active
FROM reservations_promotion m JOIN reservations_rateplan p ON p.id = m.rate_plan_id
WHERE m.hotel_id = %s ORDER BY m.is_active DESC, m.id DESC LIMIT 100
"""
_AGREED = """
SELECT a.id AS pk, a.organisation_id, o.name AS organisation, p.name AS rate_plan, a.percent, a.amount, a.valid_until
FROM reservations_agreement a
JOIN reservations_rateplan p ON p.id = a.rate_plan_id
JOIN guests_organisation o ON o.id = a.organisation_id
WHERE a.hotel_id = %s ORDER BY p.position, o.name LIMIT 300
"""


def promotions(hotel_id: int) -> list[PromotionRow]:
    """Codes in use first, the newest first."""
    return [PromotionRow(**row) for row in db.fetch_all(_PROMOTIONS, [hotel_id])]


def agreed_prices(hotel_id: int) -> list[AgreedRow]:
    """Which organisations may book which negotiated rates."""
    return [AgreedRow(**row) for row in db.fetch_all(_AGREED, [hotel_id])]


def tiers(hotel_id: int) -> list[str]:
    """The member levels that guest files of the group carry."""
    sql = """
        SELECT DISTINCT g.member_tier FROM guests_guest g JOIN property_hotel h ON h.group_id = g.group_id
        WHERE h.id = %s AND g.member_tier <> '' ORDER BY 1
    """
    return list(db.fetch_values(sql, [hotel_id]))
