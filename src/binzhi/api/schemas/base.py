"""What all of them share."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import BaseModel, ConfigDict

from binzhi.api.types import Money


class In(BaseModel):
    """What a caller sends: an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class NightPriceOut(Schema):
    date: date
    price: Money
