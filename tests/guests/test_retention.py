"""The clock of retention over ten years: each class goes at its time, holds and bookings are waited for, each run is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from binzhi.guests.models import Guest, LegalHold, Lookup, RetentionRun, RetentionSetting
from binzhi.guests.privacy import jobs, lookups, retention
from binzhi.guests.privacy.retention import months_back, run_all, set_retention
from binzhi.kernel import audit
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM
from tests.guests.conftest import see_all

# A clock that runs from here: the past, so that the database's own clock agrees that things are old.
START = date(2014, 1, 15)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 19, 41, tzinfo=UTC)  # 03:41 of the next morning in the hotel


def stayed(guest: int, last: date | None, opened: date = START) -> None:
    see_all()
    Guest.objects.filter(pk=guest).update(last_stay_on=last, created_at=at(opened))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)), (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 24, date(2024, 1, 15)), (date(2026, 11, 30), -3, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)), (date(2026, 1, 1), 1, date(2025, 12, 1)),
    ],
)  # fmt: skip
def test_months_back(day: date, months: int, before: date) -> None:
    assert months_back(day, months) == before


def test_ten_years_of_the_clock(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    """A month at a time: notes go after 24 months, names after 36, looks after 36; whoever comes back starts anew."""
    once = add("张一", phone="13912348801", note="爱喝茶")
    returns = add("李二", phone="13912348802", note="靠窗")
    never = add("王三", note="只询价")
    held = add("赵四", note="证据")
    stayed(once, date(2014, 1, 20))
    stayed(returns, date(2014, 1, 20))
    stayed(never, None)
    stayed(held, date(2014, 1, 20))
    LegalHold.objects.create(
        group_id=hotel.group_id, guest_id=held, reason="案件", until=date(2020, 1, 1), set_at=at(START)
    )
    lookups.note_opened(hotel=hotel, guest_id=once, actor=clerk, now=at(START))
    went: dict[str, dict[str, str]] = {"note": {}, "name": {}}
    names = {once: "once", returns: "returns", never: "never", held: "held"}
    looks_gone = ""
    for step in range(121):
        day = months_back(START, -step)
        if day == date(2016, 1, 15):
            stayed(returns, day)
        run_all(actor=SYSTEM, now=at(day))
        see_all()
        for guest, who in names.items():
            kept = Guest.objects.get(pk=guest)
            if not kept.note:
                went["note"].setdefault(who, f"{day:%Y-%m}")
            if kept.name == "—":
                went["name"].setdefault(who, f"{day:%Y-%m}")
        if not looks_gone and not Lookup.objects.exists():
            looks_gone = f"{day:%Y-%m}"
    assert went == {
        "note": {"once": "2016-02", "returns": "2018-01", "never": "2016-02", "held": "2020-01"},
        "name": {"once": "2017-02", "returns": "2019-01", "never": "2017-02", "held": "2020-01"},
    }
    assert looks_gone == "2017-02"
    audit.seal()
    assert audit.verify() is None


def test_every_run_is_on_record(hotel: HotelRef, add: Callable[..., int]) -> None:
    stayed(add("张一", note="茶"), date(2014, 1, 20))
    assert run_all(actor=SYSTEM, now=at(date(2016, 6, 1))) == {"profile": 1}
    see_all()
    runs = list(RetentionRun.objects.order_by("pk").values_list("data_class", "cleared"))
    assert runs == [("profile", 1), ("registration", 0), ("lookups", 0), ("visitors", 0)]


def test_the_longest_time_of_the_group_holds(hotel: HotelRef, clerk: Actor, add: Callable[..., int]) -> None:
    stayed(add("张一", note="茶"), date(2014, 1, 20))
    set_retention(hotel_id=hotel.pk, data_class="profile", months=60, actor=clerk, now=NOW)
    assert run_all(actor=SYSTEM, now=at(date(2016, 6, 1))) == {}
    set_retention(hotel_id=hotel.pk, data_class="profile", months=12, actor=clerk, now=NOW)
    assert run_all(actor=SYSTEM, now=at(date(2016, 6, 1))) == {"profile": 1}


@pytest.mark.parametrize(
    ("data_class", "months"), [("lookups", 5), ("registration", 11), ("profile", 0), ("x", 12), ("profile", 1201)]
)
def test_set_retention_under_the_law_changes_nothing(
    hotel: HotelRef, clerk: Actor, data_class: str, months: int
) -> None:
    with pytest.raises(InvalidInput):
        set_retention(hotel_id=hotel.pk, data_class=data_class, months=months, actor=clerk, now=NOW)
    assert RetentionSetting.objects.count() == 0


def test_more_than_a_batch_is_cleared_in_one_night(
    hotel: HotelRef, add: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        stayed(add(f"张{n}", note="茶"), date(2014, 1, 20))
    run = retention.run_class.__wrapped__  # type: ignore[attr-defined]
    assert run is not None
    cleared = [
        retention.run_class(hotel_id=hotel.pk, data_class="profile", limit=2, actor=SYSTEM, now=at(date(2016, 6, 1)))
        for _ in range(4)
    ]
    assert cleared == [2, 2, 1, 0]


def test_the_nightly_job_runs_by_the_clock_of_the_day(hotel: HotelRef, add: Callable[..., int]) -> None:
    stayed(add("张一", note="茶"), date(2014, 1, 20))
    with time_machine.travel(at(date(2016, 6, 1)), tick=False):
        assert jobs.keep_time() == {"profile": 1}
    with time_machine.travel(at(date(2016, 6, 2)) + timedelta(hours=1), tick=False):
        assert jobs.keep_time() == {}
