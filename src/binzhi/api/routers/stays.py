"""The desk: rooms given, guests checked in, moved, kept longer, checked out; the lists of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api import schemas
from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.present import encode_cursor, offset_of
from binzhi.api.types import Code, Cursor, Day, IdempotencyKey, Key, Limit
from binzhi.billing.amounts import check_currency
from binzhi.billing.queries import folio_number
from binzhi.frontdesk import requests, services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.continuing.services import continue_stay, undo_continue
from binzhi.frontdesk.queries import arrivals, in_house
from binzhi.frontdesk.queries.board import BoardFilter, BoardRow, Page
from binzhi.property.queries import room_by_number
from binzhi.reservations.requests import NewReservation, RoomRequest

router = Router(tags=["stays"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.get("/hotels/{hotel}/arrivals", response=schemas.DeskListOut, operation_id="list_arrivals")
def arrivals_of(
    request: ApiRequest, hotel: Code, day: Day | None = None, cursor: Cursor = "", limit: Limit = 50
) -> HttpResponse:
    """Who comes on a day, late ones first."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    asked = _asked(cursor, limit)
    when = day or request.hotel.business_date
    return _listed(request, when, arrivals.arrivals(hotel=request.hotel, day=when, now=now(), filters=asked), asked)


@router.get("/hotels/{hotel}/in-house", response=schemas.DeskListOut, operation_id="list_in_house")
def in_house_now(request: ApiRequest, hotel: Code, cursor: Cursor = "", limit: Limit = 50) -> HttpResponse:
    """Who sleeps in the house."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    asked = _asked(cursor, limit)
    found = in_house.in_house(hotel=request.hotel, now=now(), filters=asked)
    return _listed(request, request.hotel.business_date, found, asked)


@router.get("/hotels/{hotel}/departures", response=schemas.DeskListOut, operation_id="list_departures")
def departures_of(
    request: ApiRequest, hotel: Code, day: Day | None = None, cursor: Cursor = "", limit: Limit = 50
) -> HttpResponse:
    """Who leaves on a day."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    asked = _asked(cursor, limit)
    when = day or request.hotel.business_date
    return _listed(request, when, in_house.departures(hotel=request.hotel, day=when, now=now(), filters=asked), asked)


def _asked(cursor: str, limit: int) -> BoardFilter:
    return BoardFilter(page=offset_of(cursor) + 1, per_page=limit)


def _listed(request: ApiRequest, day: date, page: Page[Any], asked: BoardFilter) -> HttpResponse:
    rows: Sequence[BoardRow] = page.rows
    return json_response(
        {
            "business_date": day,
            "total": page.total,
            "items": [
                {
                    "id": row.id,
                    "number": row.number,
                    "status": row.status,
                    "guest": row.short_name,
                    "room": row.room or None,
                    "room_type": row.type_code,
                    "arrival": row.arrival,
                    "departure": row.departure,
                }
                for row in rows
            ],
            "next": encode_cursor(asked.page) if asked.page * asked.per_page < page.total else None,
        }
    )


