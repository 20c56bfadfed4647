"""What rates contain, what more people cost, commissions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Day, HotelTime, Key, Money, MoneyIn, Name, Note, OptionalCode, Phone
from binzhi.reservations.enums import BandKind, CommissionState, PartPer, PartWhen

Age = Annotated[int, Field(ge=0, le=17, strict=True)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class PartIn(In):
    charge_code: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name_en: Annotated[str, StringConstraints(max_length=60)] = ""
    per: PartPer = PartPer.PERSON
    frequency: PartWhen = PartWhen.NIGHT
    amount: MoneyIn = Field(description="of the room, or of an adult")
    child_amount: MoneyIn | None = None


class PartsIn(In):
    """All parts of the rate in the order in which they are posted."""

    parts: list[PartIn] = Field(max_length=8)


class PartOut(Schema):
    charge_code: str
    name: str
    name_en: str
    per: PartPer
    frequency: PartWhen
    amount: Money
    child_amount: Money


class BandIn(In):
    """Children of these ages on the day of arrival, both included."""

    from_age: Age
    until_age: Age
    kind: BandKind
    amount: MoneyIn | None = None


class ExtrasIn(In):
    bed_price: MoneyIn | None = Field(None, description="a night; left out, there is no extra bed")
    most_beds: int = Field(1, ge=1, le=3, strict=True)
    bands: list[BandIn] = Field(default_factory=list, max_length=18)


class BandOut(Schema):
    from_age: int
    until_age: int
    kind: BandKind
    amount: Money


class ContentsOut(Schema):
    """A rate's own parts, extra beds and ages; without extras of its own it has its parent's."""

    rate_plan: str
    parts: list[PartOut]
    bed_price: Money | None
    most_beds: int
    bands: list[BandOut]


class CommissionRateIn(In):
    organisation_id: Key
    rate_plan: OptionalCode = ""
    percent: Percent
    from_date: Day


class CommissionRateOut(Schema):
    id: int


class CommissionOut(Schema):
    room_id: int
    number: str
    organisation_id: int
    arrival: date
    departure: date
    base: Money = Field(description="room revenue net of tax")
    percent: Money
    amount: Money
    state: str = Field(description="owed, paid or waived")


class CommissionListOut(Schema):
    items: list[CommissionOut]


class SettleIn(In):
    rooms: list[Key] = Field(min_length=1, max_length=500)
    state: CommissionState
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class SettledOut(Schema):
    total: Money


class HourPriceIn(In):
    room_type: Code
    hours: int = Field(ge=1, le=12, strict=True)
    price: MoneyIn
    overtime_price: MoneyIn | None = Field(None, description="of each hour begun beyond them")


class DayUseIn(In):
    """Between which hours of the day rooms are sold by the hour, and what they cost."""

    rate_plan: Code = Field(description="under which such stays are counted")
    opens: HotelTime
    closes: HotelTime
    turnaround: int = Field(60, ge=0, le=480, strict=True, description="minutes to make a room ready again")
    grace: int = Field(15, ge=0, le=60, strict=True, description="minutes over that cost nothing")
    prices: list[HourPriceIn] = Field(default_factory=list, max_length=60)


class HourPriceOut(Schema):
    room_type: str
    hours: int
    price: Money
    overtime_price: Money


class HourRoomOut(Schema):
    room: str
    room_type: str
    until: datetime = Field(description="by when it must be free at the latest")


class DayUseOut(Schema):
    """What is sold by the hour, and which vacant rooms can be had now."""

    prices: list[HourPriceOut]
    rooms: list[HourRoomOut]


class HoursIn(In):
    """A room for some hours of the open hotel day; without `starts_at`, from now on."""

    room: Code
    hours: int = Field(ge=1, le=12, strict=True)
    booker_name: Name
    booker_phone: Phone = ""
    guest_id: Key | None = None
    adults: int = Field(1, ge=1, le=20, strict=True)
    children: int = Field(0, ge=0, le=20, strict=True)
    starts_at: datetime | None = None
    remarks: Note = ""
    source: OptionalCode = ""
    expected_price: MoneyIn | None = Field(None, description="refuse with `price_changed` when the price differs")
