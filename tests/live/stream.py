"""A real `binzhi live` on the database of the tests, and screens that listen to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.conf import settings

from tests.concurrency.http_house import ROOT, database_of_tests, free_port

PATIENCE = 30.0


@contextmanager
def living() -> Iterator[int]:
    """The port of a `binzhi live`."""
    port = free_port()
    environment = os.environ | {
        "BINZHI_DATABASE_URL": database_of_tests(), "BINZHI_HOME": str(settings.HOME), "BINZHI_LIVE_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }  # fmt: skip
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "binzhi.config.cli", "live"], env=environment, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            _await(process, port)
            yield port
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace")[-10000:])
            raise
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the live process ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the live process does not answer")


class Screen:
    """One open screen: `status`, and every event with the moment it came."""

    def __init__(self, port: int, hotel: str, *, session: str = "", origin: str = "") -> None:
        self.heard: list[tuple[float, str, Any]] = []
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        lines = [f"GET /live/{hotel} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/event-stream"]
        if session:
            lines.append(f"Cookie: {settings.SESSION_COOKIE_NAME}={session}")
        if origin:
            lines.append(f"Origin: {origin}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers: dict[str, str] = {}
        while (line := self._file.readline().strip()) != b"":
            name, _colon, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        if self.status == 200:
            threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        kind = ""
        try:
            for line in self._file:
                if line.startswith(b"event: "):
                    kind = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    self.heard.append((time.monotonic(), kind, orjson.loads(line[6:])))
        except (OSError, ValueError):
            pass

    def changes(self) -> list[tuple[str, int]]:
        return [(data["topic"], data["id"]) for _at, kind, data in self.heard if kind == "change"]

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
