"""The roster's screens: the week, what the keys send, the panels beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from binzhi.kernel import clock, db
from binzhi.people import roster, services
from binzhi.people.models import Absence, Deputy, Shift
from binzhi.people.setup import StaffRef
from binzhi.property.queries import HotelRef
from tests.factories import NOW, SYSTEM, TODAY, statements
from tests.guests.conftest import new_hotel
from tests.people.conftest import sign_in
from tests.people.roster import absent, at, hire, make_shifts, planned, put, traces

Employ = Callable[..., StaffRef]
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
MONDAY = TODAY - timedelta(days=TODAY.weekday())
WEEK = [MONDAY + timedelta(days=offset) for offset in range(7)]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """14:00 at the hotel on the day of the tests."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def house(hotel: HotelRef) -> HotelRef:
    make_shifts(hotel)
    db.enter_scope("*", "*")
    return hotel


@pytest.fixture
def lin(house: HotelRef) -> StaffRef:
    return hire(house, "林晓", "receptionist")


@pytest.fixture
def planner(house: HotelRef, employ: Employ) -> Client:
    employ("qin.yue", "duty-manager")
    return sign_in("qin.yue")[0]


@pytest.fixture
def clerk(house: HotelRef, employ: Employ) -> Client:
    employ("sun.li", "room-attendant")
    return sign_in("sun.li")[0]


def url(house: HotelRef, tail: str = "", **query: object) -> str:
    asked = "&".join(f"{name}={value}" for name, value in ({"day": TODAY} | query).items())
    return f"/h/{house.code}/roster{tail}?{asked}"


def send(client: Client, address: str, **typed: Any) -> Any:
    return client.post(address, typed, headers=PART)


# ---------------------------------------------------------------- the week, read


