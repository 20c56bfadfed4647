"""The counter: allowances, paid-outs, foreign cash, damage, late charges, approvals."""

from __future__ import annotations

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Currency, Key, Money, MoneyIn, OptionalCode

Reason = Field(min_length=1, max_length=120)


class AdjustIn(In):
    transaction: Key
    amount: MoneyIn
    window: int = Field(1, ge=1, le=99)
    reason: str = Reason


class PayOutIn(In):
    amount: MoneyIn
    means: Code
    window: int = Field(1, ge=1, le=99)
    reason: str = Reason
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class DoneOut(Schema):
    """Either posted, or waiting for a second person."""

    transaction: int | None
    approval: int | None
    balance: Money


class ForeignIn(In):
    currency: Currency
    foreign_amount: MoneyIn
    amount: MoneyIn | None = Field(None, description="how much of the bill it pays; all it owes when left out")
    window: int = Field(1, ge=1, le=99)


class ForeignOut(Schema):
    transaction: int
    paid: Money
    change: Money
    balance: Money


class DamageIn(In):
    item: Key
    quantity: int = Field(1, ge=1, le=999)
    amount: MoneyIn | None = Field(None, description="another price than the list's; needs a note")
    note: str = Field("", max_length=60)
    window: int = Field(1, ge=1, le=99)
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class LateChargeIn(In):
    code: Code
    amount: MoneyIn
    quantity: int = Field(1, ge=1, le=999)
    description: str = Field("", max_length=120)
    means: OptionalCode
    organisation_id: Key | None = None
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class DecisionIn(In):
    approve: bool


class DecisionOut(Schema):
    approved: bool
    transaction: int | None
