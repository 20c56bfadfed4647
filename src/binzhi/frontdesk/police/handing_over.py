"""The regional adapter: one POST of JSON over HTTP for a report; the serial is the key against doubling.

200 or 201 with a receipt: received. Another way of handing over (a program of the police on the desk's own machine) is
another class with `send`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from binzhi.frontdesk.police.encoding import ENCODERS, RECEIPT_OF, Outgoing
from binzhi.kernel.calls import NotNow, hand_over

TIMEOUT_SECONDS = 10.0
LONGEST_RECEIPT = 80


class Adapter(Protocol):
    """Hands a report over. Raises Down, NotNow, Refused."""

    def send(self, report: Outgoing) -> str:
        """The receipt. A serial received before gets the receipt it got."""
        ...


@dataclass(frozen=True, slots=True)
class HttpAdapter:
    url: str
    form: str
    key: str = field(default="", repr=False)
    timeout: float = TIMEOUT_SECONDS

    def send(self, report: Outgoing) -> str:
        request = ENCODERS[self.form](report)
        said = hand_over(self.url, key=self.key, timeout=self.timeout, request=request, to="police")
        receipt = str(said.get(RECEIPT_OF[self.form], ""))[:LONGEST_RECEIPT]
        if not receipt:
            # Asked again under the same serial: a report without a receipt is not reported.
            raise NotNow("no_receipt")
        return receipt
