"""How far a running audit is, seen from outside while its transaction shows nothing yet.

Each step takes a lock of the transaction whose number says which step it is: others see it in pg_locks at once, and
a run that dies takes its locks with it, so that nobody is told of a run that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from binzhi.kernel import db

# 7120 + step; the second number is the hotel.
_FIRST = 7120


class Step(IntEnum):
    """What the audit does, in this order."""

    BLOCKERS = 1
    NO_SHOWS = 2
    ROOMS = 3
    CONDITIONS = 4
    FIGURES = 5
    REPORTS = 6
    DAY = 7


_ENTER = "SELECT pg_advisory_xact_lock_shared(%s, %s)"
_SEE = """
SELECT max(l.classid::bigint) - %(first)s AS step, min(a.xact_start) AS since
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.objid = %(hotel)s
  AND l.classid BETWEEN %(first)s + 1 AND %(first)s + 9
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A run that is under way."""

    step: Step
    since: datetime | None


def enter(*, hotel_id: int, step: Step) -> None:
    """Say that the running audit has come to this step."""
    db.execute(_ENTER, [_FIRST + step, hotel_id])


def running(*, hotel_id: int) -> Running | None:
    """The run that closes a day of this hotel now, in one statement."""
    row = db.fetch_one(_SEE, {"first": _FIRST, "hotel": hotel_id})
    return None if row is None or row["step"] is None else Running(Step(row["step"]), row["since"])
