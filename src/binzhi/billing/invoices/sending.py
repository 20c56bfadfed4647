"""Sending invoices that wait to the provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from binzhi.billing.folio_errors import InvoiceNotWaiting
from binzhi.billing.invoices.provider import HttpProvider, Provider
from binzhi.billing.invoices.services import LINK, Answer, note_answer
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.partners import NOT_CONNECTED, Claimed, Pauses, Queue, send_each

PARTNER = "invoices"
DESK = Actor.system("e-invoices")
# Claimed for as long as a provider may take.
CLAIM_SECONDS = 60
PAUSES = Pauses(timedelta(seconds=30), timedelta(hours=1))
QUEUE = Queue(table="billing_invoice", waiting=("asked", "sent"))
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
    return QUEUE.claim(now=now, seconds=CLAIM_SECONDS)


def request_of(invoice_id: int) -> dict[str, Any]:
    """Everything the provider is told of an invoice."""
    head = db.fetch_one(_REQUEST, [invoice_id])
    assert head is not None  # claimed
    return head | {"lines": db.fetch_all(_LINES, [invoice_id])}


def provider_of(hotel_id: int) -> Provider | None:
    """The hotel's provider, or None where none is entered."""
    link = LINK.of(hotel_id)
    return HttpProvider(**link) if link else None


def send_due(*, now: datetime, choose: Chooser = provider_of, most: int = 200) -> int:
    """Send all whose turn it is; how many were tried. Safe to run at any time, by several workers."""
    db.enter_scope("*", "*")

    def send(claimed: Claimed) -> str:
        provider = choose(claimed.hotel_id)
        answer = provider.issue(request_of(claimed.pk)) if provider else Answer(state="asked", error="no provider")
        note_answer(
            hotel_id=claimed.hotel_id, invoice_id=claimed.pk, answer=answer,
            next_at=PAUSES.after(claimed.attempts, now), actor=DESK, now=now,
        )  # fmt: skip
        return "" if answer.state != "asked" else answer.error if provider else NOT_CONNECTED

    waiting = QUEUE.one_by_one(lambda: claim(now=now), most=most)
    return send_each(waiting, send, partner=lambda _one: PARTNER, now=now, settled=InvoiceNotWaiting)
