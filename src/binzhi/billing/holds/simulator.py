"""An acquirer to try things out with: speaks HTTP over loopback, holds amounts on made-up cards, keeps its books.

`python -m binzhi.billing.holds.simulator 8992` serves until it is stopped.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import ThreadingHTTPServer
from typing import Any

from binzhi.kernel.loopback import Answer, serve_signed, serve_until_stopped

KEY = "simulator"
HOLD_DAYS = 30
LIMIT = Decimal(50000)


class Bank:
    """What is held and taken, by serial. `down` answers 503 and does nothing; `mute` does it and does not answer."""

    def __init__(self, key: str = KEY) -> None:
        self.key, self.down, self.mute, self.slow_seconds = key, False, False, 0.0
        self.done: dict[str, tuple[dict[str, Any], Answer]] = {}
        self.never: set[str] = set()
        self.held: dict[str, Decimal] = {}
        self.taken: dict[str, Decimal] = {}
        self.returned: dict[str, Decimal] = {}
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
        if kind == "refund":
            return self._give_back(request["serial"], hold, amount)
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
        return self._yes()

    def _give_back(self, serial: str, hold: str, amount: Decimal) -> Answer:
        """Never more than was taken of what was held, less what went back."""
        of = {key for key, (request, answer) in self.done.items() if request["hold"] == hold and answer[0] == 200}
        taken = sum((self.taken.get(key, Decimal(0)) for key in of), Decimal(0))
        if amount > taken - sum((self.returned.get(key, Decimal(0)) for key in of), Decimal(0)):
            return 422, {"error": "超出可退金额"}
        self.returned[serial] = amount
        return self._yes()

    def _yes(self) -> Answer:
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
        elif request["kind"] == "refund":
            self.returned.pop(request["serial"], None)

    def _asked_for(self, hold: str) -> Decimal:
        of = [request for request, answer in self.done.values() if request["hold"] == hold and answer[0] == 200]
        stand = [one for one in of if one["kind"] in ("hold", "extend") and one["serial"] not in self.never]
        return sum((Decimal(str(one["amount"])) for one in stand), Decimal(0))


def serve(bank: Bank, port: int = 0) -> ThreadingHTTPServer:
    """A bank on this machine, at a free port when none is named."""

    def route(path: str, request: Any) -> Answer:
        time.sleep(bank.slow_seconds)
        if path == "/requests":
            return bank.ask(request)
        return bank.give_up(request["serial"]) if path == "/reversals" else bank.outcome_of(path.rpartition("/")[2])

    return serve_signed(lambda: bank.key, route, port)


if __name__ == "__main__":
    serve_until_stopped(lambda port: serve(Bank(), port), port=8992, key=KEY)
