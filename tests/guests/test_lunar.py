"""Birthdays by the moon: the library held against the Observatory's table, leap months, animals, signs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binzhi.guests.profile.lunar import (
    LunarDate,
    LunarDay,
    animal_of,
    lunar_of,
    next_birthday,
    parse_lunar_day,
    sign_of,
    solar_of,
)
from binzhi.kernel.errors import InvalidInput
from tests.guests.conftest import SHARED

TABLE = SHARED / "lunar_calendar" / "lunar_months.csv"


def months() -> Iterator[tuple[date, LunarDate, int]]:
    with TABLE.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            day = LunarDay(int(row["lunar_month"]), 1, row["is_leap"] == "1")
            yield (
                date.fromisoformat(row["gregorian_first_day"]),
                LunarDate(int(row["lunar_year"]), day),
                int(row["length_days"]),
            )


@pytest.mark.skipif(not TABLE.exists(), reason="the shared table of the Observatory is not here")
def test_lunar_of_every_month_of_the_table_agrees() -> None:
    count = 0
    for first, expected, days in months():
        last = LunarDate(expected.year, LunarDay(expected.day.month, days, expected.day.is_leap))
        assert (lunar_of(first), lunar_of(first + timedelta(days=days - 1))) == (expected, last)
        assert (solar_of(expected.year, expected.day), solar_of(last.year, last.day)) == (
            first, first + timedelta(days=days - 1),
        )  # fmt: skip
        count += 1
    assert count > 1000


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_solar_of_a_lunar_date_is_the_day_it_came_from(day: date) -> None:
    found = lunar_of(day)
    assert solar_of(found.year, found.day) == day


@pytest.mark.parametrize(
    ("day", "year", "solar"),
    [
        (LunarDay(1, 1), 2026, date(2026, 2, 17)),
        (LunarDay(8, 15), 2026, date(2026, 9, 25)),
        # 2025 has a leap sixth month, 2026 has not: the birthday is kept in the sixth.
        (LunarDay(6, 1, True), 2025, date(2025, 7, 25)),
        (LunarDay(6, 1, True), 2026, solar_of(2026, LunarDay(6, 1))),
        # The twelfth month of the year of the snake has 29 days.
        (LunarDay(12, 30), 2025, date(2026, 2, 16)),
    ],
)
def test_solar_of_known_days(day: LunarDay, year: int, solar: date) -> None:
    assert solar_of(year, day) == solar


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("八月十五", LunarDay(8, 15)), ("农历 正月初一", LunarDay(1, 1)), ("闰四月初三", LunarDay(4, 3, True)),
        ("腊月廿三", LunarDay(12, 23)), ("十一月二十五", LunarDay(11, 25)), ("冬月三十", LunarDay(11, 30)),
        ("8-15", LunarDay(8, 15)), ("闰4-3", LunarDay(4, 3, True)), ("12月8日", LunarDay(12, 8)),
        ("一月十日", None), ("十三月初一", None), ("八月三十一", None), ("8-31", None), ("0-1", None), ("八月", None),
    ],
)  # fmt: skip
def test_parse_lunar_day(typed: str, day: LunarDay | None) -> None:
    if day is None:
        with pytest.raises(InvalidInput) as refusal:
            parse_lunar_day(typed)
        assert refusal.value.field == "lunar_day"
    else:
        assert parse_lunar_day(typed) == day


@given(st.builds(LunarDay, st.integers(1, 12), st.integers(1, 30), st.booleans()))
def test_parse_lunar_day_reads_what_is_shown(day: LunarDay) -> None:
    assert parse_lunar_day(day.text) == day


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "lunar", "by_moon", "expected"),
    [
        (date(1972, 3, 15), None, False, date(2027, 3, 15)),
        (date(1972, 11, 22), None, False, TODAY),
        (date(1996, 2, 29), None, False, date(2027, 3, 1)),
        (None, LunarDay(12, 8), True, date(2027, 1, 15)),
        (date(1972, 3, 15), None, True, solar_of(2027, lunar_of(date(1972, 3, 15)).day)),
        (None, None, True, None),
        (None, None, False, None),
    ],
)
def test_next_birthday(born: date | None, lunar: LunarDay | None, by_moon: bool, expected: date | None) -> None:
    assert next_birthday(born=born, lunar=lunar, by_moon=by_moon, today=TODAY) == expected


@given(
    st.dates(min_value=date(1920, 1, 1), max_value=date(2020, 1, 1)),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2080, 1, 1)),
    st.booleans(),
)
def test_next_birthday_is_within_thirteen_months(born: date, today: date, by_moon: bool) -> None:
    found = next_birthday(born=born, lunar=None, by_moon=by_moon, today=today)
    assert found is not None
    assert timedelta(0) <= found - today <= timedelta(days=385)


def test_animal_changes_with_the_lunar_year() -> None:
    # 2026-02-17 is the first day of the year of the horse; 立春 was on the 4th.
    assert [animal_of(date(2026, 2, day)) for day in (3, 5, 16, 17)] == ["蛇", "蛇", "蛇", "马"]
    assert animal_of(date(1972, 3, 15)) == "鼠"


def test_sign_of_the_days_around_each_change() -> None:
    days = ((1, 19), (1, 20), (3, 20), (3, 21), (12, 21), (12, 22), (12, 31))
    signs = ["摩羯座", "水瓶座", "双鱼座", "白羊座", "射手座", "摩羯座", "摩羯座"]
    assert [sign_of(date(2026, *day)) for day in days] == signs
