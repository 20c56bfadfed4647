"""From a clean checkout, in a private directory, to a sign-in page: `make demo`, twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from binzhi.config.embedded.cluster import Cluster
from tests.architecture.conftest import ROOT, own_files
from tests.ground.conftest import until
from tests.ground.test_web import free_port

pytestmark = [pytest.mark.slow, pytest.mark.crash]


class Demo:
    """`make demo` in a session of its own, as at a terminal."""

    def __init__(self, clone: Path, port: int) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BINZHI_")}
        self.url = f"http://127.0.0.1:{port}/accounts/login/"
        self.log = clone / f"demo-{port}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["make", "demo"],
                cwd=clone,
                env=environment | {"BINZHI_PORT": str(port)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def page(self) -> str:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def opened(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return "Ctrl-C stops everything" in self.log.read_text()

    def interrupt(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=60)


@pytest.fixture
def clone(private: Path) -> Path:
    place = private / "binzhi"
    for path in own_files():
        target = place / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return place


def left(clone: Path) -> list[str]:
    """The command lines of processes that work in or for the clone."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if str(clone) in line and process.pid != os.getpid():
            found.append(line)
    return [*found, "the database"] if Cluster(clone / "var").alive() else found


def test_demo_from_a_clean_checkout_answers_stops_and_starts_again_with_its_data(clone: Path) -> None:
    port = free_port()
    demo = Demo(clone, port)
    try:
        until(demo.opened, "the demo did not open", seconds=900)
        assert "csrfmiddlewaretoken" in demo.page()
        first = demo.log.read_text()
        assert "Making the demo hotel" in first
        assert "总经理" in first
        demo.interrupt()
        until(lambda: left(clone) == [], f"something was left: {left(clone)}")
        demo.log.unlink()
        demo = Demo(clone, port)
        until(demo.opened, "the demo did not open again")
        assert "csrfmiddlewaretoken" in demo.page()
        assert "Making the demo hotel" not in demo.log.read_text()
    finally:
        demo.interrupt()
    until(lambda: left(clone) == [], f"something was left: {left(clone)}")
