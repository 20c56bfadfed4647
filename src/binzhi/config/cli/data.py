"""Commands that work on the data: migrate, Django's own, replay, audit."""

from __future__ import annotations

import os

import click
from psycopg.conninfo import make_conninfo

from binzhi.config.cli import environment
from binzhi.config.embedded import database_url

PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


@click.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def migrate(arguments: tuple[str, ...]) -> None:
    """Bring the database to the state of this version (Django's `migrate`)."""
    with environment.database():
        environment.django_command("migrate", *arguments)


@click.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Any of Django's management commands."""
    with environment.database():
        environment.django_command(*arguments)


@click.command(context_settings=PASS_ON)
@click.option("--database", default="binzhi_replay", help="Name or URL of the database it runs in.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def replay(database: str, arguments: tuple[str, ...]) -> None:
    """Run the bookings of a FILE through the real services, in a database of its own."""
    with environment.database():
        os.environ["BINZHI_DATABASE_URL"] = _database_of_its_own(database)
        environment.setup_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from binzhi.replay.cli import replay as command

        command.main(args=list(arguments), prog_name="binzhi replay", standalone_mode=False)


def _database_of_its_own(name: str) -> str:
    """The connection string of the named database beside the configured one, made when absent."""
    import psycopg
    from psycopg import sql

    if "/" in name or "=" in name:
        environment.refuse_unusable(name)
        return name
    base = os.environ.get("BINZHI_DATABASE_URL") or database_url(environment.home())
    with psycopg.connect(base, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_conninfo(base, dbname=name)


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Recompute the chain of hashes over the whole trail; exit code 1 where it does not hold."""
    with environment.database():
        environment.setup_django()
        from binzhi.kernel import audit as trail
        from binzhi.kernel import db

        db.enter_scope("*", "*")
        broken = trail.verify()
    if broken is not None:
        raise click.ClickException(
            f"The audit trail was changed: the seal over the transactions from {broken.from_txid} "
            f"up to {broken.to_txid} does not fit its rows."
        )
    click.echo("The audit trail is whole.")
