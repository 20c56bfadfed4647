"""What can be sold."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In, NightPriceOut
from binzhi.api.types import Code, Day, Money, MoneyIn, Note


class HotelOut(Schema):
    code: str
    name: str
    name_en: str
    timezone: str
    currency: str
    business_date: date


class OfferOut(Schema):
    """One room type under one rate plan for the whole stay; `refusal` says why it cannot be booked, or is empty."""

    room_type: str
    room_type_name: str
    rate_plan: str
    rate_plan_name: str
    nights: list[NightPriceOut]
    total: Money | None
    currency: str
    left: int
    refusal: str
    breakfasts: int
    extra: Money = Field(description="of each night's price: extra beds and children priced by their age")


class AvailabilityOut(Schema):
    arrival: date
    departure: date
    offers: list[OfferOut]


class RatesIn(In):
    rate_plan: Code
    room_type: Code
    first: Day
    last: Day
    weekdays: list[int] = Field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7], min_length=1, max_length=7)
    price: MoneyIn | None = None
    min_nights: int | None = Field(None, ge=1, le=365)
    max_nights: int | None = Field(None, ge=1, le=365)
    closed: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None


class LimitsIn(In):
    room_type: Code
    first: Day
    last: Day
    overbooking: int | None = Field(None, ge=0, le=999)
    closed: bool | None = None
    reason: Note = ""


class ChangedOut(Schema):
    changed: int
