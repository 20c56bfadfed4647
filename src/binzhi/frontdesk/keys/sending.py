"""Sending what waits to the lock system, and heeding who moved or left: their cards open nothing any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procrastinate import App

from binzhi.frontdesk.errors import KeyAnswered, KeyCannotBeVoid
from binzhi.frontdesk.keys.locks import Answer, HttpLocks, Locks
from binzhi.frontdesk.keys.services import key_place, note_answer, turn_after, void_keys_of_stay
from binzhi.kernel import clock, crypto, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.follower import Seen, follow
from binzhi.kernel.jobs import WHEN_AWAY
from binzhi.kernel.operations import unit_of_work

DESK = Actor.system("key cards")
FOLLOWER = "frontdesk.keys"
WHY = {"stay.checked_out": "left", "stay.moved": "moved", "stay.check_in_reverted": "reverted"}
CLAIM_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A card that is asked about now."""

    pk: int
    hotel_id: int
    state: str
    attempts: int
    serial: str


_CLAIM = """
UPDATE frontdesk_keycard SET attempts = least(attempts + 1, 30000), next_at = %(now)s + make_interval(secs => %(claim)s)
WHERE id = (
    SELECT id FROM frontdesk_keycard WHERE state IN ('asked', 'voiding') AND next_at <= %(now)s
    ORDER BY next_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id AS pk, hotel_id, state, attempts, serial
"""
_REQUEST = """
SELECT k.serial, m.number AS room, k.is_copy, k.asked_at AS valid_from, k.valid_until
FROM frontdesk_keycard k JOIN property_room m ON m.id = k.room_id WHERE k.id = %s
"""

Chooser = Callable[[int], Locks | None]


def locks_of(hotel_id: int) -> Locks | None:
    """The hotel's lock system, or None where none is connected."""
    row = db.fetch_one("SELECT url, key FROM frontdesk_locksystem WHERE hotel_id = %s", [hotel_id])
    if row is None or not row["url"]:
        return None
    key = crypto.open_sealed(row["key"], place=key_place(hotel_id)) if row["key"] else ""
    return HttpLocks(url=row["url"], key=key)


def claim(*, now: datetime) -> Claimed | None:
    """The next card whose turn it is; nobody else asks about it meanwhile."""
    with unit_of_work():
        row = db.fetch_one(_CLAIM, {"now": now, "claim": CLAIM_SECONDS})
    return Claimed(**row) if row else None


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
    tried = 0
    while tried < most and (claimed := claim(now=now)) is not None:
        answer = answer_for(claimed, choose(claimed.hotel_id))
        tried += 1
        try:
            note_answer(
                hotel_id=claimed.hotel_id, key_id=claimed.pk, was=claimed.state, answer=answer,
                next_at=turn_after(claimed.attempts, now), actor=DESK, now=now,
            )  # fmt: skip
        except KeyAnswered:
            # Made void meanwhile, or another worker's answer came first.
            continue
    return tried


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


def at_once(app: App) -> Any:
    """The reaction to a request: a card lies on the encoder."""

    def defer(*, event_id: int, **_payload: Any) -> None:
        app.configure_task("frontdesk.keys_now").defer()

    return defer
