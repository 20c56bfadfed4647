"""The web server: granian around Django's WSGI application."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from binzhi.config.lifeline import end_with_parent
from binzhi.kernel import garbage

TARGET = "binzhi.config.wsgi:application"
# Per worker, three for each connection of its pool. They take turns at the interpreter; bookings that come while one is
# being written wait for each other without a connection and are then written together (see `kernel.together`).
_THREADS = 24
_MOST_WORKERS = 8
# An idle connection that a browser keeps open sometimes holds a worker up; a request cut off is rolled back.
_STOP_SECONDS = 5


def serve(*, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM. A worker process that dies is replaced."""
    # Meant so: threads that wait for the database, or for a booking that is being written, take no processor.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    # Once, before the workers are forked from this process: each of them would take seconds for it.
    load()
    garbage.settle()
    Granian(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("BINZHI_WEB_WORKERS") or _workers()),
        blocking_threads=int(os.environ.get("BINZHI_WEB_THREADS") or _THREADS),
        workers_kill_timeout=_STOP_SECONDS,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        websockets=False,
    ).serve(target_loader=partial(_load, os.getpid()), wrap_loader=False)


def _workers() -> int:
    return max(2, min(_MOST_WORKERS, os.cpu_count() or 2))


def _load(parent: int) -> Callable[..., Any]:
    """Runs in each worker process."""
    end_with_parent(parent, signal.SIGKILL)
    if sys.platform == "linux":
        # A Ctrl-C at the terminal goes to the whole group; a worker that is told twice to end may hang.
        os.setpgid(0, 0)
    application = in_one_piece(load())
    garbage.settle()
    return application


def in_one_piece(application: Callable[..., Any]) -> Callable[..., Any]:
    """Hand over what is whole as it is: told by its iterator, it would cross over to the server piece by piece.

    The request has ended, and its connection is back in the pool, before the answer is sent.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        response = application(environ, start_response)
        if getattr(response, "streaming", True):
            return response
        try:
            return [response.content]
        finally:
            response.close()

    return answer


def load() -> Callable[..., Any]:
    """The application with all its pages: now, not when the first guest of the day stands at the desk."""
    with garbage.none_while_loading():
        from django.urls import get_resolver

        from binzhi.config.wsgi import application

        _ = get_resolver().url_patterns
    return application
