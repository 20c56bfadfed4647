"""Invoices."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Money, MoneyIn


class InvoiceIn(In):
    window: int = Field(1, ge=1, le=99)
    kind: Literal["81", "82"] = Field("82", description="81 special, 82 ordinary")
    buyer_name: str = Field(min_length=1, max_length=100)
    tax_no: str = Field("", max_length=20)
    is_person: bool = False
    address_phone: str = Field("", max_length=100)
    bank_account: str = Field("", max_length=100)
    amount: MoneyIn | None = Field(None, description="with its tax; all that is charged and paid when left out")
    remark: str = Field("", max_length=200)


class InvoiceMadeOut(Schema):
    id: int


class RedIn(In):
    reason: str = Field(min_length=1, max_length=100)


class InvoiceOut(Schema):
    id: int
    folio: str
    window: int
    kind: str
    state: str
    number: str
    red_of: str
    net: Money
    tax: Money
    total: Money
    error: str


class InvoiceListOut(Schema):
    invoices: list[InvoiceOut]
