"""Bills."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.schemas.stays import AmountIn
from binzhi.api.types import Code, Currency, Key, Money, MoneyIn, OptionalCode


class FolioLineOut(Schema):
    id: int
    business_date: date
    kind: str
    code: str
    description: str
    window: int
    amount: Money
    reversed: bool


class FolioWindowOut(Schema):
    window: int
    name: str
    balance: Money


class FolioOut(Schema):
    number: str
    currency: str
    balance: Money
    deposit: Money
    closed: bool
    windows: list[FolioWindowOut]
    lines: list[FolioLineOut]


class ChargeIn(In):
    code: Code
    amount: MoneyIn
    currency: Currency
    quantity: int = Field(1, ge=1, le=999)
    window: int = Field(1, ge=1, le=99)
    description: str = Field("", max_length=120)
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class PaymentIn(AmountIn):
    window: int = Field(1, ge=1, le=99)
    organisation_id: Key | None = Field(None, description="whose account it is, for the means `company`")
    in_advance: bool = Field(False, description="more than is owed now, for what is still to come")
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class RefundIn(In):
    transaction: Key
    amount: MoneyIn
    currency: Currency
    reason: str = Field(min_length=1, max_length=120)


class TransferIn(In):
    transactions: list[Key] = Field(min_length=1, max_length=200)
    window: int = Field(1, ge=1, le=99)
    to_folio: OptionalCode = Field("", description="another bill; this one when empty")
    to_window: int = Field(1, ge=1, le=99)
    reason: str = Field("", max_length=120)
    exceed_limit: bool = Field(False, description="above a company's credit limit, by who may")


class ReverseIn(In):
    transaction: Key
    reason: str = Field(min_length=1, max_length=120)


class PostedOut(Schema):
    transaction: int
    balance: Money
