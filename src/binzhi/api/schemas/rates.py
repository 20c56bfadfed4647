"""The book of rates: painting, its effect, what was painted, the hotel's own calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Day, Money, MoneyIn

Weekday = Annotated[int, Field(ge=1, le=7)]
EffectMark = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
WEEK = [1, 2, 3, 4, 5, 6, 7]


class PaintIn(In):
    """What shall stand over nights × types × rates; what is left out stays, a name in `clear` is emptied."""

    first: Day
    last: Day
    room_types: list[Code] = Field(min_length=1, max_length=100)
    rate_plans: list[Code] = Field(default_factory=list, max_length=100)
    weekdays: list[Weekday] = Field(default_factory=lambda: list(WEEK), min_length=1, max_length=7)
    price: MoneyIn | None = None
    single_price: MoneyIn | None = None
    extra_adult: MoneyIn | None = None
    extra_child: MoneyIn | None = None
    percent: int | None = Field(None, ge=-100, le=1000)
    min_nights: int | None = Field(None, ge=1, le=365)
    max_nights: int | None = Field(None, ge=1, le=365)
    closed: bool | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None
    overbooking: int | None = Field(None, ge=0, le=999)
    stop_sell: bool | None = None
    clear: list[Literal["price", "single_price", "min_nights", "max_nights"]] = Field(
        default_factory=list, max_length=4
    )
    reason: Annotated[str, Field(max_length=200)] = ""
    effect: EffectMark | None = Field(None, description="as previewed; `effect_changed` when it is another")


class ChangeOut(Schema):
    night: date
    room_type_id: int
    rate_plan_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]


class BelowFloorOut(Schema):
    night: date
    room_type: str
    rate_plan: str
    price: Money
    floor: Money


class EffectOut(Schema):
    """What a painting would change: at most 500 of `changes` are listed, `changed` counts them all.

    `effect` names it: sent back with the painting, exactly this is written or nothing.
    """

    effect: str
    changed: int
    nights: int
    unpriced: int
    changes: list[ChangeOut]
    below_floor: list[BelowFloorOut]


class PaintedOut(Schema):
    painting_id: int
    changed: int
    nights: int


class ApplyRulesIn(In):
    rate_plan: Code
    room_types: list[Code] = Field(min_length=1, max_length=100)
    first: Day
    last: Day
    effect: EffectMark | None = Field(None, description="as previewed; `effect_changed` when it is another")


class PaintingOut(Schema):
    painting_id: int
    at: datetime
    source: str
    first: date
    last: date
    changed: int
    below_floor: int
    undoes: int | None
    undone_by: int | None


class PaintingListOut(Schema):
    items: list[PaintingOut]


class CalendarDaysIn(In):
    """What the days are to this hotel; an empty kind goes back to the public calendar."""

    first: Day
    last: Day
    kind: Literal["", "workday", "makeup", "weekend", "holiday"]
    name: Annotated[str, Field(max_length=40)] = ""


class DepositHeldOut(Schema):
    number: str
    asked: Money
    held: Money


class DepositAskedOut(Schema):
    number: str
    arrival: date
    asked: Money
    held: Money
    due_at: datetime
    overdue: bool


class DepositListOut(Schema):
    items: list[DepositAskedOut]
