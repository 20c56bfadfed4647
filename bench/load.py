"""HTTP load with as little client as possible: one keep-alive socket per client, prepared requests, threads."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

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


def fire(
    port: int, make: Request, *, clients: int, seconds: float, watched: list[int], limit: int = 0
) -> tuple[Rate, Answers]:
    """Send `make(n)` from `clients` sockets until the time is over (or `limit` requests are sent)."""
    counter = iter(range(limit)) if limit else iter(range(10**9))
    lock = threading.Lock()
    answers = Answers()
    started = threading.Barrier(clients + 1)
    over = 0.0

    def work() -> None:
        mine = Answers()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            started.wait()
            while time.perf_counter() < over:
                with lock:
                    number = next(counter, None)
                if number is None:
                    break
                data = make(number)
                before = time.perf_counter()
                connection.sendall(data)
                status = _read(connection)
                mine.latencies.append(time.perf_counter() - before)
                mine.statuses[status] += 1
        with lock:
            answers.latencies += mine.latencies
            answers.statuses += mine.statuses

    threads = [threading.Thread(target=work) for _ in range(clients)]
    meter = Meter(watched)
    over = time.perf_counter() + 10**6
    for thread in threads:
        thread.start()
    meter.start()
    begun = time.perf_counter()
    over = begun + seconds
    started.wait()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - begun
    spent = meter.stop()
    return _rate(answers, wall, spent), answers


def _rate(answers: Answers, wall: float, spent: Spent) -> Rate:
    count = len(answers.latencies)
    good = sum(number for status, number in answers.statuses.items() if status < 300)
    return Rate(
        per_second=good / wall,
        latency_ms=1000 * sum(answers.latencies) / max(1, count),
        count=max(1, good),
        failed=count - good,
        spent=spent,
    )


def _read(connection: socket.socket) -> int:
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head[9:12])


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
