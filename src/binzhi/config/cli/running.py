"""Commands that run until they are stopped: serve, worker and the two together as the demo."""

from __future__ import annotations

import os

import click

from binzhi.config import lifeline
from binzhi.config.cli import environment


@click.command()
def serve() -> None:
    """The web server: pages and API."""
    lifeline.end_with_supervisor()
    environment.refuse_taken_port()
    # Before the database is asked for: under a supervisor it is made ready meanwhile.
    environment.setup_django()
    from binzhi.config import web

    web.load()
    lifeline.wait_while_held()
    with environment.database():
        web.serve(host=environment.host(), port=environment.port())


@click.command()
def worker() -> None:
    """The job worker: reactions to events, and work that is due by the clock."""
    lifeline.end_with_supervisor()
    with environment.database():
        concurrency = os.environ.get("BINZHI_JOBS", "4")
        environment.django_command(
            "procrastinate", "worker", f"--concurrency={concurrency}", "--shutdown-graceful-timeout=10"
        )


@click.command()
def live() -> None:
    """Tells open screens what happens, as it happens; listens on BINZHI_LIVE_PORT."""
    lifeline.end_with_supervisor()
    port = os.environ.get("BINZHI_LIVE_PORT") or ""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise click.ClickException("Set BINZHI_LIVE_PORT to a free port, for this program and for the web server.")
    with environment.database():
        environment.setup_django()
        from binzhi.config.live.serve import serve as run

        run(host=environment.host(), port=int(port))


@click.command()
def demo() -> None:
    """The demo hotel: database, web and worker in one go; Ctrl-C ends them all."""
    from binzhi.config.cli.demo import run

    run()
