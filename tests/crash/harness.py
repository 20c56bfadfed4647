"""A hotel of its own that is worked on by clients while its processes are killed outright."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from binzhi.config.embedded.cluster import Cluster
from binzhi.config.embedded.places import DATABASE, ROLE
from binzhi.config.embedded.process import postmaster
from tests.concurrency.http_house import free_port
from tests.crash.harness_clients import Client, Entry, Hotel, Progress, read_witnesses
from tests.crash.harness_judge import connect, half_done, held_against_witnesses

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("harness_child.py")
CLIENTS = 8
RECOVERY_SECONDS = 120
# A child of the supervisor that ends sooner three times running stops everything, as it should.
SETTLED_SECONDS = 6


def until(condition: Callable[[], bool], what: str, *, seconds: float = RECOVERY_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class House:
    """A home with database, web and worker as `binzhi demo` runs them, and a small hotel in it."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.cluster = Cluster(home)
        self.made: dict[str, Any] = {}
        self._stack: subprocess.Popen[bytes] | None = None

    @property
    def hotel(self) -> Hotel:
        made = self.made
        return Hotel(self.port, made["code"], made["token"], date.fromisoformat(made["today"]))

    @property
    def url(self) -> str:
        """For who may see everything."""
        return self.cluster.superuser_url.replace("/postgres?", f"/{DATABASE}?")

    def child(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, str(CHILD), *arguments], env=self._environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def prepare(self) -> None:
        self.made = self.child("prepare")

    def add_settings(self, text: str) -> None:
        """Settings of the server, as its owner would write them."""
        with (self.cluster.places.data / "postgresql.conf").open("a") as file:
            file.write(text)

    def start(self) -> None:
        with (self.home / "stack.log").open("ab") as log:
            self._stack = subprocess.Popen(
                [sys.executable, str(CHILD), "stack"], env=self._environment(), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until(self.answers, "the hotel does not open")
        until(lambda: self.job_worker() is not None, "no worker")

    def stop(self) -> None:
        if self._stack is not None:
            self._stack.send_signal(signal.SIGTERM)
            try:
                self._stack.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self._stack.pid, signal.SIGKILL)
                self._stack.wait()
        self.cluster.stop()

    def log(self) -> str:
        path = self.home / "stack.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def answers(self) -> bool:
        """The sign-in page asks the database too."""
        assert self._stack is not None
        assert self._stack.poll() is None, f"the supervisor gave up:\n{self.log()[-4000:]}"
        try:
            http = HTTPConnection("127.0.0.1", self.port, timeout=15)
            http.request("GET", "/accounts/login/")
            status = http.getresponse().status
            http.close()
        except (OSError, HTTPException):
            return False
        return status == 200

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "BINZHI_DATABASE_URL"}
        return kept | {
            "BINZHI_HOME": str(self.home), "BINZHI_PORT": str(self.port), "BINZHI_WEB_WORKERS": "2",
            "DJANGO_SETTINGS_MODULE": "binzhi.config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }  # fmt: skip

    # ------------------------------------------------------------ its processes

    def _program(self, name: str) -> psutil.Process | None:
        assert self._stack is not None
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self._stack.pid).children():
                with contextlib.suppress(psutil.Error):
                    if child.cmdline()[-1:] == [name]:
                        return child
        return None

    def web_server(self) -> psutil.Process | None:
        return self._program("serve")

    def job_worker(self) -> psutil.Process | None:
        return self._program("worker")

    def web_workers(self) -> list[psutil.Process]:
        found = []
        with contextlib.suppress(psutil.Error):
            for child in (server := self.web_server()).children() if (server := self.web_server()) else []:
                # Neither a zombie nor the one that counts semaphores.
                if "spawn_main" in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def database(self) -> psutil.Process | None:
        pid = postmaster(self.cluster.places)
        with contextlib.suppress(psutil.Error):
            return psutil.Process(pid) if pid is not None else None
        return None


@contextmanager_house := None  # type: ignore[misc]
