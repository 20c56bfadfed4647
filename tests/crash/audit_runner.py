"""A process that closes hotel days and is killed outright at a statement of its choice.

Reads lines of `hotel_id day point` and answers each with the exit status of the process that tried. `point` is
`before:N` or `after:N` (the N-th statement of the audit), `clock:N` (N microseconds after the start), `done`
(committed, the answer not given), or `never`.
Started once: each try is a fork of it, so that a kill costs no start.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from binzhi.frontdesk.night_audit import run_night_audit  # noqa: E402
from binzhi.kernel import db  # noqa: E402
from binzhi.kernel.actor import Actor  # noqa: E402
from tests.frontdesk.audit_house import NIGHT, TODAY  # noqa: E402


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KillAt:
    """Counts the statements and dies before or after the one named."""

    def __init__(self, when: str, place: int) -> None:
        self.when, self.place, self.seen = when, place, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen == self.place and self.when == "before":
            die()
        result = execute(sql, params, many, context)
        if self.seen == self.place and self.when == "after":
            die()
        return result


def die_in(seconds: float) -> None:
    """Another process does the killing, whatever this one is in the middle of."""
    victim = os.getpid()
    if os.fork() == 0:
        time.sleep(seconds)
        os.kill(victim, signal.SIGKILL)
        os._exit(0)


def close(hotel_id: int, day: date, point: str) -> None:
    when, _, place = point.partition(":")
    db.enter_scope("*", "*")
    if when == "clock":
        die_in(int(place) / 1e6)
    with connection.execute_wrapper(KillAt(when, int(place or 0))):
        run_night_audit(hotel_id=hotel_id, business_date=day, actor=Actor.system("runner"), now=NIGHT + (day - TODAY))
    if when == "done":
        die()


def main() -> None:
    for line in sys.stdin:
        hotel_id, day, point = line.split()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                close(int(hotel_id), date.fromisoformat(day), point)
                status = 0
            finally:
                # A killer that comes late must not find the number of a stranger.
                signal.pause() if point.startswith("clock") else os._exit(status)
        _pid, status = os.waitpid(child, 0)
        print(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)


main()
