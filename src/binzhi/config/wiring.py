"""Who reacts to what: the one page that joins events of lower contexts to jobs of higher ones."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Called by procrastinate once Django is ready: jobs and reactions are made known here."""
    from binzhi.kernel import jobs as kernel_jobs

    kernel_jobs.register(app)
