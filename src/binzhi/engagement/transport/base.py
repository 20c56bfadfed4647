"""What every way out has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

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


class NotSent(Exception):
    """It did not go out; `code` says why, without a word of address or text."""

    def __init__(self, code: str) -> None:
        self.code = code[:40]
        super().__init__(self.code)


class NotNow(NotSent):
    """This message: later perhaps."""


class Down(NotNow):
    """The way itself does not work at the moment: no use in trying the next one."""


class Refused(NotSent):
    """Never: the address does not exist, the text is not taken."""


class Transport(Protocol):
    """Hands a message over. Raises NotNow, Down, Refused."""

    def send(self, message: Outgoing) -> str:
        """What the other side calls it, or empty. A serial taken before is taken again as the same message."""
        ...
