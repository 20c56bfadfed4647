"""Rooms, the night audit, events."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Day, Money, Note
from binzhi.property.enums import Housekeeping


class ConditionIn(In):
    housekeeping: Housekeeping
    reason: Note = ""


class RoomStateOut(Schema):
    """One room: `state` is VC, VD, OC, OD, OOO or OOS in lower case; occupancy comes from stays."""

    number: str
    floor: str
    room_type: str
    state: str
    housekeeping: Housekeeping
    maintenance: str
    due_in: bool
    due_out: bool


class RoomListOut(Schema):
    items: list[RoomStateOut]


class DoNotDisturbIn(In):
    on: bool


class OutOfOrderIn(In):
    start: Day
    until: Day
    reason: str = Field(min_length=1, max_length=200)


class NightAuditOut(Schema):
    business_date: date
    next_date: date
    posted: int
    no_shows: int
    room_revenue: Money


class BlockerOut(Schema):
    kind: str
    detail: str


class NightAuditPreviewOut(Schema):
    business_date: date
    blockers: list[BlockerOut]
    rooms: int
    room_revenue: Money


class EventOut(Schema):
    """One event: ids only. `cursor` is given back as `after` to go on from here."""

    id: int
    topic: str
    at: datetime
    subject: str
    subject_id: int
    payload: dict[str, str | int | bool | None]
    cursor: str


class EventPageOut(Schema):
    items: list[EventOut]
    next: str | None


class ConditionOut(Schema):
    number: str
    housekeeping: Housekeeping


class DoNotDisturbOut(Schema):
    number: str
    on: bool


class OutOfOrderOut(Schema):
    id: int


class ReturnedOut(Schema):
    id: int


class NightAuditIn(In):
    business_date: Day
