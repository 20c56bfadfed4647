"""What higher contexts show on the boards and on a task's page: who has just arrived, whom a task is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from binzhi.people.web import StaffRequest
from binzhi.promises.queries import Card


@dataclass(frozen=True, slots=True)
class Part:
    """A template and what it needs; `version` changes when what shows changes, so that a board draws it anew."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    version: object = None


Strip = Callable[[StaffRequest], Part | None]
TaskPart = Callable[[StaffRequest, Card], Part | None]
_strips: list[Strip] = []
_task_parts: list[TaskPart] = []


def register_strip(strip: Strip) -> None:
    """Above the boards and everybody's own tasks; from AppConfig.ready. It checks rights itself."""
    _strips.append(strip)


def register_task_part(part: TaskPart) -> None:
    """On a task's page; from AppConfig.ready. It checks rights itself."""
    _task_parts.append(part)


def strips_for(request: StaffRequest) -> list[Part]:
    found = (strip(request) for strip in _strips)
    return [part for part in found if part is not None]


def parts_of_task(request: StaffRequest, card: Card) -> list[Part]:
    found = (part(request, card) for part in _task_parts)
    return [part for part in found if part is not None]
