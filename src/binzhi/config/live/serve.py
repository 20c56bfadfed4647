"""Runs the live process: granian around the ASGI application, one worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from binzhi.config.lifeline import end_with_parent
from binzhi.config.live.app import Live


def serve(*, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    Granian(
        "binzhi.config.live.app:Live",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=1,
        workers_kill_timeout=2,
        respawn_failed_workers=True,
        websockets=False,
        backlog=1024,
    ).serve(target_loader=partial(_load, os.getpid()), wrap_loader=False)


def _load(parent: int) -> Callable[..., Any]:
    end_with_parent(parent, signal.SIGKILL)
    import django

    django.setup()
    from django.db import connection

    return Live(conninfo_of(connection.settings_dict))


def conninfo_of(settings: dict[str, Any]) -> str:
    """The database of the web server, for somebody who sees the events of all hotels and nothing else."""
    import psycopg.conninfo

    places = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: settings[key] for name, key in places.items() if settings.get(key)}
    return psycopg.conninfo.make_conninfo(
        "", **given, options="-c binzhi.hotels=* -c default_transaction_read_only=on", application_name="binzhi live"
    )
