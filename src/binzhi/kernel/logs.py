"""How the house writes its log: where it went wrong, never with what.

The words of an error may quote what somebody typed, and those of a database error the whole row it refused. What is
logged of an exception is its kind, the state of the database and the places in the code it came by.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

Told = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """A line as usual; an exception without its words."""

    def format(self, record: logging.LogRecord) -> str:
        # Another formatter may have left its own telling on the record, and would find ours.
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept

    def formatException(self, ei: Told) -> str:
        error, lines = ei[1], []
        while error is not None:
            lines += [*traceback.format_tb(error.__traceback__), f"{_kind(error)}\n"]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
            if error is not None:
                lines.append("after:\n")
        return "".join(lines).rstrip()


def _kind(error: BaseException) -> str:
    """Its name, and the state the database answered with where it is one of those."""
    state = getattr(error, "sqlstate", None)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name} {state}" if isinstance(state, str) else name
