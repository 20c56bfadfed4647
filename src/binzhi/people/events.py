"""What happened among the staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(Event):
    topic: ClassVar[str] = "token.issued"
    hotel_id: int
    token_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    topic: ClassVar[str] = "token.revoked"
    hotel_id: int
    token_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(Event):
    topic: ClassVar[str] = "user.language_chosen"
    user_id: int
    language: str
