"""The one who issues invoices for the tax office, and how it is spoken to over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from binzhi.billing.invoices.services import Answer

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 100_000
NUMBER_LENGTH = 20


class Provider(Protocol):
    """Issues what it is given once per serial: asked again, it answers what it answered."""

    def issue(self, request: Mapping[str, Any]) -> Answer: ...


def signature(key: str, at: str, body: bytes) -> str:
    """What proves who asks: HMAC-SHA256 over the time and the body."""
    return hmac.new(key.encode(), at.encode() + b"\n" + body, hashlib.sha256).hexdigest()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The address was checked when it was entered; another is not followed to."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


# Without the environment's proxies: the simulator is on this machine.
_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


class HttpProvider:
    """`POST <url>/invoices`, signed. 422 is a refusal with its reason; whatever else fails is tried again."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def issue(self, request: Mapping[str, Any]) -> Answer:
        body = orjson.dumps(request, default=str)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        call = urllib.request.Request(
            f"{self.url}/invoices",
            data=body,
            headers={
                "Content-Type": "application/json", "X-Time": at, "X-Signature": signature(self.key, at, body),
            },
        )  # fmt: skip
        try:
            with _OPENER.open(call, timeout=TIMEOUT_SECONDS) as answer:
                return read_answer(answer.read(LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            if error.code == 422:
                return Answer(state="refused", error=_reason(error.read(LARGEST_ANSWER)))
            return Answer(state="asked", error=f"HTTP {error.code}")
        except (OSError, ValueError) as error:
            return Answer(state="asked", error=type(error).__name__)


def read_answer(body: bytes) -> Answer:
    """What the provider said; what cannot be understood is no answer. Raises ValueError."""
    said = orjson.loads(body)
    if said.get("state") == "sent":
        return Answer(state="sent")
    number = str(said["number"]) if said.get("state") == "issued" else ""
    if len(number) != NUMBER_LENGTH or not (number.isascii() and number.isdigit()):
        raise ValueError("no invoice number")
    return Answer(state="issued", number=number, issued_at=datetime.fromisoformat(said["issued_at"]))


def _reason(body: bytes) -> str:
    try:
        return str(orjson.loads(body).get("error", ""))[:200]
    except (ValueError, AttributeError):
        return "422"
