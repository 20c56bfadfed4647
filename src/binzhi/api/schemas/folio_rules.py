"""Where charges of a bill go: routing rules and splits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Day, Key, Money, MoneyIn, OptionalCode

Percent = Annotated[
    Decimal,
    Field(gt=0, le=100, decimal_places=2, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "pattern": r"^(100(\.0{1,2})?|[1-9]\d?(\.\d{1,2})?)$", "examples": ["50.00"]}),
]
Codes = Annotated[list[Code], Field(max_length=50)]


class RuleOut(Schema):
    id: int
    window: int
    codes: list[str]
    groups: list[str]
    percent: Money
    amount_limit: Money | None
    used: Money
    first_date: date | None
    last_date: date | None
    to_folio: str
    to_window: int
    ended: bool


class RuleListOut(Schema):
    rules: list[RuleOut]


class RuleIn(In):
    """Without codes and groups about everything. One of `to_window` (with `to_folio`), `organisation_id`, `payee`."""

    window: int = Field(1, ge=1, le=99)
    codes: Codes = Field(default_factory=list)
    groups: Codes = Field(default_factory=list)
    percent: Percent = Decimal(100)
    amount_limit: MoneyIn | None = None
    first_date: Day | None = None
    last_date: Day | None = None
    to_folio: OptionalCode = Field("", description="another bill; this one when empty")
    to_window: int | None = Field(None, ge=1, le=99)
    organisation_id: Key | None = Field(None, description="the company's own window on this bill")
    payee: str = Field("", max_length=80, description="a new window for somebody")


class RuleMadeOut(Schema):
    id: int


class SplitIn(In):
    """Which charges (all when nothing is named), and an amount in all or a share of each; neither moves all of them."""

    window: int = Field(1, ge=1, le=99)
    codes: Codes = Field(default_factory=list)
    groups: Codes = Field(default_factory=list)
    first_date: Day | None = None
    last_date: Day | None = None
    amount: MoneyIn | None = None
    percent: Percent | None = None
    to_folio: OptionalCode = Field("", description="another bill; this one when empty")
    to_window: int = Field(ge=1, le=99)
    reason: str = Field("", max_length=120)
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")
