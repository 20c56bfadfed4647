"""Closing the day: overdue days, reports, rooms that cost nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from binzhi.api.schemas.base import In
from binzhi.api.types import Day, Money
from binzhi.frontdesk.reports.kinds import Kind


def _limit(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount <= 999_999_999 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("0 or more, at most two decimals")
    return amount


LimitIn = Annotated[
    Decimal,
    AfterValidator(_limit),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$", "examples": ["2000.00"]}),
]


class OverdueDayOut(Schema):
    """A day that nobody closed; `failure` is why its last try ended."""

    business_date: date
    is_open: bool
    attempts: int
    failure: str
    due_out: int
    expected: int


class OverdueOut(Schema):
    items: list[OverdueDayOut]
    running: str | None = Field(description="The step of an audit that runs now.")


class RecoveryOut(Schema):
    until: date


class ClosedDayOut(Schema):
    business_date: date
    rooms: int
    out_of_order: int
    sold: int
    comp: int
    house_use: int
    day_uses: int
    room_revenue: Money
    other_revenue: Money
    tax: Money
    payments: Money
    has_reports: bool


class ClosedDayListOut(Schema):
    items: list[ClosedDayOut]


class SheetOut(Schema):
    """A table: amounts with two decimals and a point, days as YYYY-MM-DD, empty where there is no figure."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    total: list[str]
    note: str


class AuditReportOut(Schema):
    business_date: date
    kind: Kind
    sheets: list[SheetOut]


class NightAuditSettingsIn(In):
    high_balance: LimitIn


class NightAuditSettingsOut(Schema):
    high_balance: Money


class FreeRoomIn(In):
    kind: Literal["comp", "house"]
    reason: str = Field(min_length=1, max_length=200)
    first: Day | None = None
    until: Day | None = None


class FreeRoomAskedOut(Schema):
    id: int


class FreeRoomOut(Schema):
    """A request; `value` is what the nights would cost."""

    id: int
    stay_id: int
    reservation: str
    room: str
    kind: str
    first: date
    until: date
    value: Money
    reason: str
    state: str


class FreeRoomListOut(Schema):
    items: list[FreeRoomOut]


class FreeRoomDecisionIn(In):
    approve: bool


class FreeNightsOut(Schema):
    nights: list[date]
