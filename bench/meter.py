"""Wall time and processor time of whole process trees."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took: wall seconds, processor seconds of the watched processes, foreign share of the machine."""

    wall: float
    cpu: float
    foreign: float


class Meter:
    """Watches process trees (servers, clients) from `start` to `stop`. Children that end in between are counted
    as far as their parent collected them."""

    def __init__(self, roots: Iterable[int]) -> None:
        self.roots = list(roots)

    def start(self) -> None:
        self._cpu = {pid: own for pid, own in self._times().items()}
        self._busy = _machine_busy()
        self._wall = time.perf_counter()

    def stop(self) -> Spent:
        wall = time.perf_counter() - self._wall
        busy = _machine_busy() - self._busy
        cpu = sum(own - self._cpu.get(pid, 0.0) for pid, own in self._times().items())
        foreign = max(0.0, busy - cpu) / (wall * (os.cpu_count() or 1))
        return Spent(wall=wall, cpu=cpu, foreign=foreign)

    def _times(self) -> dict[int, float]:
        found: dict[int, float] = {}
        for root in self.roots:
            try:
                process = psutil.Process(root)
                family = [process, *process.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            for member in family:
                try:
                    times = member.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                gone = times.children_user + times.children_system
                found[member.pid] = times.user + times.system + gone
        return found


def _machine_busy() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + getattr(times, "irq", 0) + getattr(times, "softirq", 0))
