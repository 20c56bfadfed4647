"""The regional adapter: one POST of JSON over HTTP for a report; the serial is the key against doubling.

200 or 201 with a receipt: received. 4xx is sent back, except 401, 403, 408 and 429; those, 5xx and silence mean later.
Another way of handing over (a program of the police on the desk's own machine) is another class with `send`.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from binzhi.frontdesk.police.encoding import ENCODERS, RECEIPT_OF, Outgoing

TIMEOUT_SECONDS = 10.0
LONGEST_RECEIPT = 80
_TAKEN = (200, 201)
_OURS = {401: "key_refused", 403: "key_refused"}
_LATER = {408: "timeout", 429: "too_many"}
_LONGEST_ANSWER = 10_000
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class NotReceived(Exception):
    """It was not received; `code` says why, without a word of the person."""

    def __init__(self, code: str) -> None:
        self.code = code[:60]
        super().__init__(self.code)


class Down(NotReceived):
    """The other side does not work at the moment: no use in trying the next one."""


class NotNow(NotReceived):
    """This report: later."""


class SentBack(NotReceived):
    """Something in it is wrong; somebody has to mend it."""


class Adapter(Protocol):
    """Hands a report over. Raises Down, NotNow, SentBack."""

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
        try:
            status, answer = self._post(json.dumps(ENCODERS[self.form](report), ensure_ascii=False).encode())
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            raise Down(type(error).__name__) from None
        said = _said(answer)
        if status in _TAKEN:
            receipt = str(said.get(RECEIPT_OF[self.form], ""))[:LONGEST_RECEIPT]
            if not receipt:
                # Asked again under the same serial: a report without a receipt is not reported.
                raise NotNow("no_receipt")
            return receipt
        if status in _OURS:
            raise Down(_OURS[status])
        if status in _LATER:
            raise NotNow(_LATER[status])
        if 400 <= status < 500:
            raise SentBack(_code_in(said) or f"police_{status}")
        raise Down(f"police_{status}")

    def _post(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.timeout)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LONGEST_ANSWER)
        finally:
            connection.close()


def _said(answer: bytes) -> dict[str, object]:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _code_in(said: dict[str, object]) -> str:
    """The other side's own word for what is wrong, where it is a code and no sentence about somebody."""
    code = str(said.get("error", ""))
    return f"sent_back:{code}" if _CODE.fullmatch(code) else ""
