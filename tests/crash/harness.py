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
from binzhi.config.embedded.places import DATABASE
from binzhi.config.embedded.process import postmaster
from tests.concurrency.http_house import Answer, Caller, free_port
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

    def ask(
        self,
        method: str,
        path_of_hotel: str,
        body: bytes = b"",
        *,
        key: str = "",
        path: str = "",
        token: str | None = None,
    ) -> Answer:
        """One request on a connection of its own, by the hotel's program unless `token` is another (empty: nobody)."""
        token = self.made["token"] if token is None else token
        headers = {"content_type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        if key:
            headers["idempotency_key"] = key
        caller = Caller(self.port)
        try:
            return caller.send(method, path or f"/api/v1/hotels/{self.made['code']}{path_of_hotel}", body, **headers)
        finally:
            caller.close()

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
        server = self.web_server()
        found = []
        with contextlib.suppress(psutil.Error):
            for child in server.children() if server is not None else []:
                # Neither one that is gone already nor the one that counts semaphores.
                with contextlib.suppress(psutil.Error):
                    if "resource_tracker" not in " ".join(child.cmdline()):
                        found.append(child)
        return found

    def database(self) -> psutil.Process | None:
        pid = postmaster(self.cluster.places)
        with contextlib.suppress(psutil.Error):
            return psutil.Process(pid) if pid is not None else None
        return None

    def settled(self) -> bool:
        """Have web server and worker run long enough that their end does not look hopeless to the supervisor?"""
        with contextlib.suppress(psutil.Error):
            programs = (self.web_server(), self.job_worker())
            return all(p is not None and time.time() - p.create_time() > SETTLED_SECONDS for p in programs)
        return False


@contextlib.contextmanager
def house(*, settings: str = "") -> Iterator[House]:
    """A house in a directory of its own, open; its log is shown when the test fails."""
    place = Path(tempfile.mkdtemp(prefix="binzhi-drill-"))
    # Of this directory alone: an unprivileged server may pass through it when the tests run as root.
    os.chmod(place, 0o711)
    home = place / "var"
    home.mkdir()
    made = House(home)
    try:
        made.prepare()
        made.add_settings(settings)
        made.start()
        yield made
    except BaseException:
        sys.stderr.write(made.log()[-20000:])
        raise
    finally:
        made.stop()
        shutil.rmtree(place, ignore_errors=True)


# ---------------------------------------------------------------- killing


Kill = Callable[[House, random.Random], bool]


def kill_web(house: House, dice: random.Random) -> bool:
    """One of the web server's processes, or all of them."""
    workers = house.web_workers()
    if not workers:
        return False
    return _killed(*dice.choice([workers, [dice.choice(workers)]]))


def kill_server(house: House, dice: random.Random) -> bool:
    """The process that keeps them."""
    return _killed(house.web_server())


def kill_worker(house: House, dice: random.Random) -> bool:
    return _killed(house.job_worker())


def kill_postmaster(house: House, dice: random.Random) -> bool:
    """The server process alone: those that serve the sessions notice by themselves."""
    return _killed(house.database())


def kill_database(house: House, dice: random.Random) -> bool:
    """All at one stroke: what was not on disk is gone, as after a power cut."""
    server = house.database()
    with contextlib.suppress(psutil.NoSuchProcess):
        return _killed(server, *(server.children(recursive=True) if server is not None else []))
    return False


def _killed(first: psutil.Process | None, *others: psutil.Process) -> bool:
    """Was there anything to kill? What is just being started again is not there yet."""
    if first is None:
        return False
    struck = False
    for process in (first, *others):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            struck = True
    return struck


KINDS: dict[str, Kill] = {
    "web": kill_web,
    "server": kill_server,
    "worker": kill_worker,
    "postmaster": kill_postmaster,
    "database": kill_database,
}


# ---------------------------------------------------------------- a run


@dataclass
class Report:
    """What a run came to. `faults` holds, by kind, what is wrong; all lists empty when nothing is."""

    seed: int
    entries: list[Entry] = field(default_factory=list)
    recoveries: list[tuple[str, float]] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    sealed: int = 0

    @property
    def wrong(self) -> dict[str, list[Any]]:
        return {name: found for name, found in self.faults.items() if found}

    def __str__(self) -> str:
        lines = [f"\nseed {self.seed}; statuses and errors seen by clients: {dict(sorted(self.progress.seen.items()))}"]
        works = sorted({entry.work for entry in self.entries})
        asked = {work: sum(entry.work == work for entry in self.entries) for work in works}
        done = {work: sum(entry.work == work and entry.done for entry in self.entries) for work in works}
        open_ended = sum(entry.status == 0 for entry in self.entries)
        lines.append(
            f"asked {asked}, acknowledged {done}, never answered {open_ended}, audit rows sealed {self.sealed}"
        )
        for kind in sorted({kind for kind, _seconds in self.recoveries}):
            times = sorted(seconds for found, seconds in self.recoveries if found == kind)
            middle, slowest = times[len(times) // 2], times[-1]
            lines.append(
                f"{kind}: {len(times)} kills, served again after {middle:.1f} s (median), {slowest:.1f} s (worst)"
            )
        lines.append(f"wrong: {self.wrong or 'nothing'}")
        return "\n".join(lines)


class Run:
    """Clients at work while `kinds` are killed in that order, each at a random moment; then everything is held up."""

    _numbers = iter(range(1000))

    def __init__(self, house: House, kinds: list[str], *, seed: int) -> None:
        self.house, self.kinds, self.report = house, kinds, Report(seed)
        self.dice = random.Random(seed)
        self.number = next(Run._numbers)
        self.folder = house.home / f"witness-{self.number}"
        self.folder.mkdir()
        self.stopping = threading.Event()
        self.clients = [
            Client(self.number * CLIENTS + place, house.hotel, self.folder, self.report.progress, self.stopping, seed)
            for place in range(CLIENTS)
        ]

    def __call__(self) -> Report:
        for client in self.clients:
            client.start()
        try:
            for kind in self.kinds:
                self._kill(kind)
            self._wait_for_answers(time.monotonic())
        finally:
            self.stopping.set()
            for client in self.clients:
                client.join()
        self._raise_theirs()
        self._judge()
        print(self.report)
        return self.report

    def _kill(self, kind: str) -> None:
        if kind != "web":
            until(self.house.settled, f"web or worker do not stay up:\n{self.house.log()[-4000:]}")
        self._wait_for_answers(time.monotonic())
        time.sleep(self.dice.uniform(0.2, 1.5))
        # What was killed last may be answering through the sessions it left behind, and not be there itself yet.
        before: psutil.Process | None = None

        def strike() -> bool:
            nonlocal before
            before = self.house.job_worker()
            return KINDS[kind](self.house, self.dice)

        until(strike, f"no {kind} to kill")
        struck = time.monotonic()
        if kind == "worker":
            until(lambda: self.house.job_worker() not in (None, before), "no new worker")
            seconds = time.monotonic() - struck
        else:
            seconds = self._wait_for_answers(struck) - struck
        self.report.recoveries.append((kind, seconds))

    def _wait_for_answers(self, since: float) -> float:
        """Until a request that began after `since` was answered; when that was."""

        def answered() -> bool:
            self._raise_theirs()
            return self.report.progress.answered_began > since

        until(answered, f"no answers:\n{self.house.log()[-4000:]}")
        return time.monotonic()

    def _raise_theirs(self) -> None:
        for client in self.clients:
            if client.error is not None:
                raise client.error

    def _judge(self) -> None:
        report = self.report
        report.entries = read_witnesses(self.folder)
        with connect(self.house.url) as connection:
            report.faults |= held_against_witnesses(connection, report.entries)
            report.faults |= half_done(connection, after_txid=self.house.made["after_txid"])
        examined = self.house.child("examine", str(self.house.made["id"]))
        report.sealed = examined.pop("sealed")
        report.faults |= examined
