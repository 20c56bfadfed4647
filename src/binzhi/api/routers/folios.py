"""Bills: read, charge, pay, correct."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.present import folio_out
from binzhi.api.types import Code, IdempotencyKey, Number
from binzhi.billing import queries, services
from binzhi.billing.access import Permission
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.kernel.errors import NotFound

router = Router(tags=["folios"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/folios/{number}", response=schemas.FolioOut, operation_id="get_folio")
def read(request: ApiRequest, hotel: Code, number: Number) -> HttpResponse:
    """A bill with its windows and all postings."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    return json_response(folio_out(queries.folio_view(hotel_id=request.hotel.pk, number=number)))


@router.post("/hotels/{hotel}/folios/{number}/charges", response={201: schemas.PostedOut}, operation_id="post_charge")
def charge(request: ApiRequest, hotel: Code, number: Number, payload: schemas.ChargeIn, key: KeyHeader) -> HttpResponse:
    """Post a charge to a window; `amount` is the price of one, as the hotel's prices are (with or before tax)."""

    def work(view: queries.FolioView) -> int:
        return services.post_charge(
            hotel_id=request.hotel.pk,
            account_id=view.window(payload.window).account_id,
            charge_code=payload.code,
            amount=payload.amount,
            quantity=payload.quantity,
            description=payload.description,
            currency=payload.currency,
            exceed_limit=payload.exceed_limit,
            actor=request.actor,
            now=now(),
        ).transaction_id

    return posted(request, number, key, "post_charge", payload.model_dump(), work)


@router.post("/hotels/{hotel}/folios/{number}/payments", response={201: schemas.PostedOut}, operation_id="take_payment")
def payment(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.PaymentIn, key: KeyHeader
) -> HttpResponse:
    """Take a payment for a window."""

    def work(view: queries.FolioView) -> int:
        return services.take_payment(
            hotel_id=request.hotel.pk,
            account_id=view.window(payload.window).account_id,
            payment=PaymentInput(
                means=payload.means,
                amount=payload.amount,
                organisation_id=payload.organisation_id,
                in_advance=payload.in_advance,
                exceed_limit=payload.exceed_limit,
            ),
            currency=payload.currency,
            actor=request.actor,
            now=now(),
        ).transaction_id

    return posted(request, number, key, "take_payment", payload.model_dump(), work)


@router.post("/hotels/{hotel}/folios/{number}/refunds", response={201: schemas.PostedOut}, operation_id="refund")
def refund(request: ApiRequest, hotel: Code, number: Number, payload: schemas.RefundIn, key: KeyHeader) -> HttpResponse:
    """Give back a payment or part of it, by the means it came."""

    def work(view: queries.FolioView) -> int:
        return services.refund_payment(
            hotel_id=request.hotel.pk,
            payment_id=payload.transaction,
            amount=payload.amount,
            reason=payload.reason,
            currency=payload.currency,
            actor=request.actor,
            now=now(),
        ).transaction_id

    return posted(request, number, key, "refund", payload.model_dump(), work, of_folio=payload.transaction)


@router.post("/hotels/{hotel}/folios/{number}/deposits", response={201: schemas.PostedOut}, operation_id="take_deposit")
def deposit(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.AmountIn, key: KeyHeader
) -> HttpResponse:
    """Hold a deposit."""

    def work(view: queries.FolioView) -> int:
        return services.take_deposit(
            hotel_id=request.hotel.pk,
            folio_id=view.pk,
            deposit=DepositInput(means=payload.means, amount=payload.amount),
            currency=payload.currency,
            actor=request.actor,
            now=now(),
        ).transaction_id

    return posted(request, number, key, "take_deposit", payload.model_dump(), work)


@router.post(
    "/hotels/{hotel}/folios/{number}/deposit-refunds", response={201: schemas.PostedOut}, operation_id="refund_deposit"
)
def deposit_refund(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.AmountIn, key: KeyHeader
) -> HttpResponse:
    """Return a deposit or part of it."""

    def work(view: queries.FolioView) -> int:
        return services.refund_deposit(
            hotel_id=request.hotel.pk,
            folio_id=view.pk,
            deposit=DepositInput(means=payload.means, amount=payload.amount),
            currency=payload.currency,
            actor=request.actor,
            now=now(),
        ).transaction_id

    return posted(request, number, key, "refund_deposit", payload.model_dump(), work)


@router.post("/hotels/{hotel}/folios/{number}/reversals", response={201: schemas.PostedOut}, operation_id="reverse")
def reversal(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.ReverseIn, key: KeyHeader
) -> HttpResponse:
    """Take back a posting: its mirror is posted and names it."""

    def work(view: queries.FolioView) -> int:
        return services.reverse_transaction(
            hotel_id=request.hotel.pk,
            transaction_id=payload.transaction,
            reason=payload.reason,
            actor=request.actor,
            now=now(),
        ).transaction_id

    return posted(request, number, key, "reverse", payload.model_dump(), work, of_folio=payload.transaction)


@router.post("/hotels/{hotel}/folios/{number}/transfers", response={201: schemas.PostedOut}, operation_id="transfer")
def transfer(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.TransferIn, key: KeyHeader
) -> HttpResponse:
    """Move charges to another window, of this bill or another."""

    def work(view: queries.FolioView) -> int:
        target = queries.folio_view(hotel_id=request.hotel.pk, number=payload.to_folio) if payload.to_folio else view
        return services.transfer_charges(
            hotel_id=request.hotel.pk,
            transaction_ids=payload.transactions,
            source_id=view.window(payload.window).account_id,
            target_id=target.window(payload.to_window).account_id,
            reason=payload.reason,
            exceed_limit=payload.exceed_limit,
            actor=request.actor,
            now=now(),
        ).transaction_ids[0]

    return posted(request, number, key, "transfer", payload.model_dump(), work)


def posted(
    request: ApiRequest,
    number: str,
    key: str,
    route: str,
    body: dict[str, Any],
    post: Callable[[queries.FolioView], int],
    *,
    of_folio: int | None = None,
) -> HttpResponse:
    """Post once per key, and tell the bill's balance after it. `of_folio` is a posting that must stand on this bill."""

    def work() -> dict[str, Any]:
        view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        if of_folio is not None:
            _require_line(view, of_folio)
        transaction = post(view)
        after = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        return {"transaction": transaction, "balance": f"{after.balance:.2f}"}

    return once(request, key=key, route=f"{route}:{number}", body=body, work=work)


def _require_line(view: queries.FolioView, transaction_id: int) -> None:
    if view.line(transaction_id) is None:
        raise NotFound(field="transaction")
