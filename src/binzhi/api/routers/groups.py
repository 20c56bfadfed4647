"""Groups: rooms kept by type and night, taken up by people."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Query, Router, Schema

from binzhi.api.core import ApiRequest, etag_of, json_response, now, once, version_from
from binzhi.api.schemas import groups as schemas
from binzhi.api.schemas import selling
from binzhi.api.types import Code, IdempotencyKey, IfMatch, Key, Limit
from binzhi.billing.queries.folios import folio_number
from binzhi.frontdesk.services import groups as frontdesk
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import queries, services
from binzhi.reservations.blocks.master import set_master
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.requests import BlockCell, BlockDetails, Pick
from binzhi.reservations.enums import BlockStatus

router = Router(tags=["groups"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]
MatchHeader = Annotated[IfMatch, Header(alias="If-Match")]
_MONEY = ("price", "single_price", "extra_adult")


class BlockFilters(Schema):
    status: BlockStatus | None = None
    limit: Limit = 50


@router.get("/hotels/{hotel}/groups", response=schemas.BlockListOut, operation_id="list_groups")
def listing(request: ApiRequest, hotel: Code, search: Query[BlockFilters]) -> HttpResponse:
    """Groups by arrival."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    rows = queries.block_list(hotel_id=request.hotel.pk, status=search.status or "", limit=search.limit)
    names = schemas.BlockRowOut.model_fields
    return json_response({"items": [{name: getattr(row, name) for name in names} for row in rows]})


@router.post("/hotels/{hotel}/groups", response={201: schemas.BlockCreatedOut}, operation_id="create_group")
def create(request: ApiRequest, hotel: Code, payload: schemas.NewBlockIn, key: KeyHeader) -> HttpResponse:
    """Open a group; a definite one takes its rooms out of what is for sale."""
    details = payload.model_dump(exclude={"status", "rooms"})

    def work() -> dict[str, Any]:
        made = services.create_block(
            hotel_id=request.hotel.pk, block=BlockDetails(**details), cells=_cells(payload.rooms),
            status=payload.status.value, actor=request.actor, now=now(),
        )  # fmt: skip
        return {"id": made.id, "number": made.number, "version": made.version}

    return once(request, key=key, route="create_group", body=payload.model_dump(mode="json"), work=work)


def _cells(given: list[schemas.BlockCellIn]) -> list[BlockCell]:
    return [
        BlockCell(
            night=cell.night, room_type=cell.room_type, rooms=cell.rooms, price=cell.price,
            single_price=cell.single_price, extra_adult=cell.extra_adult or schemas.NO_EXTRA,
        )
        for cell in given
    ]  # fmt: skip


@router.get("/hotels/{hotel}/groups/{block_id}", response=schemas.BlockOut, operation_id="get_group")
def read(request: ApiRequest, hotel: Code, block_id: Key) -> HttpResponse:
    """One group with its rooms by type and night."""
    request.actor.require(Permission.VIEW, request.hotel.pk)
    view = queries.block_view(hotel_id=request.hotel.pk, block_id=block_id)
    shown = {name: getattr(view, name) for name in schemas.BlockOut.model_fields if name != "cells"}
    return json_response(shown | {"cells": [_cell(cell) for cell in view.cells]}, etag=etag_of(view.version))


def _cell(cell: queries.BlockCellView) -> dict[str, Any]:
    shown = {name: getattr(cell, name) for name in schemas.BlockCellOut.model_fields}
    return shown | {name: None if shown[name] is None else f"{shown[name]:.2f}" for name in _MONEY}


@router.put("/hotels/{hotel}/groups/{block_id}", response=schemas.BlockVersionOut, operation_id="update_group")
def update(
    request: ApiRequest, hotel: Code, block_id: Key, payload: schemas.BlockIn, match: MatchHeader
) -> HttpResponse:
    """Write a group's particulars."""
    version = services.update_block(
        hotel_id=request.hotel.pk, block_id=block_id, block=BlockDetails(**payload.model_dump()),
        expected_version=version_from(match), actor=request.actor, now=now(),
    )  # fmt: skip
    return _version(block_id, version)


@router.put("/hotels/{hotel}/groups/{block_id}/rooms", response=schemas.BlockVersionOut, operation_id="set_group_rooms")
def rooms(
    request: ApiRequest, hotel: Code, block_id: Key, payload: schemas.BlockRoomsIn, match: MatchHeader
) -> HttpResponse:
    """Rooms and prices of the nights named; other nights stay."""
    version = services.set_rooms(
        hotel_id=request.hotel.pk, block_id=block_id, cells=_cells(payload.rooms),
        expected_version=version_from(match), actor=request.actor, now=now(),
    )  # fmt: skip
    return _version(block_id, version)


