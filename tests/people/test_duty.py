"""Who is at work, in what rank, and who stands in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.people import duty, services
from binzhi.people.models import Staff, User
from binzhi.people.setup import StaffRef, create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, TODAY
from tests.guests.conftest import new_hotel
from tests.people.roster import absent, at, hire, make_shifts, put

TOMORROW = TODAY + timedelta(days=1)
TEN = at(10)


@pytest.fixture
def house(hotel: HotelRef) -> HotelRef:
    make_shifts(hotel)
    db.enter_scope("*", "*")
    return hotel


def names(found: list[duty.OnDuty]) -> list[str]:
    return [one.name for one in found]


def who(found: duty.OnDuty | None) -> str:
    return found.name if found else ""


def deputies(hotel: HotelRef, post: str, *codes: str) -> None:
    services.set_deputies(hotel_id=hotel.pk, post=post, deputies=codes, actor=SYSTEM, now=NOW)


# ---------------------------------------------------------------- on_duty


def test_on_duty_tells_everything_of_the_one_at_work(house: HotelRef) -> None:
    qin = hire(house, "秦悦", "duty-manager", since=date(2026, 3, 1))
    put(house, qin)
    assert duty.on_duty(hotel_id=house.pk, at=TEN) == [
        duty.OnDuty(
            staff_id=qin.staff_id, user_id=qin.user_id, name="秦悦", post="duty-manager", post_name="大堂副理",
            post_name_en="Duty manager", grade=3, department="front-office", since=date(2026, 3, 1), until=at(15),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "there"),
    [(at(6, 59), False), (at(7), True), (at(14, 59), True), (at(15), False), (at(10, day=TOMORROW), False)],
)
def test_on_duty_from_the_first_minute_until_the_last(house: HotelRef, moment: Any, there: bool) -> None:
    put(house, hire(house, "林晓", "receptionist"))
    assert bool(duty.on_duty(hotel_id=house.pk, at=moment)) is there


def test_on_duty_night_shift_goes_on_after_midnight(house: HotelRef) -> None:
    put(house, hire(house, "徐晨", "night-auditor"), shift="n")
    seen = [
        bool(duty.on_duty(hotel_id=house.pk, at=moment))
        for moment in (at(23), at(3, day=TOMORROW), at(7, day=TOMORROW))
    ]
    assert seen == [True, True, False]


def test_on_duty_the_longest_duty_there_can_be_is_found_to_its_end(house: HotelRef) -> None:
    """The index is asked 36 hours back: the table's own limit."""
    someone = hire(house, "高远", "resident-manager")
    db.execute(
        "INSERT INTO people_duty (hotel_id, staff_id, starts_at, ends_at) VALUES (%s, %s, %s, %s)",
        [house.pk, someone.staff_id, at(7), at(19, day=TOMORROW)],
    )
    assert names(duty.on_duty(hotel_id=house.pk, at=at(18, 59, day=TOMORROW))) == ["高远"]


def test_on_duty_highest_grade_first_then_departments_in_their_order(house: HotelRef) -> None:
    posts = ("receptionist", "housekeeping-manager", "general-manager", "front-office-supervisor", "duty-manager")
    put(house, *(hire(house, post, post) for post in posts))
    assert names(duty.on_duty(hotel_id=house.pk, at=TEN)) == [
        "general-manager", "duty-manager", "housekeeping-manager", "front-office-supervisor", "receptionist",
    ]  # fmt: skip


def test_on_duty_of_a_department_and_of_posts(house: HotelRef) -> None:
    put(house, *(hire(house, post, post) for post in ("receptionist", "duty-manager", "engineer")))
    assert names(duty.on_duty(hotel_id=house.pk, at=TEN, department="front-office")) == ["duty-manager", "receptionist"]
    assert names(duty.on_duty(hotel_id=house.pk, at=TEN, posts=["engineer", "duty-manager"])) == [
        "duty-manager",
        "engineer",
    ]
    assert duty.on_duty(hotel_id=house.pk, at=TEN, department="front-office", posts=["engineer"]) == []


@pytest.mark.parametrize("away", ["absent", "left", "inactive", "not yet"])
def test_on_duty_leaves_out_who_is_not_there(house: HotelRef, away: str) -> None:
    someone = hire(house, "林晓", "receptionist")
    put(house, someone)
    if away == "absent":
        absent(house, someone, at(9), at(12))
    elif away == "left":
        Staff.objects.filter(pk=someone.staff_id).update(left_on=TODAY)
    elif away == "not yet":
        Staff.objects.filter(pk=someone.staff_id).update(since=TOMORROW)
    else:
        User.objects.filter(pk=someone.user_id).update(is_active=False)
    assert duty.on_duty(hotel_id=house.pk, at=TEN) == []
    assert names(duty.on_duty(hotel_id=house.pk, at=at(13))) == (["林晓"] if away == "absent" else [])


