"""The roster's writes: what they change, what they refuse, what they leave behind."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.people import duty, services
from binzhi.people.errors import (
    AlreadyOnDuty,
    NotEmployedThen,
    UnknownDepartment,
    UnknownPost,
    UnknownShift,
)
from binzhi.people.models import Shift, Staff
from binzhi.people.setup import StaffRef, create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, TODAY, make_actor
from tests.guests.conftest import new_hotel
from tests.people.roster import at, hire, make_shifts, planned, put, traces

DAYS = [TODAY + timedelta(days=offset) for offset in range(21)]


@pytest.fixture
def house(hotel: HotelRef) -> HotelRef:
    make_shifts(hotel)
    db.enter_scope("*", "*")
    return hotel


@pytest.fixture
def lin(house: HotelRef) -> StaffRef:
    return hire(house, "林晓", "receptionist")


@pytest.fixture
def zhou(house: HotelRef) -> StaffRef:
    return hire(house, "周敏", "front-office-manager")


# ---------------------------------------------------------------- put_on_duty


def test_put_on_duty_many_people_on_many_days_at_once(house: HotelRef, lin: StaffRef, zhou: StaffRef) -> None:
    made = put(house, lin, zhou, days=DAYS[:3])
    assert len(made) == 6
    assert planned(house) == [
        (someone.staff_id, at(7, day=day), at(15, day=day)) for someone in (lin, zhou) for day in DAYS[:3]
    ]


def test_put_on_duty_night_ends_on_the_next_morning(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin, shift="N")
    assert planned(house) == [(lin.staff_id, at(23), at(7, day=DAYS[1]))]


def test_put_on_duty_with_times_of_its_own(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin, shift="", starts=time(9, 30), ends=time(9, 30))
    put(house, lin, shift="a", ends=time(12), days=[DAYS[2]])
    assert planned(house) == [
        (lin.staff_id, at(9, 30), at(9, 30, day=DAYS[1])),
        (lin.staff_id, at(7, day=DAYS[2]), at(12, day=DAYS[2])),
    ]


def test_put_on_duty_records_and_publishes_once_for_each_person(house: HotelRef, lin: StaffRef, zhou: StaffRef) -> None:
    actor = make_actor(house, ["people.plan_duty"])
    put(house, lin, zhou, days=[DAYS[4], DAYS[1]], actor=actor)
    db.enter_scope("*", "*")
    rows = AuditEntry.objects.filter(operation="duty.planned").order_by("id")
    assert [(row.subject, row.subject_id, row.user_id) for row in rows] == [
        ("staff", lin.staff_id, 7), ("staff", zhou.staff_id, 7),
    ]  # fmt: skip
    assert rows[0].after == {
        "shift": "a", "starts": "07:00:00", "ends": "15:00:00", "acting_post": "",
        "days": [str(DAYS[1]), str(DAYS[4])],
    }  # fmt: skip
    events = OutboxEvent.objects.filter(topic="duty.planned").order_by("id")
    assert events[1].payload == {
        "hotel_id": house.pk, "staff_id": zhou.staff_id, "first": str(DAYS[1]), "last": str(DAYS[4]),
    }  # fmt: skip


def test_put_on_duty_two_short_duties_of_one_day_stand_side_by_side(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin, shift="", starts=time(10), ends=time(14))
    put(house, lin, shift="", starts=time(14), ends=time(21))
    assert [starts for _who, starts, _ends in planned(house)] == [at(10), at(14)]


def test_put_on_duty_somebody_on_duty_already_leaves_all_as_it_was(
    house: HotelRef, lin: StaffRef, zhou: StaffRef
) -> None:
    put(house, zhou, days=[DAYS[1]])
    before = traces(house)
    with pytest.raises(AlreadyOnDuty) as refusal:
        put(house, lin, zhou, shift="", starts=time(14), ends=time(16), days=DAYS[:3])
    assert refusal.value.params == {"name": "周敏", "day": DAYS[1]}
    assert traces(house) == before


def test_put_on_duty_replace_puts_the_new_in_the_place_of_the_old(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin, days=DAYS[:3])
    put(house, lin, shift="p", days=[DAYS[1]], replace=True)
    assert planned(house) == [
        (lin.staff_id, at(7), at(15)),
        (lin.staff_id, at(15, day=DAYS[1]), at(23, day=DAYS[1])),
        (lin.staff_id, at(7, day=DAYS[2]), at(15, day=DAYS[2])),
    ]


def test_put_on_duty_replace_does_not_take_the_night_before_away(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin, shift="n")
    before = traces(house)
    with pytest.raises(AlreadyOnDuty):
        put(house, lin, shift="", starts=time(6), ends=time(14), days=[DAYS[1]], replace=True)
    assert traces(house) == before


def test_put_on_duty_replace_takes_only_what_is_of_these_people(house: HotelRef, lin: StaffRef, zhou: StaffRef) -> None:
    put(house, lin, zhou)
    put(house, lin, shift="p", replace=True)
    assert [(who, starts) for who, starts, _ends in planned(house)] == [(lin.staff_id, at(15)), (zhou.staff_id, at(7))]


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"days": []}, InvalidInput, "days"),
        ({"days": [TODAY - timedelta(days=63)]}, InvalidInput, "days"),
        ({"days": [TODAY + timedelta(days=401)]}, InvalidInput, "days"),
        ({"days": [TODAY - timedelta(days=55 - n) for n in range(1, 400)] * 11}, AlreadyOnDuty, "shift"),
        ({"shift": "zz"}, UnknownShift, "shift"),
        ({"shift": ""}, InvalidInput, "shift"),
        ({"shift": "", "starts": time(9)}, InvalidInput, "shift"),
        ({"acting_post": "astronaut"}, UnknownPost, "acting_post"),
    ],
)
def test_put_on_duty_refused_changes_nothing(
    house: HotelRef, lin: StaffRef, given: dict[str, Any], error: type[DomainError], field: str
) -> None:
    put(house, lin, days=[DAYS[5]])
    before = traces(house)
    with pytest.raises(error) as refusal:
        put(house, lin, **{"shift": "a", "days": [DAYS[5]], **given})
    assert (refusal.value.field, traces(house)) == (field, before)


def test_put_on_duty_nobody_or_too_many_is_refused(house: HotelRef, lin: StaffRef) -> None:
    before = traces(house)
    with pytest.raises(InvalidInput) as nobody:
        put(house)
    many = [StaffRef(staff_id=n, user_id=n, username="") for n in range(1, 402)]
    with pytest.raises(InvalidInput) as too_many:
        put(house, *many, days=DAYS[:10])
    assert (nobody.value.field, too_many.value.field, traces(house)) == ("staff", "days", before)


@pytest.mark.parametrize(("since", "left_on"), [(DAYS[1], None), (date(2026, 1, 1), TODAY)])
def test_put_on_duty_before_the_first_or_after_the_last_day_is_refused(
    house: HotelRef, lin: StaffRef, since: date, left_on: date | None
) -> None:
    Staff.objects.filter(pk=lin.staff_id).update(since=since, left_on=left_on)
    with pytest.raises(NotEmployedThen) as refusal:
        put(house, lin)
    assert (refusal.value.params["day"], planned(house)) == (TODAY, [])


def test_put_on_duty_of_a_shift_no_longer_used_is_refused(house: HotelRef, lin: StaffRef) -> None:
    Shift.objects.filter(code="a").update(is_active=False)
    with pytest.raises(UnknownShift):
        put(house, lin)
    assert planned(house) == []


def test_database_refuses_two_duties_of_one_person_at_a_time(house: HotelRef, lin: StaffRef) -> None:
    insert = "INSERT INTO people_duty (hotel_id, staff_id, starts_at, ends_at) VALUES (%s, %s, %s, %s)"
    db.execute(insert, [house.pk, lin.staff_id, at(7), at(15)])
    for starts, ends, rule in (
        (at(14, 59), at(16), "one_duty_at_a_time"),
        (at(16), at(16), "duty_length"),
        (at(16), at(4, 1, day=DAYS[2]), "duty_length"),
    ):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            db.execute(insert, [house.pk, lin.staff_id, starts, ends])
        assert db.constraint_of(error.value) == rule
    db.execute(insert, [house.pk, lin.staff_id, at(15), at(16)])
    assert len(planned(house)) == 2


# ---------------------------------------------------------------- take_off_duty


def test_take_off_duty_removes_them_and_keeps_what_they_were(house: HotelRef, lin: StaffRef, zhou: StaffRef) -> None:
    made = put(house, lin, zhou, days=DAYS[:2])
    services.take_off_duty(hotel_id=house.pk, duty_ids=[*made[:2], made[0]], reason="换班", actor=SYSTEM, now=NOW)
    assert [who for who, _starts, _ends in planned(house)] == [zhou.staff_id] * 2
    row = AuditEntry.objects.get(operation="duty.taken_off")
    assert (row.subject_id, row.reason, len(row.before["duties"])) == (lin.staff_id, "换班", 2)
    event = OutboxEvent.objects.get(topic="duty.taken_off")
    assert event.payload == {
        "hotel_id": house.pk, "staff_id": lin.staff_id, "first": str(TODAY), "last": str(DAYS[1]),
    }  # fmt: skip


def test_take_off_duty_unknown_foreign_or_none_takes_none_off(house: HotelRef, lin: StaffRef) -> None:
    other = new_hotel()
    create_departments(hotel_id=other.pk)
    make_shifts(other)
    theirs = put(other, hire(other, "别人", "engineer"))
    mine = put(house, lin)
    before = traces(house)
    for ids, error in (([*mine, 2**40], NotFound), ([*mine, *theirs], NotFound), ([], InvalidInput)):
        with pytest.raises(error):
            services.take_off_duty(hotel_id=house.pk, duty_ids=ids, actor=SYSTEM, now=NOW)
    assert (traces(house), len(planned(other))) == (before, 1)


# ---------------------------------------------------------------- copy_week


def copy(house: HotelRef, **more: Any) -> int:
    given = {"first": TODAY, "onto": DAYS[7], **more}
    return services.copy_week(hotel_id=house.pk, actor=SYSTEM, now=NOW, **given)


def test_copy_week_is_the_same_week_again(house: HotelRef, lin: StaffRef, zhou: StaffRef) -> None:
    put(house, lin, days=[TODAY, DAYS[6], DAYS[7]])
    put(house, zhou, shift="n", days=[DAYS[6]], acting_post="duty-manager")
    assert copy(house, onto=DAYS[14]) == 3
    assert planned(house)[2:4] == [
        (lin.staff_id, at(7, day=DAYS[7]), at(15, day=DAYS[7])),
        (lin.staff_id, at(7, day=DAYS[14]), at(15, day=DAYS[14])),
    ]
    assert planned(house)[-1] == (zhou.staff_id, at(23, day=DAYS[20]), at(7, day=DAYS[20] + timedelta(days=1)))
    [acting] = duty.on_duty(hotel_id=house.pk, at=at(23, day=DAYS[20]))
    assert (acting.name, acting.post) == ("周敏", "duty-manager")
    rows = AuditEntry.objects.filter(after__as_week_of=str(TODAY)).order_by("id")
    assert [(row.subject_id, len(row.after["days"])) for row in rows] == [(lin.staff_id, 2), (zhou.staff_id, 1)]


def test_copy_week_leaves_days_alone_that_have_something(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin, days=DAYS[:2])
    put(house, lin, shift="p", days=[DAYS[7]])
    assert copy(house) == 1
    assert [starts for _who, starts, _ends in planned(house)] == [
        at(7), at(7, day=DAYS[1]), at(15, day=DAYS[7]), at(7, day=DAYS[8]),
    ]  # fmt: skip


def test_copy_week_of_one_department(house: HotelRef, lin: StaffRef) -> None:
    engineer = hire(house, "吴凯", "engineer")
    put(house, lin, engineer)
    assert copy(house, department="engineering") == 1
    assert [who for who, _starts, _ends in planned(house)] == [lin.staff_id, engineer.staff_id, engineer.staff_id]


def test_copy_week_leaves_out_who_has_left_by_then(house: HotelRef, lin: StaffRef, zhou: StaffRef) -> None:
    put(house, lin, zhou)
    Staff.objects.filter(pk=lin.staff_id).update(left_on=DAYS[7])
    assert copy(house) == 1
    assert [who for who, _starts, _ends in planned(house)] == [lin.staff_id, zhou.staff_id, zhou.staff_id]


def test_copy_week_keeps_the_clock_when_summer_time_ends(house: HotelRef, lin: StaffRef) -> None:
    db.execute("UPDATE property_hotel SET timezone = 'Europe/Berlin' WHERE id = %s", [house.pk])
    now = datetime.fromisoformat("2026-10-19T10:00:00+02:00")
    put(house, lin, days=[date(2026, 10, 23)], now=now)
    services.copy_week(
        hotel_id=house.pk, first=date(2026, 10, 19), onto=date(2026, 10, 26), actor=SYSTEM, now=now
    )  # fmt: skip
    assert [starts.isoformat() for _who, starts, _ends in planned(house)] == [
        "2026-10-23T05:00:00+00:00", "2026-10-30T06:00:00+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"onto": DAYS[6]}, InvalidInput, "onto"),
        ({"onto": TODAY + timedelta(days=395)}, InvalidInput, "days"),
        ({"first": TODAY - timedelta(days=70)}, InvalidInput, "days"),
        ({"department": "moon"}, UnknownDepartment, "department"),
        ({"department": "engineering"}, InvalidInput, "onto"),
    ],
)
def test_copy_week_refused_changes_nothing(
    house: HotelRef, lin: StaffRef, given: dict[str, Any], error: type[DomainError], field: str
) -> None:
    put(house, lin)
    before = traces(house)
    with pytest.raises(error) as refusal:
        copy(house, **given)
    assert (refusal.value.field, traces(house)) == (field, before)
