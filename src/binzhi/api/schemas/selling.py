"""Who may book which rate, and under which conditions."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Count, Day, HotelTime, Key, Money, MoneyIn, OptionalCode
from binzhi.reservations.enums import FeeKind

Percent = Annotated[
    Decimal,
    Field(ge=-100, le=100, max_digits=5, decimal_places=2),
    WithJsonSchema({"type": "string", "pattern": r"^-?(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$", "examples": ["-12.5"]}),
]
Label = Annotated[str, Field(min_length=1, max_length=60)]


class PromotionIn(In):
    name: Label
    rate_plan: Code
    code: Annotated[OptionalCode, Field(description="empty: one is made that nobody guesses")] = ""
    stay_from: Day | None = None
    stay_until: Day | None = None
    book_from: Day | None = None
    book_until: Day | None = None
    most_uses: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class PromotionOut(Schema):
    id: int
    code: str
    name: str
    rate_plan: str
    stay_from: Day | None
    stay_until: Day | None
    book_from: Day | None
    book_until: Day | None
    most_uses: int | None
    uses: int
    is_active: bool


class PromotionsOut(Schema):
    items: list[PromotionOut]


class CodeOut(Schema):
    code: str


class AgreedPriceIn(In):
    """None: the rate's own distance to the price of its parent."""

    organisation_id: Key
    rate_plan: Code
    percent: Percent | None = None
    amount: MoneyIn | None = None
    valid_until: Day | None = None


class AgreedPriceOut(Schema):
    organisation_id: int
    organisation: str
    rate_plan: str
    percent: Decimal | None
    amount: Money | None
    valid_until: Day | None


class AgreedPricesOut(Schema):
    items: list[AgreedPriceOut]


class IdOut(Schema):
    id: int


class FeeIn(In):
    kind: FeeKind
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    nights: Count = 1
    amount: MoneyIn | None = None


class DeadlineIn(In):
    days_before: Annotated[int, Field(ge=0, le=730)]
    until: HotelTime = time(18)
    fee: FeeIn


class ConditionsIn(In):
    code: Code
    name: Label
    name_en: Annotated[str, Field(max_length=80)] = ""
    deadlines: Annotated[list[DeadlineIn], Field(max_length=6)] = []
    no_show: FeeIn = FeeIn(kind=FeeKind.NONE)
    deposit: FeeIn = FeeIn(kind=FeeKind.NONE)
    deposit_after: Annotated[int, Field(ge=0, le=730)] | None = None
    deposit_before: Annotated[int, Field(ge=0, le=730)] | None = None


class ConditionsOut(Schema):
    code: str
    name: str
    name_en: str
    plans: list[str]


class ConditionsListOut(Schema):
    items: list[ConditionsOut]


class PlanConditionsIn(In):
    code: Code


class KeepingOut(Schema):
    """How many booked rooms keep the conditions they were booked under."""

    kept: int


class MembersRateIn(In):
    rate_plan: Code
    members_only: bool
    tiers: Annotated[list[Annotated[str, Field(min_length=1, max_length=10)]], Field(max_length=10)] = []


class MembersRateOut(Schema):
    rate_plan: str
    members_only: bool


Family = Literal["food", "minibar", "laundry", "fee", "other"]


class MasterIn(In):
    """What the group pays together."""

    room_to_master: bool
    to_master: Annotated[list[Family], Field(max_length=5)] = []


class MasterOut(Schema):
    folio: str


class ChosenIn(In):
    """Rooms of the group by stay; none named: all that are due."""

    stays: Annotated[list[Key], Field(max_length=500)] | None = None


class LeavingIn(ChosenIn):
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class LeftOut(Schema):
    stay_id: int
    number: str
    room: str
    code: str
    text: str


class GroupDoneOut(Schema):
    rooms: list[str]
    refused: list[LeftOut]
