"""Field types of the API: bounded, so that what fits the schema fits the tables."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from binzhi.kernel.money import LARGEST


def _cents(amount: Decimal) -> Decimal:
    # The bounds first: a number beyond them cannot be rounded at all.
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("an amount above 0 with at most two decimals")
    return amount


Money = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["628.00"]}),
]
MoneyIn = Annotated[
    Decimal,
    AfterValidator(_cents),
    WithJsonSchema({"type": "string", "pattern": r"^(?!0+(\.0{1,2})?$)\d{1,9}(\.\d{1,2})?$", "examples": ["628.00"]}),
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
OptionalCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,20}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,20}$")]
Key = Annotated[int, Field(ge=1, le=9_223_372_036_854_775_807)]
Count = Annotated[int, Field(ge=0, le=99)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
OptionalName = Annotated[str, StringConstraints(max_length=120)]
Phone = Annotated[str, StringConstraints(max_length=40)]
Note = Annotated[str, StringConstraints(max_length=300)]
LongNote = Annotated[str, StringConstraints(max_length=1000)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]
IfMatch = Annotated[str, StringConstraints(pattern=r'^"[0-9]{1,9}"$')]
Day = Annotated[date, Field(examples=["2026-11-26"])]
HotelTime = Annotated[
    time,
    PlainSerializer(lambda t: t.strftime("%H:%M"), return_type=str),
    WithJsonSchema({"type": "string", "examples": ["18:00"]}),
]
Limit = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_=-]{0,120}$")]
