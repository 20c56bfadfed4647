"""Work that many ask for at the same time: whoever comes while one is at it waits, and all who wait are served at once.

One of those who ask does the work for the others, in his own thread. Where several came a moment ago, the first to come
again looks out for the others, for the blink of an eye; who comes alone is served alone, and at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")

# Who came together comes together again within so many seconds, or is not looked out for.
_LATELY = 0.05


class NotServed(Exception):
    """Whoever was before took too long, and nothing has been done yet: it is to be done alone."""


class _Turn(Generic[A, R]):
    __slots__ = ("answer", "asked", "error", "leads", "served", "until")

    def __init__(self, asked: A) -> None:
        self.asked = asked
        self.answer: R | None = None
        self.error: BaseException | None = None
        self.leads = False
        self.served = False
        # A lock that is given back when the turn has come: the least of what threads can wait for.
        self.until = _taken()


class _Line(Generic[A, R]):
    """Those who ask under one key: one leads, the others queue."""

    __slots__ = ("company", "complete", "ended", "led", "missing", "queue")

    def __init__(self) -> None:
        self.queue: deque[_Turn[A, R]] = deque()
        self.led = False
        # How many there were when the last work ended, and when that was.
        self.company, self.ended = 1, 0.0
        # So many the leader still looks out for, until this lock is given back.
        self.missing = 0
        self.complete: threading.Lock | None = None

    def join(self, asked: A) -> _Turn[A, R]:
        turn = _Turn[A, R](asked)
        self.queue.append(turn)
        if self.complete is not None:
            self.missing -= 1
            if self.missing == 0:
                self.complete.release()
        return turn


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


class Together(Generic[A, R]):
    """Calls `work` with what is asked under one key: one call at a time, with all who came during the one before.

    `work` gives an answer for each, in order; what it raises, all it worked for raise. At `most` so many are served by
    one call. `patience`: who waits longer for his turn than so many seconds, because the one before him is held up, is
    NotServed. `blink`: so many seconds at most the others are looked out for, until as many are there as came with the
    last call, or `enough`.
    """

    def __init__(
        self, work: Callable[[list[A]], list[R]], *, most: int, patience: float, blink: float = 0.0, enough: int = 0
    ) -> None:
        self._work, self._most, self._patience = work, most, patience
        self._blink, self._enough = blink, enough
        self._lines: dict[Hashable, _Line[A, R]] = {}
        self._lock = threading.Lock()

    def ask(self, key: Hashable, asked: A) -> R:
        """The answer to `asked`. Raises NotServed, and what `work` raises."""
        with self._lock:
            line = self._lines.setdefault(key, _Line())
            turn = line.join(asked) if line.led else None
            line.led = True
        if turn is None:
            return self._lead(key, line, asked)
        self._wait(line, turn)
        if turn.leads:
            return self._lead(key, line, asked)
        if turn.error is not None:
            raise turn.error
        if not turn.served:
            raise NotServed
        return turn.answer  # type: ignore[return-value]  # served: the answer is there, whatever it is

    def waiting(self, key: Hashable) -> int:
        """How many wait for their turn."""
        with self._lock:
            line = self._lines.get(key)
            return len(line.queue) if line is not None else 0

    def _wait(self, line: _Line[A, R], turn: _Turn[A, R]) -> None:
        if turn.until.acquire(timeout=self._patience):
            return
        with self._lock:
            if turn in line.queue:
                line.queue.remove(turn)
                return
        # Taken up in this very moment.
        turn.until.acquire()

    def _lead(self, key: Hashable, line: _Line[A, R], asked: A) -> R:
        others: list[_Turn[A, R]] = []
        try:
            others = self._others(line)
            answers = self._work([asked, *(turn.asked for turn in others)])
            for turn, answer in zip(others, answers[1:], strict=True):
                turn.answer, turn.served = answer, True
            return answers[0]
        except BaseException as error:
            for turn in others:
                turn.error = error
            raise
        finally:
            self._hand_over(key, line, served=1 + len(others))
            for turn in others:
                turn.until.release()

    def _others(self, line: _Line[A, R]) -> list[_Turn[A, R]]:
        """Who is served along: all who wait, and who comes in the blink of an eye where company was lately."""
        queue = line.queue
        with self._lock:
            line.missing = min(line.company, self._enough) - 1 - len(queue)
            if line.missing > 0 and monotonic() - line.ended < _LATELY:
                line.complete = _taken()
        if line.complete is not None:
            line.complete.acquire(timeout=self._blink)
        with self._lock:
            line.complete = None
            return [queue.popleft() for _ in range(min(len(queue), self._most - 1))]

    def _hand_over(self, key: Hashable, line: _Line[A, R], *, served: int) -> None:
        with self._lock:
            line.company, line.ended = served + len(line.queue), monotonic()
            if not line.queue:
                line.led = False
                if line.company == 1:
                    del self._lines[key]
                return
            following = line.queue.popleft()
            following.leads = True
        following.until.release()
