"""The web server's processes: replaced when they die, gone when their master is."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.ground.conftest import until

pytestmark = pytest.mark.crash


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Web:
    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "binzhi.config.cli", "serve"],
            env=os.environ | {"BINZHI_HOME": str(home), "BINZHI_PORT": str(self.port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/static/none", timeout=5):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return error.code == 404
        except OSError:
            return False

    def workers(self) -> set[int]:
        found = set()
        for child in psutil.Process(self.process.pid).children():
            # A zombie has no command line any more.
            with contextlib.suppress(psutil.Error):
                if "resource_tracker" not in " ".join(child.cmdline()):
                    found.add(child.pid)
        return found


@pytest.fixture
def web(database_url: str, home: Path) -> Iterator[Web]:
    web = Web(home)
    yield web
    if web.process.poll() is None:
        os.killpg(web.process.pid, signal.SIGKILL)
        web.process.wait()


def test_serve_replaces_a_worker_that_was_killed(web: Web) -> None:
    until(web.answers, "the server does not answer")
    before = web.workers()
    assert len(before) >= 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(web.workers() - before) == 1 and victim not in web.workers(), "the worker was not replaced")
    until(web.answers, "the server does not answer any more")


def test_serve_ends_on_a_signal_and_frees_the_port(web: Web) -> None:
    until(web.answers, "the server does not answer")
    workers = [psutil.Process(pid) for pid in web.workers()]
    web.process.send_signal(signal.SIGTERM)
    assert web.process.wait(timeout=60) == 0
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    with socket.create_server(("127.0.0.1", web.port)):
        pass


def test_killed_server_takes_its_workers_with_it(web: Web) -> None:
    until(web.answers, "the server does not answer")
    workers = [psutil.Process(pid) for pid in web.workers()]
    web.process.kill()
    assert psutil.wait_procs(workers, timeout=30)[1] == []
