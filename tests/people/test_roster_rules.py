"""Absences, shifts, deputies; and who may plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.people import duty, services
from binzhi.people.errors import (
    AbsenceEnded,
    UnknownDepartment,
    UnknownPost,
)
from binzhi.people.models import Absence, Deputy, Shift
from binzhi.people.posts import POSTS
from binzhi.people.services import AbsenceInput, ShiftInput
from binzhi.people.setup import StaffRef, create_departments
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, make_actor
from tests.guests.conftest import new_hotel
from tests.people.roster import absent, at, hire, make_shifts, planned, put, traces

MORNING = ShiftInput(name="早班", starts=time(7), ends=time(15))


@pytest.fixture
def house(hotel: HotelRef) -> HotelRef:
    make_shifts(hotel)
    db.enter_scope("*", "*")
    return hotel


@pytest.fixture
def lin(house: HotelRef) -> StaffRef:
    return hire(house, "林晓", "receptionist")


# ---------------------------------------------------------------- absences


def test_note_absence_takes_nobody_off_the_roster_but_nobody_counts_on_him(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin)
    absence = absent(house, lin, at(0), at(12))
    assert len(planned(house)) == 1
    assert duty.on_duty(hotel_id=house.pk, at=at(10)) == []
    assert OutboxEvent.objects.get(topic="absence.noted").payload == {
        "hotel_id": house.pk, "staff_id": lin.staff_id, "absence_id": absence,
    }  # fmt: skip


def test_note_absence_note_stands_in_no_log(house: HotelRef, lin: StaffRef) -> None:
    given = AbsenceInput(kind="sick", starts_at=at(0), ends_at=at(12), note=" 骨折 ")
    services.note_absence(hotel_id=house.pk, staff_id=lin.staff_id, absence=given, actor=SYSTEM, now=NOW)
    assert Absence.objects.get().note == "骨折"
    left = str(list(AuditEntry.objects.values_list())) + str(list(OutboxEvent.objects.values_list()))
    assert ("骨折" in left, "sick" in left) == (False, False)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "hangover"}, "kind"),
        ({"ends_at": at(0)}, "ends_at"),
        ({"ends_at": at(0) + timedelta(days=401)}, "ends_at"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_note_absence_refused_changes_nothing(
    house: HotelRef, lin: StaffRef, given: dict[str, Any], field: str
) -> None:
    before = traces(house)
    absence = AbsenceInput(**{"kind": "leave", "starts_at": at(0), "ends_at": at(12), **given})
    with pytest.raises(InvalidInput) as refusal:
        services.note_absence(hotel_id=house.pk, staff_id=lin.staff_id, absence=absence, actor=SYSTEM, now=NOW)
    assert (refusal.value.field, traces(house)) == (field, before)


def test_end_absence_is_back_at_work_at_once(house: HotelRef, lin: StaffRef) -> None:
    put(house, lin)
    absence = absent(house, lin, at(0), at(23))
    services.end_absence(hotel_id=house.pk, absence_id=absence, actor=SYSTEM, now=at(11))
    seen = [len(duty.on_duty(hotel_id=house.pk, at=moment)) for moment in (at(10, 59), at(11))]
    assert (seen, Absence.objects.get().ends_at) == ([0, 1], at(11))
    before = traces(house)
    with pytest.raises(AbsenceEnded):
        services.end_absence(hotel_id=house.pk, absence_id=absence, actor=SYSTEM, now=at(12))
    assert traces(house) == before


def test_end_absence_not_begun_is_called_off(house: HotelRef, lin: StaffRef) -> None:
    absence = absent(house, lin, at(20), at(23))
    services.end_absence(hotel_id=house.pk, absence_id=absence, actor=SYSTEM, now=NOW)
    assert Absence.objects.count() == 0
    assert OutboxEvent.objects.filter(topic="absence.ended").count() == 1


def test_end_absence_unknown_is_not_found(house: HotelRef) -> None:
    with pytest.raises(NotFound):
        services.end_absence(hotel_id=house.pk, absence_id=2**40, actor=SYSTEM, now=NOW)


# ---------------------------------------------------------------- shifts and deputies


def set_shift(house: HotelRef, code: str = "d", **more: Any) -> int:
    given = {"name": "行政班", "starts": time(9), "ends": time(18), **more}
    return services.set_shift(hotel_id=house.pk, code=code, shift=ShiftInput(**given), actor=SYSTEM, now=NOW)


def test_set_shift_again_changes_it_and_leaves_planned_duties(house: HotelRef, lin: StaffRef) -> None:
    first = set_shift(house, department="front-office", name_en="Office")
    put(house, lin, shift="d")
    assert set_shift(house, " D ", name=" 行政 ", starts=time(8)) == first
    shift = Shift.objects.get(pk=first)
    assert (shift.code, shift.name, shift.name_en, shift.starts, shift.department_id) == (
        "d",
        "行政",
        "",
        time(8),
        None,
    )
    assert planned(house) == [(lin.staff_id, at(9), at(18))]
    assert OutboxEvent.objects.filter(topic="shift.set", subject_id=first).count() == 2


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"code": ""}, InvalidInput, "code"),
        ({"code": "早"}, InvalidInput, "code"),
        ({"code": "x" * 11}, InvalidInput, "code"),
        ({"name": " "}, InvalidInput, "name"),
        ({"name_en": "x" * 61}, InvalidInput, "name_en"),
        ({"department": "moon"}, UnknownDepartment, "department"),
    ],
)
def test_set_shift_refused_changes_nothing(
    house: HotelRef, given: dict[str, Any], error: type[DomainError], field: str
) -> None:
    before = traces(house)
    with pytest.raises(error) as refusal:
        set_shift(house, **given)
    assert (refusal.value.field, traces(house)) == (field, before)


def set_deputies(house: HotelRef, post: str, *codes: str) -> None:
    services.set_deputies(hotel_id=house.pk, post=post, deputies=codes, actor=SYSTEM, now=NOW)


def order(house: HotelRef) -> list[tuple[str, str]]:
    rows = Deputy.objects.filter(hotel_id=house.pk).order_by("post__code", "position")
    return list(rows.values_list("post__code", "deputy__code"))


def test_set_deputies_keeps_their_order_and_replaces_the_old(house: HotelRef) -> None:
    set_deputies(house, "general-manager", "resident-manager", "gm-assistant", "duty-manager")
    set_deputies(house, "general-manager", "duty-manager", "gm-assistant")
    assert order(house) == [("general-manager", "duty-manager"), ("general-manager", "gm-assistant")]
    entry = AuditEntry.objects.filter(operation="deputies.set").latest("id")
    assert (entry.before, entry.after) == (
        {"deputies": ["resident-manager", "gm-assistant", "duty-manager"]},
        {"deputies": ["duty-manager", "gm-assistant"]},
    )
    set_deputies(house, "general-manager")
    assert order(house) == []


@pytest.mark.parametrize(
    ("post", "codes", "error", "field"),
    [
        ("astronaut", ("duty-manager",), UnknownPost, "post"),
        ("general-manager", ("duty-manager", "astronaut"), UnknownPost, "deputies"),
        ("general-manager", ("duty-manager", "duty-manager"), InvalidInput, "deputies"),
        ("general-manager", ("general-manager",), InvalidInput, "deputies"),
        ("general-manager", tuple(sorted(POSTS))[:11], InvalidInput, "deputies"),
    ],
)
def test_set_deputies_refused_changes_nothing(
    house: HotelRef, post: str, codes: tuple[str, ...], error: type[DomainError], field: str
) -> None:
    set_deputies(house, "general-manager", "resident-manager")
    before = traces(house)
    with pytest.raises(error) as refusal:
        set_deputies(house, post, *codes)
    assert (refusal.value.field, traces(house)) == (field, before)


# ---------------------------------------------------------------- rights


def test_everybody_sees_the_roster_and_managers_plan_it() -> None:
    assert {code for code, post in POSTS.items() if "people.view_roster" in post.permissions} == set(POSTS)
    planners = {code for code, post in POSTS.items() if "people.plan_duty" in post.permissions}
    assert planners == {code for code, post in POSTS.items() if post.grade >= 3}


def test_planning_without_the_right_is_refused(house: HotelRef, lin: StaffRef) -> None:
    clerk = make_actor(house, ["people.view_roster"])
    stranger = Actor(user_id=9, grants={house.pk + 1: frozenset({"people.plan_duty"})})
    before = traces(house)
    calls: list[Callable[[Actor], object]] = [
        lambda actor: put(house, lin, actor=actor),
        lambda actor: services.set_shift(hotel_id=house.pk, code="x", shift=MORNING, actor=actor, now=NOW),
        lambda actor: services.set_deputies(hotel_id=house.pk, post="engineer", deputies=[], actor=actor, now=NOW),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call(clerk)
        with pytest.raises(NotFound):
            call(stranger)
    assert traces(house) == before


def test_staff_of_another_hotel_is_not_found(house: HotelRef) -> None:
    other = new_hotel()
    create_departments(hotel_id=other.pk)
    someone = hire(other, "别人", "engineer")
    with pytest.raises(NotFound):
        put(house, someone)
    with pytest.raises(NotFound):
        absent(house, someone, at(0), at(12))
    assert (planned(house), planned(other), Absence.objects.count()) == ([], [], 0)
