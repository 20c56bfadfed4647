"""Reservations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In, NightPriceOut
from binzhi.api.types import Code, Count, Day, HotelTime, Key, LongNote, Money, MoneyIn, Name, Note, OptionalCode, Phone
from binzhi.reservations.enums import Guarantee, Status

ChildAge = Annotated[int, Field(ge=0, le=17, strict=True)]


class RoomIn(In):
    room_type: Code
    rate_plan: Code
    arrival: Day
    departure: Day
    adults: Count
    children: Count = 0
    infants: Count = 0
    guest_id: Key | None = None
    expected_total: MoneyIn | None = Field(None, description="refuse with `price_changed` when the total differs")
    child_ages: list[ChildAge] = Field(
        default_factory=list, max_length=20, description="on the day of arrival, of every child or of none"
    )
    extra_beds: int = Field(0, ge=0, le=3, strict=True)


class ReservationIn(In):
    booker_name: Name
    booker_phone: Phone = ""
    guest_id: Key | None = None
    organisation_id: Key | None = None
    market: OptionalCode = ""
    source: OptionalCode = ""
    channel: OptionalCode = ""
    channel_number: str | None = Field(None, pattern=r"^[A-Za-z0-9_./:-]{1,60}$")
    guarantee: Guarantee = Guarantee.NONE
    special_requests: list[Code] = Field(default_factory=list, max_length=20)
    remarks: LongNote = ""
    expected_at: HotelTime | None = None
    promotion_code: OptionalCode = ""
    rooms: list[RoomIn] = Field(min_length=1, max_length=50)


class RoomOut(Schema):
    id: int
    status: Status
    room_type: str
    rate_plan: str
    arrival: date
    departure: date
    adults: int
    children: int
    infants: int
    child_ages: list[int]
    extra_beds: int
    room: str | None
    folio: str | None
    nights: list[NightPriceOut]
    total: Money
    allowed_actions: list[str]


class ReservationOut(Schema):
    number: str
    status: Status
    version: int
    booker_name: str
    booker_phone: str = Field(description="masked")
    guest_id: int | None
    organisation_id: int | None
    market: str
    source: str
    channel: str
    channel_number: str | None
    guarantee: Guarantee
    special_requests: list[str]
    remarks: str
    expected_at: str | None
    confirmed_at: datetime | None
    created_at: datetime
    currency: str
    total: Money
    rooms: list[RoomOut]
    allowed_actions: list[str]


class CreatedOut(Schema):
    number: str
    version: int
    room_ids: list[int]
    total: Money
    currency: str


class ReservationRowOut(Schema):
    """A line of a list."""

    number: str
    room_id: int
    status: Status
    booker_name: str
    room_type: str
    room: str | None
    arrival: date
    departure: date
    adults: int
    children: int


class ReservationPageOut(Schema):
    items: list[ReservationRowOut]
    next: str | None = Field(description="cursor of the next page, or null on the last")


class DetailsIn(In):
    """Only what is given is changed."""

    booker_name: Name | None = None
    booker_phone: Phone | None = None
    market: OptionalCode | None = None
    source: OptionalCode | None = None
    channel: OptionalCode | None = None
    guarantee: Guarantee | None = None
    special_requests: list[Code] | None = Field(None, max_length=20)
    remarks: LongNote | None = None
    expected_at: HotelTime | None = None


class RoomChangeIn(In):
    """The stay as it shall be; nights already agreed keep their price unless type, plan or guests change."""

    arrival: Day
    departure: Day
    room_type: Code
    rate_plan: Code
    adults: Count
    children: Count = 0
    infants: Count = 0
    keep_prices: bool = False
    child_ages: list[ChildAge] | None = Field(None, max_length=20, description="left out, they stay as they are")
    extra_beds: int | None = Field(None, ge=0, le=3, strict=True)


class CancelIn(In):
    reason: Code
    note: Note = ""
    rooms: list[Key] | None = Field(None, description="only these rooms; all when absent", max_length=50)
    waive_fee: bool = False


class CancelledOut(Schema):
    number: str
    version: int
    fee: Money


class VersionOut(Schema):
    number: str
    version: int
