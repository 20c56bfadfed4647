"""Outside partners."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In

PartnerCode = Literal["bank", "invoices", "locks", "police", "email", "sms"]


class PartnerOut(Schema):
    """`trouble` is why it did not answer when it was last asked; empty: it did, or was never asked."""

    partner: PartnerCode
    connected: bool
    waiting: int
    given_up: int = Field(description="sent back, given up, or unanswered for long: somebody is to look at these")
    tried_at: datetime | None
    answered_at: datetime | None
    trouble: str


class PartnerListOut(Schema):
    partners: list[PartnerOut]


class PartnerTryIn(In):
    partner: PartnerCode


class PartnerTriedOut(Schema):
    partner: PartnerCode
    trouble: str
