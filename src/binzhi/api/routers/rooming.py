"""Rooming lists for programs: tried first with what is wrong in which cell, then taken whole, and once."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header, Router

from binzhi.api.core import ApiRequest, json_response, now, once
from binzhi.api.schemas import rooming as schemas
from binzhi.api.types import Code, IdempotencyKey, Key
from binzhi.kernel.errors import InvalidInput
from binzhi.reservations.access import Permission
from binzhi.reservations.rooming.reading import FIELDS, Line, read
from binzhi.reservations.rooming.services import examine_rooming_list, take_rooming_list

router = Router(tags=["groups"])
KeyHeader = Annotated[IdempotencyKey, Header(alias="Idempotency-Key")]


@router.post(
    "/hotels/{hotel}/groups/{block_id}/rooming-list/check",
    response=schemas.RoomingCheckOut,
    operation_id="check_rooming_list",
)
def check(request: ApiRequest, hotel: Code, block_id: Key, payload: schemas.RoomingListIn) -> HttpResponse:
    """Try a list: how many rooms and people it comes to, and every cell that is wrong. Nothing is written."""
    request.actor.require(Permission.MANAGE_BLOCKS, request.hotel.pk)
    found = examine_rooming_list(
        hotel_id=request.hotel.pk, block_id=block_id, lines=_lines(payload), extra=payload.extra, actor=request.actor
    )
    return json_response(
        {
            "rooms": len(found.fresh), "people": sum(len(room.people) for room in found.fresh), "known": found.known,
            "errors": [
                {"row": row, "field": name, "detail": text} for (row, name), text in sorted(found.errors.items())
            ],
        }
    )  # fmt: skip


@router.post(
    "/hotels/{hotel}/groups/{block_id}/rooming-list",
    response={201: schemas.RoomingTakenOut},
    operation_id="take_rooming_list",
)
def take(
    request: ApiRequest, hotel: Code, block_id: Key, payload: schemas.RoomingListIn, key: KeyHeader
) -> HttpResponse:
    """Make a reservation for each room of the list; one wrong cell and nothing happens. Twice is as once."""
    request.actor.require(Permission.MANAGE_BLOCKS, request.hotel.pk)
    lines = _lines(payload)

    def work() -> dict[str, Any]:
        done = take_rooming_list(
            hotel_id=request.hotel.pk, block_id=block_id, lines=lines, extra=payload.extra, actor=request.actor,
            now=now(),
        )  # fmt: skip
        return {"rooms": done.rooms, "people": done.people, "new_files": done.new_files, "known": done.known}

    body = payload.model_dump(mode="json", exclude={"file"})
    body["file"] = hashlib.sha256(payload.file).hexdigest() if payload.file is not None else ""
    return once(request, key=key, route=f"take_rooming_list:{block_id}", body=body, work=work)


def _lines(payload: schemas.RoomingListIn) -> list[Line]:
    """Raises InvalidInput at `rows` or `file`, FileNotRead."""
    if payload.file is not None:
        if payload.rows:
            raise InvalidInput(field="rows")
        return read(payload.file)
    if not payload.rows:
        raise InvalidInput(field="rows")
    numbers = [row.row for row in payload.rows]
    if len(set(numbers)) < len(numbers):
        raise InvalidInput(field="rows")
    return [Line(row.row, {name: getattr(row, name) for name in FIELDS}) for row in payload.rows]
