"""The progress on standard error: a bar per hotel with rate and time left, or plain lines where nobody watches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from binzhi.replay.terms import Step

_LINE_EVERY_SECONDS = 10


class Display:
    """Shows how far each hotel is. `total` is the number of bookings of all hotels."""

    def __init__(self, console: Console, *, steps: Mapping[str, int], total: int) -> None:
        self._console = console
        self._steps = steps
        self._total = total
        self._latest: dict[str, Step] = {}
        self._first: dict[str, Step] = {}
        self._started = self._told = time.monotonic()
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(), console=console, disable=not console.is_terminal, speed_estimate_period=60,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Display:
        self._progress.start()
        for name, steps in self._steps.items():
            self._tasks[name] = self._progress.add_task(name, total=steps, note="")
        self._started = self._told = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @property
    def lives(self) -> int:
        """Bookings that had their whole life in this run."""
        return sum(step.lives - self._first[name].lives for name, step in self._latest.items())

    @property
    def rate(self) -> float:
        return self.lives / max(time.monotonic() - self._started, 0.001)

    def show(self, step: Step) -> None:
        # What an earlier run had done comes with the first message and does not count for the rate.
        self._first.setdefault(step.name, step)
        self._latest[step.name] = step
        self._progress.update(
            self._tasks[step.name], completed=step.steps, note=f"{step.day}  {step.lives:,} bookings  {self.rate:.0f}/s"
        )
        now = time.monotonic()
        if not self._console.is_terminal and now - self._told >= _LINE_EVERY_SECONDS:
            self._told = now
            self._line(now)

    def _line(self, now: float) -> None:
        done = sum(step.steps for step in self._latest.values())
        before = sum(step.steps for step in self._first.values())
        whole = sum(self._steps.values())
        left = (whole - done) * (now - self._started) / max(done - before, 1)
        lives = sum(step.lives for step in self._latest.values())
        share = f"{done / max(whole, 1):4.0%}  {lives:,} of {self._total:,} bookings"
        self._console.print(f"{share}  {self.rate:.0f}/s  {_clock(left)} left", highlight=False)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