def test_on_duty_one_who_leaves_tonight_is_there_today(house: HotelRef) -> None:
    someone = hire(house, "林晓", "receptionist")
    put(house, someone, days=[TODAY, TOMORROW])
    Staff.objects.filter(pk=someone.staff_id).update(left_on=TOMORROW)
    assert names(duty.on_duty(hotel_id=house.pk, at=TEN)) == ["林晓"]
    assert duty.on_duty(hotel_id=house.pk, at=at(10, day=TOMORROW)) == []


def test_on_duty_acting_stands_in_the_acted_post_with_the_higher_of_both_ranks(house: HotelRef) -> None:
    up, down = hire(house, "袁浩", "front-office-supervisor"), hire(house, "周敏", "front-office-manager")
    put(house, up, acting_post="duty-manager")
    put(house, down, acting_post="receptionist")
    found = duty.on_duty(hotel_id=house.pk, at=TEN)
    assert [(one.name, one.post, one.grade) for one in found] == [
        ("袁浩", "duty-manager", 3),
        ("周敏", "receptionist", 3),
    ]
    # One is found by the post he holds as by the one he acts in.
    assert names(duty.on_duty(hotel_id=house.pk, at=TEN, posts=["front-office-manager"])) == ["周敏"]


def test_on_duty_acting_elsewhere_works_in_that_department(house: HotelRef) -> None:
    put(house, hire(house, "许兰", "housekeeping-manager"), acting_post="duty-manager")
    assert names(duty.on_duty(hotel_id=house.pk, at=TEN, department="front-office")) == ["许兰"]
    assert duty.on_duty(hotel_id=house.pk, at=TEN, department="housekeeping") == []


def test_on_duty_of_another_hotel_is_not_ours(house: HotelRef) -> None:
    other = new_hotel()
    create_departments(hotel_id=other.pk)
    make_shifts(other)
    put(other, hire(other, "别人", "general-manager"))
    assert duty.on_duty(hotel_id=house.pk, at=TEN) == []
    assert duty.stand_in(hotel_id=house.pk, post="general-manager", at=TEN) is None
    assert duty.highest_on_duty(hotel_id=house.pk, at=TEN) is None
    assert duty.holders(hotel_id=house.pk, posts=["general-manager"]) == []


def test_duty_queries_are_one_statement_each(house: HotelRef, django_assert_num_queries: Any) -> None:
    put(house, *(hire(house, post, post) for post in ("receptionist", "duty-manager", "engineer")))
    deputies(house, "general-manager", "duty-manager")
    asked = {"hotel_id": house.pk, "at": TEN}
    for ask in (
        lambda: duty.on_duty(**asked),
        lambda: duty.highest_on_duty(**asked, below="general-manager"),
        lambda: duty.stand_in(**asked, post="general-manager"),
        lambda: duty.holders(hotel_id=house.pk, posts=["engineer"]),
    ):
        with django_assert_num_queries(1):
            assert ask()


# ---------------------------------------------------------------- the general manager is away


def test_highest_on_duty_is_the_highest_rank_at_work(house: HotelRef) -> None:
    put(house, *(hire(house, post, post) for post in ("duty-manager", "dining-director", "receptionist")))
    gm = hire(house, "沈立群", "general-manager")
    put(house, gm)
    assert who(duty.highest_on_duty(hotel_id=house.pk, at=TEN)) == "沈立群"
    assert who(duty.highest_on_duty(hotel_id=house.pk, at=TEN, below="general-manager")) == "dining-director"
    absent(house, gm, at(0), at(23))
    assert who(duty.highest_on_duty(hotel_id=house.pk, at=TEN)) == "dining-director"


def test_highest_on_duty_below_a_post_leaves_out_who_acts_in_it(house: HotelRef) -> None:
    put(house, hire(house, "高远", "resident-manager"), acting_post="general-manager")
    put(house, hire(house, "秦悦", "duty-manager"))
    assert who(duty.highest_on_duty(hotel_id=house.pk, at=TEN, below="general-manager")) == "秦悦"


def test_highest_on_duty_nobody_at_work_is_none(house: HotelRef) -> None:
    hire(house, "沈立群", "general-manager")
    assert duty.highest_on_duty(hotel_id=house.pk, at=TEN) is None


# ---------------------------------------------------------------- stand_in, step by step


