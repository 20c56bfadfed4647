"""What a notice says that the one before it did not: for the form, and for the departments that had signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

# What is compared, in the words of the form, which is the house's own paper.
FIELDS = {
    "title": "称呼", "level": "级别", "room": "房号", "arrival": "抵店", "departure": "离店", "party_size": "人数",
    "needs": "特殊需求", "cautions": "注意事项",
}  # fmt: skip
_TIMES = ("arrival", "departure")
_NOTHING = "无"
Change = Sequence[str]


def between(before: Mapping[str, object], after: Mapping[str, object]) -> list[list[str]]:
    """Name, what it was, what it is: as kept in the notice."""
    return [
        [name, str(before.get(name, "")), str(after.get(name, ""))]
        for name in FIELDS
        if before.get(name, "") != after.get(name, "")
    ]


def lines(changes: Sequence[Change], zone: ZoneInfo) -> list[list[str]]:
    """The same in words, times on the hotel's clocks."""
    return [[FIELDS[name], _said(name, before, zone), _said(name, after, zone)] for name, before, after in changes]


def sentence(changes: Sequence[Change], zone: ZoneInfo, *, limit: int) -> str:
    """In one line, as a board tells it."""
    text = "；".join(f"{label} {before} → {after}" for label, before, after in lines(changes, zone))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _said(name: str, value: str, zone: ZoneInfo) -> str:
    if name in _TIMES and value:
        return f"{datetime.fromisoformat(value).astimezone(zone):%m-%d %H:%M}"
    return value or _NOTHING
