"""The waitlist goes on by itself: what came free is offered to the first who wants it, what was left to the next."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from procrastinate import App

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.kernel.follower import follow
from binzhi.kernel.jobs import WHEN_AWAY
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
WHERE w.status = 'waiting' AND w.hotel_id = ANY (%(hotels)s) AND (w.departure - w.arrival) = (
    SELECT count(*) FROM reservations_night n
    WHERE n.night = ANY (ARRAY(SELECT w.arrival + d FROM generate_series(0, w.departure - w.arrival - 1) AS d))
      AND n.hotel_id = w.hotel_id AND n.room_type_id = w.room_type_id AND NOT n.closed
      AND n.rooms - n.out_of_order + n.overbooking - n.sold - n.held >= w.rooms)
ORDER BY w.hotel_id, w.priority, w.created_at, w.id
"""


# What may leave a night free, or let somebody wait for one that is.
FOLLOWER = "reservations.waitlist"
TOPICS = frozenset({
    "reservation.changed", "reservation.cancelled", "reservation.no_show", "reservation.unit_assigned",
    "reservation.units_assigned", "reservation.unit_unassigned", "reservation.stay_split", "reservation.walked",
    "stay.shortened", "stay.moved", "stay.checked_out", "room.returned_to_service", "sell_limits.set", "rates.painted",
    "nights.opened", "block.changed", "block.status_changed", "block.released", "waitlist.changed",
})  # fmt: skip
_HOTELS = "SELECT id FROM property_hotel ORDER BY id"


def look(*, now: datetime) -> int:
    """Let offers that are over lapse, then offer what is free, in every hotel; how many entries changed. Safe to run at
    any time."""
    changed = lapse(now=now)
    return changed + offer_free(hotels=db.fetch_values(_HOTELS, []), now=now)


def lapse(*, now: datetime) -> int:
    """End offers that were not taken and wishes whose day has passed; how many. Each tells that nights are free."""
    db.enter_scope("*", "*")
    changed = 0
    for over in db.fetch_all(_OVER, {"now": now}):
        try:
            services.end_entry(**over, lapsed=True, actor=CLERK, now=now)
            changed += 1
        except DomainError as refusal:
            _log.info("waitlist entry not ended: %s", refusal.code)
    return changed


def offer_free(*, hotels: Collection[int], now: datetime) -> int:
    """Offer what is free in these hotels to the first who want it; how many."""
    db.enter_scope("*", "*")
    changed = 0
    for free in db.fetch_all(_FREE, {"hotels": sorted(hotels)}):
        try:
            services.offer(**free, actor=CLERK, now=now)
            changed += 1
        except DomainError as refusal:
            # The one before got it.
            _log.info("waitlist entry not offered: %s", refusal.code)
    return changed


def heed_all(*, now: datetime) -> int:
    """Offer what came free since last time; how many entries changed. Nothing is looked for where nothing happened."""
    changed = 0
    hotels: set[int] = set()
    while follow(name=FOLLOWER, topics=TOPICS, react=lambda seen: hotels.add(seen.hotel_id)):
        pass
    if hotels:
        changed = offer_free(hotels=hotels, now=now)
    return changed


def register(app: App) -> None:
    """Make it known to the worker: a reader of events, woken at once by what frees nights; a clock for what lapses."""

    # The sixth field of this cron is seconds: events that wake nobody, too many to carry a job each.
    @app.periodic(cron="* * * * * */5")
    @app.task(name=FOLLOWER, queueing_lock=FOLLOWER, lock=FOLLOWER, retry=WHEN_AWAY)
    def heed(timestamp: int) -> int:
        return heed_all(now=clock.now())

    @app.task(name="reservations.waitlist_now", lock=FOLLOWER, retry=WHEN_AWAY)
    def heed_now() -> int:
        return heed_all(now=clock.now())

    @app.periodic(cron="* * * * *")
    @app.task(name="reservations.waitlist_lapse", queueing_lock="reservations.waitlist_lapse", retry=WHEN_AWAY)
    def lapse_over(timestamp: int) -> int:
        return lapse(now=clock.now())


def at_once(app: App) -> Any:
    """The reaction to what frees nights and is rare."""

    def defer(*, event_id: int, **_payload: Any) -> None:
        app.configure_task("reservations.waitlist_now").defer()

    return defer
