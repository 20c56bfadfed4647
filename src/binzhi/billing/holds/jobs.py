"""The worker asks the acquirer: at once when a clerk does, again when nobody answered; and notes what has ended."""

from __future__ import annotations

from procrastinate import App

from binzhi.billing.holds.sending import expire_due, send_due
from binzhi.kernel import clock
from binzhi.kernel.jobs import WHEN_AWAY


def register(app: App) -> None:
    """Make the jobs known to the worker."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */10")
    @app.task(name="billing.send_holds", queueing_lock="billing.send_holds", retry=WHEN_AWAY)
    def send_holds(timestamp: int) -> int:
        return send_due(now=clock.now())

    @app.task(name="billing.send_holds_now", retry=WHEN_AWAY)
    def send_holds_now() -> int:
        return send_due(now=clock.now())

    @app.periodic(cron="7 * * * *")
    @app.task(name="billing.expire_holds", queueing_lock="billing.expire_holds", retry=WHEN_AWAY)
    def expire_holds(timestamp: int) -> int:
        return expire_due(now=clock.now())
