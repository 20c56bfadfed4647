"""What the embedded server can refuse, always as a sentence that says what to do."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path


class ClusterError(Exception):
    """The embedded server cannot be started or stopped; the message is meant for the person at the keyboard."""


def disk_full(home: Path) -> ClusterError:
    return ClusterError(
        f"The disk that holds {home} is full ({free_megabytes(home)} MB free). "
        "Make room on it, or set BINZHI_HOME to a directory on another disk."
    )


def no_permission(path: Path | str) -> ClusterError:
    return ClusterError(
        f"User {os.geteuid()} may not read and write {path}. Start Binzhi as the user who owns it, "
        "or set BINZHI_HOME to a directory of your own."
    )


def other_version(data: Path, found: str, ours: str) -> ClusterError:
    return ClusterError(
        f"The data in {data} was made by PostgreSQL {found}, but this version of Binzhi brings PostgreSQL {ours}. "
        "Start it with the version of Binzhi that made it, or dump it there and load it into an empty BINZHI_HOME."
    )


def from_os_error(error: OSError, home: Path) -> ClusterError:
    """The sentence for a refusal of the operating system."""
    path = error.filename or home
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(home)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return no_permission(path)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return ClusterError(f"{path} is not a directory. Remove it, or set BINZHI_HOME to another directory.")
    return ClusterError(f"The database cannot be started: {error.strerror}: {path}.")


def from_log(text: str, *, home: Path, data: Path, log: Path) -> ClusterError:
    """The sentence for a server that ended while starting, read from what it said last."""
    if "No space left on device" in text or (not text.strip() and free_megabytes(home) < 16):
        return disk_full(home)
    if re.search(r"could not (map anonymous|create|resize|attach to) shared memory|Cannot allocate memory", text):
        return ClusterError(
            "There is not enough (shared) memory to start the database. Close other programs, give the container "
            f"more memory, or lower shared_buffers in {data / 'postgresql.conf'}."
        )
    if "are incompatible with server" in text:
        return ClusterError(f"The data in {data} belong to another build of PostgreSQL. {_last_line(text)}")
    if "Permission denied" in text or "has wrong ownership" in text or "invalid permissions" in text:
        return ClusterError(
            f"The server may not use its own directory {data}: {_last_line(text)}. "
            "Give the directory back to the user who made it, with mode 0700."
        )
    if "configuration file" in text and "contains errors" in text:
        return ClusterError(f"PostgreSQL refuses {data / 'postgresql.conf'}; its log {log} names the line to mend.")
    return ClusterError(f"The database did not start: {_last_line(text) or 'it said nothing'}. Its log is {log}.")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|error|could not)\b", line)]
    return (telling or lines or [""])[-1].rstrip(".")


def free_megabytes(path: Path) -> int:
    """Free space for an ordinary user on the disk of `path`, or of its nearest parent that exists."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // 2**20
