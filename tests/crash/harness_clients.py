"""Programs that work on the hotel while it is being killed, and what they wrote down themselves.

The witness log is the only judge of what was acknowledged: each client writes and fsyncs what it is about to ask
before it asks, and what it was told after it was told.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import orjson

PATIENCE = 120.0  # Seconds that a client asks for the same thing before it gives up.
SOCKET_SECONDS = 30
ROOMS_EACH = 10
MOST_IN_HOUSE = 6
# 30 % bookings, 30 % charges, 20 % payments, 20 % check-in or check-out.
MIX = ("book", "book", "book", "charge", "charge", "charge", "pay", "pay", "desk", "desk")


@dataclass(frozen=True)
class Hotel:
    """Where to ask, and for what."""

    port: int
    code: str
    token: str
    today: date


@dataclass
class Entry:
    """One thing asked for: what, under which id, and the final answer (status 0: none came)."""

    id: str
    work: str
    facts: dict[str, Any]
    status: int = 0
    body: Any = None

    @property
    def done(self) -> bool:
        return self.status in (200, 201)


class Witness:
    """A file of one client: a line for each intent and each answer, on disk before the client goes on."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def write(self, **line: Any) -> None:
        self._file.write(orjson.dumps(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read_witnesses(folder: Path) -> list[Entry]:
    """All that all clients wrote, each intent with its answer."""
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("witness-*.log")):
        for line in path.read_bytes().splitlines():
            found = orjson.loads(line)
            if "intent" in found:
                entries[found["id"]] = Entry(found["id"], found["intent"], found["facts"])
            else:
                entries[found["id"]].status, entries[found["id"]].body = found["status"], found["body"]
    return list(entries.values())


@dataclass
class Progress:
    """What all clients share: when the last request began that was then answered, and every status ever seen."""

    answered_began: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: str, began: float = 0.0) -> None:
        with self._lock:
            self.seen[status] += 1
            self.answered_began = max(self.answered_began, began)


class GaveUp(Exception):
    """Nobody answered in all that time."""


