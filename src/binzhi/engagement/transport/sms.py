"""Text messages through a gateway: one POST of JSON over HTTP, the serial as the key against doubling.

The body is `{"serial", "to", "text"}`; the answer 200 or 201 `{"id"}`. The gateway answers a serial it knows as it did
the first time and sends nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from binzhi.engagement.transport.base import TIMEOUT_SECONDS, Outgoing
from binzhi.kernel.calls import hand_over, probe


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where text messages are handed over; `signature` stands in 【】 before every text."""

    url: str
    signature: str
    key: str = field(default="", repr=False)


class HttpGateway:
    def __init__(self, gateway: Gateway, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._gateway = gateway
        self._timeout = timeout

    def probe(self) -> None:
        """Is the gateway there, and does it take our key? Nothing is sent. Raises Unanswered."""
        probe(self._gateway.url, key=self._gateway.key, timeout=self._timeout, signed=False)

    def send(self, message: Outgoing) -> str:
        """The gateway's own number of the message: taken is taken, whatever else the answer says."""
        there = self._gateway
        signature = f"【{there.signature}】" if there.signature else ""
        body = {"serial": message.serial, "to": message.to, "text": signature + message.body}
        said = hand_over(there.url, key=there.key, timeout=self._timeout, request=body, to="gateway")
        return str(said.get("id", ""))[:100]
