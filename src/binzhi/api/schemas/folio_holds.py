"""Pre-authorisations."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Money, MoneyIn

Code = Field("", max_length=40, description="on the terminal's slip, when it was made by hand", examples=[""])
Words = Field("", max_length=120)


class HoldIn(In):
    amount: MoneyIn
    auth_code: str = Code
    card_tail: str = Field("", max_length=40, description="the last four digits, with a code by hand")
    note: str = Words


class HoldMadeOut(Schema):
    id: int


class CaptureIn(In):
    amount: MoneyIn
    window: int = Field(1, ge=1, le=99)
    auth_code: str = Code


class ExtendIn(In):
    more: MoneyIn | None = Field(None, description="so much more; only longer when left out")
    auth_code: str = Code


class ReleaseIn(In):
    reason: str = Words
    auth_code: str = Code


class HoldRefundIn(In):
    amount: MoneyIn
    reason: str = Field(min_length=1, max_length=120)


class HoldOut(Schema):
    """`step` is the last request and `step_state` what became of it (asked: the bank has not answered yet)."""

    id: int
    folio: str
    state: str
    amount: Money
    captured: Money
    given_back: Money
    card_tail: str
    auth_code: str
    by_hand: bool
    expires_on: date | None
    step: str
    step_state: str
    error: str


class HoldListOut(Schema):
    holds: list[HoldOut]
