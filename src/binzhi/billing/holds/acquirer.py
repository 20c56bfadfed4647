"""The one who holds money on cards, and how it is spoken to over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from binzhi.kernel.calls import BAD_REQUEST, NOT_KNOWN, REFUSED, Unanswered, call

TIMEOUT_SECONDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request: `done`, `refused` with why, or `unknown`: nobody answered, it may be done or not."""

    state: str
    auth_code: str = ""
    card_tail: str = ""
    expires_on: date | None = None
    error: str = ""


class Acquirer(Protocol):
    """Does what it is asked once per serial: asked again, it answers what it answered."""

    def ask(self, request: Mapping[str, Any]) -> Outcome:
        """Do it."""

    def outcome_of(self, serial: str) -> Outcome | None:
        """What became of it; None: it never arrived."""

    def give_up(self, serial: str) -> Outcome:
        """Undo it if it was done, and never do it later."""


class HttpAcquirer:
    """`POST /requests`, `GET /requests/<serial>`, `POST /reversals`, signed; the terminal reads the card."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def ask(self, request: Mapping[str, Any]) -> Outcome:
        return self._call("/requests", request) or Outcome(state="unknown", error="HTTP 404")

    def outcome_of(self, serial: str) -> Outcome | None:
        return self._call(f"/requests/{serial}", None)

    def give_up(self, serial: str) -> Outcome:
        return self._call("/reversals", {"serial": serial}) or Outcome(state="unknown", error="HTTP 404")

    def _call(self, path: str, request: Mapping[str, Any] | None) -> Outcome | None:
        try:
            reply = call(self.url + path, key=self.key, timeout=TIMEOUT_SECONDS, request=request)
            if reply.status == NOT_KNOWN:
                return None
            if reply.status == REFUSED:
                return Outcome(state="refused", error=str(reply.said.get("error", ""))[:120])
            if reply.status >= BAD_REQUEST:
                # Not refused as a request: the key is wrong, or it is too much at once.
                return Outcome(state="unknown", error=f"HTTP {reply.status}")
            return read(reply.said)
        except Unanswered as nothing:
            return Outcome(state="unknown", error=str(nothing))
        except (KeyError, ValueError, TypeError):
            return Outcome(state="unknown", error="not understood")


def read(said: Mapping[str, Any]) -> Outcome:
    """What was answered. Raises KeyError or ValueError: what cannot be understood is no answer."""
    if said["state"] != "done":
        raise ValueError("no outcome")
    tail, code = str(said.get("card_tail", "")), str(said.get("auth_code", ""))
    if len(tail) not in (0, 4) or not (tail or "0").isdigit() or len(code) > 12:
        raise ValueError("no card")
    ends = said.get("expires_on")
    return Outcome(state="done", auth_code=code, card_tail=tail, expires_on=date.fromisoformat(ends) if ends else None)
