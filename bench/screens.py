"""Open screens: streams that hear of changes, and what each does then, as the page's own script does."""

from __future__ import annotations

import random
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence

import orjson
from django.conf import settings

# As frontend/src/islands/live.ts waits before it looks: many changes are one look, and not all screens at once.
CALM, SPREAD = 0.2, 0.25
PATIENCE = 60.0


def page(path: str, *, session: str, part: bool = False) -> bytes:
    """A request for a page (or the live part of it) by somebody signed in."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Cookie: {settings.SESSION_COOKIE_NAME}={session}"]
    if part:
        lines += ["HX-Request: true", "HX-Request-Type: partial"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Streams:
    """Many streams, read by one thread: when each heard of which change."""

    def __init__(self, port: int, hotel: str, session: str, count: int) -> None:
        self.heard: list[tuple[float, int, bytes]] = []
        self.looked = 0
        self._waiting = selectors.DefaultSelector()
        self._ended = False
        self._rest: dict[int, bytes] = {}
        for number in range(count):
            one = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            one.sendall(page(f"/live/{hotel}", session=session).replace(b"Host: localhost", b"Host: 127.0.0.1"))
            self._rest[number] = b""
            self._waiting.register(one, selectors.EVENT_READ, number)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._ended:
            for key, _events in self._waiting.select(timeout=0.2):
                self._take(key.data, key.fileobj.recv(65536))  # type: ignore[union-attr]

    def _take(self, number: int, received: bytes) -> None:
        at = time.perf_counter()
        *blocks, self._rest[number] = (self._rest[number] + received).split(b"\n\n")
        for block in blocks:
            if b"event: look" in block:
                self.looked += 1
            elif b"event: change" in block:
                self.heard.append((at, number, block.partition(b"data: ")[2].split(b"\n")[0]))

    def close(self) -> None:
        self._ended = True
        self._thread.join()
        for key in list(self._waiting.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._waiting.close()


def watch(
    *, live: int, web: int, hotel: str, session: str, screens: int, change: Callable[[int], tuple[str, int]],
    changes: int, look: Sequence[bytes],
) -> tuple[list[float], list[float], list[float]]:  # fmt: skip
    """Seconds from a change's commit until every stream was told; until all screens, looking at once, had seen it;
    and until one other screen that looks had.

    The changes of the last two kinds are fewer: each waits until everybody has looked.
    """
    streams = Streams(live, hotel, session, screens)
    try:
        _until(lambda: streams.looked >= screens, "not all streams are open")
        told = [second for number in range(changes) for second in _tell(streams, screens, change, number)]
        one = []
        for number in range(changes, 2 * changes):
            begun, _first = _change(streams, screens, change, number)
            one.append(_looks(web, [look[number % len(look)]], begun))
        everybody: list[float] = []
        for number in range(2 * changes, 2 * changes + 3):
            begun, _first = _change(streams, screens, change, number)
            everybody += _all_look(web, [look[n % len(look)] for n in range(screens)], begun)
    finally:
        streams.close()
    return told, everybody, one


def _change(streams: Streams, screens: int, change: Callable[[int], tuple[str, int]], number: int) -> tuple[float, int]:
    """Make a change and wait until every stream was told; when it was committed, and how many had been told before."""
    first = len(streams.heard)
    subject, pk = change(number)
    begun = time.perf_counter()

    def all_told() -> bool:
        mine = [orjson.loads(data) for _at, _who, data in streams.heard[first:]]
        return sum((one["subject"], one["id"]) == (subject, pk) for one in mine) >= screens

    _until(all_told, "somebody was not told")
    return begun, first


def _tell(streams: Streams, screens: int, change: Callable[[int], tuple[str, int]], number: int) -> list[float]:
    begun, first = _change(streams, screens, change, number)
    return [at - begun for at, _who, _data in streams.heard[first:]]


def _looks(web: int, requests: Sequence[bytes], begun: float) -> float:
    """One screen waits as the page's script does and looks."""
    time.sleep(CALM + random.random() * SPREAD)
    for request in requests:
        _get(web, request)
    return time.perf_counter() - begun


def _all_look(web: int, requests: Sequence[bytes], begun: float) -> list[float]:
    """All screens look, each after its own wait."""
    seen: list[float] = []

    def look(request: bytes) -> None:
        time.sleep(CALM + random.random() * SPREAD)
        _get(web, request)
        seen.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=look, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _get(web: int, request: bytes) -> None:
    """The whole answer, which must be good."""
    with socket.create_connection(("127.0.0.1", web), timeout=PATIENCE) as one:
        one.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b""
        while more := one.recv(65536):
            received += more
    assert received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")), received[:200]


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(what)
        time.sleep(0.01)
