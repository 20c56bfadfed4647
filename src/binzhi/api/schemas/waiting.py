"""The waitlist, denials, walks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Count, Day, Key, Money, MoneyIn, Name, Note, OptionalCode, Phone
from binzhi.reservations.enums import DenialReason, WaitStatus

Rooms = Annotated[int, Field(ge=1, le=50)]


class WaitIn(In):
    name: Name
    phone: Phone = ""
    guest_id: Key | None = None
    organisation_id: Key | None = None
    room_type: Code
    rate_plan: Code
    arrival: Day
    departure: Day
    rooms: Rooms = 1
    adults: Count = 2
    children: Count = 0
    priority: Annotated[int, Field(ge=1, le=3)] = Field(2, description="1 is served first")
    hold_minutes: Annotated[int, Field(ge=5, le=10080)] = Field(120, description="how long an offer is kept")
    note: Note = ""


class WaitCreatedOut(Schema):
    id: int


class WaitRowOut(Schema):
    id: int
    status: WaitStatus
    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    rooms: int
    adults: int
    children: int
    priority: int
    offer_until: datetime | None
    free: int


class WaitListOut(Schema):
    items: list[WaitRowOut]


class DenialIn(In):
    reason: DenialReason
    arrival: Day
    departure: Day
    rooms: Rooms = 1
    room_type: OptionalCode = ""
    value: MoneyIn | None = Field(None, description="what the stay would have brought")


class DenialCreatedOut(Schema):
    id: int


class DenialRowOut(Schema):
    reason: DenialReason
    room_type: str
    denials: int
    room_nights: int
    value: Money


class DenialReportOut(Schema):
    items: list[DenialRowOut]


class WalkIn(In):
    partner_id: Key
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    nights: Annotated[int, Field(ge=1, le=30)] = 1
    transport: Annotated[str, Field(max_length=60)] = ""
    compensation: Annotated[str, Field(max_length=100)] = ""
    note: Note = ""
    room_cost: MoneyIn | None = None
    transport_cost: MoneyIn | None = None
    compensation_cost: MoneyIn | None = None
    other_cost: MoneyIn | None = None
    means: OptionalCode = Field("", description="by which the costs are paid at once; owed when empty")


class WalkCostsIn(In):
    """What each part came to; left out is nothing."""

    room_cost: MoneyIn | None = None
    transport_cost: MoneyIn | None = None
    compensation_cost: MoneyIn | None = None
    other_cost: MoneyIn | None = None
    means: OptionalCode = Field("", description="by which the difference is paid; owed when empty")


class WalkPayIn(In):
    means: Code


class WalkCostOut(Schema):
    id: int
    total: Money
    owed: Money


class WalkedOut(Schema):
    id: int
