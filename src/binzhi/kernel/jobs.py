"""Housekeeping of the shared tables: sealing the audit trail, forgetting old keys and jobs, reviving lost jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from procrastinate import App, JobContext, RetryStrategy

from binzhi.kernel import audit, clock, db

IDEMPOTENCY_DAYS = 7
# A house has a hundred thousand jobs a day, most of which found nothing to do. What failed is kept to be looked into.
DONE_HOURS, FAILED_HOURS = 6, 30 * 24
# A worker says every ten seconds that it lives. With the look every twenty, a lost job waits a minute at most.
STALLED_SECONDS = 35

# For tasks that must be done in the end: the database was away, or somebody held a lock for too long.
WHEN_AWAY = RetryStrategy(max_attempts=10, wait=15, retry_exceptions={OperationalError, InterfaceError})


def at_once(app: App, task: str) -> Callable[..., None]:
    """The reaction to something that was asked for while somebody waits: a task without arguments, deferred."""

    def defer(*, event_id: int, **_payload: Any) -> None:
        app.configure_task(task).defer()

    return defer


def register(app: App) -> None:
    """Make the periodic jobs known to the worker."""

    @app.periodic(cron="* * * * *")
    @app.task(name="kernel.seal_audit", queueing_lock="kernel.seal_audit", lock="kernel.seal_audit")
    def seal_audit(timestamp: int) -> None:
        db.enter_scope("*", "*")
        audit.seal()

    @app.periodic(cron="17 3 * * *")
    @app.task(name="kernel.forget_old_keys", queueing_lock="kernel.forget_old_keys")
    def forget_old_keys(timestamp: int) -> None:
        before = clock.now() - timedelta(days=IDEMPOTENCY_DAYS)
        db.execute("DELETE FROM kernel_idempotency_key WHERE created_at < %s", [before])

    @app.periodic(cron="47 * * * *")
    @app.task(name="kernel.forget_old_jobs", queueing_lock="kernel.forget_old_jobs", pass_context=True)
    async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
        manager = context.app.job_manager
        await manager.delete_old_jobs(nb_hours=DONE_HOURS)
        await manager.delete_old_jobs(
            nb_hours=FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    # The sixth field of this cron is seconds.
    @app.periodic(cron="* * * * * */20")
    @app.task(name="kernel.revive_stalled_jobs", queueing_lock="kernel.revive_stalled_jobs", pass_context=True)
    async def revive_stalled_jobs(context: JobContext, timestamp: int) -> None:
        # A worker killed outright leaves its job marked as running for ever.
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await manager.retry_job(job)
