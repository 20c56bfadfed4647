"""Work done for all who wait: who is served when, by whom, and what happens when it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from binzhi.kernel.together import NotServed, Together

LONG = 30.0


class Workshop:
    """Doubles numbers; the first call waits until it is let go, so that others gather meanwhile."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.threads: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, numbers: list[int]) -> list[int]:
        self.calls.append(numbers)
        self.threads.append(threading.get_ident())
        if len(self.calls) == 1:
            self.begun.set()
            assert self.go.wait(LONG)
        if 13 in numbers:
            raise ValueError("unlucky")
        return [2 * number for number in numbers]


def waiting(together: Together[int, int], key: str, number: int) -> None:
    """Wait until so many stand in the queue of the key: they come from threads of their own."""
    while together.waiting(key) < number:
        threading.Event().wait(0.001)


def gathered(
    together: Together[int, int], shop: Workshop, first: int, others: list[int]
) -> tuple[Future[int], list[Future[int]], ThreadPoolExecutor]:
    """`first` is being worked for and held up; the others wait, in this order."""
    pool = ThreadPoolExecutor(len(others) + 1)
    leader = pool.submit(together.ask, "k", first)
    assert shop.begun.wait(LONG)
    found = []
    for place, number in enumerate(others, start=1):
        found.append(pool.submit(together.ask, "k", number))
        waiting(together, "k", place)
    return leader, found, pool


def test_who_comes_alone_is_served_alone_in_his_own_thread() -> None:
    shop = Workshop()
    shop.go.set()
    together = Together(shop, most=8, patience=LONG)
    assert [together.ask("k", 1), together.ask("k", 2)] == [2, 4]
    assert (shop.calls, set(shop.threads)) == ([[1], [2]], {threading.get_ident()})
    assert together._lines == {}


def test_all_who_came_meanwhile_are_served_at_once_each_with_his_own() -> None:
    shop = Workshop()
    together = Together(shop, most=8, patience=LONG)
    leader, others, pool = gathered(together, shop, 1, [2, 3, 4])
    shop.go.set()
    assert [leader.result(LONG), *(future.result(LONG) for future in others)] == [2, 4, 6, 8]
    assert shop.calls == [[1], [2, 3, 4]]
    assert together.waiting("k") == 0
    pool.shutdown()


def test_no_more_than_the_most_are_served_at_once() -> None:
    shop = Workshop()
    together = Together(shop, most=2, patience=LONG)
    leader, others, pool = gathered(together, shop, 1, [2, 3, 4])
    shop.go.set()
    assert [leader.result(LONG), *(future.result(LONG) for future in others)] == [2, 4, 6, 8]
    assert shop.calls == [[1], [2, 3], [4]]
    pool.shutdown()


def test_what_is_asked_under_another_key_does_not_wait() -> None:
    shop = Workshop()
    together = Together(shop, most=8, patience=LONG)
    leader, _others, pool = gathered(together, shop, 1, [])
    assert together.ask("other", 5) == 10
    shop.go.set()
    assert leader.result(LONG) == 2
    pool.shutdown()


def test_a_failure_is_everybodys_it_was_worked_for_and_nobody_elses() -> None:
    shop = Workshop()
    together = Together(shop, most=2, patience=LONG)
    leader, others, pool = gathered(together, shop, 1, [13, 3, 4])
    shop.go.set()
    assert leader.result(LONG) == 2
    for future in others[:2]:
        with pytest.raises(ValueError, match="unlucky"):
            future.result(LONG)
    assert others[2].result(LONG) == 8
    assert shop.calls == [[1], [13, 3], [4]]
    assert together.waiting("k") == 0
    pool.shutdown()


def test_who_waits_too_long_is_told_and_not_worked_for() -> None:
    shop = Workshop()
    together = Together(shop, most=8, patience=0.01)
    leader, _others, pool = gathered(together, shop, 1, [])
    with pytest.raises(NotServed):
        together.ask("k", 2)
    shop.go.set()
    assert leader.result(LONG) == 2
    assert shop.calls == [[1]]
    assert together.waiting("k") == 0
    pool.shutdown()


def company(*, blink: float, enough: int = 8, most: int = 8) -> tuple[Together[int, int], Workshop]:
    """Three have just been served: one alone, the two who came meanwhile together."""
    shop = Workshop()
    together = Together(shop, most=most, patience=LONG, blink=0.001, enough=enough)
    leader, others, pool = gathered(together, shop, 1, [2, 3])
    shop.go.set()
    assert [leader.result(LONG), *(future.result(LONG) for future in others)] == [2, 4, 6]
    pool.shutdown()
    shop.calls.clear()
    together._blink = blink
    return together, shop


def test_where_several_came_a_moment_ago_the_first_looks_out_for_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("binzhi.kernel.together._LATELY", LONG)
    together, shop = company(blink=LONG)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(together.ask, "k", 4)
        while together._lines["k"].complete is None:
            threading.Event().wait(0.001)
        assert shop.calls == []
        assert pool.submit(together.ask, "k", 5).result(LONG) == 10
        assert first.result(LONG) == 8
    assert shop.calls == [[4, 5]]


def test_for_more_than_enough_nobody_looks_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("binzhi.kernel.together._LATELY", LONG)
    together, shop = company(blink=LONG, enough=1)
    assert together.ask("k", 4) == 8
    assert shop.calls == [[4]]


def test_who_looked_out_in_vain_is_served_alone_and_the_next_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("binzhi.kernel.together._LATELY", LONG)
    together, shop = company(blink=0.01)
    assert together.ask("k", 4) == 8
    # Nobody else came: there is no company any more.
    assert together._lines == {}
    assert together.ask("k", 5) == 10
    assert shop.calls == [[4], [5]]


def test_who_comes_long_after_the_others_is_served_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("binzhi.kernel.together._LATELY", 0.0)
    together, shop = company(blink=LONG)
    assert together.ask("k", 4) == 8
    assert shop.calls == [[4]]


def test_under_many_hands_each_is_answered_once_with_his_own() -> None:
    seen: list[int] = []
    lock, busy = threading.Lock(), threading.Lock()

    def work(numbers: list[int]) -> list[int]:
        # One call at a time under one key.
        assert busy.acquire(blocking=False)
        with lock:
            seen.extend(numbers)
        busy.release()
        return [-number for number in numbers]

    together = Together(work, most=4, patience=LONG, blink=0.002, enough=4)

    def ask(first: int) -> list[int]:
        return [together.ask("k", number) for number in range(first, first + 200)]

    with ThreadPoolExecutor(8) as pool:
        tasks: list[Callable[[], list[int]]] = [lambda first=first * 1000: ask(first) for first in range(8)]  # type: ignore[misc]
        found = [future.result(LONG) for future in [pool.submit(task) for task in tasks]]
    for first, answers in enumerate(found):
        assert answers == [-number for number in range(first * 1000, first * 1000 + 200)]
    assert sorted(seen) == sorted(-answer for answers in found for answer in answers)
    assert together.waiting("k") == 0
