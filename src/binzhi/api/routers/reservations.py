"""Reservations: book, read, change, end."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema
from pydantic import Field

from binzhi.api import schemas
from binzhi.api.core import (
    ApiRequest,
    TokenAuth,
    conditional,
    etag_of,
    json_response,
    now,
    once_carried,
    version_from,
)
from binzhi.api.present import arrival_cursor, encode_cursor, reservation_out
from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Cursor, Day, IdempotencyKey, IfMatch, Key, Limit, Number
from binzhi.kernel.text import clean_text
from binzhi.reservations import queries, services
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import Status
from binzhi.reservations.promotions.using import try_code

router = Router(tags=["reservations"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
MatchHeader = Annotated[IfMatch, Header(alias="If-Match")]


@router.post(
    "/hotels/{hotel}/reservations",
    auth=TokenAuth(lately=True),
    response={201: schemas.CreatedOut},
    operation_id="create_reservation",
)
def create(request: ApiRequest, hotel: Code, payload: schemas.ReservationIn, key: KeyHeader) -> HttpResponse:
    """Book one or several rooms. The same key with the same body gives the same answer."""
    body = payload.model_dump()
    if payload.promotion_code:
        try_code(hotel_id=request.hotel.pk, code=payload.promotion_code, actor=request.actor, now=now())
    booking = services.NewReservation(
        **body
        | {
            "special_requests": tuple(payload.special_requests),
            "rooms": tuple(
                services.RoomRequest(**room | {"child_ages": tuple(room["child_ages"])}) for room in body["rooms"]
            ),
        }
    )

    def work() -> services.ReservationRef:
        return services.create_reservation(hotel_id=request.hotel.pk, booking=booking, actor=request.actor, now=now())

    def answer_of(made: services.ReservationRef) -> dict[str, Any]:
        return {
            "number": made.number,
            "version": made.version,
            "room_ids": made.room_ids,
            "total": f"{made.total:.2f}",
            "currency": request.hotel.currency,
        }

    return once_carried(request, key=key, route="create_reservation", body=body, work=work, answer_of=answer_of)


class ListFilters(Schema):
    """Filters of the list."""

    status: Status | None = None
    arrival_from: Day | None = None
    arrival_to: Day | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class ListSearch(In):
    """The same, and words that may be personal: they travel in the body."""

    q: str = Field(min_length=1, max_length=60)
    status: Status | None = None
    arrival_from: Day | None = None
    arrival_to: Day | None = None
    limit: int = Field(50, ge=1, le=200, strict=True)
    cursor: Cursor = ""


@router.get("/hotels/{hotel}/reservations", response=schemas.ReservationPageOut, operation_id="list_reservations")
def listing(request: ApiRequest, hotel: Code, search: Query[ListFilters]) -> HttpResponse:
    """Rooms of reservations by arrival; pages by cursor."""
    return _page(request, search, text="")


@router.post(
    "/hotels/{hotel}/reservations/search", response=schemas.ReservationPageOut, operation_id="search_reservations"
)
def search(request: ApiRequest, hotel: Code, payload: ListSearch) -> HttpResponse:
    """The same list by name, pinyin, number, last digits of the phone or company, which no address may carry."""
    return _page(request, payload, text=clean_text(payload.q, field="q", limit=60))


def _page(request: ApiRequest, search: ListFilters | ListSearch, *, text: str) -> HttpResponse:
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = queries.reservation_list(
        hotel_id=request.hotel.pk,
        text=text,
        status=search.status or "",
        arrival_from=search.arrival_from,
        arrival_to=search.arrival_to,
        after=arrival_cursor(search.cursor),
        limit=search.limit + 1,
    )
    page = rows[: search.limit]
    return json_response(
        {
            "items": [{name: getattr(row, name) for name in schemas.ReservationRowOut.model_fields} for row in page],
            "next": encode_cursor(page[-1].arrival, page[-1].room_id) if len(rows) > search.limit else None,
        }
    )


@router.get("/hotels/{hotel}/reservations/{number}", response=schemas.ReservationOut, operation_id="get_reservation")
def read(
    request: ApiRequest,
    hotel: Code,
    number: Number,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", max_length=200)] = None,
) -> HttpResponse:
    """One reservation with its rooms, nightly prices and what may be done with it now."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    view = queries.reservation_view(hotel_id=request.hotel.pk, number=number)
    return conditional(request, reservation_out(view, request.hotel, request.actor), etag=etag_of(view.version))


