"""What the house lays down for its counter: limits, price list, house accounts, the seller, tax codes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import counter_settings as schemas
from binzhi.api.types import Code, IdempotencyKey
from binzhi.billing.access import Permission
from binzhi.billing.counter import services, settings
from binzhi.billing.counter.queries import authority_limits, compensation_items, house_accounts
from binzhi.billing.invoices import services as invoicing
from binzhi.billing.invoices.queries import tax_codes
from binzhi.billing.invoices.services import SellerInput

router = Router(tags=["counter"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


@router.get("/hotels/{hotel}/authority-limits", response=schemas.LimitListOut, operation_id="list_authority_limits")
def limits(request: ApiRequest, hotel: Code) -> HttpResponse:
    """How far each post goes alone."""
    request.actor.require(Permission.SET_COUNTER, request.hotel.pk)
    rows = authority_limits(hotel_id=request.hotel.pk)
    shown = [
        {
            "post": row.post_id, "name": row.post, "adjustment": _money(row.adjustment),
            "paid_out": _money(row.paid_out),
        }
        for row in rows
    ]  # fmt: skip
    return json_response({"limits": shown})


@router.post(
    "/hotels/{hotel}/authority-limits", response={201: schemas.SavedOut}, operation_id="set_authority_limit"
)  # fmt: skip
def set_limit(request: ApiRequest, hotel: Code, payload: schemas.LimitIn, key: KeyHeader) -> HttpResponse:
    """Say how far a post goes alone; without an amount the limit is taken away."""
    request.actor.require(Permission.SET_COUNTER, request.hotel.pk)

    def work() -> dict[str, Any]:
        settings.set_authority(
            hotel_id=request.hotel.pk, post_id=payload.post, kind=payload.kind, amount=payload.amount,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"saved": True}

    return once(request, key=key, route="set_authority_limit", body=payload.model_dump(), work=work)


@router.get(
    "/hotels/{hotel}/compensation-items", response=schemas.ItemListOut, operation_id="list_compensation_items"
)  # fmt: skip
def items(request: ApiRequest, hotel: Code) -> HttpResponse:
    """The price list for damage, what is off the list too."""
    request.actor.require(Permission.POST_CHARGE, request.hotel.pk)
    rows = compensation_items(hotel_id=request.hotel.pk, with_inactive=True)
    shown = [
        {
            "id": row.pk, "name": row.name, "name_en": row.name_en, "price": _money(row.price),
            "is_active": row.is_active,
        }
        for row in rows
    ]  # fmt: skip
    return json_response({"items": shown})


@router.post(
    "/hotels/{hotel}/compensation-items", response={201: schemas.CounterIdOut}, operation_id="save_compensation_item"
)  # fmt: skip
def save_item(request: ApiRequest, hotel: Code, payload: schemas.ItemIn, key: KeyHeader) -> HttpResponse:
    """Put a thing on the price list, or change it."""
    request.actor.require(Permission.SET_COUNTER, request.hotel.pk)

    def work() -> dict[str, Any]:
        saved = settings.save_compensation_item(
            hotel_id=request.hotel.pk, item_id=payload.id, name=payload.name, name_en=payload.name_en,
            price=payload.price, is_active=payload.is_active, actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": saved}

    return once(request, key=key, route="save_compensation_item", body=payload.model_dump(), work=work)


@router.get("/hotels/{hotel}/house-accounts", response=schemas.HouseListOut, operation_id="list_house_accounts")
def houses(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Bills that belong to no guest, the open ones first."""
    request.actor.require(Permission.HOUSE, request.hotel.pk)
    shown = [
        {
            "number": row.number, "name": row.name, "purpose": row.purpose, "folio": row.folio,
            "balance": _money(row.balance), "is_open": row.closed_at is None,
        }
        for row in house_accounts(hotel_id=request.hotel.pk)
    ]  # fmt: skip
    return json_response({"house_accounts": shown})


@router.post(
    "/hotels/{hotel}/house-accounts", response={201: schemas.HouseMadeOut}, operation_id="open_house_account"
)  # fmt: skip
def open_house(request: ApiRequest, hotel: Code, payload: schemas.HouseIn, key: KeyHeader) -> HttpResponse:
    """Open a bill that belongs to no guest."""
    request.actor.require(Permission.HOUSE, request.hotel.pk)

    def work() -> dict[str, Any]:
        opened = services.open_house_account(
            hotel_id=request.hotel.pk, number=payload.number, name=payload.name, purpose=payload.purpose,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"folio": opened.number}

    return once(request, key=key, route="open_house_account", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/invoice-seller", response={201: schemas.SavedOut}, operation_id="set_invoice_seller")
def seller(request: ApiRequest, hotel: Code, payload: schemas.SellerIn, key: KeyHeader) -> HttpResponse:
    """Enter the hotel's own data for invoices; the key is kept sealed and never told."""
    request.actor.require(Permission.SET_INVOICES, request.hotel.pk)

    def work() -> dict[str, Any]:
        invoicing.set_seller(
            hotel_id=request.hotel.pk, seller=SellerInput(**payload.model_dump()), actor=request.actor, now=now()
        )
        return {"saved": True}

    return once(request, key=key, route="set_invoice_seller", body=payload.model_dump(), work=work)


@router.get("/hotels/{hotel}/tax-codes", response=schemas.TaxCodeListOut, operation_id="list_tax_codes")
def codes(request: ApiRequest, hotel: Code) -> HttpResponse:
    """How charge codes stand on invoices, the latest first."""
    request.actor.require(Permission.SET_INVOICES, request.hotel.pk)
    rows = tax_codes(hotel_id=request.hotel.pk)
    return json_response({"tax_codes": [row | {"rate": f"{row['rate'].normalize():f}"} for row in rows]})


@router.post("/hotels/{hotel}/tax-codes", response={201: schemas.SavedOut}, operation_id="set_tax_code")
def set_code(request: ApiRequest, hotel: Code, payload: schemas.TaxCodeIn, key: KeyHeader) -> HttpResponse:
    """Say how a charge code stands on invoices from a day on."""
    request.actor.require(Permission.SET_INVOICES, request.hotel.pk)

    def work() -> dict[str, Any]:
        invoicing.set_tax_code(hotel_id=request.hotel.pk, **payload.model_dump(), actor=request.actor, now=now())
        return {"saved": True}

    return once(request, key=key, route="set_tax_code", body=payload.model_dump(), work=work)
