"""The waitlist, denials, walks."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema

from binzhi.api import schemas as common
from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import waiting as schemas
from binzhi.api.types import Code, Day, IdempotencyKey, Key, Number
from binzhi.kernel.money import ZERO
from binzhi.reservations.access import Permission
from binzhi.reservations.denials import NewDenial, denial_report, record_denial
from binzhi.reservations.queries import room_of
from binzhi.reservations.waitlist import queries, services
from binzhi.reservations.walks.queries import walk_by_id
from binzhi.reservations.walks.services import COSTS, WalkCosts, WalkInput, pay_walk, set_walk_costs, walk_guest

router = Router(tags=["waitlist and walks"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/waitlist", response=schemas.WaitListOut, operation_id="list_waitlist")
def listing(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Who has an offer, then who waits, in the order served; without names."""
    request.actor.require(Permission.MANAGE_WAITLIST, request.hotel.pk)
    names = schemas.WaitRowOut.model_fields
    rows = queries.waitlist(hotel_id=request.hotel.pk)
    return json_response({"items": [{name: getattr(row, name) for name in names} for row in rows]})


@router.post("/hotels/{hotel}/waitlist", response={201: schemas.WaitCreatedOut}, operation_id="put_on_waitlist")
def add(request: ApiRequest, hotel: Code, payload: schemas.WaitIn, key: KeyHeader) -> HttpResponse:
    """Somebody waits for nights; what comes free is offered by itself."""

    def work() -> dict[str, Any]:
        entry = services.NewEntry(**payload.model_dump())
        return {"id": services.put_on_waitlist(hotel_id=request.hotel.pk, entry=entry, actor=request.actor, now=now())}

    return once(request, key=key, route="put_on_waitlist", body=payload.model_dump(mode="json"), work=work)


@router.post(
    "/hotels/{hotel}/waitlist/{wait_id}/book", response={201: common.CreatedOut}, operation_id="book_from_waitlist"
)
def book(request: ApiRequest, hotel: Code, wait_id: Key, key: KeyHeader) -> HttpResponse:
    """Make the reservation: out of the offer, or of what is for sale."""

    def work() -> dict[str, Any]:
        made = services.book_from_waitlist(hotel_id=request.hotel.pk, entry_id=wait_id, actor=request.actor, now=now())
        return {
            "number": made.number, "version": made.version, "room_ids": list(made.room_ids),
            "total": f"{made.total:.2f}", "currency": request.hotel.currency,
        }  # fmt: skip

    return once(request, key=key, route="book_from_waitlist", body={"entry": wait_id}, work=work)


@router.delete("/hotels/{hotel}/waitlist/{wait_id}", response={204: None}, operation_id="end_waitlist_entry")
def end(request: ApiRequest, hotel: Code, wait_id: Key) -> HttpResponse:
    """Take somebody off the waitlist; what was kept is for sale again."""
    services.end_entry(hotel_id=request.hotel.pk, entry_id=wait_id, actor=request.actor, now=now())
    return HttpResponse(status=204)


@router.post("/hotels/{hotel}/denials", response={201: schemas.DenialCreatedOut}, operation_id="record_denial")
def deny(request: ApiRequest, hotel: Code, payload: schemas.DenialIn, key: KeyHeader) -> HttpResponse:
    """A stay was asked for and not sold."""

    def work() -> dict[str, Any]:
        denial = NewDenial(**payload.model_dump() | {"reason": payload.reason.value})
        return {"id": record_denial(hotel_id=request.hotel.pk, denial=denial, actor=request.actor, now=now())}

    return once(request, key=key, route="record_denial", body=payload.model_dump(mode="json"), work=work)


class DenialSpan(Schema):
    first: Day
    last: Day


@router.get("/hotels/{hotel}/denials", response=schemas.DenialReportOut, operation_id="denial_report")
def denials(request: ApiRequest, hotel: Code, span: Query[DenialSpan]) -> HttpResponse:
    """Denials of hotel days by reason and room type."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = denial_report(hotel_id=request.hotel.pk, first=span.first, last=span.last)
    shown = [
        {name: getattr(row, name) for name in schemas.DenialRowOut.model_fields} | {"value": f"{row.value:.2f}"}
        for row in rows
    ]
    return json_response({"items": shown})


@router.post(
    "/hotels/{hotel}/reservations/{number}/rooms/{room_id}/walk", response={201: schemas.WalkedOut},
    operation_id="walk_guest",
)  # fmt: skip
def walk(
    request: ApiRequest, hotel: Code, number: Number, room_id: Key, payload: schemas.WalkIn, key: KeyHeader
) -> HttpResponse:
    """House a guest who is due at a partner hotel."""
    room_of(hotel_id=request.hotel.pk, number=number, room_reservation_id=room_id)
    given = payload.model_dump()
    costs = WalkCosts(**{name: given.pop(name) or ZERO for name in COSTS})

    def work() -> dict[str, Any]:
        walk_id = walk_guest(
            hotel_id=request.hotel.pk, room_reservation_id=room_id, walk=WalkInput(**given, costs=costs),
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": walk_id}

    body = {"room": room_id} | payload.model_dump(mode="json")
    return once(request, key=key, route="walk_guest", body=body, work=work)


def _cost_out(request: ApiRequest, walk_id: int) -> dict[str, Any]:
    row = walk_by_id(hotel_id=request.hotel.pk, walk_id=walk_id)
    return {"id": row.id, "total": f"{row.total:.2f}", "owed": f"{row.owed:.2f}"}


@router.post(
    "/hotels/{hotel}/walks/{walk_id}/costs", response={201: schemas.WalkCostOut}, operation_id="set_walk_costs"
)
def walk_costs(
    request: ApiRequest, hotel: Code, walk_id: Key, payload: schemas.WalkCostsIn, key: KeyHeader
) -> HttpResponse:
    """Write what a walk cost; the difference is posted to the accounts of the house."""
    request.actor.require(Permission.WALK_GUEST, request.hotel.pk)

    def work() -> dict[str, Any]:
        costs = WalkCosts(**{name: getattr(payload, name) or ZERO for name in COSTS})
        set_walk_costs(
            hotel_id=request.hotel.pk, walk_id=walk_id, costs=costs, means=payload.means, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return _cost_out(request, walk_id)

    body = payload.model_dump(mode="json")
    return once(request, key=key, route=f"set_walk_costs:{walk_id}", body=body, work=work)


@router.post("/hotels/{hotel}/walks/{walk_id}/payments", response={201: schemas.WalkCostOut}, operation_id="pay_walk")
def walk_payment(
    request: ApiRequest, hotel: Code, walk_id: Key, payload: schemas.WalkPayIn, key: KeyHeader
) -> HttpResponse:
    """Pay all that is still owed for a walk."""
    request.actor.require(Permission.WALK_GUEST, request.hotel.pk)

    def work() -> dict[str, Any]:
        pay_walk(hotel_id=request.hotel.pk, walk_id=walk_id, means=payload.means, actor=request.actor, now=now())
        return _cost_out(request, walk_id)

    return once(request, key=key, route=f"pay_walk:{walk_id}", body=payload.model_dump(), work=work)
