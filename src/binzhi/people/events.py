"""What happened among the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSet(Event):
    topic: ClassVar[str] = "shift.set"
    hotel_id: int
    shift_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPlanned(Event):
    """Somebody's days `first` to `last` were planned, not necessarily all between them."""

    topic: ClassVar[str] = "duty.planned"
    hotel_id: int
    staff_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTakenOff(Event):
    topic: ClassVar[str] = "duty.taken_off"
    hotel_id: int
    staff_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceNoted(Event):
    topic: ClassVar[str] = "absence.noted"
    hotel_id: int
    staff_id: int
    absence_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceOver(Event):
    topic: ClassVar[str] = "absence.ended"
    hotel_id: int
    staff_id: int
    absence_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputiesSet(Event):
    topic: ClassVar[str] = "deputies.set"
    hotel_id: int
    post_id: int
