"""`binzhi db`: the embedded server by hand."""

from __future__ import annotations

import click

from binzhi.config.cli import environment
from binzhi.config.embedded.cluster import Cluster


@click.group()
def db() -> None:
    """The PostgreSQL server that comes with Binzhi."""
    if not environment.uses_embedded():
        raise click.ClickException("BINZHI_DATABASE_URL names another server; Binzhi starts and stops only its own.")


@db.command()
def start() -> None:
    """Start it (and make the data, if there are none); it runs until `binzhi db stop`."""
    cluster = Cluster(environment.home())
    started = cluster.start(environment.tell)
    click.echo(f"The database {'runs now' if started else 'was running already'}: {cluster.url}")


@db.command()
def stop() -> None:
    """Stop it; everything is on disk afterwards."""
    stopped = Cluster(environment.home()).stop()
    click.echo("The database is stopped." if stopped else "The database was not running.")


@db.command()
def status() -> None:
    """Say whether it runs and where its data and log are; exit code 3 when it does not run."""
    found = Cluster(environment.home()).status()
    click.echo(f"PostgreSQL {found.version}: {f'running, process {found.pid}' if found.running else 'not running'}")
    click.echo(f"data {found.data}\nlog  {found.log}\nurl  {found.url}")
    if not found.running:
        raise SystemExit(3)
