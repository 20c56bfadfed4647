"""What a cashier chooses from: charge codes, means of payment, companies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from binzhi.kernel import db
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class ChargeCodeRef:
    """What can be charged by hand."""

    code: str
    name: str
    name_en: str
    group: str
    tax_rate: Decimal

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class MeansRef:
    """A means of payment."""

    code: str
    name: str
    name_en: str

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class CompanyRef:
    """A company that can be billed and what is left of its credit."""

    pk: int
    name: str
    left: Decimal


_CODES = """
SELECT code, name, name_en, "group", tax_rate FROM billing_chargecode WHERE hotel_id = %s AND is_active ORDER BY code
"""
_MEANS = """
SELECT code, name, name_en FROM billing_paymentmeans WHERE hotel_id = %s AND is_active ORDER BY position, code
"""
_COMPANIES = """
SELECT o.id AS pk, o.name, coalesce(a.credit_limit, o.credit_limit) - coalesce(a.balance, 0) AS left
FROM guests_organisation o
JOIN property_hotel h ON h.group_id = o.group_id AND h.id = %(hotel)s
LEFT JOIN billing_account a
    ON a.hotel_id = h.id AND a.kind = 'receivable' AND a.code = 'org:' || o.id AND a.folio_id IS NULL
WHERE coalesce(a.credit_limit, o.credit_limit) > 0
ORDER BY o.pinyin, o.name LIMIT 200
"""


def charge_codes(*, hotel_id: int) -> list[ChargeCodeRef]:
    return [ChargeCodeRef(**row) for row in db.fetch_all(_CODES, [hotel_id])]


def means_of_payment(*, hotel_id: int) -> list[MeansRef]:
    return [MeansRef(**row) for row in db.fetch_all(_MEANS, [hotel_id])]


def companies(*, hotel_id: int) -> list[CompanyRef]:
    """Companies with credit at this hotel."""
    return [CompanyRef(**row) for row in db.fetch_all(_COMPANIES, {"hotel": hotel_id})]
