"""`binzhi serve` with one guard taken away or a place to die at: only here, never by a switch of the product.

Run as `unguarded.py GUARD`, with a name out of GUARDS below.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

MEETING = 6
MEET_SECONDS = 5


class Meeting:
    """The first callers wait here for each other, so that all of them have looked before one of them writes."""

    def __init__(self) -> None:
        self._met = threading.Event()
        self._came = 0
        self._lock = threading.Lock()

    def join(self) -> None:
        with self._lock:
            self._came += 1
            if self._came >= MEETING:
                self._met.set()
        self._met.wait(MEET_SECONDS)


def check_then_sell() -> None:
    """Look whether a room is left, and sell it in a second statement without looking again."""
    from binzhi.kernel import db
    from binzhi.reservations import nights
    from binzhi.reservations.errors import RoomTypeSoldOut
    from binzhi.reservations.services import booking

    meeting = Meeting()
    look = "SELECT rooms - out_of_order + overbooking - held - sold FROM reservations_night"
    where = " WHERE hotel_id = %s AND night = %s AND room_type_id = %s"

    real = booking.book

    def book(hotel_id: int, drafts: Sequence[Any]) -> list[int]:
        deltas = nights.merged(*(draft.deltas for draft in drafts))
        for (night, kind), delta in sorted(deltas.items()):
            if db.fetch_value(look + where, [hotel_id, night, kind]) < delta:
                raise RoomTypeSoldOut(night=night, room_type_id=kind)
        meeting.join()
        for (night, kind), delta in sorted(deltas.items()):
            db.execute("UPDATE reservations_night SET sold = sold + %s" + where, [delta, hotel_id, night, kind])
        return real(hotel_id, [replace(draft, deltas={}) for draft in drafts])

    booking.book = book
    # Each by itself: those who are written together do not race.
    booking.booked = booking._alone


def sell_without_looking() -> None:
    """The statement that sells has lost its condition; the table's own rule stands."""
    from binzhi.reservations.services import writing

    guard = (
        "AND (l.delta < 0 OR (NOT n.closed AND n.sold + l.delta <= n.rooms - n.out_of_order + n.overbooking - n.held))"
    )
    for name in ("_BOOK", "_BOOK_ALONE"):
        assert guard in getattr(writing, name)
        setattr(writing, name, getattr(writing, name).replace(guard, ""))


def look_up_key_then_work() -> None:
    """Ask whether the key was used, then work, then note the key."""
    from binzhi.api import core
    from binzhi.kernel import db
    from binzhi.kernel.operations import unit_of_work

    meeting = Meeting()

    def run_once_carried(
        *,
        caller: str,
        key: str,
        fingerprint: bytes,
        work: Callable[[], Any],
        answer_of: Callable[[Any], dict[str, Any]],
    ) -> tuple[dict[str, Any], bool]:
        with unit_of_work():
            kept = db.fetch_one(
                "SELECT answer FROM kernel_idempotency_key WHERE caller = %s AND key = %s", [caller, key]
            )
            if kept is not None:
                return kept["answer"], True
            meeting.join()
            answer = answer_of(work())
            db.execute(
                "INSERT INTO kernel_idempotency_key (caller, key, fingerprint, answer) VALUES (%s, %s, %s, '{}')"
                " ON CONFLICT DO NOTHING",
                [caller, key, fingerprint],
            )
            return answer, False

    core.run_once_carried = run_once_carried  # type: ignore[assignment]


def save_without_version() -> None:
    """Whoever saves last wins, whatever he has seen."""
    from binzhi.reservations.services import details

    real = details.lock_reservation

    def lock(*, hotel_id: int, reservation_id: int, expected_version: int | None = None) -> Any:
        return real(hotel_id=hotel_id, reservation_id=reservation_id)

    details.lock_reservation = lock


def die_where_the_key_says() -> None:
    """A key that begins with `before` or `after` kills the process before or after the commit, the first time."""
    from binzhi.api import core
    from binzhi.reservations.services import booking

    real, real_carried, real_book = core.run_once, core.run_once_carried, booking.book

    def die_once(key: str) -> None:
        with suppress(FileExistsError):
            os.close(os.open(os.path.join(os.environ["BINZHI_TEST_DIED"], key), os.O_CREAT | os.O_EXCL))
            os.kill(os.getpid(), signal.SIGKILL)

    def run_once(*, key: str, work: Callable[[], dict[str, Any]], **given: Any) -> tuple[dict[str, Any], bool]:
        def work_and_die() -> dict[str, Any]:
            answer = work()
            if key.startswith("before"):
                die_once(key)
            return answer

        done = real(key=key, work=work_and_die, **given)
        if key.startswith("after"):
            die_once(key)
        return done

    def book(hotel_id: int, drafts: Sequence[Any]) -> list[int]:
        # The statement of bookings is its own transaction: before the commit is before the statement.
        for draft in drafts:
            if (key := draft.booking.get("claim_key") or "").startswith("before"):
                die_once(key)
        return real_book(hotel_id, drafts)

    def run_once_carried(*, key: str, **given: Any) -> tuple[dict[str, Any], bool]:
        done = real_carried(key=key, **given)
        if key.startswith("after"):
            die_once(key)
        return done

    core.run_once, core.run_once_carried, booking.book = run_once, run_once_carried, book


GUARDS = {
    "mortal": die_where_the_key_says,
    "check-then-sell": check_then_sell,
    "sell-without-looking": sell_without_looking,
    "key-looked-up": look_up_key_then_work,
    "no-version": save_without_version,
}


def load(guard: str, real: Callable[[int], Any], parent: int) -> Any:
    """In each web worker: the application, then the guard is taken away."""
    application = real(parent)
    GUARDS[guard]()
    return application


if __name__ == "__main__":
    from binzhi.config import web
    from binzhi.config.cli import environment

    web._load = partial(load, sys.argv[1], web._load)  # type: ignore[assignment]
    web.serve(host=environment.host(), port=environment.port())
