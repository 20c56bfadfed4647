"""Asking for invoices, taking them back, and noting what the provider answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError

from binzhi.billing import ledger
from binzhi.billing.access import Permission
from binzhi.billing.amounts import clean_amount
from binzhi.billing.events import InvoiceRequested, InvoiceSettingChanged, InvoiceTried
from binzhi.billing.folio_errors import InvoiceNotWaiting, MoreThanPaid, NotRedable, SellerMissing
from binzhi.billing.invoices.buyers import ORDINARY, SPECIAL, Buyer, clean_buyer, clean_gbk
from binzhi.billing.invoices.composing import DraftLine, draft, mirrored, pools_of, room_of
from binzhi.billing.invoices.words import capitals
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.calls import clean_address
from binzhi.kernel.errors import InvalidInput, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.operations import operation, record
from binzhi.kernel.partners import Link
from binzhi.property.queries import hotel_by_id

REMARK_LIMIT = 200
LINK = Link("billing_invoiceseller", url="provider_url", key="provider_key")


def new_serial() -> str:
    """The key by which the provider issues an invoice once."""
    return uuid.uuid4().hex


_SELLER = "SELECT name, tax_no, address_phone, bank_account, issuer FROM billing_invoiceseller WHERE hotel_id = %s"
_INSERT = """
INSERT INTO billing_invoice (hotel_id, folio_id, account_id, serial, kind, red_of_id, business_date, seller_name,
    seller_tax_no, seller_address_phone, seller_bank_account, issuer, buyer_name, buyer_tax_no, buyer_is_person,
    buyer_address_phone, buyer_bank_account, remark, currency, net, tax, total, total_words, requested_by,
    requested_at, next_at)
SELECT %(hotel)s, a.folio_id, a.id, %(serial)s, %(kind)s, %(red_of)s::bigint, %(day)s, %(seller_name)s,
    %(seller_tax_no)s, %(seller_address_phone)s, %(seller_bank_account)s, %(issuer)s, %(buyer_name)s,
    %(buyer_tax_no)s, %(buyer_is_person)s,
    %(buyer_address_phone)s, %(buyer_bank_account)s, %(remark)s, %(currency)s, %(net)s, %(tax)s, %(total)s, %(words)s,
    %(user)s::bigint, %(now)s, %(now)s
FROM billing_account a WHERE a.id = %(account)s AND a.hotel_id = %(hotel)s
RETURNING id, folio_id
"""
_LINES = """
INSERT INTO billing_invoiceline (hotel_id, invoice_id, position, charge_code_id, item, unit, quantity, price, amount,
    rate, tax, classification)
SELECT %(hotel)s, %(invoice)s, x.position, x.code, x.item, x.unit, x.quantity, x.price, x.amount, x.rate, x.tax,
    x.classification
FROM unnest(%(codes)s::bigint[], %(items)s::text[], %(units)s::text[], %(quantities)s::numeric[],
    %(prices)s::numeric[], %(amounts)s::numeric[], %(rates)s::numeric[], %(taxes)s::numeric[], %(classes)s::text[])
    WITH ORDINALITY AS x (code, item, unit, quantity, price, amount, rate, tax, classification, position)
"""


def _write(hotel_id: int, head: dict[str, Any], lines: Sequence[DraftLine]) -> tuple[int, int]:
    net, tax = sum((line.amount for line in lines), ZERO), sum((line.tax for line in lines), ZERO)
    try:
        row = db.fetch_one(
            _INSERT, {"red_of": None, **head, "net": net, "tax": tax, "total": net + tax, "words": capitals(net + tax)}
        )
    except IntegrityError as error:
        broken = db.constraint_of(error)
        if broken == "invoice_within_paid":
            raise MoreThanPaid(amount=ZERO) from error
        if broken == "invoice_taken_back_once":
            raise NotRedable from error
        raise
    assert row is not None  # the window was locked
    db.execute(
        _LINES,
        {
            "hotel": hotel_id, "invoice": row["id"], "codes": [line.charge_code_id for line in lines],
            "items": [line.item for line in lines], "units": [line.unit for line in lines],
            "quantities": [line.quantity for line in lines], "prices": [line.price for line in lines],
            "amounts": [line.amount for line in lines], "rates": [line.rate for line in lines],
            "taxes": [line.tax for line in lines], "classes": [line.classification for line in lines],
        },
    )  # fmt: skip
    return row["id"], row["folio_id"]


def _requested(invoice_id: int, folio_id: int, hotel_id: int, actor: Actor, now: datetime, **after: object) -> None:
    record(
        InvoiceRequested.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"invoice": invoice_id, **after}, event=InvoiceRequested(folio_id=folio_id, invoice_id=invoice_id),
    )  # fmt: skip


@operation(Permission.INVOICE)
def request_invoice(
    *, hotel_id: int, account_id: int, kind: str, buyer: Buyer, amount: Decimal | None = None, remark: str = "",
    actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Ask for an invoice of a window, for `amount` with its tax or for all that is charged and paid.

    Several buyers share a window by asking one after the other. Adds an invoice that the worker sends. Locks the
    window. Raises InvalidInput at kind, buyer_name, tax_no, address_phone, bank_account, amount or remark, NotFound,
    SellerMissing, NothingToInvoice, MoreThanPaid. Publishes InvoiceRequested. Not idempotent.
    """
    if kind not in (SPECIAL, ORDINARY):
        raise InvalidInput(field="kind")
    buyer = clean_buyer(buyer, kind=kind)
    remark = clean_gbk(remark, field="remark", limit=REMARK_LIMIT)
    hotel = hotel_by_id(hotel_id)
    if amount is not None:
        amount = clean_amount(amount, currency=hotel.currency)
    seller = db.fetch_one(_SELLER, [hotel_id])
    if seller is None:
        raise SellerMissing
    if ledger.lock_accounts(hotel_id=hotel_id, account_ids=[account_id])[account_id].kind != "folio":
        raise NotFound
    lines = draft(pools_of(account_id), amount=amount, paid=room_of(account_id), currency=hotel.currency)
    head = {
        "hotel": hotel_id, "account": account_id, "serial": new_serial(), "kind": kind, "day": hotel.business_date,
        "seller_name": seller["name"], "seller_tax_no": seller["tax_no"], "issuer": seller["issuer"],
        "seller_address_phone": seller["address_phone"], "seller_bank_account": seller["bank_account"],
        "buyer_name": buyer.name, "buyer_tax_no": buyer.tax_no, "buyer_is_person": buyer.is_person,
        "buyer_address_phone": buyer.address_phone, "buyer_bank_account": buyer.bank_account, "remark": remark,
        "currency": hotel.currency, "user": actor.user_id, "now": now,
    }  # fmt: skip
    invoice_id, folio_id = _write(hotel_id, head, lines)
    _requested(invoice_id, folio_id, hotel_id, actor, now, kind=kind, total=sum(x.amount + x.tax for x in lines))
    return invoice_id


