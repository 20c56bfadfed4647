"""The worker sends invoices: at once when one is asked for, and whatever waits when its turn comes."""

from __future__ import annotations

from procrastinate import App

from binzhi.billing.invoices.sending import send_due
from binzhi.kernel import clock
from binzhi.kernel.jobs import WHEN_AWAY


def register(app: App) -> None:
    """Make the jobs known to the worker."""

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */30")
    @app.task(name="billing.send_invoices", queueing_lock="billing.send_invoices", retry=WHEN_AWAY)
    def send_invoices(timestamp: int) -> int:
        return send_due(now=clock.now())

    @app.task(name="billing.send_invoices_now", retry=WHEN_AWAY)
    def send_invoices_now() -> int:
        return send_due(now=clock.now())
