"""A process that ends when its parent does, however the parent ends (Linux; elsewhere nothing happens)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

SUPERVISOR = "BINZHI_SUPERVISOR"
_PR_SET_PDEATHSIG = 1


def end_with_supervisor() -> None:
    """Of web and worker under a supervisor: a killed supervisor must not leave them holding the port."""
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
