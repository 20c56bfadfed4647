"""Where charges of a bill go: routing rules, splits."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.routers.folios import posted
from binzhi.api.schemas.folio_rules import RuleIn, RuleListOut, RuleMadeOut, SplitIn
from binzhi.api.schemas.folios import PostedOut
from binzhi.api.types import Code, IdempotencyKey, Key, Number
from binzhi.billing import queries
from binzhi.billing.access import Permission
from binzhi.billing.routing import services
from binzhi.billing.routing.queries import rules_of
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.splitting import SplitInput

router = Router(tags=["folios"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
RuleKey = Annotated[Key, Path()]


@router.get("/hotels/{hotel}/folios/{number}/routing-rules", response=RuleListOut, operation_id="list_routing_rules")
def rules(request: ApiRequest, hotel: Code, number: Number) -> HttpResponse:
    """The rules of a bill, ended ones too, in the order in which they are applied."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
    rows = [
        {
            "id": row.pk, "window": row.window, "codes": row.codes, "groups": row.groups,
            "percent": f"{row.percent:.2f}", "used": f"{row.used:.2f}",
            "amount_limit": None if row.amount_limit is None else f"{row.amount_limit:.2f}",
            "first_date": row.first_date, "last_date": row.last_date, "to_folio": row.target_folio,
            "to_window": row.target_window, "ended": row.ended_at is not None,
        }
        for row in rules_of(folio_id=view.pk, with_ended=True)
    ]  # fmt: skip
    return json_response({"rules": rows})


@router.post(
    "/hotels/{hotel}/folios/{number}/routing-rules", response={201: RuleMadeOut}, operation_id="add_routing_rule"
)
def add(request: ApiRequest, hotel: Code, number: Number, payload: RuleIn, key: KeyHeader) -> HttpResponse:
    """Send charges elsewhere from now on."""
    request.actor.require(Permission.ROUTE, request.hotel.pk)

    def work() -> dict[str, Any]:
        view, rule = _read(request, number, payload)
        made = services.add_routing_rule(
            hotel_id=request.hotel.pk,
            folio_id=view.pk,
            account_id=view.window(payload.window).account_id,
            rule=rule,
            actor=request.actor,
            now=now(),
        )
        return {"id": made}

    return once(request, key=key, route=f"add_routing_rule:{number}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/folios/{number}/routing-rules/{rule_id}/changes", response={201: RuleMadeOut},
    operation_id="change_routing_rule",
)  # fmt: skip
def change(
    request: ApiRequest, hotel: Code, number: Number, rule_id: RuleKey, payload: RuleIn, key: KeyHeader
) -> HttpResponse:
    """Let this rule take the place of another from now on."""
    request.actor.require(Permission.ROUTE, request.hotel.pk)

    def work() -> dict[str, Any]:
        view, rule = _read(request, number, payload)
        made = services.change_routing_rule(
            hotel_id=request.hotel.pk, folio_id=view.pk, rule_id=rule_id, rule=rule, actor=request.actor, now=now()
        )
        return {"id": made}

    return once(request, key=key, route=f"change_routing_rule:{rule_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/folios/{number}/routing-rules/{rule_id}/end", response={201: RuleMadeOut},
    operation_id="end_routing_rule",
)  # fmt: skip
def end(request: ApiRequest, hotel: Code, number: Number, rule_id: RuleKey, key: KeyHeader) -> HttpResponse:
    """Send nothing by this rule from now on."""
    request.actor.require(Permission.ROUTE, request.hotel.pk)

    def work() -> dict[str, Any]:
        view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
        services.end_routing_rule(
            hotel_id=request.hotel.pk, folio_id=view.pk, rule_id=rule_id, reason="", actor=request.actor, now=now()
        )
        return {"id": rule_id}

    return once(request, key=key, route=f"end_routing_rule:{rule_id}", body={}, work=work)


def _read(request: ApiRequest, number: str, payload: RuleIn) -> tuple[queries.FolioView, RuleInput]:
    view = queries.folio_view(hotel_id=request.hotel.pk, number=number)
    target_id = None
    if payload.to_window is not None or payload.to_folio:
        other = queries.folio_view(hotel_id=request.hotel.pk, number=payload.to_folio) if payload.to_folio else view
        target_id = other.window(payload.to_window or 1).account_id
    rule = RuleInput(
        codes=payload.codes, groups=payload.groups,
        percent=payload.percent, amount_limit=payload.amount_limit, first_date=payload.first_date,
        last_date=payload.last_date, target_id=target_id, organisation_id=payload.organisation_id,
        payee=payload.payee,
    )  # fmt: skip
    return view, rule


@router.post("/hotels/{hotel}/folios/{number}/splits", response={201: PostedOut}, operation_id="split_charges")
def split(request: ApiRequest, hotel: Code, number: Number, payload: SplitIn, key: KeyHeader) -> HttpResponse:
    """Move a part of what stands in a window to another, of this bill or another."""

    def work(view: queries.FolioView) -> int:
        other = queries.folio_view(hotel_id=request.hotel.pk, number=payload.to_folio) if payload.to_folio else view
        what = SplitInput(
            codes=payload.codes, groups=payload.groups, first_date=payload.first_date, last_date=payload.last_date,
            amount=payload.amount, percent=payload.percent,
        )  # fmt: skip
        return services.split_charges(
            hotel_id=request.hotel.pk, source_id=view.window(payload.window).account_id,
            target_id=other.window(payload.to_window).account_id, split=what, reason=payload.reason,
            exceed_limit=payload.exceed_limit, actor=request.actor, now=now(),
        ).transaction_ids[0]  # fmt: skip

    return posted(request, number, key, "split_charges", payload.model_dump(), work)
