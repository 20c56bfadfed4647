"""Commands that work on the data: migrate, Django's own, replay, audit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

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
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def replay(arguments: tuple[str, ...]) -> None:
    """Run the bookings of a FILE through the real services, in a database of its own."""
    from binzhi.replay.cli import replay as command

    command.main(args=list(arguments), prog_name="binzhi replay", standalone_mode=False, obj=open_database)


@contextmanager
def open_database(name: str, anew: bool) -> Iterator[None]:
    """Django on the named database (or URL), made when absent and migrated; `anew` throws an earlier one away."""
    with environment.database():
        base = os.environ.get("BINZHI_DATABASE_URL") or database_url(environment.home())
        target = name if "/" in name or "=" in name else make_conninfo(base, dbname=name)
        _make_database(target, base=base, anew=anew)
        os.environ["BINZHI_DATABASE_URL"] = target
        environment.setup_django()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield


def _make_database(target: str, *, base: str, anew: bool) -> None:
    import psycopg
    from psycopg import sql

    wanted = conninfo_to_dict(target)
    name = str(wanted.get("dbname") or "")
    if anew and wanted == conninfo_to_dict(base):
        raise click.ClickException(f"{name} is the hotel's own database; a replay does not throw that away.")
    # Databases are made and dropped from a database that surely exists and is not the one.
    door = base if conninfo_to_dict(base) == wanted | {"dbname": conninfo_to_dict(base).get("dbname")} else ""
    try:
        with psycopg.connect(door or make_conninfo(target, dbname="postgres"), autocommit=True) as connection:
            if anew:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise click.ClickException(f"The database {name} cannot be made: {reason}.") from error


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
