"""What can be sold: offers, rates, sell limits."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router, Schema

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now
from binzhi.api.types import Code, Day, Key, OptionalCode
from binzhi.kernel.dates import StayDates
from binzhi.reservations import queries, services
from binzhi.reservations.access import Permission
from binzhi.reservations.promotions.using import try_code

router = Router(tags=["availability"])


class Search(Schema):
    """A stay that is looked for."""

    arrival: Day
    departure: Day
    rooms: Annotated[int, Query(ge=1, le=50)] = 1
    adults: Annotated[int, Query(ge=1, le=20)] = 2
    children: Annotated[int, Query(ge=0, le=20)] = 0
    child_ages: Annotated[str, Query(pattern=r"^([0-9]|1[0-7])(,([0-9]|1[0-7])){0,19}$|^$")] = ""
    extra_beds: Annotated[int, Query(ge=0, le=3)] = 0
    organisation_id: Key | None = None
    guest_id: Key | None = None
    promotion_code: OptionalCode = ""


@router.get("/hotels/{hotel}", response=schemas.HotelOut, operation_id="get_hotel")
def hotel(request: ApiRequest, hotel: Code) -> HttpResponse:
    """The hotel of the token, with its open business date."""
    mine = request.hotel
    return json_response(
        {
            "code": mine.code,
            "name": mine.name,
            "name_en": mine.name_en,
            "timezone": mine.timezone,
            "currency": mine.currency,
            "business_date": mine.business_date,
        }
    )


@router.get("/hotels/{hotel}/availability", response=schemas.AvailabilityOut, operation_id="search_availability")
def availability(request: ApiRequest, hotel: Code, search: Query[Search]) -> HttpResponse:
    """All room types under all rate plans for one stay, with the price of every night."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    promotion = None
    if search.promotion_code:
        promotion = try_code(hotel_id=request.hotel.pk, code=search.promotion_code, actor=request.actor, now=now())
    found = queries.offers(
        hotel=request.hotel,
        dates=StayDates(search.arrival, search.departure),
        rooms=search.rooms,
        adults=search.adults,
        children=search.children,
        child_ages=tuple(int(age) for age in search.child_ages.split(",") if age),
        extra_beds=search.extra_beds,
        organisation_id=search.organisation_id,
        guest_id=search.guest_id,
        promotion_plan_id=promotion.rate_plan_id if promotion else None,
        today=request.hotel.business_date,
        may_break_floor=request.actor.may(Permission.BREAK_FLOOR, request.hotel.pk),
    )
    currency = request.hotel.currency
    return json_response(
        {
            "arrival": search.arrival,
            "departure": search.departure,
            "offers": [
                {
                    "room_type": offer.room_type,
                    "room_type_name": offer.room_type_name,
                    "rate_plan": offer.rate_plan,
                    "rate_plan_name": offer.rate_plan_name,
                    "nights": [{"date": night, "price": price} for night, price in offer.nightly],
                    "total": offer.total,
                    "currency": currency,
                    "left": offer.left,
                    "refusal": offer.refusal,
                    "breakfasts": offer.breakfasts,
                    "extra": offer.extra,
                }
                for offer in found
            ],
        }
    )


@router.put("/hotels/{hotel}/rates", response=schemas.ChangedOut, operation_id="set_rates")
def rates(request: ApiRequest, hotel: Code, payload: schemas.RatesIn) -> HttpResponse:
    """Set price and restrictions of a plan and type for a range of nights; what is left out stays as it is."""
    changed = services.set_rates(
        hotel_id=request.hotel.pk,
        change=services.RateRange(**payload.model_dump() | {"weekdays": tuple(payload.weekdays)}),
        actor=request.actor,
        now=now(),
    )
    return json_response({"changed": changed})


@router.put("/hotels/{hotel}/sell-limits", response=schemas.ChangedOut, operation_id="set_sell_limits")
def sell_limits(request: ApiRequest, hotel: Code, payload: schemas.LimitsIn) -> HttpResponse:
    """Set overbooking and stop sell of a type for a range of nights."""
    changed = services.set_sell_limits(
        hotel_id=request.hotel.pk,
        change=services.LimitChange(**payload.model_dump(exclude={"reason"})),
        reason=payload.reason,
        actor=request.actor,
        now=now(),
    )
    return json_response({"changed": changed})