def test_week_has_departments_people_and_days(house: HotelRef, lin: StaffRef) -> None:
    zhou = hire(house, "周敏", "front-office-manager")
    hire(house, "吴凯", "engineer")
    put(house, lin, shift="n", days=[WEEK[0], WEEK[6]])
    put(house, lin, shift="", starts=time(9), ends=time(10), days=[WEEK[6]], acting_post="duty-manager")
    put(house, zhou, days=[WEEK[0], WEEK[1]])
    absent(house, zhou, at(12, day=WEEK[1]), at(12, day=WEEK[2]), "leave")
    week = roster.week(hotel=house, first=MONDAY)
    assert [(group.code, [person.name for person in group.people]) for group in week.groups] == [
        ("front-office", ["周敏", "林晓"]), ("engineering", ["吴凯"]),
    ]  # fmt: skip
    cells = week.groups[0].people[1].cells
    marks = [[(mark.short, mark.starts, mark.tone, mark.acting_post) for mark in cell.duties] for cell in cells]
    assert marks == [
        [("夜", time(23), "night", "")], [], [], [], [], [],
        [("", time(9), "office", "duty-manager"), ("夜", time(23), "night", "")],
    ]  # fmt: skip
    assert [bool(cell.absence) for cell in week.groups[0].people[0].cells] == [
        False,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    # Who is away does not count, whatever the roster says.
    assert [count for _column, count in week.groups[0].counts] == [2, 0, 0, 0, 0, 0, 1]


def test_week_of_a_department_and_of_who_worked_here_then(house: HotelRef, lin: StaffRef) -> None:
    hire(house, "新来", "engineer", since=WEEK[6])
    hire(house, "以后", "engineer", since=WEEK[6] + timedelta(days=1))
    found = roster.week(hotel=house, first=MONDAY, department="engineering")
    assert [person.name for group in found.groups for person in group.people] == ["新来"]


def test_week_takes_as_many_statements_for_many_as_for_one(house: HotelRef, lin: StaffRef) -> None:
    with statements() as one:
        roster.week(hotel=house, first=MONDAY)
    people = [hire(house, f"员工{n}", "receptionist") for n in range(5)]
    put(house, *people, days=WEEK)
    with statements() as many:
        roster.week(hotel=house, first=MONDAY)
    assert (len(one), len(many)) == (3, 3)


@pytest.mark.parametrize(
    ("starts", "tone"),
    [(time(3, 59), "night"), (time(4), "early"), (time(8, 30), "office"), (time(12), "late"), (time(20), "night")],
)
def test_tone_of_is_when_it_begins(starts: time, tone: str) -> None:
    assert (roster.tone_of(starts), roster.tone_of(starts, whole_day=True)) == (tone, "all")


# ---------------------------------------------------------------- the screen


def test_everybody_sees_the_roster_but_not_why_somebody_is_away(house: HotelRef, lin: StaffRef, clerk: Client) -> None:
    put(house, lin)
    absent(house, lin, at(0), at(23), "sick")
    page = clerk.get(url(house)).content.decode()
    assert ("林晓" in page, "缺勤" in page, "病假" in page, "data-staff" in page) == (True, True, False, False)
    assert "复制上周" not in page


def test_planner_sees_why_and_may_change(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    absent(house, lin, at(0), at(23), "sick")
    page = planner.get(url(house)).content.decode()
    assert ("病假" in page, f'data-staff="{lin.staff_id}"' in page, "复制上周" in page) == (True, True, True)


def test_screen_says_who_is_the_highest_on_duty(house: HotelRef, lin: StaffRef, clerk: Client) -> None:
    assert "现在无人当班" in clerk.get(url(house)).content.decode()
    put(house, lin, hire(house, "蒋文", "dining-director"))
    page = clerk.get(url(house)).content.decode()
    assert "现在在岗 2 人" in page
    assert "<b>蒋文</b>" in page
    assert "无人在岗：" in page


@pytest.mark.parametrize("odd", ["x", "2026-02-30", "9999-99-99", "", "\0"])
def test_screen_with_an_odd_day_is_the_week_of_today(house: HotelRef, clerk: Client, odd: str) -> None:
    page = clerk.get(f"/h/{house.code}/roster", {"day": odd, "department": "moon"})
    assert (page.status_code, f"{MONDAY:%m-%d}" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_screen_at_the_ends_of_the_calendar_does_not_break(house: HotelRef, planner: Client, day: str) -> None:
    assert planner.get(f"/h/{house.code}/roster", {"day": day}).status_code == 200


def test_screen_part_is_the_board_alone(house: HotelRef, clerk: Client) -> None:
    part = clerk.get(url(house), headers=PART).content.decode()
    assert part.startswith('<div class="ro ')
    assert "<html" not in part


# ---------------------------------------------------------------- keys


def test_put_plans_the_rectangle_and_answers_with_the_board(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    other = hire(house, "周敏", "front-office-manager")
    answer = send(
        planner, url(house, "/put"), staff=f"{lin.staff_id},{other.staff_id}", day=f"{WEEK[5]},{WEEK[6]}", shift="p"
    )
    page = answer.content.decode()
    assert (answer.status_code, 'id="roster"' in page, "已改 4 个班" in page) == (200, True, True)
    assert [(who, starts) for who, starts, _ends in planned(house)] == [
        (someone.staff_id, at(15, day=day)) for someone in (lin, other) for day in WEEK[5:]
    ]


def test_put_without_a_shift_clears_and_clearing_nothing_is_nothing(
    house: HotelRef, lin: StaffRef, planner: Client
) -> None:
    put(house, lin, days=WEEK[4:])
    for _time in range(2):
        answer = send(planner, url(house, "/put"), staff=str(lin.staff_id), day=f"{WEEK[5]},{WEEK[6]}", shift="")
        assert answer.status_code == 200
    assert [starts for _who, starts, _ends in planned(house)] == [at(7, day=WEEK[4])]


def test_put_refused_says_so_and_shows_what_holds(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    put(house, lin, shift="n", days=[WEEK[4]])
    services.set_shift(
        hotel_id=house.pk, code="e", actor=SYSTEM, now=NOW,
        shift=services.ShiftInput(name="早早班", starts=time(6), ends=time(14)),
    )  # fmt: skip
    before = traces(house)
    answer = send(planner, url(house, "/put"), staff=str(lin.staff_id), day=str(WEEK[5]), shift="e")
    page = answer.content.decode()
    assert (answer.status_code, "林晓 在 2026-11-21 这个时段已有排班" in page, 'id="roster"' in page) == (
        409,
        True,
        True,
    )
    assert traces(house) == before


def test_put_without_scripts_goes_back_to_the_page(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    answer = planner.post(url(house, "/put"), {"staff": str(lin.staff_id), "day": str(TODAY), "shift": "a"})
    assert (answer.status_code, answer["Location"]) == (302, f"/h/{house.code}/roster?day={TODAY}")


@pytest.mark.parametrize(
    "typed",
    [
        {}, {"staff": "x", "day": "2026-11-21"}, {"staff": "1", "day": "soon"}, {"staff": "-1", "day": "2026-11-21"},
        {"staff": str(2**63), "day": "2026-11-21"}, {"staff": "1," * 600 + "1", "day": "2026-11-21"},
        {"staff": str(2**40), "day": "2026-11-21"},
    ],
)  # fmt: skip
def test_put_of_what_no_page_sends_is_not_found(
    house: HotelRef, planner: Client, lin: StaffRef, typed: dict[str, str]
) -> None:
    before = traces(house)
    assert send(planner, url(house, "/put"), **{"shift": "a", **typed}).status_code == 404
    assert traces(house) == before


def test_put_and_copy_without_the_right_are_refused(house: HotelRef, lin: StaffRef, clerk: Client) -> None:
    before = traces(house)
    for tail in ("/put", "/copy", f"/staff/{lin.staff_id}", f"/staff/{lin.staff_id}/absence", "/shifts", "/deputies"):
        assert send(clerk, url(house, tail), staff=lin.staff_id, day=TODAY, shift="a").status_code == 403
    assert traces(house) == before


def test_copy_takes_the_week_before_over(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    put(house, lin, days=[WEEK[0] - timedelta(days=7)])
    answer = planner.post(url(house, "/copy", department="front-office"), follow=True)
    assert "已从上周复制 1 个班" in answer.content.decode()
    assert planned(house)[-1] == (lin.staff_id, at(7, day=WEEK[0]), at(15, day=WEEK[0]))
    again = planner.post(url(house, "/copy"), follow=True)
    assert "没有可复制的班" in again.content.decode()
    assert len(planned(house)) == 2


# ---------------------------------------------------------------- panels


def test_person_panel_stands_beside_the_roster_when_opened_by_its_address(
    house: HotelRef, lin: StaffRef, planner: Client
) -> None:
    page = planner.get(url(house, f"/staff/{lin.staff_id}"))
    part = planner.get(url(house, f"/staff/{lin.staff_id}"), headers=PART).content.decode()
    assert ('id="roster"' in page.content.decode(), 'id="roster"' in part) == (True, False)
    assert part.startswith('<div class="ro-panel">')


def test_person_panel_plans_a_stretch_of_days(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    typed = {
        "shift": "a",
        "until": str(TODAY + timedelta(days=2)),
        "acting_post": "duty-manager",
        "idempotency_key": "k1",
    }
    for _time in range(2):
        answer = send(planner, url(house, f"/staff/{lin.staff_id}"), **typed)
        assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/h/{house.code}/roster?day={TODAY}")
    assert [starts for _who, starts, _ends in planned(house)] == [
        at(7, day=TODAY + timedelta(days=n)) for n in range(3)
    ]
    shown = planner.get(url(house, f"/staff/{lin.staff_id}"), headers=PART).content.decode()
    assert 'value="duty-manager" selected' in shown


def test_person_panel_takes_off_and_sets_times_of_ones_own(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    put(house, lin)
    send(planner, url(house, f"/staff/{lin.staff_id}"), shift="")
    assert planned(house) == []
    send(planner, url(house, f"/staff/{lin.staff_id}"), shift="-", starts="10:00", ends="14:00")
    assert planned(house) == [(lin.staff_id, at(10), at(14))]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"shift": "-"}, "请选班次，或填写起止时间。"),
        ({"shift": "a", "until": "2026-11-20"}, "请至少选一天。"),
        ({"shift": "a", "until": "9999-12-31"}, "日期太远，不能排班。"),
        ({"shift": "-", "starts": "25:00", "ends": "26:00"}, "id_starts-error"),
        ({"shift": "zz"}, "id_shift-error"),
    ],
)
def test_person_panel_refused_keeps_what_was_typed(
    house: HotelRef, lin: StaffRef, planner: Client, typed: dict[str, str], words: str
) -> None:
    before = traces(house)
    answer = send(planner, url(house, f"/staff/{lin.staff_id}"), **typed)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert traces(house) == before


def test_absence_is_noted_for_whole_days_or_hours_and_ended(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    address = url(house, f"/staff/{lin.staff_id}/absence")
    days = {"kind": "leave", "first": str(TODAY), "last": str(TODAY + timedelta(days=1)), "note": "年休假"}
    assert send(planner, address, **days).status_code == 204
    hours = {"kind": "training", "first": str(TODAY), "last": str(TODAY), "from_time": "13:00", "to_time": "15:00"}
    assert send(planner, address, **hours).status_code == 204
    db.enter_scope("*", "*")
    kept = [(one.kind, one.starts_at, one.ends_at) for one in Absence.objects.order_by("id")]
    assert kept == [("leave", at(0), at(0, day=TODAY + timedelta(days=2))), ("training", at(13), at(15))]
    first = Absence.objects.earliest("id").pk
    assert planner.post(url(house, f"/absences/{first}/end")).status_code == 302
    db.enter_scope("*", "*")
    assert Absence.objects.get(pk=first).ends_at == NOW
    assert planner.post(url(house, f"/absences/{first}/end")).status_code == 409


def test_absence_refused_opens_its_form_again(house: HotelRef, lin: StaffRef, planner: Client) -> None:
    before = traces(house)
    typed = {"kind": "leave", "first": str(TODAY), "last": str(TODAY - timedelta(days=1)), "note": "原话"}
    answer = send(planner, url(house, f"/staff/{lin.staff_id}/absence"), **typed)
    page = answer.content.decode()
    assert (answer.status_code, "结束必须晚于开始。" in page, "原话" in page, '<details class="ro-more" open>' in page) == (
        422, True, True, True,
    )  # fmt: skip
    assert traces(house) == before


def test_shifts_panel_makes_and_changes(house: HotelRef, planner: Client) -> None:
    typed = {"code": "D", "name": "行政班", "starts": "08:30", "ends": "17:30", "department": "", "is_active": "on"}
    assert send(planner, url(house, "/shifts"), **typed).status_code == 204
    assert 'value="行政班"' in planner.get(url(house, "/shifts", code="d"), headers=PART).content.decode()
    assert send(planner, url(house, "/shifts"), **(typed | {"is_active": "", "name": "行政"})).status_code == 204
    db.enter_scope("*", "*")
    shift = Shift.objects.get(code="d")
    assert (shift.name, shift.is_active) == ("行政", False)
    assert send(planner, url(house, "/shifts"), **(typed | {"code": "早"})).status_code == 422


def test_deputies_panel_sets_the_order(house: HotelRef, planner: Client) -> None:
    typed = {"post": "general-manager", "first": "resident-manager", "second": "", "third": "duty-manager"}
    assert send(planner, url(house, "/deputies"), **typed).status_code == 204
    db.enter_scope("*", "*")
    kept = Deputy.objects.order_by("position").values_list("deputy__code", flat=True)
    assert list(kept) == ["resident-manager", "duty-manager"]
    shown = planner.get(url(house, "/deputies", post="general-manager"), headers=PART).content.decode()
    assert "驻店经理 › 大堂副理" in shown
    twice = typed | {"third": "resident-manager"}
    assert send(planner, url(house, "/deputies"), **twice).status_code == 422


def test_panel_of_somebody_of_another_hotel_is_not_found(house: HotelRef, planner: Client) -> None:
    from binzhi.people.setup import create_departments

    other = new_hotel()
    create_departments(hotel_id=other.pk)
    stranger = hire(other, "别人", "engineer")
    assert planner.get(url(house, f"/staff/{stranger.staff_id}")).status_code == 404
    assert send(planner, url(house, f"/staff/{stranger.staff_id}/absence"), kind="leave").status_code == 404


@pytest.mark.parametrize("last", ["9999-12-31", "0001-01-01", "x"])
def test_absence_until_a_day_of_no_calendar_is_refused(
    house: HotelRef, lin: StaffRef, planner: Client, last: str
) -> None:
    before = traces(house)
    typed = {"kind": "leave", "first": str(TODAY), "last": last}
    answer = send(planner, url(house, f"/staff/{lin.staff_id}/absence"), **typed)
    assert (answer.status_code, "id_last-error" in answer.content.decode()) == (422, True)
    assert traces(house) == before
