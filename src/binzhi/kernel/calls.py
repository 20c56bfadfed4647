"""Signed calls over HTTP to what stands beside the hotel: no redirects, no proxies, short answers, a short wait."""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

LARGEST_ANSWER = 100_000
_UNDERSTOOD = range(200, 500)


class Unanswered(Exception):
    """No answer that could be understood: whether the other side did it is not known. Says why, in a word."""


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


def signature(key: str, at: str, body: bytes) -> str:
    """What proves who asks: HMAC-SHA256 over the time and the body."""
    return hmac.new(key.encode(), at.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def call(url: str, *, key: str, timeout: float, request: Mapping[str, Any] | None = None) -> Reply:
    """POST `request` as JSON, or GET without one. Raises Unanswered."""
    body = b"" if request is None else orjson.dumps(request, default=str)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    headers = {"Content-Type": "application/json", "X-Time": at, "X-Signature": signature(key, at, body)}
    asked = urllib.request.Request(url, data=body or None, headers=headers)
    try:
        with _OPENER.open(asked, timeout=timeout) as answer:
            return _reply(answer.status, answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error.code, error.read(LARGEST_ANSWER))
    except (OSError, ValueError) as error:
        raise Unanswered(type(error).__name__) from error


def _reply(status: int, body: bytes) -> Reply:
    if status not in _UNDERSTOOD:
        raise Unanswered(f"HTTP {status}")
    said = orjson.loads(body)
    if not isinstance(said, dict):
        raise Unanswered("not understood")
    return Reply(status, said)
