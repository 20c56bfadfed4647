"""The other side for demo and tests: speaks the protocol over loopback in both forms, and keeps what it was told."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from time import sleep
from types import TracebackType
from typing import Any, Self

from binzhi.frontdesk.police.encoding import RECEIPT_OF, SERIAL_OF
from binzhi.frontdesk.police.regions import CODED, PLAIN

LONGEST_BODY = 100_000
PORT = 8398
# A number that ends like this is known to nobody here.
UNKNOWN_NUMBER = "000X"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without asking the resolver for the name of this machine."""
        TCPServer.server_bind(self)


@dataclass
class Received:
    """What came in: each serial once with its receipt, and how often it came."""

    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


class Simulator:
    """`with Simulator(key="…") as police:` answers at `police.url` until the end of the block.

    `fails_with`: the status it answers everything with while it is set. `forgets_receipts`: takes a report, then breaks
    the line before it answers, so often.
    """

    def __init__(self, *, key: str = "", port: int = 0) -> None:
        self.received = Received()
        self.fails_with: int | None = None
        self.forgets_receipts = 0
        self.key = key
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/reports"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, authorization: str, body: bytes) -> tuple[int, dict[str, Any]] | None:
        """Status and answer to one call; None breaks the line."""
        if self.fails_with is not None:
            return self.fails_with, {"error": "down"}
        if self.key and authorization != f"Bearer {self.key}":
            return 401, {"error": "key"}
        try:
            given = json.loads(body)
            form = CODED if SERIAL_OF[CODED] in given else PLAIN
            serial = str(given[SERIAL_OF[form]])
            number = str(given["ZJHM"] if form == CODED else given["person"]["number"])
        except (ValueError, KeyError, TypeError):
            return 400, {"error": "body"}
        with self.received.lock:
            self.received.calls.append(serial)
            if number.endswith(UNKNOWN_NUMBER):
                return 422, {"error": "unknown_number"}
            self.received.reports.setdefault(serial, given)
            receipt = self.received.receipts.setdefault(serial, f"GA{len(self.received.receipts) + 1:06d}")
            if self.forgets_receipts:
                self.forgets_receipts -= 1
                return None
        return 200, {RECEIPT_OF[form]: receipt}


def _handler_of(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY)
            answered = simulator.answer(self.headers.get("Authorization", ""), self.rfile.read(length))
            if answered is None:
                self.close_connection = True
                return
            status, answer = answered
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_given: Any) -> None:
            """Names and numbers of guests are in no log."""

    return Handler


def serve(port: int) -> None:
    """Answer at a port until told to stop, and print of each report its receipt and serial alone."""
    with Simulator(port=port) as running:
        print(f"Police reports at {running.url}; nothing leaves this machine. Ctrl+C ends it.")
        seen = 0
        with suppress(KeyboardInterrupt):
            while True:
                sleep(1)
                receipts = list(running.received.receipts.items())
                for serial, receipt in receipts[seen:]:
                    print(f"{receipt} {serial}")
                seen = len(receipts)


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else PORT)
