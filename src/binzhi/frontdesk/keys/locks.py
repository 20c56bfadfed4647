"""The lock system, and how it is spoken to over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from binzhi.kernel.calls import BAD_REQUEST, REFUSED, Unanswered, call

TIMEOUT_SECONDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of it: `done`, `refused` with why, or `unknown`: nobody answered."""

    state: str
    card_no: str = ""
    error: str = ""


class Locks(Protocol):
    """Makes a card once per serial; one that is made void opens nothing, and is never made later."""

    def make(self, request: Mapping[str, Any]) -> Answer:
        """Write a card at the desk's encoder."""

    def void(self, serial: str) -> Answer:
        """Let it open nothing any more, whether it was made or not."""


class HttpLocks:
    """`POST /cards` and `POST /voids`, signed."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def make(self, request: Mapping[str, Any]) -> Answer:
        return self._call("/cards", request)

    def void(self, serial: str) -> Answer:
        return self._call("/voids", {"serial": serial})

    def _call(self, path: str, request: Mapping[str, Any]) -> Answer:
        try:
            reply = call(self.url + path, key=self.key, timeout=TIMEOUT_SECONDS, request=request)
        except Unanswered as nothing:
            return Answer(state="unknown", error=str(nothing)[:120])
        if reply.status == REFUSED:
            return Answer(state="refused", error=str(reply.said.get("error", ""))[:120])
        if reply.status >= BAD_REQUEST or reply.said.get("state") != "done":
            return Answer(state="unknown", error=f"HTTP {reply.status}")
        return Answer(state="done", card_no=str(reply.said.get("card_no", ""))[:32])
