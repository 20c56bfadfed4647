"""Key cards."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In


class KeysIn(In):
    count: int = Field(1, ge=1, le=20)
    by_hand: bool = Field(True, description="made at the lock system's own station")


class KeysMadeOut(Schema):
    keys: list[int]


class VoidIn(In):
    reason: Literal["lost", "back", "wrong"]


class KeyOut(Schema):
    """`asked` is being written, `voiding` being made void; the lock system has not answered yet."""

    id: int
    room: str
    state: str
    card_no: str
    is_copy: bool
    by_hand: bool
    valid_until: datetime
    void_reason: str
    error: str


class KeyListOut(Schema):
    keys: list[KeyOut]
