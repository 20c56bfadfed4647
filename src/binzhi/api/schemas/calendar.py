"""The room calendar and the rooms proposed for a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.types import Day, Key, Money, MoneyIn, Note, Number

Version = Annotated[int, Field(ge=1, le=999_999_999)]


class PlaceIn(In):
    """Where a stay shall be; no room puts it among those without one. The rest answers what a refusal asked."""

    room: Number | None = None
    arrival: Day
    departure: Day
    change_type: bool = False
    accept_as_it_is: bool = False
    reason: Note = ""
    expected_total: MoneyIn | None = None
    version: Version | None = None


class PlacedOut(Schema):
    id: int
    room: str | None
    arrival: date
    departure: date
    version: int


class StaySplitIn(In):
    """`price` answers `split_changes_type`: `keep` the agreed one, or `ask` that of the type, at `expected_total`."""

    night: Day
    room: Number
    price: Literal["keep", "ask"] | None = None
    expected_total: MoneyIn | None = None
    version: Version | None = None


class StaySplitOut(Schema):
    """The totals are those of the stay where a room of another type was asked for, else nothing."""

    id: int
    night: date
    room: str
    total_before: Money | None
    total: Money | None
    version: int


class BarOut(Schema):
    """A stay on consecutive nights in one room; none while it waits for one."""

    id: int
    number: str
    room: str | None
    room_type: str
    first: date
    nights: int
    state: str
    arrival: date
    departure: date
    version: int


class CalendarOut(Schema):
    first: date
    days: int
    business_date: date
    items: list[BarOut]


class ProposalOut(Schema):
    id: int
    room: str
    upgrade: bool
    reasons: str


class ProposalsOut(Schema):
    """`proven`: no plan meets more wishes; else `gap` is the share by which one could."""

    day: date
    proven: bool
    gap: float
    items: list[ProposalOut]
    without_room: list[int]


class GivenRoom(In):
    id: Key
    room: Number
    change_type: bool = False


class AssignDayIn(In):
    """Which stay gets which room; without a list, everything that is proposed."""

    day: Day
    rooms: Annotated[list[GivenRoom], Field(max_length=5000)] = []


class AssignedDayOut(Schema):
    given: list[int]
