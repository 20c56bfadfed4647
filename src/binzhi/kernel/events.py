"""What happened, told to the contexts above: frozen dataclasses that carry ids, never personal data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; `topic` is the dotted public name (`reservation.created`)."""

    topic: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        plain = int | str | bool | None
        return {key: value if isinstance(value, plain) else str(value) for key, value in asdict(self).items()}
