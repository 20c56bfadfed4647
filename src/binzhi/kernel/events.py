"""What happened, told to the contexts above: frozen dataclasses that carry ids, never personal data."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; `topic` is the dotted public name (`reservation.created`)."""

    topic: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """What it carries: numbers, flags and texts as they are, anything else as text."""
        values = ((name, getattr(self, name)) for name in _names(type(self)))
        return {name: value if value is None or isinstance(value, _PLAIN) else str(value) for name, value in values}


_PLAIN = (int, str)
_fields: dict[type[Event], tuple[str, ...]] = {}


def _names(event: type[Event]) -> tuple[str, ...]:
    known = _fields.get(event)
    if known is None:
        known = _fields[event] = tuple(field.name for field in fields(event))
    return known
