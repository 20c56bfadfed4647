"""What every way out has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from binzhi.kernel.calls import Down as Down
from binzhi.kernel.calls import NotNow as NotNow
from binzhi.kernel.calls import NotTaken as NotTaken
from binzhi.kernel.calls import Refused as Refused

# A sender's turn lasts longer than all its tries together may.
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, ready. `serial` is the same at every try."""

    serial: str
    to: str
    subject: str
    body: str
    language: str


class Transport(Protocol):
    """Hands a message over. Raises NotNow, Down, Refused."""

    def send(self, message: Outgoing) -> str:
        """What the other side calls it, or empty. A serial taken before is taken again as the same message."""
        ...
