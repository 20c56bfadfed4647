"""The rules behind the prices: seasons, base prices, rules. None of them writes a price: that is `apply_rate_rules`."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import rate_rules as schemas
from binzhi.api.types import Code, IdempotencyKey, Key
from binzhi.property.queries import room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.ratebook import queries
from binzhi.reservations.ratebook import rule_services as services
from binzhi.reservations.ratebook.rule_services import RuleInput, SeasonInput

router = Router(tags=["rates"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/rate-seasons", response=schemas.SeasonListOut, operation_id="list_rate_seasons")
def seasons(request: ApiRequest, hotel: Code) -> HttpResponse:
    """The seasons that rules speak of."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    items = [
        {"id": one.pk, "code": one.code, "name": one.name, "name_en": one.name_en, "first": one.first, "last": one.last}
        for one in queries.seasons(request.hotel.pk)
    ]
    return json_response({"items": items})


@router.put("/hotels/{hotel}/rate-seasons", response=schemas.RateRuleIdOut, operation_id="put_rate_season")
def put_season(request: ApiRequest, hotel: Code, payload: schemas.SeasonIn) -> HttpResponse:
    """Make the season of this code, or change it; prices stay until the rules are applied."""
    made = services.put_season(
        hotel_id=request.hotel.pk, season=SeasonInput(**payload.model_dump()), actor=request.actor, now=now()
    )
    return json_response({"id": made})


@router.delete("/hotels/{hotel}/rate-seasons/{season_id}", response={204: None}, operation_id="drop_rate_season")
def drop_season(request: ApiRequest, hotel: Code, season_id: Key) -> HttpResponse:
    """Forget a season that no rule speaks of."""
    services.drop_season(hotel_id=request.hotel.pk, season_id=season_id, actor=request.actor, now=now())
    return HttpResponse(status=204)


@router.get("/hotels/{hotel}/rate-rules", response=schemas.RateRuleListOut, operation_id="list_rate_rules")
def rules(request: ApiRequest, hotel: Code) -> HttpResponse:
    """All rules, by rate, in the order in which they are applied."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    names = [name for name in schemas.RateRuleOut.model_fields if name not in ("id", "value")]
    items = [
        {"id": one.pk, "value": f"{one.value:.2f}", **{name: getattr(one, name) for name in names}}
        for one in queries.rules(request.hotel.pk)
    ]
    return json_response({"items": items})


@router.post("/hotels/{hotel}/rate-rules", response={201: schemas.RateRuleIdOut}, operation_id="create_rate_rule")
def create_rule(request: ApiRequest, hotel: Code, payload: schemas.RateRuleIn, key: KeyHeader) -> HttpResponse:
    """A new rule; prices stay until it is applied."""

    def work() -> dict[str, Any]:
        made = services.put_rule(hotel_id=request.hotel.pk, rule=_rule(payload), actor=request.actor, now=now())
        return {"id": made}

    return once(request, key=key, route="create_rate_rule", body=payload.model_dump(mode="json"), work=work)


@router.put("/hotels/{hotel}/rate-rules/{rule_id}", response=schemas.RateRuleIdOut, operation_id="change_rate_rule")
def change_rule(request: ApiRequest, hotel: Code, rule_id: Key, payload: schemas.RateRuleIn) -> HttpResponse:
    """Write a rule anew; prices stay until it is applied."""
    services.put_rule(
        hotel_id=request.hotel.pk, rule_id=rule_id, rule=_rule(payload), actor=request.actor, now=now()
    )  # fmt: skip
    return json_response({"id": rule_id})


@router.delete("/hotels/{hotel}/rate-rules/{rule_id}", response={204: None}, operation_id="drop_rate_rule")
def drop_rule(request: ApiRequest, hotel: Code, rule_id: Key) -> HttpResponse:
    """Forget a rule; prices it wrote stay."""
    services.drop_rule(hotel_id=request.hotel.pk, rule_id=rule_id, actor=request.actor, now=now())
    return HttpResponse(status=204)


def _rule(payload: schemas.RateRuleIn) -> RuleInput:
    values: dict[str, Any] = payload.model_dump()
    for name in ("room_types", "weekdays", "night_kinds"):
        values[name] = tuple(dict.fromkeys(values[name]))
    return RuleInput(**values)


@router.get("/hotels/{hotel}/base-prices", response=schemas.BasePriceListOut, operation_id="list_base_prices")
def base_prices(request: ApiRequest, hotel: Code) -> HttpResponse:
    """From what the rules reckon, and the floors."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    plans = {plan.pk: plan.code for plan in queries.plans_of(request.hotel.pk)}
    types = {kind.pk: kind.code for kind in room_types(request.hotel.pk)}
    items = [
        {
            "rate_plan": plans[plan], "room_type": types[kind],
            "price": None if row.price is None else f"{row.price:.2f}",
            "floor": None if row.floor is None else f"{row.floor:.2f}",
        }
        for (plan, kind), row in sorted(queries.base_prices(request.hotel.pk).items())
        if plan in plans and kind in types
    ]  # fmt: skip
    return json_response({"items": items})


@router.put("/hotels/{hotel}/base-prices", response=schemas.BasePriceOut, operation_id="set_base_price")
def set_base_price(request: ApiRequest, hotel: Code, payload: schemas.BasePriceIn) -> HttpResponse:
    """Base price and floor of a type under a rate; prices that stand are not touched."""
    services.set_base_price(hotel_id=request.hotel.pk, **payload.model_dump(), actor=request.actor, now=now())
    amounts = {"price": payload.price, "floor": payload.floor}
    shown = {name: None if amount is None else f"{amount:.2f}" for name, amount in amounts.items()}
    return json_response({"rate_plan": payload.rate_plan, "room_type": payload.room_type, **shown})
