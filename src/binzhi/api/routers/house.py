"""Rooms, the night audit, and events to read on from a cursor."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now
from binzhi.api.present import decode_cursor, encode_cursor
from binzhi.api.types import Code, Cursor, Key, Limit, Number
from binzhi.frontdesk import night_audit
from binzhi.frontdesk.access import Permission as Desk
from binzhi.frontdesk.queries.rack import rack
from binzhi.kernel import outbox
from binzhi.kernel.errors import InvalidInput
from binzhi.property import queries, services
from binzhi.reservations import services as selling

router = Router(tags=["house"])


@router.get("/hotels/{hotel}/rooms", response=schemas.RoomListOut, operation_id="list_rooms")
def rooms(request: ApiRequest, hotel: Code) -> HttpResponse:
    """All rooms with their state now."""
    request.actor.require(Desk.VIEW, request.hotel.pk)
    return json_response(
        {
            "items": [
                {
                    "number": room.number,
                    "floor": room.floor,
                    "room_type": room.type_code,
                    "state": room.state,
                    "housekeeping": room.housekeeping,
                    "maintenance": room.maintenance,
                    "due_in": bool(room.due_id),
                    "due_out": bool(room.due_out),
                }
                for room in rack(hotel=request.hotel, now=now())
            ]
        }
    )


@router.put(
    "/hotels/{hotel}/rooms/{number}/condition", response=schemas.ConditionOut, operation_id="set_room_condition"
)
def condition(request: ApiRequest, hotel: Code, number: Number, payload: schemas.ConditionIn) -> HttpResponse:
    """Set a room dirty, clean or inspected."""
    services.set_room_condition(
        hotel_id=request.hotel.pk,
        room_id=_room(request, number),
        housekeeping=payload.housekeeping,
        reason=payload.reason,
        actor=request.actor,
        now=now(),
    )
    return json_response({"number": number, "housekeeping": payload.housekeeping})


@router.put(
    "/hotels/{hotel}/rooms/{number}/do-not-disturb", response=schemas.DoNotDisturbOut, operation_id="set_do_not_disturb"
)
def do_not_disturb(request: ApiRequest, hotel: Code, number: Number, payload: schemas.DoNotDisturbIn) -> HttpResponse:
    """Put the sign on or off."""
    services.set_do_not_disturb(
        hotel_id=request.hotel.pk,
        room_id=_room(request, number),
        do_not_disturb=payload.on,
        actor=request.actor,
        now=now(),
    )
    return json_response({"number": number, "on": payload.on})


@router.post(
    "/hotels/{hotel}/rooms/{number}/out-of-order",
    response={201: schemas.OutOfOrderOut},
    operation_id="set_out_of_order",
)
def out_of_order(request: ApiRequest, hotel: Code, number: Number, payload: schemas.OutOfOrderIn) -> HttpResponse:
    """Take a room out of the inventory from `start` to `until` (not included)."""
    made = selling.set_room_out_of_order(
        hotel_id=request.hotel.pk,
        room_id=_room(request, number),
        start=payload.start,
        until=payload.until,
        reason=payload.reason,
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": made}, status=201)


@router.post(
    "/hotels/{hotel}/out-of-order/{period_id}/return",
    response=schemas.ReturnedOut,
    operation_id="return_room_to_service",
)
def return_to_service(request: ApiRequest, hotel: Code, period_id: Key) -> HttpResponse:
    """Bring a room back into the inventory before its time."""
    selling.return_room_to_service(hotel_id=request.hotel.pk, out_of_order_id=period_id, actor=request.actor, now=now())
    return json_response({"id": period_id})


@router.get("/hotels/{hotel}/night-audit", response=schemas.NightAuditPreviewOut, operation_id="preview_night_audit")
def audit_preview(request: ApiRequest, hotel: Code) -> HttpResponse:
    """What stands in the way of closing the hotel day, and what closing it would post."""
    request.actor.require(Desk.RUN_NIGHT_AUDIT, request.hotel.pk)
    return json_response(night_audit.preview_out(night_audit.preview(hotel=request.hotel, now=now())))


@router.post("/hotels/{hotel}/night-audit", response=schemas.NightAuditOut, operation_id="run_night_audit")
def audit_run(request: ApiRequest, hotel: Code, payload: schemas.NightAuditIn) -> HttpResponse:
    """Close the hotel day named: room and tax are posted, no-shows turned over, the next day opened. Exactly once."""
    done = night_audit.run_night_audit(
        hotel_id=request.hotel.pk, business_date=payload.business_date, actor=request.actor, now=now()
    )
    return json_response(
        {name: getattr(done, name) for name in schemas.NightAuditOut.model_fields}
        | {"room_revenue": f"{done.room_revenue:.2f}"}
    )


@router.get("/hotels/{hotel}/events", response=schemas.EventPageOut, operation_id="read_events")
def events(request: ApiRequest, hotel: Code, after: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Events in the order they became final; go on with the `cursor` of the last one. Ids only, at least once."""
    request.actor.require(Desk.VIEW, request.hotel.pk)
    key = decode_cursor(after) or [0, 0]
    if len(key) != 2 or not all(isinstance(part, int) and 0 <= part < 2**63 for part in key):
        raise InvalidInput(field="after")
    rows = outbox.read_after(hotel_id=request.hotel.pk, txid=key[0], event_id=key[1], limit=limit)
    items = [
        {name: row[name] for name in ("id", "topic", "at", "subject", "subject_id", "payload")}
        | {"cursor": encode_cursor(row["txid"], row["id"])}
        for row in rows
    ]
    return json_response({"items": items, "next": items[-1]["cursor"] if len(items) == limit else None})


def _room(request: ApiRequest, number: str) -> int:
    return queries.room_by_number(request.hotel.pk, number).pk
