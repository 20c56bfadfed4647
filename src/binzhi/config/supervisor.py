"""One process that keeps the others running: web, worker and the embedded database.

Single-threaded: one selector waits for the children's output and for signals; once in a while it looks who died.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

import psutil

from binzhi.config.embedded import ClusterError
from binzhi.config.embedded.cluster import Cluster
from binzhi.config.lifeline import GO, HELD, SUPERVISOR

_TICK = 0.2
_DATABASE_EVERY = 1.0
_GRACE = 15.0
_AT_ONCE = 5.0  # Seconds: a child that ends sooner did not get going at all.
_HOPELESS = 3  # So many times from the beginning, and everything stops.
# Nobody at the desk is to wait for a pause: long enough not to keep a processor busy, no longer.
_LONGEST_PAUSE = 5.0
_KEPT_LINES = 20
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Program:
    """One child: what to run, and what became of it. `later`: not before the others have got going, who come first."""

    name: str
    argv: list[str]
    later: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    quick_deaths: int = 0
    stayed: bool = False
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_LINES))
    rest: bytes = b""

    @property
    def running(self) -> bool:
        return self.process is not None


class Supervisor:
    """Runs programs in its own process group until a signal, or until one of them proves hopeless."""

    def __init__(self, programs: list[Program], *, cluster: Cluster | None, tell: Callable[[str], None]) -> None:
        self._programs = programs
        self._cluster = cluster
        self._tell = tell
        self._signals = 0
        self._failed = False
        self._open = False
        self._selector = selectors.DefaultSelector()
        self._database_due = 0.0

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Within, the first programs have been started and are held: they load their code, which takes seconds, while
        the caller makes ready what they need. `run`, called within, lets them go; without it they are stopped."""
        self._start_due(held=True)
        try:
            yield
        finally:
            for program in self._programs:
                if program.process is not None:
                    program.process.kill()
            self._bury_quietly(wait=True)

    def run(self, *, ready: Callable[[], bool], opened: Callable[[], None]) -> int:
        """Start all, call `opened` once `ready` says so, stay. Returns 0 after a signal, 1 after a failure."""
        waker, wakes = socket.socketpair()
        for end in (waker, wakes):
            end.setblocking(False)
        self._selector.register(waker, selectors.EVENT_READ)
        before = {number: signal.signal(number, self._on_signal) for number in (*_STOPPING, signal.SIGCHLD)}
        former = signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        try:
            self._let_go()
            while not self._signals and not self._failed:
                self._start_due()
                self._listen(_TICK)
                self._bury()
                self._watch_database()
                first = [program for program in self._programs if not program.later]
                if not self._open and all(program.running for program in first) and ready():
                    self._open = True
                    opened()
        finally:
            self._tell("Stopping …")
            self._stop_all()
            signal.set_wakeup_fd(former)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()
            waker.close()
            wakes.close()
        return 1 if self._failed else 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number in _STOPPING:
            self._signals += 1

    # ------------------------------------------------------------ children

    def _start_due(self, *, held: bool = False) -> None:
        now = time.monotonic()
        environment = os.environ | {SUPERVISOR: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        if held:
            environment[HELD] = "1"
        for program in self._programs:
            if program.running or now < program.start_at or (program.later and not self._open):
                continue
            process = subprocess.Popen(
                program.argv,
                stdin=subprocess.PIPE if held else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
            )
            assert process.stdout is not None
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, program)
            program.process, program.started, program.rest = process, now, b""

    def _let_go(self) -> None:
        for program in self._programs:
            if program.process is None or program.process.stdin is None:
                continue
            program.started = time.monotonic()
            with suppress(BrokenPipeError):  # It is dead already, and is started again as any other.
                os.write(program.process.stdin.fileno(), GO)
            program.process.stdin.close()

    def _listen(self, wait: float) -> None:
        for key, _events in self._selector.select(wait):
            if key.data is None:
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.recv(4096)
            else:
                self._read(key.data)

    def _read(self, program: Program) -> None:
        if program.process is None or program.process.stdout is None:
            return
        try:
            chunk = os.read(program.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not chunk:
            self._selector.unregister(program.process.stdout)
            program.process.stdout.close()
            return
        *lines, program.rest = (program.rest + chunk).split(b"\n")
        for line in lines:
            self._pass_on(program, line)

    def _pass_on(self, program: Program, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        program.lines.append(text)
        self._tell(f"{program.name:<7}| {text}")

    def _bury(self) -> None:
        for program in self._programs:
            process = program.process
            if process is None or process.poll() is None:
                continue
            self._close_output(program)
            program.process = None
            if self._signals:
                continue
            lived = time.monotonic() - program.started
            program.quick_deaths = program.quick_deaths + 1 if lived < _AT_ONCE else 0
            program.stayed = program.stayed or lived >= _AT_ONCE
            # What once ran waits for something that went away, as its database: it is tried again, ever more rarely.
            if program.quick_deaths >= _HOPELESS and not program.stayed:
                self._give_up(program, process.returncode)
                return
            pause = min(_LONGEST_PAUSE, 0.5 * 2 ** min(program.quick_deaths, 9))
            program.start_at = time.monotonic() + pause
            self._tell(f"{program.name} ended ({_how(process.returncode)}); starting it again in {pause:.1f} s.")

    def _close_output(self, program: Program) -> None:
        assert program.process is not None
        stream = program.process.stdout
        if stream is None or stream.closed:
            return
        self._read(program)
        if not stream.closed:
            self._selector.unregister(stream)
            stream.close()
        if program.rest:
            self._pass_on(program, program.rest)

    def _give_up(self, program: Program, code: int) -> None:
        self._failed = True
        last = "\n".join(f"  {line}" for line in program.lines)
        self._tell(f"\n{program.name} ended {_HOPELESS} times at once ({_how(code)}). Its last lines:\n{last}\n")

    # ------------------------------------------------------------ database, end

    def _watch_database(self) -> None:
        now = time.monotonic()
        if self._cluster is None or now < self._database_due:
            return
        self._database_due = now + _DATABASE_EVERY
        if self._cluster.alive():
            return
        self._tell("The database ended; starting it again.")
        try:
            self._cluster.start(self._tell)
        except ClusterError as refusal:
            self._failed = True
            self._tell(str(refusal))

    def _stop_all(self) -> None:
        """Ask, wait, insist. A second signal shortens the wait."""
        asked = self._signals
        families = {program.name: _family(program) for program in self._programs if program.process}
        for program in self._programs:
            if program.process is not None:
                program.process.terminate()
        deadline = time.monotonic() + _GRACE
        while any(program.process for program in self._programs):
            if time.monotonic() > deadline or self._signals > asked + 1:
                break
            self._listen(_TICK)
            self._bury_quietly()
        for family in families.values():
            for process in family:
                if process.is_running():
                    process.kill()
        self._bury_quietly(wait=True)

    def _bury_quietly(self, *, wait: bool = False) -> None:
        for program in self._programs:
            if program.process is None:
                continue
            if wait:
                program.process.wait()
            if program.process.poll() is not None:
                self._close_output(program)
                program.process = None


def _family(program: Program) -> list[psutil.Process]:
    """The child and its own children, which would outlive it if it had to be killed."""
    assert program.process is not None
    try:
        head = psutil.Process(program.process.pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
