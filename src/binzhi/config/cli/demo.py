"""`binzhi demo`: from nothing to a running hotel, and the same again in seconds."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from binzhi.config.cli import environment
from binzhi.config.embedded import ClusterError
from binzhi.config.embedded.cluster import Cluster
from binzhi.config.embedded.errors import from_os_error
from binzhi.config.supervisor import Program, Supervisor

# SIGTERM's, for a run that was ended before the hotel was open.
_ENDED = 143


def run() -> None:
    """Start everything, say where it is, and stay until told to stop; every end stops the database too."""
    environment.refuse_taken_port()
    with _only_one(environment.home()):
        cluster = Cluster(environment.home()) if environment.uses_embedded() else None
        supervisor = _supervisor(cluster)
        previous = signal.signal(signal.SIGTERM, _interrupt)
        try:
            # The web server loads its code while the database starts and is looked over here.
            with supervisor.ahead():
                if cluster is None:
                    environment.refuse_unusable(os.environ["BINZHI_DATABASE_URL"])
                else:
                    cluster.start(environment.tell)
                logins = _prepare()
                code = supervisor.run(ready=_answers, opened=lambda: _announce(logins))
        finally:
            signal.signal(signal.SIGTERM, previous)
            if cluster is not None:
                cluster.stop()
    environment.tell("Stopped.")
    sys.exit(code)


def _interrupt(number: int, frame: object) -> None:
    environment.tell("Stopping …")
    sys.exit(_ENDED)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / ".demo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise from_os_error(error, home) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ClusterError(
            f"Another `binzhi demo` already runs on {home}. Stop it, or give this one a place and a port of its own: "
            f"BINZHI_HOME=var2 BINZHI_PORT={environment.port() + 1}."
        ) from error
    finally:
        os.close(descriptor)


def _prepare() -> list[tuple[str, str, str]]:
    """Migrate, and load the demo hotel unless it is there. Returns (post, user name, password)."""
    environment.setup_django()
    from django.core.management import call_command
    from django.db import connections

    environment.tell("Preparing the database …")
    call_command("migrate", verbosity=0)
    from binzhi import demo as hotel

    try:
        if not hotel.is_loaded():
            environment.tell("Making the demo hotel …")
            hotel.load(progress=_progress)
        return list(hotel.logins())
    finally:
        # The supervisor only watches; it needs no connection.
        connections.close_all()


def _progress(*parts: object) -> None:
    environment.tell("  " + " ".join(str(part) for part in parts))


def _supervisor(cluster: Cluster | None) -> Supervisor:
    command = [sys.executable, "-m", "binzhi.config.cli"]
    # Any free port: two may run side by side without a further setting.
    os.environ.setdefault("BINZHI_LIVE_PORT", str(environment.free_port()))
    # The pages first: somebody waits for them.
    return Supervisor(
        [
            Program("web", [*command, "serve"]),
            Program("worker", [*command, "worker"], later=True),
            Program("live", [*command, "live"], later=True),
        ],
        cluster=cluster,
        tell=environment.tell,
    )


def _answers() -> bool:
    """Does the sign-in page come? An error page is no answer; the log of `web` says why."""
    try:
        with urllib.request.urlopen(f"{environment.address()}accounts/login/", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _announce(logins: Iterable[tuple[str, str, str]]) -> None:
    table = Table("岗位 Post", "用户名 User", "密码 Password", title="登录 Sign in", title_justify="left")
    for post, user, password in logins:
        table.add_row(post, user, password)
    console = Console()
    console.print(table)
    click.echo(f"\n宾至 Binzhi  {environment.address()}\n按 Ctrl-C 停止。Ctrl-C stops everything.\n")
    sys.stdout.flush()