_ORIGINAL = """
SELECT id, account_id, kind, red_of_id, state, seller_name, seller_tax_no, seller_address_phone, seller_bank_account,
       issuer, buyer_name, buyer_tax_no, buyer_is_person, buyer_address_phone, buyer_bank_account, currency, number
FROM billing_invoice WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE
"""
_ITS_LINES = """
SELECT charge_code_id, item, unit, quantity, price, amount, rate, tax, classification FROM billing_invoiceline
WHERE invoice_id = %s ORDER BY position
"""


@operation(Permission.RED_INVOICE)
def take_back_invoice(*, hotel_id: int, invoice_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Ask for the red invoice that takes an issued one back whole; it names its number.

    Adds an invoice. Locks the original. Once the red one is issued, what it took back can be invoiced again. Raises
    InvalidInput at reason, NotFound, NotRedable. Publishes InvoiceRequested. A second call is refused.
    """
    reason = clean_gbk(reason, field="reason", limit=100)
    if not reason:
        raise InvalidInput(field="reason")
    original = db.fetch_one(_ORIGINAL, [hotel_id, invoice_id])
    if original is None:
        raise NotFound
    if original["state"] != "issued" or original["red_of_id"] is not None:
        raise NotRedable
    lines = [mirrored(DraftLine(**row)) for row in db.fetch_all(_ITS_LINES, [invoice_id])]
    kept = {name: value for name, value in original.items() if name not in ("id", "state", "number", "red_of_id")}
    head = kept | {
        "hotel": hotel_id, "account": original["account_id"], "serial": new_serial(), "red_of": invoice_id,
        "day": hotel_by_id(hotel_id).business_date, "remark": f"红冲 {original['number']} {reason}",
        "user": actor.user_id, "now": now,
    }  # fmt: skip
    red_id, folio_id = _write(hotel_id, head, lines)
    _requested(red_id, folio_id, hotel_id, actor, now, red_of=invoice_id)
    return red_id


@operation(Permission.INVOICE)
def retry_invoice(*, hotel_id: int, invoice_id: int, actor: Actor, now: datetime) -> None:
    """Send a waiting invoice at once rather than when its turn comes.

    Changes its turn. Raises NotFound, InvoiceNotWaiting. Publishes InvoiceRequested. Idempotent: the provider knows the
    serial.
    """
    row = db.fetch_one(
        "SELECT folio_id, state FROM billing_invoice WHERE hotel_id = %s AND id = %s FOR NO KEY UPDATE",
        [hotel_id, invoice_id],
    )
    if row is None:
        raise NotFound
    if row["state"] not in ("asked", "sent"):
        raise InvoiceNotWaiting
    db.execute("UPDATE billing_invoice SET next_at = %s WHERE id = %s", [now, invoice_id])
    _requested(invoice_id, row["folio_id"], hotel_id, actor, now, again=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider said: `issued` with a number, `sent`: works on it, `refused` with why, `asked`: it is away."""

    state: str
    number: str = ""
    issued_at: datetime | None = None
    error: str = ""


_NOTE = """
UPDATE billing_invoice SET state = %(state)s, number = %(number)s, issued_at = %(issued_at)s, error = %(error)s,
    next_at = %(next_at)s
WHERE hotel_id = %(hotel)s AND id = %(invoice)s AND state IN ('asked', 'sent') RETURNING folio_id
"""


@operation(Permission.INVOICE)
def note_answer(
    *, hotel_id: int, invoice_id: int, answer: Answer, next_at: datetime | None, actor: Actor, now: datetime
) -> None:
    """Keep what the provider answered; an invoice that is issued or refused stays so.

    Changes the invoice's state. Raises NotFound, InvoiceNotWaiting. Publishes InvoiceTried. A second answer is refused.
    """
    waits = answer.state in ("asked", "sent")
    folio_id = db.fetch_value(
        _NOTE,
        {
            "state": answer.state, "number": answer.number, "issued_at": answer.issued_at, "error": answer.error[:200],
            "next_at": next_at if waits else None, "hotel": hotel_id, "invoice": invoice_id,
        },
    )  # fmt: skip
    if folio_id is None:
        known = db.fetch_value("SELECT 1 FROM billing_invoice WHERE hotel_id = %s AND id = %s", [hotel_id, invoice_id])
        raise InvoiceNotWaiting if known else NotFound
    record(
        InvoiceTried.topic, subject="folio", subject_id=folio_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"invoice": invoice_id, "state": answer.state, "number": answer.number},
        event=InvoiceTried(folio_id=folio_id, invoice_id=invoice_id, state=answer.state),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerInput:
    """The hotel as seller and the provider; an empty key keeps the one there is."""

    name: str
    tax_no: str
    issuer: str
    address_phone: str = ""
    bank_account: str = ""
    provider_url: str = ""
    provider_key: str = ""


@operation(Permission.SET_INVOICES)
def set_seller(*, hotel_id: int, seller: SellerInput, actor: Actor, now: datetime) -> None:
    """Enter the hotel's own data for invoices; invoices that are asked for already keep what they say.

    Changes the setting. Raises InvalidInput at name, tax_no, issuer, address_phone, bank_account or provider_url.
    Publishes InvoiceSettingChanged. Idempotent.
    """
    told = clean_buyer(
        Buyer(
            name=seller.name, tax_no=seller.tax_no, address_phone=seller.address_phone,
            bank_account=seller.bank_account,
        ),
        kind=SPECIAL,
    )  # fmt: skip
    issuer = clean_gbk(seller.issuer, field="issuer", limit=20)
    if not issuer:
        raise InvalidInput(field="issuer")
    url = clean_address(seller.provider_url)
    sealed = LINK.sealed(seller.provider_key, hotel_id=hotel_id)
    db.execute(
        "INSERT INTO billing_invoiceseller (hotel_id, name, tax_no, address_phone, bank_account, issuer, provider_url,"
        " provider_key) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (hotel_id) DO UPDATE SET"
        " name = excluded.name, tax_no = excluded.tax_no, address_phone = excluded.address_phone,"
        " bank_account = excluded.bank_account,"
        " issuer = excluded.issuer, provider_url = excluded.provider_url,"
        " provider_key = coalesce(excluded.provider_key, billing_invoiceseller.provider_key)",
        [hotel_id, told.name, told.tax_no, told.address_phone, told.bank_account, issuer, url, sealed],
    )
    _set(hotel_id, "seller", actor, now)


@operation(Permission.SET_INVOICES)
def set_tax_code(
    *, hotel_id: int, charge_code: str, first_date: date, classification: str, item: str, unit: str, rate: Decimal,
    is_invoiced: bool, actor: Actor, now: datetime,
) -> None:  # fmt: skip
    """Say how a charge code stands on invoices from a day on; charges of before keep theirs.

    Adds a row. Raises InvalidInput at charge_code, first_date, classification, item, unit or rate. Publishes
    InvoiceSettingChanged. Not idempotent.
    """
    code_id = db.fetch_value(
        "SELECT id FROM billing_chargecode WHERE hotel_id = %s AND code = %s", [hotel_id, charge_code]
    )
    if code_id is None:
        raise InvalidInput(field="charge_code")
    item, unit = clean_gbk(item, field="item", limit=60), clean_gbk(unit, field="unit", limit=10)
    if is_invoiced and not (classification.isascii() and classification.isdigit() and len(classification) == 19):
        raise InvalidInput(field="classification")
    if is_invoiced and not item:
        raise InvalidInput(field="item")
    if not rate.is_finite() or not 0 <= rate < 1 or rate != rate.quantize(Decimal("0.0001")):
        raise InvalidInput(field="rate")
    made = db.fetch_value(
        "INSERT INTO billing_taxcode (hotel_id, charge_code_id, first_date, classification, item, unit, rate,"
        " is_invoiced) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        [hotel_id, code_id, first_date, classification, item, unit, rate, is_invoiced],
    )
    if made is None:
        raise InvalidInput(field="first_date")
    _set(hotel_id, "tax_code", actor, now, charge_code=charge_code, first_date=first_date)


def _set(hotel_id: int, what: str, actor: Actor, now: datetime, **after: object) -> None:
    record(
        InvoiceSettingChanged.topic, subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"what": what, **after}, event=InvoiceSettingChanged(what=what),
    )  # fmt: skip
