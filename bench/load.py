"""HTTP load with as little client as possible: one keep-alive socket per client, prepared requests, one thread."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from bench.bare import Rate
from bench.meter import Meter, Spent


@dataclass
class Answers:
    """What came back: latencies in seconds and answers by status."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


Request = Callable[[int], bytes]


def request_bytes(method: str, path: str, *, token: str, body: bytes = b"", key: str = "") -> bytes:
    """A whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", "Accept: */*"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if key:
        lines.append(f"Idempotency-Key: {key}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class _Caller:
    """One keep-alive connection: a request is out, or its answer comes in."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self._sent = 0.0

    def send(self, request: bytes) -> None:
        self._received, self._sent = b"", time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, float] | None:
        """Status and seconds once the whole answer is there."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        self._received += more
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n")[1:] if line[:15].lower() == b"content-length:"), 0
        )
        if len(body) < length:
            return None
        return int(head[9:12]), time.perf_counter() - self._sent


def fire(
    port: int, make: Request, *, clients: int, seconds: float, watched: list[int], limit: int = 0
) -> tuple[Rate, Answers]:
    """Send `make(n)` from `clients` sockets until the time is over (or `limit` requests are sent).

    One thread waits for all of them: what the client takes of the machine, the server does not have.
    """
    numbers = iter(range(limit)) if limit else count()
    answers = Answers()
    with selectors.DefaultSelector() as waiting:
        callers = [_Caller(port) for _ in range(clients)]
        meter = Meter(watched)
        meter.start()
        begun = time.perf_counter()
        for caller in callers:
            _next(caller, make, numbers, waiting)
        while waiting.get_map():
            for key, _events in waiting.select():
                caller = key.data
                done = caller.answer()
                if done is None:
                    continue
                answers.statuses[done[0]] += 1
                answers.latencies.append(done[1])
                waiting.unregister(caller.socket)
                if time.perf_counter() - begun < seconds:
                    _next(caller, make, numbers, waiting)
        wall = time.perf_counter() - begun
        spent = meter.stop()
        for caller in callers:
            caller.socket.close()
    return _rate(answers, wall, spent), answers


def _next(caller: _Caller, make: Request, numbers: Iterator[int], waiting: selectors.BaseSelector) -> None:
    number = next(numbers, None)
    if number is not None:
        caller.send(make(number))
        waiting.register(caller.socket, selectors.EVENT_READ, caller)


def _rate(answers: Answers, wall: float, spent: Spent) -> Rate:
    answered = len(answers.latencies)
    good = sum(number for status, number in answers.statuses.items() if status < 300)
    return Rate(
        per_second=good / wall,
        latency_ms=1000 * sum(answers.latencies) / max(1, answered),
        count=max(1, good),
        failed=answered - good,
        spent=spent,
    )


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
