"""The supervisor: starts again what dies, gives up on what cannot live, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from binzhi.config.embedded.cluster import Cluster
from binzhi.config.embedded.process import postmaster
from tests.ground.conftest import QUICK, until

pytestmark = pytest.mark.crash
SCRIPT = Path(__file__).with_name("supervised.py")
SLEEP = "exec sleep 600"


class Supervised:
    """A supervisor in a session of its own, with what it has said."""

    def __init__(self, home: str, *programs: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), home, *programs], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.said: list[str] = []

    def until(self, text: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if text in line:
                return self.said[-1]
        raise AssertionError(f"{text!r} was not said: {self.said}")

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self) -> int:
        assert self.process.stdout is not None
        self.said += self.process.stdout.read().splitlines()
        return self.process.wait(timeout=60)


@pytest.fixture
def supervise() -> Iterator[Callable[..., Supervised]]:
    running: list[Supervised] = []

    def start(*programs: str, home: str = "") -> Supervised:
        running.append(Supervised(home, *programs))
        return running[-1]

    yield start
    for supervised in running:
        if supervised.process.poll() is None:
            os.killpg(supervised.process.pid, signal.SIGKILL)
            supervised.process.wait()
        assert supervised.process.stdout is not None
        supervised.process.stdout.close()


def gone(processes: list[psutil.Process]) -> bool:
    return psutil.wait_procs(processes, timeout=30)[1] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_signal_ends_every_child_and_exits_0(supervise: Callable[..., Supervised], number: signal.Signals) -> None:
    supervised = supervise(f"web={SLEEP}", "worker=sleep 600 & sleep 600")
    supervised.until("opened")
    children = supervised.children()
    assert len(children) >= 2
    assert {os.getpgid(child.pid) for child in children} == {supervised.process.pid}
    supervised.process.send_signal(number)
    assert supervised.end() == 0
    assert gone(children)


def test_stop_at_the_terminal_reaches_the_whole_group_and_restarts_nothing(
    supervise: Callable[..., Supervised],
) -> None:
    supervised = supervise(f"web={SLEEP}", f"worker={SLEEP}")
    supervised.until("opened")
    os.killpg(supervised.process.pid, signal.SIGINT)
    assert supervised.end() == 0
    assert not [line for line in supervised.said if "starting it again" in line and "database" not in line]


def test_child_that_ignores_the_signal_is_ended_by_a_second_one(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise("web=trap '' TERM INT; echo deaf; while :; do sleep 1; done")
    supervised.until("deaf")
    children = supervised.children()
    supervised.process.send_signal(signal.SIGTERM)
    supervised.until("Stopping")
    # Two more, of different numbers: equal ones that wait for delivery would be merged into one.
    supervised.process.send_signal(signal.SIGINT)
    supervised.process.send_signal(signal.SIGHUP)
    assert supervised.end() == 0
    assert gone(children)


def test_child_that_dies_is_started_again(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise("web=echo alive $$; exec sleep 600", f"worker={SLEEP}")
    first = int(supervised.until("alive").split()[-1])
    os.kill(first, signal.SIGKILL)
    assert "web ended (signal SIGKILL); starting it again in" in supervised.until("starting it again")
    second = int(supervised.until("alive").split()[-1])
    assert second != first
    assert psutil.pid_exists(second)


def test_child_that_dies_at_once_three_times_stops_everything_with_its_last_lines(
    supervise: Callable[..., Supervised],
) -> None:
    supervised = supervise("web=echo reason; exit 7", f"worker={SLEEP}")
    supervised.until("web ended 3 times at once (exit code 7)")
    children = supervised.children()
    assert supervised.end() == 1
    assert "  reason" in supervised.said
    assert gone(children)


def test_database_that_dies_is_started_again_and_ends_with_the_rest(
    supervise: Callable[..., Supervised], home: Path
) -> None:
    cluster = Cluster(home, settings=QUICK)
    cluster.start()  # A leftover of an earlier run: it is used, and stopped with the rest.
    supervised = supervise(f"web={SLEEP}", home=str(home))
    supervised.until("opened")
    first = postmaster(cluster.places)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    supervised.until("The database ended; starting it again.")
    until(lambda: cluster.status().running, "the database did not come back")
    assert postmaster(cluster.places) not in (None, first)
    supervised.process.send_signal(signal.SIGTERM)
    assert supervised.end() == 0
    assert postmaster(cluster.places) is None


def test_killed_supervisor_takes_its_children_with_it(supervise: Callable[..., Supervised]) -> None:
    lifeline = (
        f"exec {sys.executable} -c 'import time; from binzhi.config.lifeline import end_with_supervisor;"
        'end_with_supervisor(); print("held", flush=True); time.sleep(600)\''
    )
    supervised = supervise(f"web={lifeline}")
    supervised.until("held")
    children = supervised.children()
    supervised.process.kill()
    assert gone(children)


def test_what_comes_later_is_not_started_before_the_first_are_ready(
    supervise: Callable[..., Supervised], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ready"
    monkeypatch.setenv("READY", str(mark))
    look = f"[ -e {mark} ] && echo after || echo before; {SLEEP}"
    supervised = supervise(f"web=sleep 1; touch {mark}; {SLEEP}", f"worker+={look}", f"impatient={look}")
    supervised.until("worker")
    told = [line for line in supervised.said if "after" in line or "before" in line]
    # The control: what is not held back did look before.
    assert ["impatient" in told[0], "before" in told[0]] == [True, True]
    assert "worker" in told[-1]
    assert "after" in told[-1]
    assert any("opened" in line for line in supervised.said) or supervised.until("opened")


LOADS = (
    f"exec {sys.executable} -c 'from binzhi.config import lifeline; import os, time;"
    'print("loaded", os.getpid(), lifeline.HELD in os.environ, flush=True); lifeline.wait_while_held();'
    'print("serves", lifeline.HELD in os.environ, flush=True); time.sleep(600)\''
)


@pytest.fixture
def ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says the supervisor is to go on."""
    monkeypatch.setenv("AHEAD", str(tmp_path / "go"))
    return tmp_path / "go"


