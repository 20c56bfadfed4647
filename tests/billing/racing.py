"""Calls that start together, each on its own connection."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection

Call = Callable[[], object]


def run_all(calls: Sequence[Call]) -> Counter[str]:
    """Run all at once; how many ended `ok` and how many in which exception."""
    gate = threading.Barrier(len(calls))
    outcomes: Counter[str] = Counter()
    lock = threading.Lock()

    def run(call: Call) -> None:
        gate.wait()
        try:
            call()
            name = "ok"
        except Exception as error:  # the outcome is what is asked
            name = type(error).__name__
        finally:
            connection.close()
        with lock:
            outcomes[name] += 1

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