@router.post(
    "/hotels/{hotel}/groups/{block_id}/status", response=schemas.BlockVersionOut, operation_id="change_group_status"
)
def status(
    request: ApiRequest, hotel: Code, block_id: Key, payload: schemas.BlockStatusIn, match: MatchHeader
) -> HttpResponse:
    """Definite, tentative, lost, refused or cancelled."""
    version = services.change_status(
        hotel_id=request.hotel.pk, block_id=block_id, status=payload.status.value, reason=payload.reason,
        expected_version=version_from(match), actor=request.actor, now=now(),
    )  # fmt: skip
    return _version(block_id, version)


@router.post("/hotels/{hotel}/groups/{block_id}/release", response=schemas.ReleasedOut, operation_id="release_group")
def release(request: ApiRequest, hotel: Code, block_id: Key, match: MatchHeader) -> HttpResponse:
    """Give back what nobody was named for."""
    freed = services.release(
        hotel_id=request.hotel.pk, block_id=block_id, expected_version=version_from(match), actor=request.actor,
        now=now(),
    )  # fmt: skip
    return json_response({"room_nights": freed})


@router.post(
    "/hotels/{hotel}/groups/{block_id}/pick-up", response={201: schemas.PickedOut}, operation_id="pick_up_group"
)
def pick(request: ApiRequest, hotel: Code, block_id: Key, payload: schemas.PickUpIn, key: KeyHeader) -> HttpResponse:
    """A reservation for each room, out of the group's; all of them or none."""

    def work() -> dict[str, Any]:
        made = pick_up(
            hotel_id=request.hotel.pk, block_id=block_id, picks=[Pick(**room.model_dump()) for room in payload.rooms],
            extra=payload.extra, actor=request.actor, now=now(),
        )  # fmt: skip
        return {"reservations": [ref.number for ref in made]}

    body = {"block": block_id} | payload.model_dump(mode="json")
    return once(request, key=key, route="pick_up_group", body=body, work=work)


@router.put("/hotels/{hotel}/groups/{block_id}/master", response=selling.MasterOut, operation_id="set_group_master")
def master(request: ApiRequest, hotel: Code, block_id: Key, payload: selling.MasterIn) -> HttpResponse:
    """Say what the group pays together; its bill."""
    folio_id = set_master(
        hotel_id=request.hotel.pk, block_id=block_id, room_to_master=payload.room_to_master,
        to_master=payload.to_master, actor=request.actor, now=now(),
    )  # fmt: skip
    return json_response({"folio": folio_number(hotel_id=request.hotel.pk, folio_id=folio_id)})


@router.post(
    "/hotels/{hotel}/groups/{block_id}/check-in", response=selling.GroupDoneOut, operation_id="check_in_group"
)  # fmt: skip
def check_in(request: ApiRequest, hotel: Code, block_id: Key, payload: selling.ChosenIn) -> HttpResponse:
    """Check in all that are due, or the chosen ones; who cannot is named with the rule."""
    return _done(frontdesk.check_in_group(
        hotel_id=request.hotel.pk, block_id=block_id, stays=payload.stays, actor=request.actor, now=now()
    ))  # fmt: skip


@router.post(
    "/hotels/{hotel}/groups/{block_id}/check-out", response=selling.GroupDoneOut, operation_id="check_out_group"
)  # fmt: skip
def check_out(request: ApiRequest, hotel: Code, block_id: Key, payload: selling.LeavingIn) -> HttpResponse:
    """Check out all that are due out, or the chosen ones; who owes something himself stays and is named."""
    return _done(frontdesk.check_out_group(
        hotel_id=request.hotel.pk, block_id=block_id, stays=payload.stays, exceed_limit=payload.exceed_limit,
        actor=request.actor, now=now(),
    ))  # fmt: skip


def _done(done: frontdesk.GroupDone) -> HttpResponse:
    refused = [
        {"stay_id": one.room_reservation_id, "number": one.number, "room": one.room, "code": one.code, "text": one.text}
        for one in done.refused
    ]
    return json_response({"rooms": done.done, "refused": refused})


def _version(block_id: int, version: int) -> HttpResponse:
    return json_response({"id": block_id, "version": version}, etag=etag_of(version))
