"""What the environment says, checked before anything starts: home, address, database."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from binzhi.config.embedded import ClusterError
from binzhi.config.embedded.errors import from_os_error

OLDEST_SERVER = 15


def home() -> Path:
    return Path(os.environ.get("BINZHI_HOME") or "var").absolute()


def host() -> str:
    return os.environ.get("BINZHI_HOST") or "127.0.0.1"


def port() -> int:
    text = os.environ.get("BINZHI_PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise click.ClickException(f"BINZHI_PORT is {text!r}, but must be a number from 1 to 65535.")
    return int(text)


def address() -> str:
    """The address a person on this machine types into the browser."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host(), host())  # noqa: S104 - compared, not bound
    return f"http://{name}:{port()}/"


def refuse_taken_port() -> None:
    """Fail early and clearly: several servers may otherwise share one port without anybody noticing."""
    for family, kind, protocol, _name, place in _resolved():
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(place)
            except PermissionError as error:
                raise click.ClickException(
                    f"Port {port()} needs more rights than this user has. Set BINZHI_PORT to a number above 1023."
                ) from error
            except OSError as error:
                raise click.ClickException(
                    f"Port {port()} of {host()} is taken by another program ({error.strerror}). "
                    f"Stop that program, or choose another port: BINZHI_PORT={port() + 1}."
                ) from error


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def _resolved() -> list[tuple[int, int, int, str, tuple[Any, ...]]]:
    try:
        found = socket.getaddrinfo(host(), port(), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise click.ClickException(f"BINZHI_HOST is {host()!r}, which this machine does not know.") from error
    return [(int(family), int(kind), protocol, name, place) for family, kind, protocol, name, place in found[:1]]


# ---------------------------------------------------------------- database


def uses_embedded() -> bool:
    return not os.environ.get("BINZHI_DATABASE_URL")


@contextmanager
def database() -> Iterator[None]:
    """A database that answers. An embedded server that was started for this is stopped at the end,
    unless others have begun to use it; one that was running before is left alone."""
    if not uses_embedded():
        refuse_unusable(os.environ["BINZHI_DATABASE_URL"])
        yield
        return
    from binzhi.config.embedded.cluster import Cluster

    cluster = Cluster(home())
    started = cluster.start(tell)
    try:
        yield
    finally:
        _hang_up()
        if started and cluster.other_clients() == 0:
            cluster.stop()


def _hang_up() -> None:
    """Close this process's own connections, which would otherwise count as somebody's work."""
    if "django" not in sys.modules:
        return
    from django.conf import settings
    from django.db import connections

    if not settings.configured:
        return
    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


def refuse_unusable(url: str) -> None:
    """The server that BINZHI_DATABASE_URL names must answer and be new enough."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            row = connection.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise click.ClickException(
            f"The database of BINZHI_DATABASE_URL does not answer: {reason}. Start it, or correct the URL."
        ) from error
    if version < OLDEST_SERVER:
        raise click.ClickException(
            f"The database of BINZHI_DATABASE_URL is PostgreSQL {version}; Binzhi needs {OLDEST_SERVER} or newer."
        )
    if row and row[0]:
        tell(
            "Warning: the role of BINZHI_DATABASE_URL is not bound by row-level security, the second wall between "
            "hotels. Use a role that is no superuser and owns the database."
        )


def setup_django() -> None:
    """Load settings and apps. Secrets are made on first use, so a full or read-only disk shows here."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "binzhi.config.settings")
    import django

    from binzhi.kernel import garbage

    try:
        # Where `collectstatic` would write; the server of static files complains when it is absent.
        (home() / "static").mkdir(parents=True, exist_ok=True)
        with garbage.none_while_loading():
            django.setup()
    except OSError as error:
        raise ClusterError(str(from_os_error(error, home()))) from error


def django_command(*arguments: str) -> None:
    """Run one of Django's management commands as `manage.py` would."""
    setup_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["binzhi", *arguments])


def tell(text: str) -> None:
    click.echo(text, err=True)
