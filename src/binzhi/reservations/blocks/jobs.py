"""The clock of groups: what is left after the cut-off is for sale again."""

from __future__ import annotations

import logging
from datetime import datetime

from procrastinate import App

from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError
from binzhi.reservations.blocks import services

CLOCK = Actor.system("cut-off")
_log = logging.getLogger(__name__)
# The cut-off is the last day on which people may be named.
_DUE = """
SELECT b.hotel_id, b.id AS block_id FROM reservations_block b JOIN property_hotel h ON h.id = b.hotel_id
WHERE b.status = 'definite' AND b.released_at IS NULL AND b.cut_off < h.business_date ORDER BY b.id
"""


def release_due(*, now: datetime) -> int:
    """Release every group whose cut-off is over; how many. Safe to run at any time, by several workers."""
    db.enter_scope("*", "*")
    done = 0
    for due in db.fetch_all(_DUE):
        try:
            services.release(**due, actor=CLOCK, now=now)
        except DomainError as refusal:
            # Somebody was quicker.
            _log.info("group not released: %s", refusal.code)
        else:
            done += 1
    return done


def register(app: App) -> None:
    """Make the clock known to the worker."""

    @app.periodic(cron="* * * * *")
    @app.task(name="reservations.release_blocks", queueing_lock="reservations.release_blocks")
    def release_blocks(timestamp: int) -> int:
        return release_due(now=clock.now())
