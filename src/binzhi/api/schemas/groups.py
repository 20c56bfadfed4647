"""Groups."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Count, Day, Key, LongNote, Money, MoneyIn, Name, OptionalCode, OptionalName, Phone
from binzhi.reservations.enums import BlockStatus

Rooms = Annotated[int, Field(ge=0, le=2000)]
Reason = Annotated[str, Field(max_length=200)]


class BlockCellIn(In):
    night: Day
    room_type: Code
    rooms: Rooms
    price: MoneyIn | None = None
    single_price: MoneyIn | None = None
    extra_adult: MoneyIn | None = None


class BlockIn(In):
    name: Name
    arrival: Day
    departure: Day
    rate_plan: Code
    organisation_id: Key | None = None
    guest_id: Key | None = Field(None, description="whom one speaks to about the group")
    market: OptionalCode = ""
    source: OptionalCode = ""
    cut_off: Day | None = Field(None, description="last hotel day to name people; then the rest is released")
    note: LongNote = ""


class NewBlockIn(BlockIn):
    status: BlockStatus = BlockStatus.TENTATIVE
    rooms: list[BlockCellIn] = Field(default_factory=list, max_length=2000)


class BlockRoomsIn(In):
    rooms: list[BlockCellIn] = Field(min_length=1, max_length=2000)


class BlockStatusIn(In):
    status: BlockStatus
    reason: Reason = ""


class PickIn(In):
    room_type: Code
    arrival: Day
    departure: Day
    adults: Count = 2
    children: Count = 0
    infants: Count = 0
    guest_id: Key | None = None
    guest_name: OptionalName = ""
    phone: Phone = ""
    remarks: LongNote = ""


class PickUpIn(In):
    rooms: list[PickIn] = Field(min_length=1, max_length=100)
    extra: bool = Field(False, description="nights the group has no room left for come from the house")


class PickedOut(Schema):
    reservations: list[str]


class BlockCreatedOut(Schema):
    id: int
    number: str
    version: int


class BlockVersionOut(Schema):
    id: int
    version: int


class ReleasedOut(Schema):
    room_nights: int


class BlockCellOut(Schema):
    night: date
    room_type: str
    agreed: int
    rooms: int
    picked_up: int
    price: Money | None
    single_price: Money | None
    extra_adult: Money


class BlockRowOut(Schema):
    id: int
    number: str
    name: str
    status: BlockStatus
    arrival: date
    departure: date
    cut_off: date | None
    released: bool
    agreed: int
    rooms: int
    picked_up: int


class BlockListOut(Schema):
    items: list[BlockRowOut]


class BlockOut(Schema):
    id: int
    number: str
    name: str
    status: BlockStatus
    version: int
    arrival: date
    departure: date
    cut_off: date | None
    released: bool
    rate_plan: str
    organisation_id: int | None
    guest_id: int | None
    market: str
    source: str
    note: str
    cells: list[BlockCellOut]


NO_EXTRA = Decimal(0)
