"""Text messages through a gateway: one POST of JSON over HTTP, the serial as the key against doubling.

The body is `{"serial", "to", "text"}`; the answer 200 or 201 `{"id"}`. The gateway answers a serial it knows as it did
the first time and sends nothing again. 4xx is for ever, except 401, 403, 408 and 429; those and 5xx mean later.
"""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from binzhi.engagement.transport.base import TIMEOUT_SECONDS, Down, NotNow, Outgoing, Refused

_TAKEN = (200, 201)
# The house's key, the house's speed: not the message's fault.
_OURS = {401: "key_refused", 403: "key_refused"}
_LATER = {408: "timeout", 429: "too_many"}
_LONGEST_ANSWER = 10_000


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

    def send(self, message: Outgoing) -> str:
        """The gateway's own number of the message."""
        signature = f"【{self._gateway.signature}】" if self._gateway.signature else ""
        body = {"serial": message.serial, "to": message.to, "text": signature + message.body}
        try:
            status, answer = self._post(json.dumps(body).encode())
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            raise Down(type(error).__name__) from None
        if status in _TAKEN:
            return _number_in(answer)
        if status in _OURS:
            raise Down(_OURS[status])
        if status in _LATER:
            raise NotNow(_LATER[status])
        raise Refused(f"gateway_{status}") if 400 <= status < 500 else Down(f"gateway_{status}")

    def _post(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self._gateway.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._gateway.key}"}
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LONGEST_ANSWER)
        finally:
            connection.close()


def _number_in(answer: bytes) -> str:
    """Taken is taken, whatever else the answer says."""
    try:
        found = json.loads(answer)
    except ValueError:
        return ""
    return str(found.get("id", ""))[:100] if isinstance(found, dict) else ""
