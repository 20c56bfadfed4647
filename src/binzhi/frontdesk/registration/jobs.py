"""The worker's part: pictures of documents do not stay longer than they may."""

from __future__ import annotations

from procrastinate import App

from binzhi.frontdesk.registration import images
from binzhi.kernel import clock
from binzhi.kernel.actor import Actor
from binzhi.kernel.jobs import WHEN_AWAY

CLEARER = Actor.system("document images")


def register(app: App) -> None:
    @app.periodic(cron="*/10 * * * *")
    @app.task(
        name="registration.clear_images", queueing_lock="registration.clear_images", lock="registration.clear_images",
        retry=WHEN_AWAY,
    )  # fmt: skip
    def clear_images(timestamp: int) -> int:
        return images.clear_all(actor=CLEARER, now=clock.now())
