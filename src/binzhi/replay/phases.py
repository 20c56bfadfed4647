"""Where the time goes: wall clock and processor time of each kind of event."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_ADDING = threading.Lock()  # The lanes of a hotel do the same work at times.


@dataclass(slots=True)
class Phase:
    events: int = 0
    seconds: float = 0.0
    processor: float = 0.0

    def add(self, other: Phase) -> None:
        self.events += other.events
        self.seconds += other.seconds
        self.processor += other.processor


class Phases(dict[str, Phase]):
    """Sums by kind of event. Processor time is Python's own; the rest of the wall clock is the database's."""

    @contextmanager
    def measure(self, name: str, events: int) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            spent = Phase(events, time.perf_counter() - wall, time.thread_time() - processor)
            with _ADDING:
                self.setdefault(name, Phase()).add(spent)

    def merge(self, other: Phases) -> None:
        for name, phase in other.items():
            self.setdefault(name, Phase()).add(phase)
