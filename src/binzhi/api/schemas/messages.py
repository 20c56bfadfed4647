"""Messages to guests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from binzhi.api.schemas.base import In
from binzhi.engagement.enums import Kind, State, Way

Subject = Annotated[str, StringConstraints(max_length=150)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class MessageIn(In):
    kind: Kind = Kind.NOTE
    way: Way
    language: Literal["zh-hans", "en"] = "zh-hans"
    subject: Subject = Field("", description="of an e-mail, which needs one")
    body: Body


class MessageQueuedOut(Schema):
    id: int


class MessageOut(Schema):
    """The address is masked."""

    id: int
    kind: Kind
    way: Way
    language: str
    state: State
    reason: str
    address: str
    attempts: int
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None
    number: str


class MessagePageOut(Schema):
    items: list[MessageOut]
    next: str | None
