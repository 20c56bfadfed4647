"""Sharers and joined rooms."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.types import Key, Money

Percent = Annotated[
    Decimal,
    Field(gt=0, le=100, decimal_places=2),
    WithJsonSchema({"type": "string", "pattern": r"^(100|[1-9]\d?(\.\d{1,2})?)$", "examples": ["50"]}),
]


class RoomShareIn(In):
    registration: Key
    percent: Percent


class SharesIn(In):
    shares: list[RoomShareIn] = Field(max_length=8)


class PersonOut(Schema):
    """`percent` is 0 for the main guest, who pays what is left."""

    registration: int
    is_main: bool
    percent: Money
    window: int | None
    balance: Money


class JoinedRoomOut(Schema):
    stay: int
    room: str
    status: str
    pays: bool
    balance: Money


class TogetherOut(Schema):
    people: list[PersonOut]
    rooms: list[JoinedRoomOut]


class JoinIn(In):
    stays: list[Key] = Field(min_length=1, max_length=30)
    payer: Key | None = Field(None, description="whose bill takes what all owe; this stay when left out")


class RefusedOut(Schema):
    stay: int
    room: str
    code: str
    text: str


class PartyOutOut(Schema):
    done: list[str]
    refused: list[RefusedOut]
