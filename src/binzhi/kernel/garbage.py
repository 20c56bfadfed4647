"""How often a process looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# What a request or a batch leaves behind dies young; looking through it less often is a twentieth of the time.
_SELDOM = (10_000, 20, 20)


def settle() -> None:
    """All that is there stays for good and need not be looked through; of what comes, less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)


@contextmanager
def none_while_loading() -> Iterator[None]:
    """What is loaded is all kept: looking through it for garbage again and again is a fifth of the time it takes."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
