"""Invoices: ask for one, read its state, take it back, send it again."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import folio_invoices as schemas
from binzhi.api.types import Code, IdempotencyKey, Key, Number
from binzhi.billing import queries
from binzhi.billing.access import Permission
from binzhi.billing.invoices import services
from binzhi.billing.invoices.buyers import Buyer
from binzhi.billing.invoices.queries import InvoiceRow, invoices

router = Router(tags=["invoices"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
InvoiceKey = Annotated[Key, Path()]


@router.get("/hotels/{hotel}/folios/{number}/invoices", response=schemas.InvoiceListOut, operation_id="list_invoices")
def listing(request: ApiRequest, hotel: Code, number: Number) -> HttpResponse:
    """The invoices of a bill, newest first."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
    rows = invoices(hotel_id=request.hotel.pk, folio_id=view.pk)
    return json_response({"invoices": [_out(row) for row in rows]})


def _out(row: InvoiceRow) -> dict[str, Any]:
    return {
        "id": row.pk, "folio": row.folio, "window": row.window, "kind": row.kind, "state": row.state,
        "number": row.number, "red_of": row.red_of, "net": f"{row.net:.2f}", "tax": f"{row.tax:.2f}",
        "total": f"{row.total:.2f}", "error": row.error,
    }  # fmt: skip


@router.post(
    "/hotels/{hotel}/folios/{number}/invoices", response={201: schemas.InvoiceMadeOut}, operation_id="request_invoice"
)
def ask(request: ApiRequest, hotel: Code, number: Number, payload: schemas.InvoiceIn, key: KeyHeader) -> HttpResponse:
    """Ask for an invoice of a window; several buyers share it by one request each."""
    request.actor.require(Permission.INVOICE, request.hotel.pk)

    def work() -> dict[str, Any]:
        view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        buyer = Buyer(
            name=payload.buyer_name, tax_no=payload.tax_no, is_person=payload.is_person,
            address_phone=payload.address_phone, bank_account=payload.bank_account,
        )  # fmt: skip
        made = services.request_invoice(
            hotel_id=request.hotel.pk, account_id=view.window(payload.window).account_id, kind=payload.kind,
            buyer=buyer, amount=payload.amount, remark=payload.remark, actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": made}

    return once(request, key=key, route=f"request_invoice:{number}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/invoices/{invoice_id}/red",
    response={201: schemas.InvoiceMadeOut},
    operation_id="take_back_invoice",
)
def red(
    request: ApiRequest, hotel: Code, invoice_id: InvoiceKey, payload: schemas.RedIn, key: KeyHeader
) -> HttpResponse:
    """Take an issued invoice back with a red one that names it."""
    request.actor.require(Permission.RED_INVOICE, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = services.take_back_invoice(
            hotel_id=request.hotel.pk, invoice_id=invoice_id, reason=payload.reason, actor=request.actor, now=now()
        )
        return {"id": made}

    return once(request, key=key, route=f"take_back_invoice:{invoice_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/invoices/{invoice_id}/retry", response={201: schemas.InvoiceMadeOut}, operation_id="retry_invoice"
)
def retry(request: ApiRequest, hotel: Code, invoice_id: InvoiceKey, key: KeyHeader) -> HttpResponse:
    """Send a waiting invoice now."""
    request.actor.require(Permission.INVOICE, request.hotel.pk)

    def work() -> dict[str, Any]:
        services.retry_invoice(hotel_id=request.hotel.pk, invoice_id=invoice_id, actor=request.actor, now=now())
        return {"id": invoice_id}

    return once(request, key=key, route=f"retry_invoice:{invoice_id}", body={}, work=work)
