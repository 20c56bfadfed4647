"""The one way into rows that are written once: erasure takes what is personal out of them, and nothing else does.

A table says with `schema.erasable` which columns hold words of or about a person. Their triggers let an UPDATE through
in a transaction that says it erases, and only where those columns become shorter; rows are never deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from binzhi.kernel import db

# Bound to the transaction: a setting that was left over from another one opens nothing.
_OPEN = "SELECT set_config('binzhi.erasing', pg_current_xact_id()::text, true)"
_CLOSE = "SELECT set_config('binzhi.erasing', '', true)"


@contextmanager
def erasing() -> Iterator[None]:
    """Within it, in this transaction, personal words may be taken out of what is written once."""
    db.execute(_OPEN)
    yield
    # After a failure the transaction takes the setting back itself.
    db.execute(_CLOSE)
