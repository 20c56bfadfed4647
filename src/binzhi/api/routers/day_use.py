"""Rooms by the hour for programs: the terms, what can be had, selling. Check-in and check-out are those of any stay."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.types import Code, IdempotencyKey
from binzhi.kernel.errors import InvalidInput
from binzhi.property.queries import room_by_number
from binzhi.reservations.access import Permission
from binzhi.reservations.day_use.queries import moment_of, prices_of, rooms_for_hours, terms_of
from binzhi.reservations.day_use.services import HourPriceInput, HoursRequest, TermsInput, sell_hours, set_day_use

router = Router(tags=["stays"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/day-use", response=schemas.DayUseOut, operation_id="day_use")
def day_use(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Prices of blocks of hours, and the vacant rooms that can be had for an hour at least."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    return _day_use(request)


def _day_use(request: ApiRequest) -> HttpResponse:
    terms = terms_of(request.hotel.pk)
    rooms = rooms_for_hours(hotel=request.hotel, terms=terms, start=now()) if terms is not None else []
    return json_response(
        {
            "prices": [
                {
                    "room_type": one.room_type,
                    "hours": one.hours,
                    "price": f"{one.price:.2f}",
                    "overtime_price": f"{one.overtime_price:.2f}",
                }
                for one in prices_of(request.hotel.pk)
            ],
            "rooms": [
                {"room": room.number, "room_type": room.room_type, "until": moment_of(room.until)} for room in rooms
            ],
        }
    )


@router.put("/hotels/{hotel}/day-use", response=schemas.DayUseOut, operation_id="set_day_use")
def terms(request: ApiRequest, hotel: Code, payload: schemas.DayUseIn) -> HttpResponse:
    """Say when rooms are sold by the hour and what the hours cost; what is sold keeps its price."""
    given = payload.model_dump(exclude={"prices"})
    prices = [
        HourPriceInput(**one.model_dump() | {"overtime_price": one.overtime_price or Decimal(0)})
        for one in payload.prices
    ]
    set_day_use(hotel_id=request.hotel.pk, terms=TermsInput(**given), prices=prices, actor=request.actor, now=now())
    return _day_use(request)


@router.post("/hotels/{hotel}/day-uses", response={201: schemas.CreatedOut}, operation_id="sell_hours")
def sell(request: ApiRequest, hotel: Code, payload: schemas.HoursIn, key: KeyHeader) -> HttpResponse:
    """Sell a room for some hours of today; the reservation has its room and is checked in as any other."""
    if payload.starts_at is not None and payload.starts_at.tzinfo is None:
        raise InvalidInput(field="starts_at")
    given = payload.model_dump(exclude={"room"})

    def work() -> dict[str, Any]:
        asked = HoursRequest(room_id=room_by_number(request.hotel.pk, payload.room).pk, **given)
        made = sell_hours(hotel_id=request.hotel.pk, asked=asked, actor=request.actor, now=now())
        return {
            "number": made.number,
            "version": made.version,
            "room_ids": list(made.room_ids),
            "total": f"{made.total:.2f}",
            "currency": request.hotel.currency,
        }

    return once(request, key=key, route="sell_hours", body=payload.model_dump(mode="json"), work=work)
