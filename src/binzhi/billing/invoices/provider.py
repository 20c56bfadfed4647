"""The one who issues invoices for the tax office, and how it is spoken to over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from binzhi.billing.invoices.services import Answer
from binzhi.kernel.calls import BAD_REQUEST, REFUSED, Unanswered, call

TIMEOUT_SECONDS = 10
NUMBER_LENGTH = 20


class Provider(Protocol):
    """Issues what it is given once per serial: asked again, it answers what it answered."""

    def issue(self, request: Mapping[str, Any]) -> Answer: ...


class HttpProvider:
    """`POST <url>/invoices`, signed. 422 is a refusal with its reason; whatever else fails is tried again."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def issue(self, request: Mapping[str, Any]) -> Answer:
        try:
            reply = call(f"{self.url}/invoices", key=self.key, timeout=TIMEOUT_SECONDS, request=request)
            if reply.status == REFUSED:
                return Answer(state="refused", error=str(reply.said.get("error", ""))[:200])
            if reply.status >= BAD_REQUEST:
                return Answer(state="asked", error=f"HTTP {reply.status}")
            return read_answer(reply.said)
        except Unanswered as nothing:
            return Answer(state="asked", error=str(nothing))
        except (KeyError, ValueError, TypeError):
            return Answer(state="asked", error="not understood")


def read_answer(said: Mapping[str, Any]) -> Answer:
    """What the provider said. Raises KeyError, ValueError or TypeError: what cannot be understood is no answer."""
    if said.get("state") == "sent":
        return Answer(state="sent")
    number = str(said["number"]) if said.get("state") == "issued" else ""
    if len(number) != NUMBER_LENGTH or not (number.isascii() and number.isdigit()):
        raise ValueError("no invoice number")
    return Answer(state="issued", number=number, issued_at=datetime.fromisoformat(said["issued_at"]))
