"""Work on guest files that the worker does by the clock."""

from __future__ import annotations

from procrastinate import App

from binzhi.guests.privacy import requests, retention
from binzhi.kernel import clock, db
from binzhi.kernel.actor import Actor
from binzhi.kernel.jobs import WHEN_AWAY

CLOCK = Actor.system("retention clock")


def keep_time() -> dict[str, int]:
    """Clear what is over its time, and erase what waited for the law; how many of each."""
    now = clock.now()
    db.enter_scope("*", "*")
    for hotel_id, request_id in requests.waiting_since(today=now.date()):
        requests.finish_waiting(hotel_id=hotel_id, request_id=request_id, actor=CLOCK, now=now)
    return retention.run_all(actor=CLOCK, now=now)


def register(app: App) -> None:
    """Make the jobs known to the worker."""

    @app.periodic(cron="41 3 * * *")
    @app.task(name="guests.keep_time", queueing_lock="guests.keep_time", lock="guests.keep_time", retry=WHEN_AWAY)
    def keep_time_job(timestamp: int) -> None:
        keep_time()
