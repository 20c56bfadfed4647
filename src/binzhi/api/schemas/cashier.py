"""Cashier shifts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.types import Currency, Key, Money, MoneyIn
from binzhi.kernel.money import LARGEST


def _whole(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("an amount of at least 0 with at most two decimals")
    return amount


SumIn = Annotated[
    Decimal,
    AfterValidator(_whole),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$", "examples": ["500.00"]}),
]
MeansCode = Annotated[str, Field(pattern=r"^[a-z]{1,20}(:[A-Z]{3})?$")]


class ShiftIn(In):
    till: Key
    opening_float: SumIn = Decimal(0)


class ShiftMadeOut(Schema):
    id: int


class TotalIn(In):
    means: MeansCode
    counted: SumIn


class PieceIn(In):
    face: MoneyIn
    pieces: int = Field(ge=0, le=100_000)


class SuccessorIn(In):
    """The colleague who takes the till over and signs for what was counted."""

    username: str = Field(min_length=1, max_length=150)
    password: str = Field(min_length=1, max_length=200, json_schema_extra={"format": "password", "writeOnly": True})


class CountIn(In):
    """Cash by notes and coins or in one sum; foreign cash as `cash:USD`, in its own money."""

    pieces: list[PieceIn] = Field(default=[], max_length=20)
    totals: list[TotalIn] = Field(default=[], max_length=40)
    note: str = Field("", max_length=120)
    successor: SuccessorIn | None = Field(None, description="hand the till over; wrong passwords are counted")


class ClosedOut(Schema):
    id: int
    differs: bool
    next: int | None


class DropIn(In):
    amount: MoneyIn
    currency: Currency | None = Field(None, description="of foreign notes; the hotel's own when left out")
    note: str = Field("", max_length=120)


class DroppedOut(Schema):
    transaction: int


class TillOut(Schema):
    id: int
    code: str
    name: str
    shift: int | None


class TillListOut(Schema):
    tills: list[TillOut]


class ShiftOut(Schema):
    id: int
    till: str
    business_date: date
    opened_at: datetime
    closed_at: datetime | None
    opening_float: Money
    left: Money | None
    difference: Money
    postings: int
    taken_over_from: int | None


class ShiftListOut(Schema):
    shifts: list[ShiftOut]


class ShiftMeansOut(Schema):
    means: str
    taken: Money
    given: Money
    dropped: Money
    dropped_notes: Money | None = Field(description="foreign notes in their own currency")
    expected: Money | None
    counted: Money | None
    difference: Money | None


class ShiftReportOut(ShiftOut):
    means: list[ShiftMeansOut]
