"""Sending what waits: claimed under a lock, asked outside any transaction, noted in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from binzhi.billing.folio_errors import InvoiceNotWaiting
from binzhi.billing.invoices.provider import HttpProvider, Provider
from binzhi.billing.invoices.services import Answer, key_place, note_answer, turn_after
from binzhi.kernel import crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work

DESK = Actor.system("e-invoices")
# Claimed for as long as a provider may take; whoever dies in between leaves it to the next turn.
CLAIM_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Claimed:
    """An invoice that is sent now, and how often it was tried before."""

    pk: int
    hotel_id: int
    attempts: int


_CLAIM = """
UPDATE billing_invoice SET attempts = least(attempts + 1, 30000), next_at = %(now)s + make_interval(secs => %(claim)s)
WHERE id = (
    SELECT id FROM billing_invoice WHERE state IN ('asked', 'sent') AND next_at <= %(now)s
    ORDER BY next_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id AS pk, hotel_id, attempts
"""
_REQUEST = """
SELECT i.serial, i.kind, i.seller_name, i.seller_tax_no, i.seller_address_phone, i.seller_bank_account, i.issuer,
       i.buyer_name, i.buyer_tax_no, i.buyer_is_person, i.buyer_address_phone, i.buyer_bank_account, i.remark,
       i.currency, i.net, i.tax, i.total, i.total_words, coalesce(o.number, '') AS red_of
FROM billing_invoice i LEFT JOIN billing_invoice o ON o.id = i.red_of_id WHERE i.id = %s
"""
_LINES = """
SELECT item, spec, unit, quantity, price, amount, rate, tax, classification FROM billing_invoiceline
WHERE invoice_id = %s ORDER BY position
"""

Chooser = Callable[[int], Provider | None]


def claim(*, now: datetime) -> Claimed | None:
    """The next invoice whose turn it is; nobody else sends it meanwhile."""
    with unit_of_work():
        row = db.fetch_one(_CLAIM, {"now": now, "claim": CLAIM_SECONDS})
    return Claimed(**row) if row else None


def request_of(invoice_id: int) -> dict[str, Any]:
    """Everything the provider is told of an invoice."""
    head = db.fetch_one(_REQUEST, [invoice_id])
    assert head is not None  # claimed
    return head | {"lines": db.fetch_all(_LINES, [invoice_id])}


def provider_of(hotel_id: int) -> Provider | None:
    """The hotel's provider, or None where none is entered."""
    row = db.fetch_one("SELECT provider_url, provider_key FROM billing_invoiceseller WHERE hotel_id = %s", [hotel_id])
    if row is None or not row["provider_url"]:
        return None
    key = crypto.open_sealed(row["provider_key"], place=key_place(hotel_id)) if row["provider_key"] else ""
    return HttpProvider(url=row["provider_url"], key=key)


def send_due(*, now: datetime, choose: Chooser = provider_of, most: int = 200) -> int:
    """Send all whose turn it is; how many were tried. Safe to run at any time, by several workers."""
    db.enter_scope("*", "*")
    tried = 0
    while tried < most and (claimed := claim(now=now)) is not None:
        provider = choose(claimed.hotel_id)
        answer = (
            Answer(state="asked", error="no provider") if provider is None else provider.issue(request_of(claimed.pk))
        )
        try:
            note_answer(
                hotel_id=claimed.hotel_id, invoice_id=claimed.pk, answer=answer,
                next_at=turn_after(claimed.attempts, now), actor=DESK, now=now,
            )  # fmt: skip
        except InvoiceNotWaiting:
            # Another worker's answer came first; the serial is the same, and so is the invoice.
            continue
        finally:
            tried += 1
    return tried
