"""The clock of the waitlist: what came free is offered to the first who wants it; what was not taken, to the next."""

from __future__ import annotations

import logging
from datetime import datetime

from procrastinate import App

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.reservations.waitlist import services

CLERK = Actor.system("waitlist")
_log = logging.getLogger(__name__)
_OVER = """
SELECT w.hotel_id, w.id AS entry_id FROM reservations_waitlistentry w JOIN property_hotel h ON h.id = w.hotel_id
WHERE (w.status = 'offered' AND w.offer_until <= %(now)s)
   OR (w.status IN ('waiting', 'offered') AND w.arrival < h.business_date)
ORDER BY w.id
"""
# Those whose nights are all to be had, in the order in which they are served. Looked at and not kept: whoever is
# refused in the end waits on.
_FREE = """
SELECT w.hotel_id, w.id AS entry_id
FROM reservations_waitlistentry w
WHERE w.status = 'waiting' AND (w.departure - w.arrival) = (
    SELECT count(*) FROM reservations_night n
    WHERE n.night = ANY (ARRAY(SELECT w.arrival + d FROM generate_series(0, w.departure - w.arrival - 1) AS d))
      AND n.hotel_id = w.hotel_id AND n.room_type_id = w.room_type_id AND NOT n.closed
      AND n.rooms - n.out_of_order + n.overbooking - n.sold - n.held >= w.rooms)
ORDER BY w.hotel_id, w.priority, w.created_at, w.id
"""


def look(*, now: datetime) -> int:
    """Let offers that are over lapse, then offer what is free; how many entries changed. Safe to run at any time."""
    db.enter_scope("*", "*")
    changed = 0
    for over in db.fetch_all(_OVER, {"now": now}):
        try:
            services.end_entry(**over, lapsed=True, actor=CLERK, now=now)
            changed += 1
        except DomainError as refusal:
            _log.info("waitlist entry not ended: %s", refusal.code)
    for free in db.fetch_all(_FREE):
        try:
            services.offer(**free, actor=CLERK, now=now)
            changed += 1
        except DomainError as refusal:
            # The one before got it.
            _log.info("waitlist entry not offered: %s", refusal.code)
    return changed


def register(app: App) -> None:
    """Make the clock known to the worker: whatever frees a night, it is seen within ten seconds."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */10")
    @app.task(name="reservations.waitlist", queueing_lock="reservations.waitlist", lock="reservations.waitlist")
    def look_after(timestamp: int) -> int:
        return look(now=clock.now())
