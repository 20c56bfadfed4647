"""Invoices as the cashier reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from binzhi.kernel import db

PER_PAGE = 100
STATES = ("waiting", "issued", "refused", "red")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in a list. `red_number` is that of the one that took it back."""

    pk: int
    folio: str
    window: int
    kind: str
    buyer_name: str
    buyer_tax_no: str
    net: Decimal
    tax: Decimal
    total: Decimal
    state: str
    number: str
    red_of: str
    is_red: bool
    taken_back: bool
    business_date: date
    requested_at: datetime
    issued_at: datetime | None
    attempts: int
    next_at: datetime | None
    error: str

    @property
    def waits(self) -> bool:
        return self.state in ("asked", "sent")

    @property
    def is_late(self) -> bool:
        return self.waits and self.attempts > 2

    @property
    def may_be_taken_back(self) -> bool:
        return self.state == "issued" and not self.is_red and not self.taken_back


_ROWS = """
SELECT i.id AS pk, f.number AS folio, a."window", i.kind, i.buyer_name, i.buyer_tax_no, i.net, i.tax, i.total, i.state,
       i.number, coalesce(o.number, '') AS red_of, i.red_of_id IS NOT NULL AS is_red, i.business_date, i.requested_at,
       i.issued_at, i.attempts, i.next_at, i.error,
       EXISTS (SELECT 1 FROM billing_invoice r WHERE r.red_of_id = i.id AND r.state <> 'refused') AS taken_back
FROM billing_invoice i
JOIN billing_folio f ON f.id = i.folio_id
JOIN billing_account a ON a.id = i.account_id
LEFT JOIN billing_invoice o ON o.id = i.red_of_id
WHERE i.hotel_id = %(hotel)s AND (%(folio)s::bigint IS NULL OR i.folio_id = %(folio)s)
  AND (%(pk)s::bigint IS NULL OR i.id = %(pk)s)
  AND CASE %(state)s WHEN 'waiting' THEN i.state IN ('asked', 'sent') WHEN 'issued' THEN i.state = 'issued'
           WHEN 'refused' THEN i.state = 'refused' WHEN 'red' THEN i.red_of_id IS NOT NULL ELSE true END
ORDER BY i.id DESC LIMIT %(limit)s
"""


def invoices(
    *, hotel_id: int, folio_id: int | None = None, invoice_id: int | None = None, state: str = ""
) -> list[InvoiceRow]:
    """Newest first, in one statement."""
    params: dict[str, Any] = {
        "hotel": hotel_id, "folio": folio_id, "pk": invoice_id, "state": state, "limit": PER_PAGE,
    }  # fmt: skip
    return [InvoiceRow(**row) for row in db.fetch_all(_ROWS, params)]


@dataclass(frozen=True, slots=True)
class SellerRow:
    """The hotel as seller; whether a key is kept is said, not which."""

    name: str
    tax_no: str
    address_phone: str
    bank_account: str
    issuer: str
    provider_url: str
    has_key: bool


def seller_of(*, hotel_id: int) -> SellerRow | None:
    row = db.fetch_one(
        "SELECT name, tax_no, address_phone, bank_account, issuer, provider_url, provider_key IS NOT NULL AS has_key"
        " FROM billing_invoiceseller WHERE hotel_id = %s",
        [hotel_id],
    )
    return SellerRow(**row) if row else None


_BUYER = """
SELECT buyer_name AS name, buyer_tax_no AS tax_no, buyer_address_phone AS address_phone,
       buyer_bank_account AS bank_account
FROM billing_invoice WHERE hotel_id = %s AND buyer_name = %s AND state = 'issued' ORDER BY id DESC LIMIT 1
"""
_ORGANISATION = """
SELECT o.name FROM guests_organisation o
JOIN property_hotel h ON h.group_id = o.group_id WHERE h.id = %s AND o.id = %s
"""


def guest_name(guest_id: int | None) -> str:
    """The guest's bare name: an invoice carries no title."""
    return db.fetch_value("SELECT name FROM guests_guest WHERE id = %s", [guest_id]) or ""


def buyer_suggested(*, hotel_id: int, organisation_id: int | None) -> dict[str, str]:
    """What is known of the company that pays: as it was invoiced last, or as its file says."""
    if organisation_id is None:
        return {}
    row = db.fetch_one(_ORGANISATION, [hotel_id, organisation_id])
    if row is None:
        return {}
    last = db.fetch_one(_BUYER, [hotel_id, row["name"]])
    return last or {"name": row["name"], "tax_no": "", "address_phone": "", "bank_account": ""}


_TAX_CODES = """
SELECT c.code AS charge_code, t.first_date, t.classification, t.item, t.unit, t.rate, t.is_invoiced
FROM billing_taxcode t JOIN billing_chargecode c ON c.id = t.charge_code_id
WHERE t.hotel_id = %s ORDER BY c.code, t.first_date DESC
"""


def tax_codes(*, hotel_id: int) -> list[dict[str, Any]]:
    """How charge codes stand on invoices, each from a day on."""
    return db.fetch_all(_TAX_CODES, [hotel_id])