@pytest.fixture
def ladder(house: HotelRef) -> dict[str, StaffRef]:
    """Everybody who may have to answer for the duty manager, all of them at work."""
    people = {
        "holder": hire(house, "holder", "duty-manager"),
        "acting": hire(house, "acting", "concierge-supervisor"),
        "first deputy": hire(house, "first deputy", "housekeeping-supervisor"),
        "second deputy": hire(house, "second deputy", "front-office-supervisor"),
        "department": hire(house, "department", "front-office-manager"),
        "house": hire(house, "house", "general-manager"),
    }
    put(house, *(one for name, one in people.items() if name != "acting"))
    put(house, people["acting"], acting_post="duty-manager")
    deputies(house, "duty-manager", "housekeeping-supervisor", "front-office-supervisor")
    return people


def test_stand_in_takes_the_next_step_as_each_goes_away(house: HotelRef, ladder: dict[str, StaffRef]) -> None:
    answered = []
    for someone in ladder.values():
        answered.append(who(duty.stand_in(hotel_id=house.pk, post="duty-manager", at=TEN)))
        absent(house, someone, at(0), at(23))
    assert answered == ["holder", "acting", "first deputy", "second deputy", "department", "house"]
    assert duty.stand_in(hotel_id=house.pk, post="duty-manager", at=TEN) is None


def test_stand_in_takes_one_who_acts_in_the_deputy_post(house: HotelRef) -> None:
    deputies(house, "general-manager", "resident-manager")
    put(house, hire(house, "周敏", "front-office-manager"), acting_post="resident-manager")
    put(house, hire(house, "蒋文", "dining-director"))
    assert who(duty.stand_in(hotel_id=house.pk, post="general-manager", at=TEN)) == "周敏"


def test_stand_in_of_two_holders_takes_the_one_who_does_not_act_elsewhere(house: HotelRef) -> None:
    put(house, hire(house, "甲", "duty-manager", since=date(2020, 1, 1)), acting_post="front-office-manager")
    put(house, hire(house, "乙", "duty-manager", since=date(2026, 1, 1)))
    assert who(duty.stand_in(hotel_id=house.pk, post="duty-manager", at=TEN)) == "乙"


def test_stand_in_of_a_post_the_house_has_not_is_its_highest(house: HotelRef, ladder: dict[str, StaffRef]) -> None:
    assert who(duty.stand_in(hotel_id=house.pk, post="astronaut", at=TEN)) == "house"


def test_holders_are_those_employed_at_work_or_not(house: HotelRef) -> None:
    here, gone, coming = (hire(house, name, "engineer") for name in ("在", "走", "来"))
    Staff.objects.filter(pk=gone.staff_id).update(left_on=TODAY)
    Staff.objects.filter(pk=coming.staff_id).update(since=TOMORROW)
    hire(house, "罗斌", "engineering-manager")
    hire(house, "林晓", "receptionist")
    found = duty.holders(hotel_id=house.pk, posts=["engineer", "engineering-manager"])
    assert [(one.name, one.grade) for one in found] == [("罗斌", 3), ("在", 1)]
    assert (found[1].staff_id, found[1].department, found[1].post_name) == (here.staff_id, "engineering", "工程技工")
    assert duty.holders(hotel_id=house.pk, posts=[]) == []


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2026, 5, 21), date(2026, 11, 20), 5),
        (date(2026, 5, 21), date(2026, 11, 21), 6),
        (date(2026, 11, 21), date(2026, 11, 21), 0),
        (date(2026, 12, 1), date(2026, 11, 21), 0),
        (date(2025, 11, 22), date(2026, 11, 21), 11),
        (date(2026, 8, 31), date(2026, 11, 29), 2),
        (date(2026, 8, 31), date(2026, 11, 30), 3),
        (date(2024, 2, 29), date(2026, 2, 28), 24),
    ],
)
def test_months_in_job_counts_whole_months(since: date, today: date, months: int) -> None:
    assert duty.months_in_job(since, today) == months


def test_post_label_is_in_the_language_of_the_screen(house: HotelRef) -> None:
    from django.utils import translation

    put(house, hire(house, "秦悦", "duty-manager"))
    found = duty.on_duty(hotel_id=house.pk, at=TEN)[0]
    held = duty.holders(hotel_id=house.pk, posts=["duty-manager"])[0]
    with translation.override("en"):
        assert (found.post_label, held.post_label) == ("Duty manager", "Duty manager")
    with translation.override("zh-hans"):
        assert (found.post_label, held.post_label) == ("大堂副理", "大堂副理")
