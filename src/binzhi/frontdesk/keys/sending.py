"""Sending what waits to the lock system, and heeding who moved or left: their cards open nothing any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from procrastinate import App

from binzhi.frontdesk.errors import KeyAnswered, KeyCannotBeVoid
from binzhi.frontdesk.keys.locks import Answer, HttpLocks, Locks
from binzhi.frontdesk.keys.services import LINK, note_answer, void_keys_of_stay
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.follower import Seen, follow
from binzhi.kernel.jobs import WHEN_AWAY
from binzhi.kernel.partners import Claimed, Pauses, Queue, ask_each

PARTNER = "locks"
DESK = Actor.system("key cards")
FOLLOWER = "frontdesk.keys"
WHY = {"stay.checked_out": "left", "stay.moved": "moved", "stay.check_in_reverted": "reverted"}
CLAIM_SECONDS = 20
# Somebody waits at the encoder at first.
PAUSES = Pauses(timedelta(seconds=2), timedelta(minutes=5))
QUEUE = Queue(table="frontdesk_keycard", waiting=("asked", "voiding"))
_REQUEST = """
SELECT k.serial, m.number AS room, k.is_copy, k.asked_at AS valid_from, k.valid_until
FROM frontdesk_keycard k JOIN property_room m ON m.id = k.room_id WHERE k.id = %s
"""

Chooser = Callable[[int], Locks | None]


def locks_of(hotel_id: int) -> Locks | None:
    """The hotel's lock system, or None where none is connected."""
    link = LINK.of(hotel_id)
    return HttpLocks(**link) if link else None


def claim(*, now: datetime) -> Claimed | None:
    """The next card whose turn it is; nobody else asks about it meanwhile."""
    return QUEUE.claim(now=now, seconds=CLAIM_SECONDS)


def answer_for(claimed: Claimed, locks: Locks | None) -> Answer:
    """Ask the lock system: no name goes with it."""
    if locks is None:
        return Answer(state="unknown", error="no lock system")
    if claimed.state == "voiding":
        return locks.void(claimed.serial)
    request = db.fetch_one(_REQUEST, [claimed.pk])
    assert request is not None  # claimed
    return locks.make(request)


def send_due(*, now: datetime, choose: Chooser = locks_of, most: int = 200) -> int:
    """Send all whose turn it is; how many were tried. Safe to run at any time, by several workers."""
    db.enter_scope("*", "*")

    def note(claimed: Claimed, answer: Answer) -> None:
        note_answer(
            hotel_id=claimed.hotel_id, key_id=claimed.pk, was=claimed.state, answer=answer,
            next_at=PAUSES.after(claimed.attempts, now), actor=DESK, now=now,
        )  # fmt: skip

    waiting = QUEUE.one_by_one(lambda: claim(now=now), most=most)
    return ask_each(waiting, partner=PARTNER, choose=choose, ask=answer_for, note=note, now=now, settled=KeyAnswered)


def heed(seen: Seen) -> None:
    """Somebody moved or left. Idempotent."""
    db.enter_scope("*", "*")
    try:
        void_keys_of_stay(
            hotel_id=seen.hotel_id, room_reservation_id=int(seen.payload["room_reservation_id"]),
            reason=WHY[seen.topic], actor=DESK, now=clock.now(),
        )  # fmt: skip
    except KeyCannotBeVoid:
        return


def heed_all() -> int:
    """Everybody who moved or left since last time; how many."""
    seen = 0
    while found := follow(name=FOLLOWER, topics=frozenset(WHY), react=heed):
        seen += found
    return seen


def register(app: App) -> None:
    """Make the jobs known to the worker."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="frontdesk.keys", queueing_lock="frontdesk.keys", lock="frontdesk.keys", retry=WHEN_AWAY)
    def keys(timestamp: int) -> int:
        return heed_all() + send_due(now=clock.now())

    @app.task(name="frontdesk.keys_now", retry=WHEN_AWAY)
    def keys_now() -> int:
        return send_due(now=clock.now())
