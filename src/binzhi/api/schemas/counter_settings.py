"""What the house lays down for its counter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.schemas.cashier import SumIn
from binzhi.api.types import Code, Day, Key, Money, MoneyIn, OptionalName

TaxRate = Annotated[
    Decimal,
    Field(ge=0, lt=1, decimal_places=4, allow_inf_nan=False),
    WithJsonSchema({"type": "string", "pattern": r"^0(\.\d{1,4})?$", "examples": ["0.06"]}),
]


class LimitOut(Schema):
    post: int
    name: str
    adjustment: Money | None
    paid_out: Money | None


class LimitListOut(Schema):
    limits: list[LimitOut]


class LimitIn(In):
    """Without an amount the limit is taken away."""

    post: Key
    kind: Literal["adjustment", "paid_out"]
    amount: SumIn | None = None


class SavedOut(Schema):
    saved: bool


class ItemOut(Schema):
    id: int
    name: str
    name_en: str
    price: Money
    is_active: bool


class ItemListOut(Schema):
    items: list[ItemOut]


class ItemIn(In):
    """With an id the item is changed; what was charged stays as charged."""

    id: Key | None = None
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field("", max_length=80)
    price: MoneyIn
    is_active: bool = True


class CounterIdOut(Schema):
    id: int


class HouseAccountOut(Schema):
    number: str
    name: str
    purpose: str
    folio: str
    balance: Money
    is_open: bool


class HouseListOut(Schema):
    house_accounts: list[HouseAccountOut]


class HouseIn(In):
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,10}$")]
    name: str = Field(min_length=1, max_length=60)
    purpose: OptionalName = ""


class HouseMadeOut(Schema):
    folio: str


class SellerIn(In):
    """An empty key keeps the one there is."""

    name: str = Field(min_length=1, max_length=100)
    tax_no: str = Field(min_length=1, max_length=20)
    issuer: str = Field(min_length=1, max_length=20)
    address_phone: OptionalName = ""
    bank_account: OptionalName = ""
    provider_url: str = Field("", max_length=200)
    provider_key: str = Field("", max_length=200)


class TaxCodeOut(Schema):
    charge_code: str
    first_date: date
    classification: str
    item: str
    unit: str
    rate: str
    is_invoiced: bool


class TaxCodeListOut(Schema):
    tax_codes: list[TaxCodeOut]


class TaxCodeIn(In):
    charge_code: Code
    first_date: Day
    classification: Annotated[str, Field(pattern=r"^\d{19}$", examples=["3070402000000000000"])]
    item: str = Field(min_length=1, max_length=60)
    unit: str = Field("", max_length=10)
    rate: TaxRate
    is_invoiced: bool = True
