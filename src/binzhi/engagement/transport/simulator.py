"""A gateway for text messages that speaks the real protocol over loopback and sends nothing: for demo and tests."""

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

LONGEST_BODY = 100_000
# Numbers that end like this do not exist here.
UNKNOWN_NUMBER = "0000"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without asking the resolver for the name of this machine."""
        TCPServer.server_bind(self)


@dataclass
class Taken:
    """What the gateway was given: each serial once, and how often it came."""

    messages: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


class Simulator:
    """`with Simulator(key="…") as gateway:` answers at `gateway.url` until the end of the block.

    `fails_with`: the status it answers everything with while it is set.
    """

    def __init__(self, *, key: str = "", port: int = 0) -> None:
        self.taken = Taken()
        self.fails_with: int | None = None
        self.key = key
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/messages"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and answer to one call."""
        if self.fails_with is not None:
            return self.fails_with, {"error": "down"}
        if self.key and authorization != f"Bearer {self.key}":
            return 401, {"error": "key"}
        try:
            given = json.loads(body)
            serial, to, text = (str(given[name]) for name in ("serial", "to", "text"))
        except (ValueError, KeyError, TypeError):
            return 400, {"error": "body"}
        with self.taken.lock:
            self.taken.calls.append(serial)
            if to.endswith(UNKNOWN_NUMBER):
                return 422, {"error": "unknown number"}
            known = self.taken.messages.setdefault(
                serial, {"id": f"sms-{len(self.taken.messages) + 1}", "to": to, "text": text}
            )
        return 200, {"id": known["id"]}


def _handler_of(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY)
            status, answer = simulator.answer(self.headers.get("Authorization", ""), self.rfile.read(length))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_given: Any) -> None:
            """Numbers and texts of guests are in no log."""

    return Handler


def serve(port: int) -> None:
    """Answer at a port until told to stop, and print of each message its serial and length alone."""
    with Simulator(port=port) as running:
        print(f"Gateway for text messages at {running.url}; nothing leaves this machine. Ctrl+C ends it.")
        seen = 0
        with suppress(KeyboardInterrupt):
            while True:
                sleep(1)
                messages = list(running.taken.messages.items())
                for serial, message in messages[seen:]:
                    print(f"{message['id']} {serial} {len(message['text'])}")
                seen = len(messages)


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8399)
