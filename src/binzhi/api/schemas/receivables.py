"""Companies' accounts."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Code, Day, Key, Money, MoneyIn


class AgedOut(Schema):
    organisation_id: int
    name: str
    code: str
    credit_limit: Money
    days: int
    to_30: Money
    to_60: Money
    to_90: Money
    older: Money
    unused: Money
    balance: Money
    overdue: Money
    reminders: int


class AgeingOut(Schema):
    as_of: date
    companies: list[AgedOut]


class OpenOut(Schema):
    """An item above zero, a credit below."""

    transaction: int
    kind: str
    business_date: date
    folio: str
    standing: Money
    open: Money


class UsedOut(Schema):
    id: int
    credit: int
    item: int
    amount: Money


class CompanyOut(AgedOut):
    open: list[OpenOut]
    used: list[UsedOut]


class ItemShareIn(In):
    item: Key
    amount: MoneyIn | None = Field(None, description="as much as is open and left when left out")


class CompanyPaysIn(In):
    """`shares` left out: the oldest first; empty: kept for later."""

    amount: MoneyIn
    means: Code
    note: str = Field("", max_length=120)
    shares: list[ItemShareIn] | None = Field(None, max_length=200)


class ReceiptOut(Schema):
    transaction: int
    used: Money
    balance: Money


class UseIn(In):
    credit: Key
    shares: list[ItemShareIn] | None = Field(None, max_length=200)


class UsedSumOut(Schema):
    used: Money


class ReasonIn(In):
    reason: str = Field(min_length=1, max_length=120)


class ReceivableIdOut(Schema):
    id: int


class TermsIn(In):
    days: int = Field(ge=0, le=365)


class TermsOut(Schema):
    days: int


class ReminderIn(In):
    note: str = Field("", max_length=120)


class ReminderOut(Schema):
    level: int


class WriteOffIn(In):
    item: Key
    amount: MoneyIn | None = None
    reason: str = Field(min_length=1, max_length=120)


class MovementOut(Schema):
    transaction: int
    kind: str
    business_date: date
    folio: str
    amount: Money
    balance: Money


class StatementOut(Schema):
    first: Day
    last: Day
    opening: Money
    closing: Money
    movements: list[MovementOut]
