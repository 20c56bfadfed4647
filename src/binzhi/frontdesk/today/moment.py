"""The hotel's own now, as every statement of 今日 takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

# Rows shown per kind; the count beside them is always the whole.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """The hotel's own now: the open business date, the wall clock, and the day's fixed times."""

    hotel_id: int
    business_date: date
    local_now: datetime
    timezone: str
    check_in_time: time
    check_out_time: time
    hold_until: time

    def at(self, clock: time) -> datetime:
        return datetime.combine(self.business_date, clock)

    @property
    def departures_are_late(self) -> bool:
        return self.local_now > self.at(self.check_out_time)

    @property
    def params(self) -> dict[str, Any]:
        return {
            "hotel": self.hotel_id,
            "today": self.business_date,
            "yesterday": self.business_date - timedelta(days=1),
            "now": self.local_now,
            "zone": self.timezone,
            "check_in": self.check_in_time,
            "hold_passed": self.local_now >= self.at(self.hold_until),
            "late_before": self.business_date + timedelta(days=1 if self.departures_are_late else 0),
            "shown": SHOWN,
        }
