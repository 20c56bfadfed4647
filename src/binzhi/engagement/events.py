"""What happened to messages: ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent(Event):
    """Base: something happened to one message."""

    topic: ClassVar[str]
    hotel_id: int
    message_id: int
    kind: str
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued(MessageEvent):
    topic: ClassVar[str] = "message.queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(MessageEvent):
    topic: ClassVar[str] = "message.sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelayed(MessageEvent):
    """A try failed and another will follow."""

    topic: ClassVar[str] = "message.delayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGivenUp(MessageEvent):
    topic: ClassVar[str] = "message.given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCancelled(MessageEvent):
    """Taken back by somebody, or overtaken by what happened to the reservation."""

    topic: ClassVar[str] = "message.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateWritten(Event):
    topic: ClassVar[str] = "message_template.written"
    hotel_id: int
    kind: str
    way: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingSetUp(Event):
    topic: ClassVar[str] = "messages.set_up"
    hotel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingTried(Event):
    """Somebody sent a test message."""

    topic: ClassVar[str] = "messages.tried"
    hotel_id: int
    way: str
    worked: bool
