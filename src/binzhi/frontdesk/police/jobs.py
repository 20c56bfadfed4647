"""The worker's part: what does not hold any more is corrected, what is due goes out, what is owed for long is said."""

from __future__ import annotations

from procrastinate import App

from binzhi.frontdesk.police import correcting, sending
from binzhi.kernel import clock
from binzhi.kernel.jobs import WHEN_AWAY


def register(app: App) -> None:
    """Make it known to the worker. Jobs carry no argument: what there is to do stands in the queue of reports."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="police.send", queueing_lock="police.send", lock="police.send", retry=WHEN_AWAY)
    def send(timestamp: int) -> int:
        sent = correcting.heed_all()
        while found := sending.send_due(now=clock.now()):
            sent += found
        return sent

    @app.periodic(cron="* * * * *")
    @app.task(name="police.overdue", queueing_lock="police.overdue", lock="police.overdue", retry=WHEN_AWAY)
    def overdue(timestamp: int) -> int:
        return sending.ring_overdue(now=clock.now())
