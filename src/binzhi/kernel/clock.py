"""The clock, read at the edge only."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This instant in UTC."""
    return datetime.now(UTC)
