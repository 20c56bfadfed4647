"""The worker's part: events are told, reminders written, what is due goes out."""

from __future__ import annotations

from procrastinate import App

from binzhi.engagement import follow, sending
from binzhi.kernel import clock
from binzhi.kernel.jobs import WHEN_AWAY


def register(app: App) -> None:
    """Make it known to the worker. Jobs carry no argument: what there is to do stands in the outbox."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="engagement.heed", queueing_lock="engagement.heed", lock="engagement.heed", retry=WHEN_AWAY)
    def heed(timestamp: int) -> int:
        return follow.heed_all()

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="engagement.remind", queueing_lock="engagement.remind", lock="engagement.remind", retry=WHEN_AWAY)
    def remind(timestamp: int) -> int:
        return follow.remind_all(now=clock.now())

    @app.periodic(cron="* * * * * */5")
    @app.task(name="engagement.send", queueing_lock="engagement.send", lock="engagement.send", retry=WHEN_AWAY)
    def send(timestamp: int) -> int:
        sent = 0
        while found := sending.send_due(now=clock.now()):
            sent += found
        return sent
