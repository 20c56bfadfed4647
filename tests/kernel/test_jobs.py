"""Housekeeping of the jobs: what is forgotten, and when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from binzhi.kernel import db, jobs

_JOB = """
WITH job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)
    VALUES ('default', 'kernel.seal_audit', %s::procrastinate_job_status, '{}') RETURNING id
)
INSERT INTO procrastinate_events (job_id, type, at)
SELECT id, %s::procrastinate_job_event_type, now() - make_interval(hours => %s) FROM job RETURNING job_id
"""


def run(task: Callable[..., Awaitable[None]]) -> None:
    try:
        async_to_sync(task)(SimpleNamespace(app=app), timestamp=0)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_jobs_done_are_forgotten_after_hours_and_failed_ones_after_a_month() -> None:
    def job(status: str, hours: int) -> int:
        return int(db.fetch_value(_JOB, [status, "deferred" if status == "todo" else status, hours]))

    done, failed = jobs.DONE_HOURS, jobs.FAILED_HOURS
    kept = [job("succeeded", done - 1), job("failed", failed - 1), job("failed", done + 1), job("todo", failed + 1)]
    gone = [job("succeeded", done + 1), job("failed", failed + 1), job("cancelled", failed + 1)]
    task = app.tasks["kernel.forget_old_jobs"]
    # In a thread of its own: where a browser was driven before, this one has a loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(run, task.func).result()
    left = set(db.fetch_values("SELECT id FROM procrastinate_jobs WHERE id = ANY(%s)", [[*kept, *gone]]))
    assert left == set(kept)