@router.patch("/hotels/{hotel}/reservations/{number}", response=schemas.VersionOut, operation_id="change_details")
def details(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.DetailsIn, match: MatchHeader
) -> HttpResponse:
    """Change booker, codes, guarantee, requests, remarks or the expected time."""
    view = _found(request, number)
    given = payload.model_dump(exclude_none=True)
    if "special_requests" in given:
        given["special_requests"] = tuple(given["special_requests"])
    version = services.update_details(
        hotel_id=request.hotel.pk,
        reservation_id=view.id,
        details=queries.details_of(view, **given),
        expected_version=version_from(match),
        actor=request.actor,
        now=now(),
    )
    return _version(number, version)


@router.put(
    "/hotels/{hotel}/reservations/{number}/rooms/{room_id}", response=schemas.VersionOut, operation_id="change_room"
)
def change_room(
    request: ApiRequest, hotel: Code, number: Number, room_id: Key, payload: schemas.RoomChangeIn, match: MatchHeader
) -> HttpResponse:
    """Change dates, type, plan or guests of one room."""
    _room_of(request, number, room_id)
    version = services.change_room(
        hotel_id=request.hotel.pk,
        room_reservation_id=room_id,
        change=_change_of(payload),
        expected_version=version_from(match),
        actor=request.actor,
        now=now(),
    )
    return _version(number, version)


@router.post("/hotels/{hotel}/reservations/{number}/confirm", response=schemas.VersionOut, operation_id="confirm")
def confirm(request: ApiRequest, hotel: Code, number: Number) -> HttpResponse:
    """Note that the reservation was confirmed to the guest."""
    version = services.confirm_reservation(
        hotel_id=request.hotel.pk, reservation_id=_found(request, number).id, actor=request.actor, now=now()
    )
    return _version(number, version)


@router.post("/hotels/{hotel}/reservations/{number}/cancel", response=schemas.CancelledOut, operation_id="cancel")
def cancel(
    request: ApiRequest, hotel: Code, number: Number, payload: schemas.CancelIn, match: MatchHeader
) -> HttpResponse:
    """Cancel all rooms or some; the policy's fee goes to the folio unless it is waived."""
    done = services.cancel_reservation(
        hotel_id=request.hotel.pk,
        reservation_id=_found(request, number).id,
        room_ids=tuple(payload.rooms) if payload.rooms is not None else None,
        reason=payload.reason,
        note=payload.note,
        waive_fee=payload.waive_fee,
        expected_version=version_from(match),
        actor=request.actor,
        now=now(),
    )
    return json_response(
        {"number": number, "version": done.version, "fee": f"{done.fee:.2f}"}, etag=etag_of(done.version)
    )


@router.post(
    "/hotels/{hotel}/reservations/{number}/rooms/{room_id}/no-show",
    response=schemas.CancelledOut,
    operation_id="mark_no_show",
)
def no_show(request: ApiRequest, hotel: Code, number: Number, room_id: Key) -> HttpResponse:
    """The guests of a room did not come; the policy's no-show fee goes to the folio."""
    _room_of(request, number, room_id)
    done = services.mark_no_show(
        hotel_id=request.hotel.pk, room_reservation_id=room_id, note="", actor=request.actor, now=now()
    )
    return json_response({"number": number, "version": done.version, "fee": f"{done.fee:.2f}"})


@router.post(
    "/hotels/{hotel}/reservations/{number}/rooms/{room_id}/reinstate",
    response=schemas.VersionOut,
    operation_id="reinstate",
)
def reinstate(request: ApiRequest, hotel: Code, number: Number, room_id: Key) -> HttpResponse:
    """Bring a cancelled or no-show room back, if its nights are still free."""
    _room_of(request, number, room_id)
    version = services.reinstate(hotel_id=request.hotel.pk, room_reservation_id=room_id, actor=request.actor, now=now())
    return _version(number, version)


def _found(request: ApiRequest, number: str) -> queries.ReservationView:
    return queries.reservation_view(hotel_id=request.hotel.pk, number=number)


def _room_of(request: ApiRequest, number: str, room_id: int) -> None:
    queries.room_of(hotel_id=request.hotel.pk, number=number, room_reservation_id=room_id)


def _version(number: str, version: int) -> HttpResponse:
    return json_response({"number": number, "version": version}, etag=etag_of(version))


def _change_of(payload: schemas.RoomChangeIn) -> services.RoomChange:
    ages = payload.child_ages
    return services.RoomChange(**payload.model_dump() | {"child_ages": None if ages is None else tuple(ages)})
