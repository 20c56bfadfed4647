"""The plan drawn from a seed: full enough, never too full, the same again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from binzhi.demo.calendar import holidays, is_holiday
from binzhi.demo.house import TYPES
from binzhi.demo.plan import CANCELS, NO_SHOW, STAYS, Plan, draw

ROOMS = {"STD": 56, "KNG": 52, "BIZ": 32, "DLX": 28, "STE": 14, "FAM": 14, "ACC": 4}
TODAY = date(2025, 11, 21)
FIRST, LAST = TODAY - timedelta(days=60), TODAY + timedelta(days=40)


def drawn(seed: int = 1) -> Plan:
    return draw(Random(seed), rooms=ROOMS, first=FIRST, today=TODAY, last=LAST, people=900)


def test_draw_same_seed_same_plan() -> None:
    assert list(drawn()) == list(drawn())
    assert list(drawn()) != list(drawn(2))


def test_draw_past_nights_are_sold_between_55_and_97_per_cent() -> None:
    slept: Counter[date] = Counter()
    for booking in drawn():
        if booking.outcome == STAYS:
            slept.update({booking.arrival + timedelta(days=n): booking.rooms for n in range(booking.nights)})
    # The first nights fill up as stays begin.
    past = [slept[FIRST + timedelta(days=n)] for n in range(7, 60)]
    assert min(past) > 0.55 * sum(ROOMS.values())
    assert max(past) <= 0.97 * sum(ROOMS.values())
    assert 0 < slept[TODAY + timedelta(days=20)] < slept[TODAY]


def test_draw_everything_is_booked_by_today_and_before_it_arrives() -> None:
    plan = list(drawn())
    assert all(FIRST <= booking.booked_on <= min(TODAY, booking.arrival) for booking in plan)
    assert all(
        booking.booked_on <= booking.ends_on <= booking.arrival for booking in plan if booking.ends_on is not None
    )
    outcomes = Counter(booking.outcome for booking in plan)
    assert outcomes[CANCELS] > 0.05 * outcomes[STAYS]
    assert outcomes[NO_SHOW] > 0
    assert any(booking.rooms >= 6 for booking in plan)


def test_draw_every_party_fits_its_type() -> None:
    holds = {kind.spec.code: kind.spec for kind in TYPES}
    for booking in drawn():
        assert booking.adults <= holds[booking.room_type].max_adults
        assert booking.adults + booking.children <= holds[booking.room_type].max_guests


def test_holidays_of_a_year() -> None:
    assert is_holiday(date(2027, 2, 6))
    assert is_holiday(date(2026, 12, 31))
    assert not is_holiday(date(2026, 11, 21))
    assert holidays(date(2026, 10, 3), date(2026, 10, 20)) == [(date(2026, 10, 3), date(2026, 10, 6))]
