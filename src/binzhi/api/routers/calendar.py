"""The room calendar: who has which room when, stays placed and split; rooms proposed and given for a whole day."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Query, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import calendar as schemas
from binzhi.api.types import Code, Day, IdempotencyKey, Key
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.calendar.placing import Wanted, place_stay, split_stay
from binzhi.frontdesk.calendar.reading import LONGEST_WINDOW, calendar_of, version_of_stay, window_from
from binzhi.frontdesk.queries.candidates import day_plan
from binzhi.frontdesk.wording import reasons_text
from binzhi.property.queries import room_by_number
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.splitting import TypePrice

router = Router(tags=["calendar"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/calendar", response=schemas.CalendarOut, operation_id="room_calendar")
def room_calendar(
    request: ApiRequest,
    hotel: Code,
    first: Day | None = None,
    days: Annotated[int, Query(ge=1, le=LONGEST_WINDOW)] = 21,
) -> HttpResponse:
    """Who has which room on which nights, and who waits without one."""
    request.actor.require(Booking.VIEW, request.hotel.pk)
    window = window_from(first, days, hotel=request.hotel)
    shown = calendar_of(hotel=request.hotel, window=window, now=now())
    numbers = {room[0]: room[1] for room in shown["rooms"]}
    types = [code for _pk, code, _label in shown["types"]]

    def day(offset: int) -> Any:
        return window.first + timedelta(days=offset)

    items = [
        {
            "id": bar[0], "number": bar[10], "room": numbers.get(bar[1]), "room_type": types[bar[11]],
            "first": day(bar[2]), "nights": bar[3], "state": bar[4], "arrival": day(bar[7]), "departure": day(bar[8]),
            "version": bar[9],
        }
        for bar in shown["bars"]
    ]  # fmt: skip
    return json_response(
        {"first": window.first, "days": window.days, "business_date": request.hotel.business_date, "items": items}
    )


@router.post("/hotels/{hotel}/stays/{stay_id}/place", response={201: schemas.PlacedOut}, operation_id="place_stay")
def place(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.PlaceIn, key: KeyHeader) -> HttpResponse:
    """Put a stay in a room and on dates, or back among those without a room: all or nothing."""

    def work() -> dict[str, Any]:
        wanted = Wanted(
            room_id=room_by_number(request.hotel.pk, payload.room).pk if payload.room else None,
            arrival=payload.arrival, departure=payload.departure, change_type=payload.change_type,
            accept_as_it_is=payload.accept_as_it_is, reason=payload.reason, expected_total=payload.expected_total,
        )  # fmt: skip
        place_stay(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, wanted=wanted, expected_version=payload.version,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {
            "id": stay_id, "room": payload.room, "arrival": payload.arrival, "departure": payload.departure,
            "version": version_of_stay(hotel_id=request.hotel.pk, room_reservation_id=stay_id),
        }  # fmt: skip

    return once(request, key=key, route=f"place_stay:{stay_id}", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/stays/{stay_id}/split", response={201: schemas.StaySplitOut}, operation_id="split_stay")
def split(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.StaySplitIn, key: KeyHeader) -> HttpResponse:
    """From a night on another room. One of another type is asked about: at the agreed price, or at the type's."""

    def work() -> dict[str, Any]:
        price = TypePrice(asked=payload.price == "ask", total=payload.expected_total) if payload.price else None
        done = split_stay(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, night=payload.night,
            room_id=room_by_number(request.hotel.pk, payload.room).pk, expected_version=payload.version, price=price,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {
            "id": stay_id, "night": payload.night, "room": payload.room,
            "total_before": str(done.total_before) if done.total else None,
            "total": str(done.total) if done.total else None,
            "version": version_of_stay(hotel_id=request.hotel.pk, room_reservation_id=stay_id),
        }  # fmt: skip

    return once(request, key=key, route=f"split_stay:{stay_id}", body=payload.model_dump(), work=work)


@router.get("/hotels/{hotel}/room-proposals", response=schemas.ProposalsOut, operation_id="propose_rooms")
def propose(request: ApiRequest, hotel: Code, day: Day | None = None) -> HttpResponse:
    """The best rooms for all arrivals of a day that have none, with the reasons."""
    request.actor.require(Permission.ASSIGN_ROOM, request.hotel.pk)
    when = day or request.hotel.business_date
    plan = day_plan(hotel=request.hotel, day=when)
    items = [
        {
            "id": key, "room": proposal.room.number, "upgrade": key in plan.upgrades,
            "reasons": reasons_text(proposal),
        }
        for key, proposal in sorted(plan.proposals.items())
    ]  # fmt: skip
    left = sorted(set(plan.needs) - set(plan.proposals))
    return json_response(
        {"day": when, "proven": plan.proven, "gap": round(plan.gap, 4), "items": items, "without_room": left}
    )


@router.post("/hotels/{hotel}/room-proposals", response={201: schemas.AssignedDayOut}, operation_id="assign_rooms")
def assign_day(request: ApiRequest, hotel: Code, payload: schemas.AssignDayIn, key: KeyHeader) -> HttpResponse:
    """Give arrivals of a day the rooms listed, or all that is proposed; what somebody took meanwhile is left out."""

    def work() -> dict[str, Any]:
        given: dict[str, Any] = {
            "hotel_id": request.hotel.pk, "arrival": payload.day, "actor": request.actor, "now": now(),
        }  # fmt: skip
        if not payload.rooms:
            return {"given": sorted(services.assign_proposed(**given))}
        rooms = {item.id: room_by_number(request.hotel.pk, item.room).pk for item in payload.rooms}
        done = services.assign_rooms(
            rooms=rooms, change_type=[item.id for item in payload.rooms if item.change_type], **given
        )
        return {"given": sorted(done)}

    return once(request, key=key, route="assign_rooms", body=payload.model_dump(), work=work)
