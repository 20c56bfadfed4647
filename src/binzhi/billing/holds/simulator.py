"""An acquirer to try things out with: speaks HTTP over loopback, holds amounts on made-up cards, keeps its books.

`python -m binzhi.billing.holds.simulator 8992` serves until it is stopped.
"""

from __future__ import annotations

import hmac
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from binzhi.kernel.calls import signature

KEY = "simulator"
HOLD_DAYS = 30
LIMIT = Decimal(50000)
Answer = tuple[int, dict[str, Any]]


class Bank:
    """What is held and taken, by serial. `down` answers 503 and does nothing; `mute` does it and does not answer."""

    def __init__(self, key: str = KEY) -> None:
        self.key, self.down, self.mute, self.slow_seconds = key, False, False, 0.0
        self.done: dict[str, tuple[dict[str, Any], Answer]] = {}
        self.never: set[str] = set()
        self.held: dict[str, Decimal] = {}
        self.taken: dict[str, Decimal] = {}
        self.asked: list[str] = []
        self._lock = threading.Lock()

    @property
    def standing(self) -> dict[str, Decimal]:
        """What of the guests' money cannot be spent by them now."""
        return {serial: amount for serial, amount in self.held.items() if amount}

    def ask(self, request: dict[str, Any]) -> Answer:
        """Once per serial: the same again gets the same answer, another content under it is refused."""
        with self._lock:
            serial = request["serial"]
            self.asked.append(serial)
            if self.down:
                return 503, {}
            if serial in self.never:
                return 422, {"error": "已冲正"}
            if serial in self.done:
                known, answer = self.done[serial]
                return answer if known == request else (422, {"error": "流水号重复"})
            answer = self._do(request)
            self.done[serial] = (request, answer)
            return (503, {}) if self.mute else answer

    def _do(self, request: dict[str, Any]) -> Answer:
        kind, hold, amount = request["kind"], request["hold"], Decimal(str(request["amount"]))
        held = self.held.get(hold, Decimal(0))
        if kind != "hold" and not held:
            return 422, {"error": "原预授权不存在"}
        if kind in ("hold", "extend") and held + amount > LIMIT:
            return 422, {"error": "余额不足"}
        if kind == "capture" and amount > held:
            return 422, {"error": "超出预授权金额"}
        if kind in ("hold", "extend"):
            self.held[hold] = held + amount
        else:
            # Whatever is not taken goes back to the guest.
            self.held[hold] = Decimal(0)
            if kind == "capture":
                self.taken[request["serial"]] = amount
        ends = datetime.now(UTC).date() + timedelta(days=HOLD_DAYS)
        return 200, {
            "state": "done", "auth_code": f"{100000 + len(self.done)}", "card_tail": "6222", "expires_on": ends,
        }  # fmt: skip

    def outcome_of(self, serial: str) -> Answer:
        """What became of a request."""
        with self._lock:
            if self.down or self.mute:
                return 503, {}
            return self.done[serial][1] if serial in self.done else (404, {})

    def give_up(self, serial: str) -> Answer:
        """Undo what was done under a serial; what has not come yet is refused when it comes."""
        with self._lock:
            if self.down:
                return 503, {}
            if serial in self.done and serial not in self.never and self.done[serial][1][0] == 200:
                self._undo(self.done[serial][0])
            self.never.add(serial)
            return (503, {}) if self.mute else (200, {"state": "done"})

    def _undo(self, request: dict[str, Any]) -> None:
        hold, amount = request["hold"], Decimal(str(request["amount"]))
        if request["kind"] in ("hold", "extend"):
            self.held[hold] = max(self.held[hold] - amount, Decimal(0))
        elif request["kind"] == "capture":
            self.taken.pop(request["serial"], None)
            self.held[hold] = self._asked_for(hold)

    def _asked_for(self, hold: str) -> Decimal:
        of = [request for request, answer in self.done.values() if request["hold"] == hold and answer[0] == 200]
        stand = [one for one in of if one["kind"] in ("hold", "extend") and one["serial"] not in self.never]
        return sum((Decimal(str(one["amount"])) for one in stand), Decimal(0))


def handler_of(bank: Bank) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a bank."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._serve(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 100_000)))

        def do_GET(self) -> None:
            self._serve(b"")

        def _serve(self, body: bytes) -> None:
            time.sleep(bank.slow_seconds)
            expected = signature(bank.key, self.headers.get("X-Time", ""), body)
            if not hmac.compare_digest(expected, self.headers.get("X-Signature", "")):
                self._answer(401, {"error": "signature"})
            elif self.path == "/requests":
                self._answer(*bank.ask(orjson.loads(body)))
            elif self.path == "/reversals":
                self._answer(*bank.give_up(orjson.loads(body)["serial"]))
            else:
                self._answer(*bank.outcome_of(self.path.removeprefix("/requests/")))

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            body = orjson.dumps(said)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """What is held on whose card is nobody's business in a log."""

    return Handler


def serve(bank: Bank, port: int = 0) -> ThreadingHTTPServer:
    """A bank on this machine, at a free port when none is named."""
    return ThreadingHTTPServer(("127.0.0.1", port), handler_of(bank))


def main() -> None:
    """Serve until stopped."""
    server = serve(Bank(), int(sys.argv[1]) if len(sys.argv) > 1 else 8992)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]} key {KEY}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
