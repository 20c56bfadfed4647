"""Calls over HTTP to what stands beside the hotel: no redirects, no proxies, short answers, a short wait."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LARGEST_ANSWER = 100_000
BAD_REQUEST, NOT_KNOWN, REFUSED = 400, 404, 422
_UNDERSTOOD = range(200, 500)
_TAKEN = (200, 201)
# The house's key, the house's speed: not the fault of what was handed over.
_OURS = {401: "key_refused", 403: "key_refused"}
_LATER = {408: "timeout", 429: "too_many"}
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class Unanswered(Exception):
    """No answer that could be understood: whether the other side did it is not known. Says why, in a word."""


class NotTaken(Exception):
    """The other side did not take it; `code` says why, without a word of whom it is about."""

    def __init__(self, code: str) -> None:
        self.code = code[:60]
        super().__init__(self.code)


class NotNow(NotTaken):
    """This one: later perhaps."""


class Down(NotNow):
    """The way itself does not work at the moment: no use in trying the next one."""


class Refused(NotTaken):
    """Never, as it is: `said` is the other side's own word for why, where it is a code and no sentence."""

    def __init__(self, code: str, *, said: str = "") -> None:
        self.said = said if _CODE.fullmatch(said) else ""
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered: its status (200 to 499) and what it says."""

    status: int
    said: Mapping[str, Any]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The address was checked when it was entered; another is not followed to."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


# Without the environment's proxies: simulators are on this machine.
_OPENER = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def may_be_called(url: str) -> bool:
    """May something be handed over there? Over TLS, or on this machine itself; a key is not part of an address."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or any(sign.isspace() for sign in url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


class UnsafeAddress(InvalidInput):
    code = "unsafe_address"
    message = _("Enter an address that begins with https:// (http:// only on this machine).")


def clean_address(url: str, *, field: str = "provider_url", limit: int = 200, required: bool = False) -> str:
    """An address that may be called, or nothing. Raises UnsafeAddress, InvalidInput at `field`."""
    url = clean_text(url, field=field, limit=limit, required=required)
    if url and not may_be_called(url):
        raise UnsafeAddress(field=field)
    return url


def signature(key: str, at: str, body: bytes) -> str:
    """What proves who asks: HMAC-SHA256 over the time and the body."""
    return hmac.new(key.encode(), at.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def call(url: str, *, key: str, timeout: float, request: Mapping[str, Any] | None = None) -> Reply:
    """POST `request` as JSON, or GET without one, signed. Raises Unanswered."""
    body = b"" if request is None else orjson.dumps(request, default=str)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    status, answer = _exchange(url, body, {"X-Time": at, "X-Signature": signature(key, at, body)}, timeout)
    if status not in _UNDERSTOOD:
        raise Unanswered(f"HTTP {status}")
    said = _said(answer)
    if said is None:
        # Of something between here and there perhaps, which knows nothing of what was asked.
        raise Unanswered("not understood" if status < BAD_REQUEST else f"HTTP {status}")
    return Reply(status, said)


def hand_over(url: str, *, key: str, timeout: float, request: Mapping[str, Any], to: str) -> Mapping[str, Any]:
    """POST `request` as JSON with the key as bearer; what a 200 or 201 says. Raises Down, NotNow, Refused.

    4xx is for ever, except 401, 403, 408 and 429; those, 5xx and silence mean later. `to` names the side.
    """
    try:
        status, answer = _exchange(url, orjson.dumps(request), {"Authorization": f"Bearer {key}"}, timeout)
    except Unanswered as nothing:
        raise Down(str(nothing)) from None
    said = _said(answer) or {}
    if status in _TAKEN:
        return said
    if status in _OURS:
        raise Down(_OURS[status])
    if status in _LATER:
        raise NotNow(_LATER[status])
    if BAD_REQUEST <= status < 500:
        raise Refused(f"{to}_{status}", said=str(said.get("error", "")))
    raise Down(f"{to}_{status}")


def probe(url: str, *, key: str, timeout: float, signed: bool) -> None:
    """Is somebody there who takes our key? Asks for nothing. Raises Unanswered."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    headers = {"X-Time": at, "X-Signature": signature(key, at, b"")} if signed else {"Authorization": f"Bearer {key}"}
    status, _answer = _exchange(url, b"", headers, timeout)
    if status in _OURS or status >= 500:
        raise Unanswered(_OURS.get(status, f"HTTP {status}"))


def _exchange(url: str, body: bytes, headers: dict[str, str], timeout: float) -> tuple[int, bytes]:
    asked = urllib.request.Request(url, data=body or None, headers={"Content-Type": "application/json", **headers})
    try:
        with _OPENER.open(asked, timeout=timeout) as answer:
            return answer.status, answer.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(LARGEST_ANSWER)
    except (OSError, ValueError, http.client.HTTPException) as error:
        inner = error.reason if isinstance(error, urllib.error.URLError) else error
        why = inner if isinstance(inner, Exception) else error
        raise Unanswered(type(why).__name__) from None


def _said(answer: bytes) -> dict[str, Any] | None:
    try:
        said = orjson.loads(answer)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
