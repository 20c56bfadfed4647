"""Days and the nights that lead into them.

A night is priced by the morning it leads to: the night before a free day is a weekend or holiday night, the last day of
a holiday is not, and neither is the Saturday before a make-up workday. The public calendar is announced by the State
Council year by year; beyond the last year it knows, a day is judged by its weekday alone and says so (`is_known`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.kernel import db
from binzhi.property.queries import localised

YEARS = {day.year for day in chinese_calendar.holidays}
FIRST_KNOWN, LAST_KNOWN = min(YEARS), max(YEARS)
SATURDAY = 5
_CHINESE = {each.value: each.chinese for each in chinese_calendar.Holiday}


class DayKind(models.TextChoices):
    """What a day is to those who work."""

    WORKDAY = "workday", _("Working day")
    MAKEUP = "makeup", _("Make-up workday")
    WEEKEND = "weekend", _("Weekend")
    HOLIDAY = "holiday", _("Public holiday")


class NightKind(models.TextChoices):
    """What a night is to those who sell: the kind of the day it leads into."""

    WORKDAY = "workday", pgettext_lazy("night", "Before a working day")
    MAKEUP = "makeup", pgettext_lazy("night", "Before a make-up workday")
    WEEKEND = "weekend", pgettext_lazy("night", "Weekend")
    HOLIDAY = "holiday", pgettext_lazy("night", "Public holiday")


@dataclass(frozen=True, slots=True)
class HotelDay:
    """One day; `is_known` is False where no calendar was announced yet, `is_own` where the hotel corrected it."""

    day: date
    kind: DayKind
    name: str = ""
    is_known: bool = True
    is_own: bool = False


_OWN = "SELECT day, kind, name FROM reservations_calendarday WHERE hotel_id = %s AND day BETWEEN %s AND %s"


def days_of(*, hotel_id: int, first: date, last: date) -> dict[date, HotelDay]:
    """All days from `first` to `last` (both included), the hotel's own corrections over the public calendar."""
    own = {
        row["day"]: HotelDay(row["day"], DayKind(row["kind"]), row["name"], is_own=True)
        for row in db.fetch_all(_OWN, [hotel_id, first, last])
    }
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return {day: own.get(day) or public_day(day) for day in days}


@lru_cache(maxsize=4096)
def _public(day: date) -> tuple[DayKind, str, bool]:
    if day.year not in YEARS:
        return (DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKDAY), "", False
    is_free, name = chinese_calendar.get_holiday_detail(day)
    if is_free:
        return (DayKind.HOLIDAY if name else DayKind.WEEKEND), name or "", True
    return (DayKind.MAKEUP if name else DayKind.WORKDAY), name or "", True


def public_day(day: date) -> HotelDay:
    """The day as it was announced to the public, or by its weekday where nothing was."""
    kind, name, is_known = _public(day)
    return HotelDay(day, kind, localised(_CHINESE.get(name, name), name), is_known=is_known)


def nights_of(days: Mapping[date, HotelDay], first: date, last: date) -> dict[date, HotelDay]:
    """The day that each night from `first` to `last` leads into; `days` must reach to the day after `last`."""
    nights = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return {night: days[night + timedelta(days=1)] for night in nights}
