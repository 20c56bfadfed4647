"""The product's web server as a process of its own, on the bench database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(url: str) -> Iterator[tuple[int, int]]:
    """Run `binzhi serve`; gives (port, process id) once it answers."""
    port = free_port()
    environment = os.environ | {"BINZHI_DATABASE_URL": url, "BINZHI_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "binzhi.config.cli", "serve"], env=environment)
    try:
        _await_answer(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def living(url: str) -> Iterator[int]:
    """Run `binzhi live`; gives its port once it listens."""
    port = free_port()
    environment = os.environ | {"BINZHI_DATABASE_URL": url, "BINZHI_LIVE_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "binzhi.config.cli", "live"], env=environment)
    try:
        _await_listener(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await_listener(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the live process ended")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the live process did not listen")


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the web server ended")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if connection.recv(20):
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not answer")
