"""What callers hand in and get back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from binzhi.promises.enums import Evidence


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run and the version its next change must know."""

    run_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ProofInput:
    """One piece of evidence as it is handed in; `item`: the line of the checklist it ticks."""

    kind: Evidence
    item: str = ""
    text: str = ""
    number: Decimal | None = None
    photo_id: int | None = None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of a task: `done`, or whose countersignature it still waits for."""

    task_id: int
    version: int
    done: bool
    waits_for: tuple[str, ...] = ()
    run_ended: bool = False
