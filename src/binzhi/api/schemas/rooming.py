"""Rooming lists: a group's people, row by row or as the file they came in."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.reservations.rooming.reading import MOST_MEGABYTES, MOST_ROWS


def _decoded(value: Any) -> Any:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Text = Annotated[str, Field(max_length=300)]
File = Annotated[
    bytes,
    BeforeValidator(_decoded),
    Field(max_length=MOST_MEGABYTES * 2**20),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "description": "CSV or Excel"}),
]


class RoomingRowIn(In):
    """One person. Dates are read as people write them; who has the same `share` shares a room."""

    row: Annotated[int, Field(ge=1, le=1_000_000)]
    name: Text = ""
    document: Text = ""
    phone: Text = ""
    share: Text = ""
    room_type: Text = ""
    arrival: Text = ""
    departure: Text = ""
    remarks: Text = ""


class RoomingListIn(In):
    """Either `rows` or the `file`. With `extra`, rooms the group has not kept come from the house."""

    rows: list[RoomingRowIn] = Field(default_factory=list, max_length=MOST_ROWS)
    file: File | None = None
    extra: bool = False


class WrongCellOut(Schema):
    row: int
    field: str
    detail: str


class RoomingCheckOut(Schema):
    """What taking the list would come to: nothing as long as there is an error."""

    rooms: int
    people: int
    known: int
    errors: list[WrongCellOut]


class RoomingTakenOut(Schema):
    """`known`: rooms that were taken from a list before and were left alone."""

    rooms: int
    people: int
    new_files: int
    known: int
