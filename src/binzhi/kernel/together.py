"""Work that many ask for at the same time: whoever comes while one is at it waits, and all who wait are served at once.

One of those who ask does the work for the others, in his own thread; nobody waits for a clock, and who comes alone is
served alone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")


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
        self.until = threading.Lock()
        self.until.acquire()


class Together(Generic[A, R]):
    """Calls `work` with what is asked under one key: one call at a time, with all who came during the one before.

    `work` gives an answer for each, in order; what it raises, all it worked for raise. `patience`: who waits longer
    for his turn than so many seconds, because the one before him is held up, is NotServed.
    """

    def __init__(self, work: Callable[[list[A]], list[R]], *, most: int, patience: float) -> None:
        self._work, self._most, self._patience = work, most, patience
        self._waiting: dict[Hashable, deque[_Turn[A, R]]] = {}
        self._lock = threading.Lock()

    def ask(self, key: Hashable, asked: A) -> R:
        """The answer to `asked`. Raises NotServed, and what `work` raises."""
        with self._lock:
            queue = self._waiting.get(key)
            if queue is None:
                self._waiting[key] = deque()
                turn = None
            else:
                turn = _Turn[A, R](asked)
                queue.append(turn)
        if turn is None:
            return self._lead(key, asked)
        self._wait(key, turn)
        if turn.leads:
            return self._lead(key, asked)
        if turn.error is not None:
            raise turn.error
        if not turn.served:
            raise NotServed
        return turn.answer  # type: ignore[return-value]  # served: the answer is there, whatever it is

    def _wait(self, key: Hashable, turn: _Turn[A, R]) -> None:
        if turn.until.acquire(timeout=self._patience):
            return
        with self._lock:
            queue = self._waiting.get(key)
            if queue is not None and turn in queue:
                queue.remove(turn)
                return
        # Taken up in this very moment.
        turn.until.acquire()

    def _lead(self, key: Hashable, asked: A) -> R:
        with self._lock:
            queue = self._waiting[key]
            others = [queue.popleft() for _ in range(min(len(queue), self._most - 1))]
        try:
            answers = self._work([asked, *(turn.asked for turn in others)])
            for turn, answer in zip(others, answers[1:], strict=True):
                turn.answer, turn.served = answer, True
            return answers[0]
        except BaseException as error:
            for turn in others:
                turn.error = error
            raise
        finally:
            self._hand_over(key)
            for turn in others:
                turn.until.release()

    def _hand_over(self, key: Hashable) -> None:
        with self._lock:
            queue = self._waiting[key]
            if not queue:
                del self._waiting[key]
                return
            following = queue.popleft()
            following.leads = True
        following.until.release()
