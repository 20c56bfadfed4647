"""The worker looks after calls that nobody noted."""

from __future__ import annotations

from datetime import datetime

from procrastinate import App

from binzhi.frontdesk.errors import CallDone
from binzhi.frontdesk.wake_up.promising import heed_all
from binzhi.frontdesk.wake_up.queries import forgotten
from binzhi.frontdesk.wake_up.services import escalate_wake_up
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.jobs import WHEN_AWAY

LOOKOUT = Actor.system("wake-up calls")


def escalate_due(*, now: datetime) -> int:
    """Tell of every call that nobody noted in time; how many."""
    db.enter_scope("*", "*")
    told = 0
    for row in forgotten(now=now):
        try:
            escalate_wake_up(actor=LOOKOUT, now=now, **row)
        except CallDone:
            continue
        told += 1
    return told


def register(app: App) -> None:
    """Make the job known to the worker: who was seen to, whom nobody called."""

    @app.periodic(cron="* * * * *")
    @app.task(name="frontdesk.wake_up", queueing_lock="frontdesk.wake_up", retry=WHEN_AWAY)
    def wake_up(timestamp: int) -> int:
        return heed_all() + escalate_due(now=clock.now())
