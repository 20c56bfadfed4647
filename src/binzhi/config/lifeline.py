"""What ties a process to the one that started it: it ends with it, and may be held by it until it is let go."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

SUPERVISOR = "BINZHI_SUPERVISOR"
HELD = "BINZHI_HELD"
GO = b"go\n"
_PR_SET_PDEATHSIG = 1


def end_with_supervisor() -> None:
    """Of web and worker under a supervisor: a killed supervisor must not leave them holding the port (Linux only)."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor:
        end_with_parent(int(supervisor), signal.SIGTERM)


def end_with_parent(parent: int, number: signal.Signals) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    # It may have ended before we asked.
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def wait_while_held() -> None:
    """Of a process that may have been started ahead of its time: returns when its supervisor lets it go, at once if
    nobody holds it, and ends the process if the supervisor ended instead."""
    # Taken out: its own children are not held.
    if os.environ.pop(HELD, "") and os.read(sys.stdin.fileno(), len(GO)) != GO:
        sys.exit(1)
