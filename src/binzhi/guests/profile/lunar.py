"""Birthdays by the sun or by the moon, the animal of the year and the sign of the stars.

The animal (生肖) changes with the lunar year, at 春节, as people say it of themselves; fortune-tellers who change it at
立春 are not followed. The calendar's own computing is the library's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lunar_python import LunarYear, Solar

from binzhi.kernel.errors import InvalidInput

# What the library's tables are good for.
FIRST_YEAR, LAST_YEAR = 1800, 2200
MONTHS = "正二三四五六七八九十冬腊"
_OTHER_MONTHS = {"一": 1, "十一": 11, "十二": 12}
_FIGURE = "一二三四五六七八九"
_DAYS = [
    *(f"初{figure}" for figure in _FIGURE), "初十", *(f"十{figure}" for figure in _FIGURE), "二十",
    *(f"廿{figure}" for figure in _FIGURE), "三十",
]  # fmt: skip
_WRITTEN = re.compile(
    r"(闰?)(正|冬|腊|十[一二]?|[一二三四五六七八九])月(初?[一二三四五六七八九十]|[十廿二]十?[一二三四五六七八九]?|三十)"
)
_FIGURES = re.compile(r"(闰|[Ll])?(\d{1,2})[-/.月](\d{1,2})日?")
ANIMALS = (
    gettext_lazy("Rat"), gettext_lazy("Ox"), gettext_lazy("Tiger"), gettext_lazy("Rabbit"), gettext_lazy("Dragon"),
    gettext_lazy("Snake"), gettext_lazy("Horse"), gettext_lazy("Goat"), gettext_lazy("Monkey"),
    gettext_lazy("Rooster"), gettext_lazy("Dog"), gettext_lazy("Pig"),
)  # fmt: skip
# The first day of each sign, from the turn of the year.
_SIGNS = (
    (1, 20, gettext_lazy("Aquarius")), (2, 19, gettext_lazy("Pisces")), (3, 21, gettext_lazy("Aries")),
    (4, 20, gettext_lazy("Taurus")), (5, 21, gettext_lazy("Gemini")), (6, 22, gettext_lazy("Cancer")),
    (7, 23, gettext_lazy("Leo")), (8, 23, gettext_lazy("Virgo")), (9, 23, gettext_lazy("Libra")),
    (10, 24, gettext_lazy("Scorpio")), (11, 23, gettext_lazy("Sagittarius")), (12, 22, gettext_lazy("Capricorn")),
)  # fmt: skip
_RAT_YEAR = 4  # the year 4 of our era was one


@dataclass(frozen=True, slots=True, order=True)
class LunarDay:
    """A day of the lunar year, without the year."""

    month: int
    day: int
    is_leap: bool = False

    @property
    def text(self) -> str:
        """闰四月初三"""
        return f"{'闰' if self.is_leap else ''}{MONTHS[self.month - 1]}月{_DAYS[self.day - 1]}"


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of a lunar year, which begins a month or two after ours."""

    year: int
    day: LunarDay


@dataclass(frozen=True, slots=True)
class _Month:
    """A lunar month; `number` is negative for a leap month."""

    number: int
    first: date
    days: int


@lru_cache(maxsize=LAST_YEAR - FIRST_YEAR)
def _months(year: int) -> tuple[_Month, ...]:
    """The months of a lunar year; the library takes milliseconds for each year, a page asks several times."""
    return tuple(
        _Month(month.getMonth(), _solar(Solar.fromJulianDay(month.getFirstJulianDay())), month.getDayCount())
        for month in LunarYear.fromYear(year).getMonthsInYear()
    )


def _solar(solar: Solar) -> date:
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def lunar_of(day: date) -> LunarDate:
    """The lunar date of a solar day."""
    # The lunar year begins after ours.
    year = day.year if _months(day.year)[0].first <= day else day.year - 1
    month = next(month for month in reversed(_months(year)) if month.first <= day)
    return LunarDate(year, LunarDay(abs(month.number), (day - month.first).days + 1, month.number < 0))


def solar_of(year: int, day: LunarDay) -> date:
    """When a day of the lunar calendar falls in that lunar year.

    Who was born in a leap month has the birthday in the month of the same number in years without it; who was born on
    the 30th has it on the 29th of a short month.
    """
    months = {month.number: month for month in _months(year)}
    month = (months.get(-day.month) if day.is_leap else None) or months[day.month]
    return month.first + timedelta(days=min(day.day, month.days) - 1)


def parse_lunar_day(text: str) -> LunarDay:
    """八月十五, 闰四月初三, 8-15, 闰4-3. Raises InvalidInput at `lunar_day`."""
    typed = re.sub(r"\s+|农历|阴历", "", text)
    found = _WRITTEN.fullmatch(typed)
    if found:
        name = found[2]
        month = _OTHER_MONTHS.get(name) or MONTHS.index(name) + 1
        day = _day_number(found[3])
    else:
        figures = _FIGURES.fullmatch(typed)
        if figures is None:
            raise InvalidInput(field="lunar_day", message=_("Write a lunar day like 八月十五 or 闰四月初三."))
        month, day = int(figures[2]), int(figures[3])
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise InvalidInput(field="lunar_day", message=_("Write a lunar day like 八月十五 or 闰四月初三."))
    return LunarDay(month, day, typed[0] in "闰Ll")


def _day_number(text: str) -> int:
    for written in (text, f"初{text}", text.replace("二十", "廿") if len(text) > 2 else text):
        if written in _DAYS:
            return _DAYS.index(written) + 1
    return 0


def next_birthday(*, born: date | None, lunar: LunarDay | None, by_moon: bool, today: date) -> date | None:
    """The next solar day, today at the earliest, on which the birthday is kept; None when nothing tells it.

    Who was born on 29 February has it on 1 March in common years.
    """
    if by_moon:
        day = lunar if lunar is not None else lunar_of(born).day if born else None
        if day is None:
            return None
        # The lunar year of a day in January is last year's.
        days = (solar_of(year, day) for year in range(today.year - 1, today.year + 2))
        return min(each for each in days if each >= today)
    if born is None:
        return None
    return next(each for each in _anniversaries(born, today.year) if each >= today)


def _anniversaries(born: date, year: int) -> Iterator[date]:
    for each in (year, year + 1):
        try:
            yield born.replace(year=each)
        except ValueError:
            yield date(each, 3, 1)


def animal_of(born: date) -> str:
    """属鼠: by the lunar year."""
    return str(ANIMALS[(lunar_of(born).year - _RAT_YEAR) % 12])


def sign_of(born: date) -> str:
    """双鱼座, by the usual days."""
    begun = [sign for month, day, sign in _SIGNS if (month, day) <= (born.month, born.day)]
    return str(begun[-1] if begun else _SIGNS[-1][2])
