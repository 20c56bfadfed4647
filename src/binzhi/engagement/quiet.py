"""Quiet hours: when a text message may ring at the guest's ear."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_quiet(at: time, *, quiet_from: time, quiet_until: time) -> bool:
    """The hours may go over midnight; equal ends mean that there are none."""
    if quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def when_allowed(instant: datetime, *, timezone: str, quiet_from: time, quiet_until: time) -> datetime:
    """This instant, or the end of the quiet hours it falls into, on the hotel's clocks."""
    local = instant.astimezone(ZoneInfo(timezone))
    if not is_quiet(local.time(), quiet_from=quiet_from, quiet_until=quiet_until):
        return instant
    end = datetime.combine(local.date(), quiet_until, local.tzinfo)
    if local.time() >= quiet_until:
        end = datetime.combine(local.date() + timedelta(days=1), quiet_until, local.tzinfo)
    return end.astimezone(instant.tzinfo)
