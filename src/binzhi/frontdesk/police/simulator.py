"""The other side for demo and tests: speaks the protocol over loopback in both forms, and keeps what it was told.

`python -m binzhi.frontdesk.police.simulator 8398` answers until it is stopped, and prints receipts and serials alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from binzhi.frontdesk.police.encoding import RECEIPT_OF, SERIAL_OF
from binzhi.frontdesk.police.regions import CODED, PLAIN
from binzhi.kernel.loopback import Answer, Loopback

# A number that ends like this is known to nobody here.
UNKNOWN_NUMBER = "000X"


@dataclass
class Received:
    """What came in: each serial once with its receipt, and how often it came."""

    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)


class Simulator(Loopback):
    """`forgets_receipts`: takes a report, then breaks the line before it answers, so often."""

    path = "/reports"

    def __init__(self, *, key: str = "", port: int = 0) -> None:
        super().__init__(key=key, port=port)
        self.received = Received()
        self.forgets_receipts = 0

    def take(self, given: Any) -> Answer | None:
        form = CODED if SERIAL_OF[CODED] in given else PLAIN
        serial = str(given[SERIAL_OF[form]])
        number = str(given["ZJHM"] if form == CODED else given["person"]["number"])
        self.received.calls.append(serial)
        if number.endswith(UNKNOWN_NUMBER):
            return 422, {"error": "unknown_number"}
        about = given.get("YHZH", "") if form == CODED else given.get("about", "")
        if (given.get("YWLX") == "GZ" or given.get("kind") == "fix") and about not in self.received.receipts.values():
            return 422, {"error": "unknown_receipt"}
        self.received.reports.setdefault(serial, given)
        receipt = self.received.receipts.setdefault(serial, f"GA{len(self.received.receipts) + 1:06d}")
        self.tell(f"{receipt} {serial}")
        if self.forgets_receipts:
            self.forgets_receipts -= 1
            return None
        return 200, {RECEIPT_OF[form]: receipt}


if __name__ == "__main__":
    Simulator.until_stopped(port=8398)
