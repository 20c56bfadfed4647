"""Cashier shifts: tills, open, count and close, hand over, cash to the safe, reports."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Path, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import cashier as schemas
from binzhi.api.types import Code, IdempotencyKey, Key
from binzhi.billing.access import Permission
from binzhi.billing.cashier import services
from binzhi.billing.cashier.asking import colleague
from binzhi.billing.cashier.counting import CountInput
from binzhi.billing.cashier.queries import ShiftReport, ShiftRow, shift_report, shifts, tills

router = Router(tags=["cashier"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
ShiftKey = Annotated[Key, Path()]


@router.get("/hotels/{hotel}/tills", response=schemas.TillListOut, operation_id="list_tills")
def till_list(request: ApiRequest, hotel: Code) -> HttpResponse:
    """The drawers of the counter and whose shift is open at them."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)
    rows = tills(hotel_id=request.hotel.pk)
    return json_response(
        {"tills": [{"id": row.pk, "code": row.code, "name": row.name, "shift": row.shift_id} for row in rows]}
    )


@router.get("/hotels/{hotel}/shifts", response=schemas.ShiftListOut, operation_id="list_shifts")
def shift_list(request: ApiRequest, hotel: Code) -> HttpResponse:
    """The latest fifty shifts: one's own, or all for who supervises."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)
    user = None if request.actor.may(Permission.SUPERVISE_SHIFTS, request.hotel.pk) else request.actor.user_id
    rows = shifts(hotel_id=request.hotel.pk, user_id=user).rows
    return json_response({"shifts": [_shift_out(row) for row in rows]})


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _shift_out(row: ShiftRow) -> dict[str, Any]:
    return {
        "id": row.pk, "till": row.till, "business_date": row.business_date, "opened_at": row.opened_at,
        "closed_at": row.closed_at, "opening_float": _money(row.opening_float), "left": _money(row.left),
        "difference": _money(row.difference), "postings": row.postings, "taken_over_from": row.taken_over_from,
    }  # fmt: skip


@router.get("/hotels/{hotel}/shifts/{shift_id}", response=schemas.ShiftReportOut, operation_id="get_shift")
def report(request: ApiRequest, hotel: Code, shift_id: ShiftKey) -> HttpResponse:
    """The report of a shift; while it is open only who supervises sees its sums."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)
    found = shift_report(hotel_id=request.hotel.pk, shift_id=shift_id)
    supervises = request.actor.may(Permission.SUPERVISE_SHIFTS, request.hotel.pk)
    if found.shift.user_id != request.actor.user_id:
        request.actor.require(Permission.SUPERVISE_SHIFTS, request.hotel.pk)
    shown = _means_out(found) if supervises or found.shift.closed_at is not None else []
    return json_response(_shift_out(found.shift) | {"means": shown})


def _means_out(found: ShiftReport) -> list[dict[str, Any]]:
    return [
        {
            "means": line.code, "taken": _money(line.taken), "given": _money(line.given),
            "dropped": _money(line.dropped), "dropped_notes": _money(line.dropped_notes),
            "expected": _money(line.expected), "counted": _money(line.counted),
            "difference": _money(line.difference),
        }
        for line in found.means
    ]  # fmt: skip


@router.post("/hotels/{hotel}/shifts", response={201: schemas.ShiftMadeOut}, operation_id="open_shift")
def begin(request: ApiRequest, hotel: Code, payload: schemas.ShiftIn, key: KeyHeader) -> HttpResponse:
    """Begin the token owner's shift at a till."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)

    def work() -> dict[str, Any]:
        made = services.open_shift(
            hotel_id=request.hotel.pk, till_id=payload.till, opening_float=payload.opening_float,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": made}

    return once(request, key=key, route="open_shift", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/shifts/{shift_id}/close", response={201: schemas.ClosedOut}, operation_id="close_shift"
)  # fmt: skip
def close(
    request: ApiRequest, hotel: Code, shift_id: ShiftKey, payload: schemas.CountIn, key: KeyHeader
) -> HttpResponse:
    """Count blind and close; what differs is posted to over or short. A colleague who signs goes on at the till."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)
    count = CountInput(
        pieces={row.face: row.pieces for row in payload.pieces},
        totals={row.means: row.counted for row in payload.totals}, note=payload.note,
    )  # fmt: skip
    given = payload.successor
    successor = None
    if given is not None:
        successor = colleague(request, username=given.username, password=given.password, by=request.actor)

    def work() -> dict[str, Any]:
        done = services.close_shift(
            hotel_id=request.hotel.pk, shift_id=shift_id, count=count, successor=successor, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return {"id": done.shift_id, "differs": done.differs, "next": done.next_shift_id}

    # Of the signature only whose it is: a password is kept nowhere, not even as a hash of the request.
    body = payload.model_dump(exclude={"successor": {"password"}})
    return once(request, key=key, route=f"close_shift:{shift_id}", body=body, work=work)


@router.post("/hotels/{hotel}/cash-drops", response={201: schemas.DroppedOut}, operation_id="drop_cash")
def drop(request: ApiRequest, hotel: Code, payload: schemas.DropIn, key: KeyHeader) -> HttpResponse:
    """Bring cash from the token owner's drawer to the safe."""
    request.actor.require(Permission.TAKE_PAYMENT, request.hotel.pk)

    def work() -> dict[str, Any]:
        done = services.drop_cash(
            hotel_id=request.hotel.pk, amount=payload.amount, currency=payload.currency or "", note=payload.note,
            actor=request.actor, now=now(),
        )  # fmt: skip
        return {"transaction": done.transaction_id}

    return once(request, key=key, route="drop_cash", body=payload.model_dump(), work=work)
