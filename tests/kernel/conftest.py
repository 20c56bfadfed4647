"""Threads that begin together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import connection


@pytest.fixture
def run_all() -> Callable[[Sequence[Callable[[], object]]], list[object]]:
    """Run calls at once, each on a connection of its own; what each gave or the name of what it raised."""

    def run(calls: Sequence[Callable[[], object]]) -> list[object]:
        gate = threading.Barrier(len(calls))
        outcomes: list[object] = [None] * len(calls)

        def one(place: int, call: Callable[[], object]) -> None:
            gate.wait()
            try:
                outcomes[place] = call()
            except Exception as error:
                outcomes[place] = type(error).__name__
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run
