"""What rates contain, what more people cost, commissions: for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.types import Code, Day, IdempotencyKey
from binzhi.kernel.errors import NotFound
from binzhi.reservations.access import Permission
from binzhi.reservations.commissions.queries import commissions
from binzhi.reservations.commissions.services import set_commission, settle_commissions
from binzhi.reservations.extras.queries import extras_of
from binzhi.reservations.extras.services import BandInput, set_extras
from binzhi.reservations.packages.queries import parts_of
from binzhi.reservations.packages.services import PartInput, set_parts

router = Router(tags=["rates"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
ZERO = Decimal(0)


@router.get("/hotels/{hotel}/rate-plans/{plan}/contents", response=schemas.ContentsOut, operation_id="rate_contents")
def contents(request: ApiRequest, hotel: Code, plan: Code) -> HttpResponse:
    """What a rate contains and what more people cost under it."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    return _contents(request, plan)


def _contents(request: ApiRequest, plan: str) -> HttpResponse:
    extras = next(iter(extras_of(request.hotel.pk, plan)), None)
    if extras is None:
        raise NotFound
    return json_response(
        {
            "rate_plan": plan,
            "parts": [
                {
                    "charge_code": part.charge_code,
                    "name": part.name,
                    "name_en": part.name_en,
                    "per": part.per,
                    "frequency": part.frequency,
                    "amount": f"{part.amount:.2f}",
                    "child_amount": f"{part.child_amount:.2f}",
                }
                for part in parts_of(request.hotel.pk, plan)
            ],
            "bed_price": None if extras.bed_price is None else f"{extras.bed_price:.2f}",
            "most_beds": extras.most_beds,
            "bands": [
                {
                    "from_age": band.from_age,
                    "until_age": band.until_age,
                    "kind": band.kind,
                    "amount": f"{band.amount:.2f}",
                }
                for band in extras.bands
            ],
        }
    )


@router.put("/hotels/{hotel}/rate-plans/{plan}/parts", response=schemas.ContentsOut, operation_id="set_rate_parts")
def parts(request: ApiRequest, hotel: Code, plan: Code, payload: schemas.PartsIn) -> HttpResponse:
    """Say what a rate contains; what is booked keeps the parts it was booked with."""
    given = [
        PartInput(
            **part.model_dump()
            | {"per": part.per.value, "frequency": part.frequency.value, "child_amount": part.child_amount or ZERO}
        )
        for part in payload.parts
    ]
    set_parts(hotel_id=request.hotel.pk, rate_plan=plan, parts=given, actor=request.actor, now=now())
    return _contents(request, plan)


@router.put("/hotels/{hotel}/rate-plans/{plan}/extras", response=schemas.ContentsOut, operation_id="set_rate_extras")
def extras(request: ApiRequest, hotel: Code, plan: Code, payload: schemas.ExtrasIn) -> HttpResponse:
    """Say what an extra bed and children of each age cost a night; booked prices stay."""
    bands = [
        BandInput(from_age=band.from_age, until_age=band.until_age, kind=band.kind.value, amount=band.amount or ZERO)
        for band in payload.bands
    ]
    set_extras(
        hotel_id=request.hotel.pk, rate_plan=plan, bed_price=payload.bed_price, most_beds=payload.most_beds,
        bands=bands, actor=request.actor, now=now(),
    )  # fmt: skip
    return _contents(request, plan)


@router.post(
    "/hotels/{hotel}/commission-rates", response={201: schemas.CommissionRateOut}, operation_id="promise_commission"
)
def promise(request: ApiRequest, hotel: Code, payload: schemas.CommissionRateIn, key: KeyHeader) -> HttpResponse:
    """Promise an agency a share of room revenue for arrivals from a day on."""

    def work() -> dict[str, Any]:
        return {"id": set_commission(
            hotel_id=request.hotel.pk, **payload.model_dump(), actor=request.actor, now=now()
        )}  # fmt: skip

    return once(request, key=key, route="promise_commission", body=payload.model_dump(mode="json"), work=work)


class CommissionSpan(Schema):
    """Stays that ended on these hotel days, both included."""

    first: Day
    last: Day


@router.get("/hotels/{hotel}/commissions", response=schemas.CommissionListOut, operation_id="list_commissions")
def listing(request: ApiRequest, hotel: Code, span: Query[CommissionSpan]) -> HttpResponse:
    """What agencies are owed for guests who have left, what was paid and what was waived."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = commissions(hotel_id=request.hotel.pk, first=span.first, last=span.last)
    return json_response(
        {
            "items": [
                {
                    "room_id": row.room_reservation_id,
                    "number": row.number,
                    "organisation_id": row.organisation_id,
                    "arrival": row.arrival,
                    "departure": row.departure,
                    "base": f"{row.base:.2f}",
                    "percent": f"{row.percent:.2f}",
                    "amount": f"{row.amount:.2f}",
                    "state": row.state,
                }
                for row in rows
            ]
        }
    )


@router.post(
    "/hotels/{hotel}/commissions/settle", response={201: schemas.SettledOut}, operation_id="settle_commissions"
)
def settle(request: ApiRequest, hotel: Code, payload: schemas.SettleIn, key: KeyHeader) -> HttpResponse:
    """Note commissions as paid or waived, each once for ever."""

    def work() -> dict[str, Any]:
        total = settle_commissions(
            hotel_id=request.hotel.pk, stays=payload.rooms, state=payload.state.value, reason=payload.reason,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"total": f"{total:.2f}"}

    return once(request, key=key, route="settle_commissions", body=payload.model_dump(mode="json"), work=work)
