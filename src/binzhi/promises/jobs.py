"""Work of this context that the worker does."""

from __future__ import annotations

from procrastinate import App

from binzhi.kernel import clock
from binzhi.kernel.follower import follow
from binzhi.kernel.jobs import WHEN_AWAY
from binzhi.promises import starting
from binzhi.promises.sweep import sweep

FOLLOWER = "promises"


def register(app: App) -> None:
    """Make the sweep known to the worker: each 15 seconds; several workers share what is due."""

    # The sixth field of this cron is seconds. No lock: a sweep that hangs must not hold up the next.
    @app.periodic(cron="* * * * * */15")
    @app.task(name="promises.sweep", queueing_lock="promises.sweep")
    def sweep_promises(timestamp: int) -> int:
        return sweep(now=clock.now())

    # What happens in the house sets protocols off. One at a time: two would do everything twice, to no avail.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="promises.heed", queueing_lock="promises.heed", lock="promises.heed", retry=WHEN_AWAY)
    def heed_events(timestamp: int) -> int:
        return heed_all()


def heed_all() -> int:
    """React to everything that happened since last time; how many events that were."""
    seen = 0
    while found := follow(name=FOLLOWER, topics=starting.topics(), react=starting.heed):
        seen += found
    return seen
