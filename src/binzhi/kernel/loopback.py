"""What the simulators of outside partners have in common: JSON over HTTP on this machine, and nothing in a log."""

from __future__ import annotations

import hmac
import sys
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

import orjson

from binzhi.kernel.calls import signature

LONGEST_BODY = 1_000_000
Answer = tuple[int, dict[str, Any]]
# Path and request (None: it only asks) to status and answer.
Routes = Callable[[str, Any], Answer]


class Server(ThreadingHTTPServer):
    """Ends with the program, and does not ask the resolver for the name of this machine."""

    daemon_threads = True

    def server_bind(self) -> None:
        TCPServer.server_bind(self)


class JsonHandler(BaseHTTPRequestHandler):
    """Takes and answers JSON. What guests pay, where they sleep, who they are is nobody's business in a log."""

    def _body(self) -> bytes:
        return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY))

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body = orjson.dumps(said)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


def serve_signed(key: Callable[[], str], routes: Routes, port: int) -> ThreadingHTTPServer:
    """A server of signed calls on this machine, at a free port when it is 0; a wrong signature gets 401."""

    class Handler(JsonHandler):
        def do_POST(self) -> None:
            self._serve(self._body())

        def do_GET(self) -> None:
            self._serve(b"")

        def _serve(self, body: bytes) -> None:
            expected = signature(key(), self.headers.get("X-Time", ""), body)
            if not hmac.compare_digest(expected, self.headers.get("X-Signature", "")):
                self._answer(401, {"error": "signature"})
            else:
                self._answer(*routes(self.path, orjson.loads(body) if body else None))

    return Server(("127.0.0.1", port), Handler)


def serve_until_stopped(serve: Callable[[int], ThreadingHTTPServer], *, port: int, key: str) -> None:
    """What `python -m …simulator [PORT]` of signed calls does."""
    server = serve(int(sys.argv[1]) if len(sys.argv) > 1 else port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]} key {key}\n")
    with suppress(KeyboardInterrupt):
        server.serve_forever()


class Loopback:
    """`with Simulator(key="…") as there:` answers posts at `there.url` until the end of the block.

    `fails_with`: the status it answers everything with while it is set.
    """

    path = "/"

    def __init__(self, *, key: str = "", port: int = 0) -> None:
        self.fails_with: int | None = None
        self.key = key
        self.lock = Lock()
        self.tell: Callable[[str], object] = lambda line: None
        self._server = Server(("127.0.0.1", port), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def take(self, given: Any) -> Answer | None:
        """Status and answer to one request, under the lock; None breaks the line. `tell` serials, never of whom."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def refusal(self, authorization: str) -> Answer | None:
        """What is said to anything while it is down, or under a wrong key."""
        if self.fails_with is not None:
            return self.fails_with, {"error": "down"}
        return (401, {"error": "key"}) if self.key and authorization != f"Bearer {self.key}" else None

    def answer(self, authorization: str, body: bytes) -> Answer | None:
        """Status and answer to one call; None breaks the line."""
        if refused := self.refusal(authorization):
            return refused
        try:
            with self.lock:
                return self.take(orjson.loads(body))
        except (ValueError, KeyError, TypeError):
            return 400, {"error": "body"}

    @classmethod
    def until_stopped(cls, *, port: int) -> None:
        """What `python -m …simulator [PORT]` does; nothing leaves this machine."""
        with cls(port=int(sys.argv[1]) if len(sys.argv) > 1 else port) as running:
            running.tell = lambda line: sys.stdout.write(f"{line}\n")
            running.tell(running.url)
            with suppress(KeyboardInterrupt):
                running._thread.join()


def _handler_of(there: Loopback) -> type[JsonHandler]:
    class Handler(JsonHandler):
        def do_GET(self) -> None:
            self._answer(*(there.refusal(self.headers.get("Authorization", "")) or (200, {"state": "ready"})))

        def do_POST(self) -> None:
            answered = there.answer(self.headers.get("Authorization", ""), self._body())
            if answered is None:
                self.close_connection = True
            else:
                self._answer(*answered)

    return Handler
