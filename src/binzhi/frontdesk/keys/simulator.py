"""A lock system to try things out with: speaks HTTP over loopback, writes made-up cards, knows which door each opens.

`python -m binzhi.frontdesk.keys.simulator 8993` serves until it is stopped.
"""

from __future__ import annotations

import hmac
import sys
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from binzhi.kernel.calls import signature

KEY = "simulator"
Answer = tuple[int, dict[str, Any]]


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


def handler_of(doors: Doors) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a lock system."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 100_000))
            expected = signature(doors.key, self.headers.get("X-Time", ""), body)
            if not hmac.compare_digest(expected, self.headers.get("X-Signature", "")):
                self._answer(401, {"error": "signature"})
            elif self.path == "/cards":
                self._answer(*doors.make(orjson.loads(body)))
            else:
                self._answer(*doors.make_void(orjson.loads(body)["serial"]))

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            body = orjson.dumps(said)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Who opens which door is nobody's business in a log."""

    return Handler


def serve(doors: Doors, port: int = 0) -> ThreadingHTTPServer:
    """A lock system on this machine, at a free port when none is named."""
    return ThreadingHTTPServer(("127.0.0.1", port), handler_of(doors))


def main() -> None:
    """Serve until stopped."""
    server = serve(Doors(), int(sys.argv[1]) if len(sys.argv) > 1 else 8993)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]} key {KEY}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
