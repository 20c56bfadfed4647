"""A gateway for text messages that speaks the real protocol over loopback and sends nothing: for demo and tests.

`python -m binzhi.engagement.transport.simulator 8399` answers until stopped, and prints serials and lengths alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from binzhi.kernel.loopback import Answer, Loopback

# Numbers that end like this do not exist here.
UNKNOWN_NUMBER = "0000"


@dataclass
class Taken:
    """What the gateway was given: each serial once, and how often it came."""

    messages: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)


class Simulator(Loopback):
    """Knows each serial."""

    path = "/messages"

    def __init__(self, *, key: str = "", port: int = 0) -> None:
        super().__init__(key=key, port=port)
        self.taken = Taken()

    def take(self, given: Any) -> Answer:
        serial, to, text = (str(given[name]) for name in ("serial", "to", "text"))
        self.taken.calls.append(serial)
        if to.endswith(UNKNOWN_NUMBER):
            return 422, {"error": "unknown number"}
        known = self.taken.messages.setdefault(
            serial, {"id": f"sms-{len(self.taken.messages) + 1}", "to": to, "text": text}
        )
        self.tell(f"{known['id']} {serial} {len(text)}")
        return 200, {"id": known["id"]}


if __name__ == "__main__":
    Simulator.until_stopped(port=8399)
