"""The public holidays of China, make-up workdays, what the hotel corrects, and years that nobody has announced."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.kernel.errors import Forbidden, InvalidInput
from binzhi.kernel.models import OutboxEvent
from binzhi.reservations.access import Permission
from binzhi.reservations.calendar import DayKind, days_of, nights_of
from binzhi.reservations.calendar.days import LAST_KNOWN, public_day
from binzhi.reservations.calendar.services import correct_days
from binzhi.reservations.models import CalendarDay
from tests.factories import NOW, SYSTEM, TestHotel, make_actor, make_hotel, statements


def kinds(hotel: TestHotel, first: date, last: date) -> list[str]:
    """Of the nights from `first` to `last`."""
    days = days_of(hotel_id=hotel.pk, first=first, last=last + timedelta(days=1))
    return [str(leads_to.kind) for leads_to in nights_of(days, first, last).values()]


def test_nights_of_a_national_holiday_begin_on_its_eve_and_end_before_its_last_day(hotel: TestHotel) -> None:
    # 1 to 7 October 2026 are free, Saturday 10 October is worked.
    assert kinds(hotel, date(2026, 9, 29), date(2026, 10, 11)) == [
        "workday", "holiday", "holiday", "holiday", "holiday", "holiday", "holiday", "holiday",
        "workday", "workday", "makeup", "weekend", "workday",
    ]  # fmt: skip


def test_plain_week_has_its_weekend_on_friday_and_saturday_nights(hotel: TestHotel) -> None:
    assert kinds(hotel, date(2026, 11, 16), date(2026, 11, 22)) == ["workday"] * 4 + ["weekend"] * 2 + ["workday"]


def test_day_of_a_year_that_is_not_announced_is_judged_by_its_weekday_and_says_so() -> None:
    new_year = public_day(date(LAST_KNOWN + 1, 1, 1))
    assert (new_year.is_known, new_year.name) == (False, "")
    assert new_year.kind == (DayKind.WEEKEND if new_year.day.weekday() >= 5 else DayKind.WORKDAY)
    assert public_day(date(2026, 10, 1)).is_known


def test_correct_days_holds_for_this_hotel_until_it_is_taken_back(hotel: TestHotel) -> None:
    other = make_hotel()
    first = date(LAST_KNOWN + 1, 1, 1)
    done = correct_days(hotel_id=hotel.pk, first=first, last=first + timedelta(days=2), kind="holiday", name="元旦",
                        actor=SYSTEM, now=NOW)  # fmt: skip
    assert done == 3
    with statements() as sent:
        day = days_of(hotel_id=hotel.pk, first=first, last=first)[first]
    assert len(sent) == 1
    assert (day.kind, day.name, day.is_own, day.is_known) == (DayKind.HOLIDAY, "元旦", True, True)
    assert days_of(hotel_id=other.pk, first=first, last=first)[first].is_own is False
    assert OutboxEvent.objects.order_by("-id")[0].topic == "calendar.corrected"
    correct_days(hotel_id=hotel.pk, first=first, last=first, kind="", actor=SYSTEM, now=NOW)
    assert days_of(hotel_id=hotel.pk, first=first, last=first)[first] == public_day(first)
    assert CalendarDay.objects.filter(hotel_id=hotel.pk).count() == 2


def test_correct_days_impossible_is_refused_at_its_field(hotel: TestHotel) -> None:
    day = date(2027, 1, 1)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"last": date(2026, 12, 31)}, "last"),
        ({"last": date(2027, 2, 1)}, "last"),
        ({"kind": "feast"}, "kind"),
        ({"name": "x" * 41}, "name"),
        ({"first": date(1999, 12, 31), "last": date(1999, 12, 31)}, "first"),
    ]
    for of, field in cases:
        asked = {"first": day, "last": day, "kind": "holiday"} | of
        with pytest.raises(InvalidInput) as refusal:
            correct_days(hotel_id=hotel.pk, actor=SYSTEM, now=NOW, **asked)
        assert refusal.value.field == field
    assert not CalendarDay.objects.exists()


def test_correct_days_needs_the_right_to_set_rates(hotel: TestHotel) -> None:
    clerk = make_actor(hotel, [Permission.CREATE])
    with pytest.raises(Forbidden):
        correct_days(hotel_id=hotel.pk, first=date(2027, 1, 1), last=date(2027, 1, 1), kind="holiday", actor=clerk,
                     now=NOW)  # fmt: skip
