"""One process per hotel, so that two hotels use two cores; their progress comes back through one queue."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.process import BaseProcess
from typing import Any

from binzhi.replay.phases import Phases
from binzhi.replay.rows import Booking
from binzhi.replay.terms import Place, Refusal, Step

LOCK_CLASS = 7110
# How long a run waits for the processes of one that was killed a moment ago.
PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.2
_MUCH_SMALLER = 0.6
_TELL_SECONDS = 0.2


class RunFailed(Exception):
    """A hotel's process ended with an error that is no refusal: a bug, or a database that went away."""


@dataclass(slots=True)
class Outcome:
    """What the processes did together."""

    phases: Phases = field(default_factory=Phases)
    refused: list[Refusal] = field(default_factory=list)
    stopped: bool = False
    failure: str = ""


def run(
    places: Sequence[Place], bookings: Mapping[str, Sequence[Booking]], *, processes: int, show: Callable[[Step], None]
) -> Outcome:
    """Run all hotels, at most `processes` at once. Ctrl-C or SIGTERM lets each finish its batch. Raises RunFailed."""
    context = multiprocessing.get_context("spawn")
    messages: Any = context.Queue()
    stop = context.Event()

    def start(place: Place) -> BaseProcess:
        child = context.Process(
            target=_child,
            args=(place, list(bookings[place.name]), messages, stop, _lanes(place, bookings)),
            name=place.name,
            daemon=True,
        )
        child.start()
        return child

    waiting = sorted(places, key=lambda place: -len(bookings[place.name]))
    outcome = Outcome()
    with _signals(stop):
        running: dict[str, BaseProcess] = {}
        while running or (waiting and not stop.is_set()):
            while waiting and len(running) < processes and not stop.is_set():
                place = waiting.pop(0)
                running[place.name] = start(place)
            kind, name, content = _next(messages, running)
            if kind == "step":
                show(content)
                continue
            running.pop(name).join()
            if kind == "failed":
                outcome.failure = outcome.failure or f"{name}: {content}"
                stop.set()
            else:
                outcome.phases.merge(content[0])
                outcome.refused += content[1]
        outcome.stopped = stop.is_set()
    if outcome.failure:
        raise RunFailed(outcome.failure)
    return outcome


@contextmanager
def _signals(stop: Any) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask to stop; a shell may have started us with the first ignored."""
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda _number, _frame: stop.set()) for number in wanted]
    try:
        yield
    finally:
        for number, handler in zip(wanted, before, strict=True):
            signal.signal(number, handler)


def _next(messages: Any, running: Mapping[str, BaseProcess]) -> tuple[str, str, Any]:
    while True:
        try:
            message: tuple[str, str, Any] = messages.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            for name, child in running.items():
                if not child.is_alive() and messages.empty():
                    return "failed", name, f"its process ended by itself with code {child.exitcode}"
        else:
            return message


def _lanes(place: Place, bookings: Mapping[str, Sequence[Booking]]) -> int:
    """One for a hotel much smaller than the largest: with two it would be through early, at the other's expense."""
    return 1 if len(bookings[place.name]) <= _MUCH_SMALLER * max(map(len, bookings.values())) else 2


def _child(place: Place, bookings: Sequence[Booking], messages: Any, stop: Any, lanes: int) -> None:
    """The life of one process. Ctrl-C reaches the whole group: the parent decides, children finish their batch."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    import django

    django.setup()
    from binzhi.kernel import garbage
    from binzhi.replay.runner import HotelRun, Stopped

    teller = _Teller(place.name, messages)
    garbage.settle()
    parent = os.getppid()
    # A parent that was killed cannot ask its children to stop.
    run = HotelRun(
        place, bookings, tell=teller.tell, is_stopped=lambda: stop.is_set() or os.getppid() != parent, lanes=lanes
    )
    try:
        _only_one(place)
        run.run()
        kind = "done"
    except Stopped:
        kind = "stopped"
    except BaseException:
        messages.put(("failed", place.name, traceback.format_exc()))
        return
    teller.flush()
    messages.put((kind, place.name, (run.phases, run.refused)))


def _only_one(place: Place) -> None:
    """Hold the hotel as long as this session lives, so that two runs of one file never mix."""
    from binzhi.kernel import db

    until = time.monotonic() + PATIENCE_SECONDS
    while not db.fetch_value("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, place.hotel_id]):
        if time.monotonic() > until:
            raise RunFailed("another replay of this file is running in this database")
        time.sleep(_POLL_SECONDS)


class _Teller:
    """Adds up the steps and tells them a few times a second."""

    def __init__(self, name: str, messages: Any) -> None:
        self._name = name
        self._messages = messages
        self._steps = self._lives = 0
        self._day = date.min
        self._told = 0.0

    def tell(self, steps: int, lives: int, day: date) -> None:
        self._steps += steps
        self._lives += lives
        self._day = day
        if time.monotonic() - self._told >= _TELL_SECONDS:
            self.flush()

    def flush(self) -> None:
        self._told = time.monotonic()
        self._messages.put(("step", self._name, Step(self._name, self._steps, self._lives, self._day)))