class Client(threading.Thread):
    """One program with rooms of its own, so that refusals are rare and mean something."""

    def __init__(self, place: int, hotel: Hotel, folder: Path, progress: Progress, stop: threading.Event, seed: int):
        super().__init__(name=f"client-{place}", daemon=True)
        self.hotel, self.progress, self.stopping = hotel, progress, stop
        self.place, self.dice = place, random.Random(f"{seed}:{place}")
        self.witness = Witness(folder / f"witness-{place:03}.log")
        self.rooms = [str(101 + place * ROOMS_EACH + n) for n in range(ROOMS_EACH)]
        self.expected: list[int] = []  # stays that may be checked in
        self.in_house: dict[int, str] = {}  # stay -> folio
        self.room_of: dict[int, str] = {}
        self.count = 0
        self.error: BaseException | None = None
        self._http: HTTPConnection | None = None

    # ------------------------------------------------------------ the work

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self._one()
        except GaveUp:
            pass  # The log shows an intent without an answer.
        except BaseException as error:  # told by whoever joins
            self.error = error
        finally:
            self.witness.close()
            self._hang_up()

    def _one(self) -> None:
        work = self.dice.choice(MIX)
        if work == "book":
            self._book()
        elif work == "desk" or not self.in_house:
            self._desk()
        elif work == "charge":
            self._charge()
        else:
            self._pay()

    def _book(self, *, today: bool | None = None) -> None:
        today = self.dice.random() < 0.5 if today is None else today
        first = self.hotel.today + timedelta(days=0 if today else self.dice.randint(1, 40))
        room = {
            "room_type": "std", "rate_plan": "bar", "arrival": first,
            "departure": first + timedelta(days=self.dice.randint(1, 3)), "adults": 2,
        }  # fmt: skip
        name = self._next_id()
        entry = self._ask("book", name, "/reservations", {"booker_name": "王小明", "remarks": name, "rooms": [room]})
        if entry.done and today:
            self.expected += entry.body["room_ids"]

    def _desk(self) -> None:
        if self.in_house and (len(self.in_house) >= MOST_IN_HOUSE or self.dice.random() < 0.4):
            self._check_out()
        elif self.expected:
            self._check_in()
        else:
            self._book(today=True)

    def _check_in(self) -> None:
        stay = self.expected.pop(0)
        room = next(room for room in self.rooms if room not in self.room_of.values())
        name = self._next_id()
        amount = f"{200 + self.count / 100:.2f}"
        body = {
            "room": room, "registrations": [{"name": "王小明"}], "coming_later": 1, "accept_as_it_is": True,
            "deposit": {"means": "cash", "amount": amount, "currency": "CNY"},
        }  # fmt: skip
        entry = self._ask("check_in", name, f"/stays/{stay}/check-in", body, stay=stay, deposit=amount)
        if entry.done:
            self.in_house[stay] = entry.body["folio"]
            self.room_of[stay] = room

    def _charge(self) -> None:
        folio, name = self.dice.choice(list(self.in_house.values())), self._next_id()
        body = {"code": "2010", "amount": "68.00", "currency": "CNY", "description": name}
        self._ask("charge", name, f"/folios/{folio}/charges", body, folio=folio)

    def _pay(self) -> None:
        """The amount is this payment's own: no other of its folio has it."""
        folio, name = self.dice.choice(list(self.in_house.values())), self._next_id()
        amount = f"{1 + self.count / 100:.2f}"
        body = {"means": self.dice.choice(("cash", "card", "wechat")), "amount": amount, "currency": "CNY"}
        body["in_advance"] = True
        self._ask("pay", name, f"/folios/{folio}/payments", body, folio=folio, amount=amount)

    def _check_out(self) -> None:
        """Leaving on the day of arrival costs the day; the deposit goes first, the rest is paid."""
        stay, folio = self.dice.choice(list(self.in_house.items()))
        status, bill = self._send("GET", f"/folios/{folio}")
        if status != 200:
            # Only where something was lost, as in the control.
            del self.in_house[stay], self.room_of[stay]
            return
        short = round((float(bill["balance"]) + 400 - float(bill["deposit"])) * 100)
        body: dict[str, Any] = {"deposit_means": "cash"}
        if short > 0:
            body["payments"] = [{"means": "card", "amount": f"{short / 100:.2f}", "currency": "CNY"}]
        entry = self._ask("check_out", self._next_id(), f"/stays/{stay}/check-out", body, stay=stay)
        if entry.done:
            del self.in_house[stay], self.room_of[stay]

    def _next_id(self) -> str:
        self.count += 1
        return f"w{self.place:03}-{self.count:05}"

    # ------------------------------------------------------------ asking until there is an answer

    def _ask(self, work: str, name: str, path: str, body: Any, **facts: Any) -> Entry:
        self.witness.write(intent=work, id=name, facts=facts)
        status, answer = self._send("POST", path, body, key=name)
        self.witness.write(id=name, status=status, body=answer)
        return Entry(name, work, facts, status, answer)

    def _send(self, method: str, path: str, body: Any = None, *, key: str = "") -> tuple[int, Any]:
        deadline = time.monotonic() + PATIENCE
        for pause in _pauses():
            began = time.monotonic()
            try:
                status, answer, wait = self._once(method, path, body, key)
            except (OSError, HTTPException) as error:
                self._hang_up()
                self.progress.note(type(error).__name__)
                wait = None
            else:
                self.progress.note(str(status), began if wait is None and status < 500 else 0.0)
                if wait is None and status < 500:
                    return status, answer
            if time.monotonic() > deadline:
                raise GaveUp
            time.sleep(pause if wait is None else min(wait, 5))
        raise GaveUp

    def _once(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any, float | None]:
        """One try: status, body, and how long to wait if the answer is to ask again."""
        if self._http is None:
            self._http = HTTPConnection("127.0.0.1", self.hotel.port, timeout=SOCKET_SECONDS)
        headers = {"Authorization": f"Bearer {self.hotel.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else orjson.dumps(body)
        self._http.request(method, f"/api/v1/hotels/{self.hotel.code}{path}", data, headers)
        answer = self._http.getresponse()
        content = answer.read()
        again = answer.getheader("Retry-After")
        known = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, orjson.loads(content) if known else None, float(again) if again else None

    def _hang_up(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None


def _pauses() -> Iterator[float]:
    pause = 0.05
    while True:
        yield pause
        pause = min(pause * 2, 1.0)
