"""Messages for guests, wake-up calls, things in keeping."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import HotelTime, Key


class GuestNoteIn(In):
    text: str = Field(min_length=1, max_length=500)
    from_whom: str = Field("", max_length=80)
    is_urgent: bool = False


class CareOut(Schema):
    id: int


class MessageDoneIn(In):
    how: Literal["hand", "phone", "room", "withdrawn"]


class GuestMessageOut(Schema):
    id: int
    stay: int
    room: str
    text: str
    from_whom: str
    is_urgent: bool
    taken_at: datetime
    how: str
    done_at: datetime | None


class GuestMessageListOut(Schema):
    messages: list[GuestMessageOut]


class WakeUpIn(In):
    at: HotelTime = Field(examples=["06:30"])
    days: list[date] = Field(min_length=1, max_length=60)
    note: str = Field("", max_length=80)


class GroupWakeUpIn(In):
    at: HotelTime = Field(examples=["06:30"])
    day: date
    note: str = Field("", max_length=80)


class CallsOut(Schema):
    calls: list[int]


class CountOut(Schema):
    calls: int


class CallResultIn(In):
    """`silent`: nobody answered; `seen`: somebody went up."""

    how: Literal["answered", "silent", "cancelled", "seen"]


class CallOut(Schema):
    id: int
    stay: int
    room: str
    at: datetime
    state: str
    tries: int
    next_at: datetime
    somebody_goes_up: bool


class CallListOut(Schema):
    calls: list[CallOut]


class KeepIn(In):
    kind: Literal["luggage", "valuables"]
    name: str = Field(min_length=1, max_length=60)
    pieces: int = Field(1, ge=1, le=99)
    place: str = Field(min_length=1, max_length=40)
    description: str = Field("", max_length=200)
    expected_on: date | None = None
    stay: Key | None = None


class KeptThingOut(Schema):
    id: int
    number: str


class MoveThingIn(In):
    place: str = Field(min_length=1, max_length=40)
    note: str = Field("", max_length=80)


class GiveOutIn(In):
    receipt: str = Field(
        "", max_length=40, description="its number as it is shown; empty without the paper, with a note"
    )
    collected_by: str = Field(min_length=1, max_length=60)
    note: str = Field("", max_length=80)


class ThingOut(Schema):
    id: int
    kind: str
    number: str
    room: str
    pieces: int
    place: str
    kept_at: datetime
    collected_at: datetime | None
    is_overdue: bool


class ThingListOut(Schema):
    things: list[ThingOut]
