"""Which server process belongs to our data directory, and which only looks so.

A process id in postmaster.pid proves nothing: after a crash it may be a zombie nobody reaped, or have been given to
another program. A process is ours when it is a `postgres` that works in our data directory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from binzhi.config.embedded.places import Places

_ORPHANS_END_BY_THEMSELVES = 3.0
_ORPHANS_QUIT = 5.0


def postmaster(places: Places) -> int | None:
    """The process id of the live server of these data, or None."""
    pid = recorded_pid(places)
    return pid if pid is not None and works_in(pid, places.data) else None


def recorded_pid(places: Places) -> int | None:
    try:
        return int(places.pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def says_ready(places: Places) -> bool:
    """Has the server written that it takes connections? Spares its log the refusals until then."""
    try:
        return "ready" in places.pid_file.read_text()
    except OSError:
        return False


def works_in(pid: int, data: Path) -> bool:
    """Is `pid` a running `postgres` whose working directory is `data`?"""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        place = f"/proc/{pid}/cwd"
        # By inode: in a private view of the file system the same directory has another path.
        here = os.stat(place if os.path.exists("/proc/self/cwd") else process.cwd())
        there = data.stat()
    except (psutil.Error, OSError):
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def clear_leftovers(places: Places) -> None:
    """After a crash: end the orphans of a dead server, then remove lock files that name somebody else's process.

    A pid file that names no process at all is left alone: PostgreSQL removes it itself, and checks more than we can.
    """
    end_orphans(places.data)
    pid = recorded_pid(places)
    if pid is not None and psutil.pid_exists(pid) and not works_in(pid, places.data):
        places.pid_file.unlink(missing_ok=True)
    for leftover in places.socket_files:
        leftover.unlink(missing_ok=True)


def end_orphans(data: Path) -> None:
    """Backends notice the death of their server when they next wait; those that do not are told."""
    begun = time.monotonic()
    told = False
    while orphans := list(_servers_in(data)):
        waited = time.monotonic() - begun
        if waited > _ORPHANS_END_BY_THEMSELVES and not told:
            _send(orphans, signal.SIGQUIT)
            told = True
        if waited > _ORPHANS_QUIT:
            _send(orphans, signal.SIGKILL)
        time.sleep(0.05)


def _servers_in(data: Path) -> Iterator[int]:
    for process in psutil.process_iter(["name"]):
        if (process.info["name"] or "").startswith("postgres") and works_in(process.pid, data):
            yield process.pid


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
