"""May a sensitive field be kept? The consent ledger answers; without one nothing sensitive is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Check = Callable[[int, int, str, datetime], bool]
_check: list[Check] = []


def register_consent_check(check: Check) -> None:
    """Say who knows: `check(group_id, guest_id, purpose, now)`. The last one said is asked."""
    _check[:] = [check]


def is_agreed(group_id: int, guest_id: int, purpose: str, now: datetime) -> bool:
    """Has the guest agreed to this purpose, at this moment?"""
    return any(check(group_id, guest_id, purpose, now) for check in _check)
