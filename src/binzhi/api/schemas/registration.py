"""Visitors, what is completed later, reports to the police."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from binzhi.api.schemas.base import In
from binzhi.api.schemas.stays import DocumentIn, ParticularsIn
from binzhi.api.types import Key, Name
from binzhi.frontdesk.police.enums import ReportKind, ReportState


class VisitorIn(In):
    room: str = Field(min_length=1, max_length=10)
    name: Name
    document: DocumentIn
    agreed: bool = Field(False, description="the guest was asked and said yes")


class VisitorOut(Schema):
    id: int


class PoliceReceiptIn(In):
    receipt: str = Field(min_length=1, max_length=80)


class PoliceReportOut(Schema):
    """No name and no number: those are in the registration."""

    id: int
    kind: ReportKind
    state: ReportState
    reason: str
    room: str
    room_reservation_id: int
    registration_id: int
    is_foreign: bool
    occurred_at: datetime
    due_at: datetime
    limit_at: datetime
    is_overdue: bool
    attempts: int
    receipt: str
    received_at: datetime | None


class ReportPageOut(Schema):
    items: list[PoliceReportOut]
    next: str | None


class ReportDoneOut(Schema):
    id: int


class CompletionIn(ParticularsIn):
    document_id: Key | None = Field(None, description="by which of the guest's documents he is registered")


class MinorRoundIn(In):
    note: str = Field("", max_length=200)


class MinorClosedIn(In):
    outcome: Literal["reached", "collected", "reported"]
    police_no: str = Field("", max_length=40)
    note: str = Field("", max_length=200)
