"""What the processes of a replay hand each other; nothing here needs Django, so a child can read it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Place:
    """One hotel of the replay in the database."""

    hotel_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event the hotel refused. A refused booking is a rejected row; anything later will show as a difference."""

    row: int
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """How far a hotel has come: steps and lives are sums since the beginning of the file."""

    name: str
    steps: int
    lives: int
    day: date
