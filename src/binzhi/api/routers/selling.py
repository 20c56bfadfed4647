"""Promotion codes, agreed and members' prices, conditions of booking."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import selling as schemas
from binzhi.api.types import Code, IdempotencyKey, Key
from binzhi.kernel.money import ZERO
from binzhi.reservations.access import Permission
from binzhi.reservations.conditions import services as conditions
from binzhi.reservations.conditions.queries import conditions as all_conditions
from binzhi.reservations.conditions.services import ConditionsInput
from binzhi.reservations.fees import Fee, Step
from binzhi.reservations.promotions import queries, services
from binzhi.reservations.promotions.services import PromotionInput

router = Router(tags=["rates"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/promotions", response=schemas.PromotionsOut, operation_id="list_promotions")
def promotions(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Codes in use first, with how often they were used."""
    request.actor.require(Permission.MANAGE_PROMOTIONS, request.hotel.pk)
    names = [name for name in schemas.PromotionOut.model_fields if name != "id"]
    rows = queries.promotions(request.hotel.pk)
    return json_response({"items": [{"id": row.pk} | {name: getattr(row, name) for name in names} for row in rows]})


@router.post("/hotels/{hotel}/promotions", response={201: schemas.CodeOut}, operation_id="create_promotion")
def create_promotion(request: ApiRequest, hotel: Code, payload: schemas.PromotionIn, key: KeyHeader) -> HttpResponse:
    """Make a code that opens a rate; the rate is then sold with a code only."""

    def work() -> dict[str, Any]:
        wanted = PromotionInput(**payload.model_dump())
        return {"code": services.create_promotion(
            hotel_id=request.hotel.pk, promotion=wanted, actor=request.actor, now=now()
        )}  # fmt: skip

    return once(request, key=key, route="create_promotion", body=payload.model_dump(mode="json"), work=work)


@router.delete("/hotels/{hotel}/promotions/{promotion_id}", response=schemas.IdOut, operation_id="end_promotion")
def end_promotion(request: ApiRequest, hotel: Code, promotion_id: Key) -> HttpResponse:
    """The code books nothing any more; what was booked with it stays."""
    services.end_promotion(
        hotel_id=request.hotel.pk, promotion_id=promotion_id, actor=request.actor, now=now()
    )  # fmt: skip
    return json_response({"id": promotion_id})


@router.get("/hotels/{hotel}/agreed-prices", response=schemas.AgreedPricesOut, operation_id="list_agreed_prices")
def agreed_prices(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Which organisations may book which negotiated rates."""
    request.actor.require(Permission.MANAGE_PROMOTIONS, request.hotel.pk)
    shown = [
        {name: getattr(row, name) for name in schemas.AgreedPriceOut.model_fields}
        | {"amount": None if row.amount is None else f"{row.amount:.2f}"}
        for row in queries.agreed_prices(request.hotel.pk)
    ]
    return json_response({"items": shown})


@router.put("/hotels/{hotel}/agreed-prices", response=schemas.IdOut, operation_id="set_agreed_price")
def set_agreed_price(request: ApiRequest, hotel: Code, payload: schemas.AgreedPriceIn) -> HttpResponse:
    """Let an organisation book a negotiated rate; prices that were booked stay."""
    made = services.set_agreed_price(
        hotel_id=request.hotel.pk, actor=request.actor, now=now(), **payload.model_dump()
    )  # fmt: skip
    return json_response({"id": made})


@router.put("/hotels/{hotel}/members-rate", response=schemas.MembersRateOut, operation_id="set_members_rate")
def set_members_rate(request: ApiRequest, hotel: Code, payload: schemas.MembersRateIn) -> HttpResponse:
    """Sell a derived rate to members only, or to everybody again."""
    services.set_members_rate(hotel_id=request.hotel.pk, actor=request.actor, now=now(), **payload.model_dump())
    return json_response({"rate_plan": payload.rate_plan, "members_only": payload.members_only})


@router.get("/hotels/{hotel}/conditions", response=schemas.ConditionsListOut, operation_id="list_conditions")
def conditions_of(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Conditions of booking with the rates that are sold under them now."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = all_conditions(request.hotel.pk)
    names = schemas.ConditionsOut.model_fields
    return json_response({"items": [{name: getattr(row, name) for name in names} for row in rows]})


@router.post("/hotels/{hotel}/conditions", response={201: schemas.IdOut}, operation_id="create_conditions")
def create_conditions(request: ApiRequest, hotel: Code, payload: schemas.ConditionsIn, key: KeyHeader) -> HttpResponse:
    """Make conditions; they are never changed, others take their place."""

    def work() -> dict[str, Any]:
        wanted = ConditionsInput(
            code=payload.code, name=payload.name, name_en=payload.name_en,
            deadlines=tuple(Step(step.days_before, step.until, _fee(step.fee)) for step in payload.deadlines),
            no_show=_fee(payload.no_show), deposit=_fee(payload.deposit), deposit_after=payload.deposit_after,
            deposit_before=payload.deposit_before,
        )  # fmt: skip
        return {"id": conditions.create_conditions(
            hotel_id=request.hotel.pk, conditions=wanted, actor=request.actor, now=now()
        )}  # fmt: skip

    return once(request, key=key, route="create_conditions", body=payload.model_dump(mode="json"), work=work)


def _fee(given: schemas.FeeIn) -> Fee:
    return Fee(given.kind.value, percent=Decimal(given.percent), nights=given.nights, amount=given.amount or ZERO)


@router.put("/hotels/{hotel}/rates/{plan}/conditions", response=schemas.KeepingOut, operation_id="set_rate_conditions")
def set_conditions(request: ApiRequest, hotel: Code, plan: Code, payload: schemas.PlanConditionsIn) -> HttpResponse:
    """Sell a rate under other conditions from now on."""
    kept = conditions.set_plan_conditions(
        hotel_id=request.hotel.pk, rate_plan=plan, code=payload.code, actor=request.actor, now=now()
    )  # fmt: skip
    return json_response({"kept": kept})
