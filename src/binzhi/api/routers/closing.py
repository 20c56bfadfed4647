"""Closing the day: overdue days, the night audit's reports, rooms that cost nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import closing as schemas
from binzhi.api.types import Code, Day, IdempotencyKey, Key
from binzhi.frontdesk import night_audit
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.free_rooms import services as free_rooms
from binzhi.frontdesk.reports import reading
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.frontdesk.reports.services import set_high_balance
from binzhi.frontdesk.reports.sheets import Cell, Sheet, report_of
from binzhi.kernel.errors import InvalidInput, NotFound

router = Router(tags=["closing"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
LONGEST = 400


@router.get("/hotels/{hotel}/night-audit/overdue", response=schemas.OverdueOut, operation_id="list_overdue_days")
def overdue(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Days that nobody closed, in their order, and how far an audit is that runs now."""
    request.actor.require(Permission.RUN_NIGHT_AUDIT, request.hotel.pk)
    days = night_audit.overdue_days(hotel=request.hotel, now=now())
    names = schemas.OverdueDayOut.model_fields
    running = night_audit.running(hotel_id=request.hotel.pk)
    return json_response({
        "items": [{name: getattr(day, name) for name in names} for day in days],
        "running": running.step.name.lower() if running else None,
    })  # fmt: skip


@router.post("/hotels/{hotel}/night-audit/recovery", response={202: schemas.RecoveryOut}, operation_id="recover_days")
def recover(request: ApiRequest, hotel: Code) -> HttpResponse:
    """Have the overdue days closed one after the other, each under its own date; `until` is the last of them."""
    until = night_audit.ask_recovery(hotel_id=request.hotel.pk, actor=request.actor, now=now())
    return json_response({"until": until}, status=202)


@router.put(
    "/hotels/{hotel}/night-audit/settings", response=schemas.NightAuditSettingsOut, operation_id="set_night_audit"
)
def settings(request: ApiRequest, hotel: Code, payload: schemas.NightAuditSettingsIn) -> HttpResponse:
    """From what on a balance is a high one, for the days still to be closed."""
    set_high_balance(hotel_id=request.hotel.pk, amount=payload.high_balance, actor=request.actor, now=now())
    return json_response({"high_balance": f"{payload.high_balance:.2f}"})


@router.get("/hotels/{hotel}/reports", response=schemas.ClosedDayListOut, operation_id="list_closed_days")
def closed_days(request: ApiRequest, hotel: Code, first: Day | None = None, last: Day | None = None) -> HttpResponse:
    """Closed days with their figures, newest first; the last thirty-one where nothing is asked for."""
    request.actor.require(Permission.VIEW_REPORTS, request.hotel.pk)
    until = last or request.hotel.business_date
    if first is None:
        first = until - timedelta(days=min(30, (until - date.min).days))
    if (until - first).days > LONGEST:
        raise InvalidInput(field="first")
    rows = reading.closed_days(hotel_id=request.hotel.pk, first=first, last=until)
    money = ("room_revenue", "other_revenue", "tax", "payments")
    counts = ("rooms", "out_of_order", "sold", "comp", "house_use", "day_uses")
    items = [
        {"business_date": row.business_date, "has_reports": row.has_reports}
        | {name: getattr(row.figures, name) for name in counts}
        | {name: f"{getattr(row.figures, name):.2f}" for name in money}
        for row in rows
    ]
    return json_response({"items": items})


@router.get("/hotels/{hotel}/reports/{day}/{kind}", response=schemas.AuditReportOut, operation_id="read_report")
def report(request: ApiRequest, hotel: Code, day: Day, kind: Kind) -> HttpResponse:
    """One report of a closed day as tables."""
    request.actor.require(Permission.VIEW_REPORTS, request.hotel.pk)
    found = report_of(hotel=request.hotel, business_date=day, kind=kind)
    if found is None:
        raise NotFound
    return json_response({"business_date": day, "kind": kind.value, "sheets": [_sheet(one) for one in found.sheets]})


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": str(sheet.title), "columns": [str(column.label) for column in sheet.columns],
        "rows": [[_text(cell) for cell in row] for row in sheet.rows],
        "total": [_text(cell) for cell in sheet.total], "note": str(sheet.note),
    }  # fmt: skip


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


# ---------------------------------------------------------------- rooms that cost nothing


@router.get("/hotels/{hotel}/free-rooms", response=schemas.FreeRoomListOut, operation_id="list_free_rooms")
def listing(request: ApiRequest, hotel: Code) -> HttpResponse:
    """What waits for a decision, then what was decided lately."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    items = [
        {
            "id": row.pk, "stay_id": row.room_reservation_id, "reservation": row.reservation, "room": row.room,
            "kind": row.kind, "first": row.first, "until": row.until, "value": f"{row.value:.2f}",
            "reason": row.reason, "state": row.state,
        }
        for row in free_rooms.free_rooms(hotel_id=request.hotel.pk)
    ]  # fmt: skip
    return json_response({"items": items})


@router.post(
    "/hotels/{hotel}/stays/{stay_id}/free-room", response={201: schemas.FreeRoomAskedOut}, operation_id="ask_free_room"
)
def ask(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.FreeRoomIn, key: KeyHeader) -> HttpResponse:
    """Ask that nights of a stay cost nothing; somebody else decides."""

    def work() -> dict[str, Any]:
        made = free_rooms.ask_free_room(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, kind=payload.kind, reason=payload.reason,
            first=payload.first, until=payload.until, actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": made}

    body = payload.model_dump(mode="json") | {"stay": stay_id}
    return once(request, key=key, route="ask_free_room", body=body, work=work)


@router.post(
    "/hotels/{hotel}/free-rooms/{free_room_id}/decision",
    response=schemas.FreeNightsOut,
    operation_id="decide_free_room",
)
def decide(request: ApiRequest, hotel: Code, free_room_id: Key, payload: schemas.FreeRoomDecisionIn) -> HttpResponse:
    """Yes or no; `nights` cost nothing from now on."""
    nights = free_rooms.decide_free_room(
        hotel_id=request.hotel.pk, free_room_id=free_room_id, approve=payload.approve, actor=request.actor, now=now()
    )
    return json_response({"nights": nights})


@router.post(
    "/hotels/{hotel}/free-rooms/{free_room_id}/end", response=schemas.FreeNightsOut, operation_id="end_free_room"
)
def end(request: ApiRequest, hotel: Code, free_room_id: Key) -> HttpResponse:
    """Let the nights that are left cost again what they did: which."""
    nights = free_rooms.end_free_room(
        hotel_id=request.hotel.pk, free_room_id=free_room_id, actor=request.actor, now=now()
    )
    return json_response({"nights": nights})
