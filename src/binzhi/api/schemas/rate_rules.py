"""What prices are reckoned from: seasons, base prices with their floors, rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.schemas.rates import WEEK, Weekday
from binzhi.api.types import Code, Day, Money, MoneyIn, OptionalCode

Signed = Annotated[
    Decimal,
    Field(max_digits=10, decimal_places=2, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,6}(\.\d{1,2})?$", "examples": ["-15.00"]}),
]
NightKindIn = Literal["workday", "makeup", "weekend", "holiday"]


class SeasonIn(In):
    """A span of nights with a name, both days included; the code says which season it is."""

    code: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name_en: Annotated[str, StringConstraints(max_length=60)] = ""
    first: Day
    last: Day


class SeasonOut(Schema):
    id: int
    code: str
    name: str
    name_en: str
    first: date
    last: date


class SeasonListOut(Schema):
    items: list[SeasonOut]


class RateRuleIn(In):
    """What makes a night dearer or cheaper than the base price, applied in the order of `position`.

    `set` is the price, `percent` and `amount` move it. What is left empty holds for all of them.
    """

    rate_plan: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    action: Literal["set", "percent", "amount"]
    value: Signed
    position: Annotated[int, Field(ge=0, le=999)] = 0
    season: OptionalCode = ""
    room_types: list[Code] = Field(default_factory=list, max_length=100)
    weekdays: list[Weekday] = Field(default_factory=lambda: list(WEEK), min_length=1, max_length=7)
    night_kinds: list[NightKindIn] = Field(default_factory=list, max_length=4)
    is_active: bool = True


class RateRuleOut(Schema):
    id: int
    rate_plan: str
    name: str
    action: str
    value: Money
    position: int
    season: str
    room_types: list[str]
    weekdays: list[int]
    night_kinds: list[str]
    is_active: bool


class RateRuleListOut(Schema):
    items: list[RateRuleOut]


class BasePriceIn(In):
    """From what the rules reckon a type under a rate, and below what only a manager may sell it."""

    rate_plan: Code
    room_type: Code
    price: MoneyIn | None = None
    floor: MoneyIn | None = None


class BasePriceOut(Schema):
    rate_plan: str
    room_type: str
    price: Money | None
    floor: Money | None


class BasePriceListOut(Schema):
    items: list[BasePriceOut]


class RateRuleIdOut(Schema):
    id: int
