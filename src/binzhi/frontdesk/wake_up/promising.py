"""A wake-up call as the protocols see it: one that nobody answered sets `wake-up-unanswered` off, and ends with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from binzhi.frontdesk.errors import CallDone
from binzhi.frontdesk.events import WakeUpFailed, WakeUpNoted
from binzhi.frontdesk.names import surname_of
from binzhi.frontdesk.wake_up.services import see_guest
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.follower import Seen, follow
from binzhi.promises.events import RunDone
from binzhi.promises.starting import Kind, Subject, register

SUBJECT = "wake-up"
FOLLOWER = "frontdesk.wake_up"
WATCH = Actor.system("wake-up calls")
TOPICS = frozenset({WakeUpFailed.topic, WakeUpNoted.topic})
_CALL = """
SELECT c.id, c.at, c.escalated_at, c.seen_at, c.state, rr.room_id, coalesce(m.number, '') AS room,
    coalesce(g.name, v.booker_name) AS name, g.id AS guest_id
FROM frontdesk_wakeupcall c
JOIN reservations_roomreservation rr ON rr.id = c.room_reservation_id
JOIN reservations_reservation v ON v.id = rr.reservation_id
LEFT JOIN property_room m ON m.id = rr.room_id
LEFT JOIN guests_guest g ON g.id = coalesce(rr.guest_id, v.guest_id)
WHERE c.hotel_id = %s AND c.id = %s
"""


def concerned(seen: Seen) -> Sequence[int]:
    """The call that an event tells of."""
    return [int(seen.payload["call_id"])]


def described(hotel_id: int, call_id: int) -> Subject | None:
    """A call with its moment; gone once somebody answered, saw to the guest, or nobody is to be woken any more."""
    row = db.fetch_one(_CALL, [hotel_id, call_id])
    if row is None:
        return None
    moments = {"unanswered": row["escalated_at"]} if row["escalated_at"] else {}
    return Subject(
        id=row["id"], label=" ".join(part for part in (row["room"], surname_of(row["name"])) if part), facts={},
        anchors=moments, room_id=row["room_id"], guest_id=row["guest_id"], host_department="front-office",
        gone=_gone(row),
    )  # fmt: skip


def _gone(row: dict[str, Any]) -> str:
    if row["seen_at"] is not None:
        return "seen to"
    return {"done": "answered", "cancelled": "cancelled"}.get(row["state"], "")


def note_seen(seen: Seen) -> None:
    """Who did what the protocol asks saw to the guest: the alarm on the list of calls is over. Idempotent."""
    if seen.payload.get("subject") != SUBJECT:
        return
    try:
        see_guest(hotel_id=seen.hotel_id, call_id=int(seen.payload["subject_id"]), actor=WATCH, now=clock.now())
    except CallDone:
        return


def heed_all() -> int:
    """Every run that ended since last time; how many."""
    found = 0
    while more := follow(name=FOLLOWER, topics=frozenset({RunDone.topic}), react=note_seen):
        found += more
    return found


def make_known() -> None:
    """Let protocols be laid over calls."""
    register(Kind(SUBJECT, TOPICS, concerned, described))
