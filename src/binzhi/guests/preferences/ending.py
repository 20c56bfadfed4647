"""Preferences end by themselves: with their stay, or when nobody has seen them for a long time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from binzhi.guests.access import Permission
from binzhi.guests.events import PreferenceChanged
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.kernel.operations import Entry, operation, record_each

STAY_OVER, EXPIRED = "stay_over", "expired"
MOST = 500
_END_STAYS = """
WITH over AS (
    SELECT id FROM guests_preference
    WHERE hotel_id = %(hotel)s AND stay_id = ANY (%(stays)s) AND scope = 'stay' AND state <> 'ended'
    ORDER BY id FOR UPDATE
)
UPDATE guests_preference p SET state = 'ended', ended_at = %(now)s, reason = 'stay_over', text = '',
    version = version + 1
FROM over WHERE p.id = over.id RETURNING p.id, p.guest_id, p.wish
"""
# What was only of that stay is nobody's business afterwards: it may have been an illness.
_CLEAR = """
WITH gone AS (
    SELECT id, picture_id FROM guests_observation
    WHERE hotel_id = %(hotel)s AND stay_id = ANY (%(stays)s) AND once AND cleared_at IS NULL FOR UPDATE
), sealed AS (
    UPDATE guests_observationpicture SET sealed = NULL WHERE id IN (SELECT picture_id FROM gone)
)
UPDATE guests_observation o SET text = '', chips = '{}', kind = '', picture_id = NULL, cleared_at = %(now)s
FROM gone WHERE o.id = gone.id RETURNING o.id
"""
# Suggestions nobody confirmed go in the same time as what they were suggested from is no longer new.
_EXPIRE = """
WITH old AS (
    SELECT id FROM guests_preference
    WHERE hotel_id = %(hotel)s AND ((state = 'confirmed' AND expires_on < %(today)s)
        OR (state = 'suggested' AND last_seen_at < %(stale)s))
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE guests_preference p SET state = 'ended', ended_at = %(now)s, reason = 'expired', version = version + 1
FROM old WHERE p.id = old.id RETURNING p.id, p.guest_id, p.wish
"""


@operation(Permission.LEARN)
def end_stays(*, hotel_id: int, ended: Sequence[int], actor: Actor, now: datetime) -> int:
    """Stays are over: what was only for them ends, and what was noted of it is cleared. How many preferences ended.

    Changes preferences, observations and pictures of those stays. Locks them. Idempotent. Raises NotFound where there
    is nothing to end. Publishes PreferenceChanged for each.
    """
    stays = {"hotel": hotel_id, "stays": db.array(ended), "now": now}
    gone = db.fetch_all(_END_STAYS, stays)
    cleared = db.fetch_values(_CLEAR, stays)
    if not gone and not cleared:
        raise NotFound
    _tell(gone, hotel_id, actor, now, reason=STAY_OVER, besides=cleared)
    return len(gone)


@operation(Permission.LEARN)
def expire(*, hotel_id: int, today: date, stale: datetime, actor: Actor, now: datetime) -> int:
    """End what was confirmed but not seen again in its time, and suggestions older than `stale`; how many.

    Changes preferences, MOST at a time: call again until it is 0. Locks them, skipping what somebody changes. Raises
    NotFound where there is nothing to end. Publishes PreferenceChanged for each.
    """
    gone = db.fetch_all(_EXPIRE, {"hotel": hotel_id, "today": today, "stale": stale, "now": now, "most": MOST})
    if not gone:
        raise NotFound
    _tell(gone, hotel_id, actor, now, reason=EXPIRED)
    return len(gone)


def _tell(
    gone: Sequence[dict[str, object]], hotel_id: int, actor: Actor, now: datetime, *, reason: str,
    besides: Sequence[int] = (),
) -> None:  # fmt: skip
    entries = [
        Entry(
            int(str(row["guest_id"])),
            PreferenceChanged(
                guest_id=int(str(row["guest_id"])), preference_id=int(str(row["id"])), state="ended"
            ),
            after={"preference": row["id"], "wish": row["wish"], "state": "ended"},
        )
        for row in gone
    ]  # fmt: skip
    if not entries:
        # Only notes were cleared: one row says so.
        event = PreferenceChanged(guest_id=0, preference_id=0, state="cleared")
        entries = [Entry(0, event, after={"observations": list(besides)})]
    record_each(
        "guest.preference_changed", subject="guest", entries=entries, hotel_id=hotel_id, actor=actor, now=now,
        reason=reason,
    )  # fmt: skip