def held_child(supervised: Supervised) -> psutil.Process:
    until(lambda: len(supervised.children()) == 1, "nothing was started ahead")
    return supervised.children()[0]


def test_child_started_ahead_waits_until_it_is_let_go(supervise: Callable[..., Supervised], ahead: Path) -> None:
    supervised = supervise(f"web={LOADS}", f"worker+=echo later; {SLEEP}")
    child = held_child(supervised)
    time.sleep(0.5)
    assert supervised.children() == [child]
    ahead.touch()
    assert supervised.until("serves").endswith("serves False")
    assert [line for line in supervised.said if "loaded" in line] == [f"web    | loaded {child.pid} True"]
    supervised.until("later")
    supervised.process.send_signal(signal.SIGTERM)
    assert supervised.end() == 0


def test_child_that_dies_while_it_is_held_is_started_again_as_any_other(
    supervise: Callable[..., Supervised], ahead: Path
) -> None:
    supervised = supervise(f"web={LOADS}")
    held_child(supervised).kill()
    ahead.touch()
    assert "web ended (signal SIGKILL); starting it again in 1.0 s." in supervised.until("starting it again")
    assert supervised.until("loaded").endswith("False")
    supervised.until("serves")


@pytest.mark.parametrize("how", ["killed", "failed"])
def test_child_that_is_held_ends_with_its_supervisor_and_never_serves(
    supervise: Callable[..., Supervised], ahead: Path, how: str
) -> None:
    supervised = supervise(f"web={LOADS}")
    child = held_child(supervised)
    if how == "killed":
        supervised.process.kill()
        supervised.process.wait()
    else:
        ahead.write_text("no database")
        supervised.end()
    assert gone([child])
