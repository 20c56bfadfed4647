"""Times as a protocol writes them: `20min`, `1h30min`, `arrival - 5h`."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=400)
_UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_PART = re.compile(r"([0-9]{1,7})\s*(d|h|min|s)\s*")
_DUE = re.compile(r"(?P<anchor>[a-z][a-z0-9_]*)?\s*(?:(?P<sign>[+\-−])\s*(?P<length>[0-9].*))?")


def duration_of(text: str) -> timedelta | None:
    """`1d`, `5h`, `20min`, `30s`, or larger units before smaller ones (`1h30min`); None for anything else."""
    rest, seconds, smallest = text.strip(), 0, 86_401
    if not rest:
        return None
    while rest:
        part = _PART.match(rest)
        if part is None or _UNITS[part.group(2)] >= smallest:
            return None
        smallest = _UNITS[part.group(2)]
        seconds += int(part.group(1)) * smallest
        rest = rest[part.end() :]
    length = timedelta(seconds=seconds)
    return length if length <= LONGEST else None


def written(length: timedelta) -> str:
    """The shortest way to write it; `0min` for none."""
    seconds, parts = int(length.total_seconds()), ""
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        parts += f"{count}{unit}" if count else ""
    return parts or "0min"


def due_of(text: str) -> tuple[str, timedelta] | None:
    """The moment and how long after it (negative: before); the moment is empty where none is named."""
    found = _DUE.fullmatch(text.strip())
    if found is None:
        bare = duration_of(text)
        return None if bare is None else ("", bare)
    if found.group("length") is None:
        return (found.group("anchor"), timedelta(0)) if found.group("anchor") else None
    length = duration_of(found.group("length"))
    if length is None:
        return None
    return found.group("anchor") or "", length if found.group("sign") == "+" else -length


def due_written(anchor: str, offset: timedelta) -> str:
    if not offset:
        return anchor
    return f"{anchor} {'-' if offset < timedelta(0) else '+'} {written(abs(offset))}"
