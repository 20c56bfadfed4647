"""A lock system to try things out with: speaks HTTP over loopback, writes made-up cards, knows which door each opens.

`python -m binzhi.frontdesk.keys.simulator 8993` serves until it is stopped.
"""

from __future__ import annotations

import threading
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any

from binzhi.kernel.loopback import Answer, serve_signed, serve_until_stopped

KEY = "simulator"


class Doors:
    """Cards by serial. `down` answers 503 and does nothing, `mute` does it unanswered, `empty`: the encoder is."""

    def __init__(self, key: str = KEY) -> None:
        self.key, self.down, self.mute, self.empty = key, False, False, False
        self.cards: dict[str, dict[str, Any]] = {}
        self.void: set[str] = set()
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def opens(self, room: str, *, at: datetime) -> list[str]:
        """The cards that open a door at a moment."""
        return [
            card["card_no"]
            for serial, card in self.cards.items()
            if card["room"] == room and serial not in self.void and at < datetime.fromisoformat(card["valid_until"])
        ]

    def make(self, request: dict[str, Any]) -> Answer:
        """Once per serial; a card that is no copy lets those of before open nothing."""
        with self._lock:
            serial = request["serial"]
            self.asked.append(serial)
            if self.down:
                return 503, {}
            if serial in self.void:
                return 422, {"error": "此卡已注销"}
            if serial not in self.cards:
                if self.empty:
                    return 422, {"error": "发卡机上没有卡"}
                if not request["is_copy"]:
                    self.void |= {old for old, card in self.cards.items() if card["room"] == request["room"]}
                self.cards[serial] = request | {"card_no": f"A{len(self.cards) + 1:06d}"}
            return (503, {}) if self.mute else (200, {"state": "done", "card_no": self.cards[serial]["card_no"]})

    def make_void(self, serial: str) -> Answer:
        with self._lock:
            if self.down:
                return 503, {}
            self.void.add(serial)
            return (503, {}) if self.mute else (200, {"state": "done"})


def serve(doors: Doors, port: int = 0) -> ThreadingHTTPServer:
    """A lock system on this machine, at a free port when none is named."""

    def route(path: str, request: Any) -> Answer:
        if request is None:
            return (503 if doors.down else 404), {}
        return doors.make(request) if path == "/cards" else doors.make_void(request["serial"])

    return serve_signed(lambda: doors.key, route, port)


if __name__ == "__main__":
    serve_until_stopped(lambda port: serve(Doors(), port), port=8993, key=KEY)