@router.post("/hotels/{hotel}/stays/{stay_id}/room", response=schemas.AssignedOut, operation_id="assign_room")
def assign(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.AssignIn) -> HttpResponse:
    """Give a reserved room reservation a room for all its nights."""
    services.assign_room(
        hotel_id=request.hotel.pk,
        room_reservation_id=stay_id,
        room_id=_room(request, payload.room),
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": stay_id, "room": payload.room})


@router.delete("/hotels/{hotel}/stays/{stay_id}/room", response=schemas.AssignedOut, operation_id="unassign_room")
def unassign(request: ApiRequest, hotel: Code, stay_id: Key) -> HttpResponse:
    """Take the room back."""
    services.unassign_room(hotel_id=request.hotel.pk, room_reservation_id=stay_id, actor=request.actor, now=now())
    return json_response({"id": stay_id, "room": None})


@router.put("/hotels/{hotel}/stays/{stay_id}/room/fixed", response=schemas.FixedOut, operation_id="fix_room")
def fix(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.FixIn) -> HttpResponse:
    """Promise the room it has to the guest: no other may be given until the reason is empty again."""
    services.fix_room(
        hotel_id=request.hotel.pk, room_reservation_id=stay_id, reason=payload.reason, actor=request.actor, now=now()
    )
    return json_response({"id": stay_id, "fixed": bool(payload.reason.strip())})


@router.post("/hotels/{hotel}/stays/{stay_id}/check-in", response={201: schemas.CheckedInOut}, operation_id="check_in")
def check_in(
    request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.CheckInIn, key: KeyHeader
) -> HttpResponse:
    """Register the guests, give the room, take the deposit: all or nothing."""

    def work() -> dict[str, Any]:
        done = services.check_in(
            hotel_id=request.hotel.pk,
            room_reservation_id=stay_id,
            registrations=_registrations(payload.registrations),
            room_id=_room(request, payload.room) if payload.room else None,
            deposit=_deposit(request, payload.deposit),
            coming_later=payload.coming_later,
            accept_as_it_is=payload.accept_as_it_is,
            note=payload.note,
            actor=request.actor,
            now=now(),
        )
        return _checked_in(request, done)

    return once(request, key=key, route=f"check_in:{stay_id}", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/walk-ins", response={201: schemas.CheckedInOut}, operation_id="walk_in")
def walk_in(request: ApiRequest, hotel: Code, payload: schemas.WalkInIn, key: KeyHeader) -> HttpResponse:
    """Book and check in at once, from today on."""

    def work() -> dict[str, Any]:
        room = room_by_number(request.hotel.pk, payload.room)
        wanted = RoomRequest(
            room_type=room.room_type,
            rate_plan=payload.rate_plan,
            arrival=request.hotel.business_date,
            departure=payload.departure,
            adults=payload.adults,
            children=payload.children,
            infants=payload.infants,
        )
        booking = NewReservation(
            booker_name=payload.booker_name,
            booker_phone=payload.booker_phone,
            channel=payload.channel,
            market=payload.market,
            source=payload.source,
            walk_in=True,
            rooms=(wanted,),
        )
        done = services.walk_in(
            hotel_id=request.hotel.pk,
            booking=booking,
            registrations=_registrations(payload.registrations),
            room_id=room.pk,
            deposit=_deposit(request, payload.deposit),
            actor=request.actor,
            now=now(),
        )
        return _checked_in(request, done)

    return once(request, key=key, route="walk_in", body=payload.model_dump(), work=work)


@router.post("/hotels/{hotel}/stays/{stay_id}/undo-check-in", response=schemas.StayOut, operation_id="undo_check_in")
def undo_check_in(request: ApiRequest, hotel: Code, stay_id: Key) -> HttpResponse:
    """Take a mistaken check-in back while nothing has been charged."""
    services.undo_check_in(hotel_id=request.hotel.pk, room_reservation_id=stay_id, actor=request.actor, now=now())
    return json_response({"id": stay_id, "status": "reserved"})


@router.post("/hotels/{hotel}/stays/{stay_id}/move", response=schemas.AssignedOut, operation_id="move_room")
def move(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.MoveIn) -> HttpResponse:
    """Move a guest to another room from tonight on."""
    services.move_room(
        hotel_id=request.hotel.pk,
        room_reservation_id=stay_id,
        room_id=_room(request, payload.room),
        reason=payload.reason,
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": stay_id, "room": payload.room})


@router.post("/hotels/{hotel}/stays/{stay_id}/extend", response=schemas.DepartureOut, operation_id="extend_stay")
def extend(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.DepartureIn) -> HttpResponse:
    """Stay longer, at the plan's prices."""
    services.extend_stay(
        hotel_id=request.hotel.pk,
        room_reservation_id=stay_id,
        departure=payload.departure,
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": stay_id, "departure": payload.departure})


@router.post("/hotels/{hotel}/stays/{stay_id}/shorten", response=schemas.DepartureOut, operation_id="shorten_stay")
def shorten(request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.ShortenIn) -> HttpResponse:
    """Leave earlier; the nights are free for others at once."""
    services.shorten_stay(
        hotel_id=request.hotel.pk,
        room_reservation_id=stay_id,
        departure=payload.departure,
        reason=payload.reason,
        actor=request.actor,
        now=now(),
    )
    return json_response({"id": stay_id, "departure": payload.departure})


@router.post(
    "/hotels/{hotel}/stays/{stay_id}/check-out", response={201: schemas.CheckedOutOut}, operation_id="check_out"
)
def check_out(
    request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.CheckOutIn, key: KeyHeader
) -> HttpResponse:
    """End a stay whose bill is settled; payments given here are taken in the same transaction."""

    def work() -> dict[str, Any]:
        for payment in payload.payments:
            check_currency(payment.currency, expected=request.hotel.currency)
        done = services.check_out(
            hotel_id=request.hotel.pk,
            room_reservation_id=stay_id,
            payments=[
                requests.PaymentInput(
                    means=payment.means, amount=payment.amount, organisation_id=payment.organisation_id
                )
                for payment in payload.payments
            ],
            deposit=requests.DepositReturn(means=payload.deposit_means) if payload.deposit_means else None,
            actor=request.actor,
            now=now(),
        )
        return {
            "id": stay_id,
            "status": "checked_out",
            "paid": f"{done.paid:.2f}",
            "returned": f"{done.returned:.2f}",
            "freed_nights": done.freed_nights,
        }

    return once(request, key=key, route=f"check_out:{stay_id}", body=payload.model_dump(), work=work)


@router.post(
    "/hotels/{hotel}/stays/{stay_id}/continue", response={201: schemas.ContinuedOut}, operation_id="continue_stay"
)
def continue_(
    request: ApiRequest, hotel: Code, stay_id: Key, payload: schemas.CheckOutIn, key: KeyHeader
) -> HttpResponse:
    """Let a guest who is due out today stay on in the room under this booking; the bill that ends is settled."""

    def work() -> dict[str, Any]:
        for payment in payload.payments:
            check_currency(payment.currency, expected=request.hotel.currency)
        done = continue_stay(
            hotel_id=request.hotel.pk, room_reservation_id=stay_id, actor=request.actor, now=now(),
            payments=[
                requests.PaymentInput(
                    means=payment.means, amount=payment.amount, organisation_id=payment.organisation_id
                )
                for payment in payload.payments
            ],
            deposit=requests.DepositReturn(means=payload.deposit_means) if payload.deposit_means else None,
        )  # fmt: skip
        return {
            "id": stay_id, "before": done.stay_id, "room": done.room, "paid": f"{done.paid:.2f}",
            "returned": f"{done.returned:.2f}",
        }  # fmt: skip

    return once(request, key=key, route=f"continue_stay:{stay_id}", body=payload.model_dump(), work=work)


@router.delete("/hotels/{hotel}/stays/{stay_id}/continue", response={204: None}, operation_id="undo_continue_stay")
def undo_continued(request: ApiRequest, hotel: Code, stay_id: Key) -> HttpResponse:
    """Take it back on the same hotel day, while nothing stands on the next bill."""
    undo_continue(hotel_id=request.hotel.pk, room_reservation_id=stay_id, actor=request.actor, now=now())
    return HttpResponse(status=204)


def _registrations(given: Sequence[schemas.RegistrationIn]) -> list[requests.RegistrationInput]:
    return [
        requests.RegistrationInput(
            **item.model_dump(exclude={"document", "particulars"}),
            document=requests.DocumentInput(**item.document.model_dump()) if item.document else None,
            particulars=requests.Particulars(**(item.particulars.model_dump() if item.particulars else {})),
        )
        for item in given
    ]


def _deposit(request: ApiRequest, given: schemas.AmountIn | None) -> requests.DepositInput | None:
    if given is None:
        return None
    check_currency(given.currency, expected=request.hotel.currency)
    return requests.DepositInput(means=given.means, amount=given.amount)


def _checked_in(request: ApiRequest, done: requests.CheckedIn) -> dict[str, Any]:
    return {
        "id": done.room_reservation_id,
        "number": done.number,
        "room": done.room,
        "folio": folio_number(hotel_id=request.hotel.pk, folio_id=done.folio_id),
    }


def _room(request: ApiRequest, number: str) -> int:
    return room_by_number(request.hotel.pk, number).pk
