"""What happened to a hotel day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from binzhi.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NightAuditDone(Event):
    topic: ClassVar[str] = "night_audit.done"
    hotel_id: int
    business_date: date
    next_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NightAuditFailed(Event):
    """`attempts` runs of this day have failed so far."""

    topic: ClassVar[str] = "night_audit.failed"
    hotel_id: int
    business_date: date
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryAsked(Event):
    """The days `first` to `until` are to be closed one after the other."""

    topic: ClassVar[str] = "night_audit.recovery_asked"
    hotel_id: int
    first: date
    until: date
