"""Clauses 16 to 29: who may serve, what follows where the guest is, the meals, the company."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from binzhi.kernel.errors import InvalidInput
from binzhi.people import setup as people_setup
from binzhi.promises.errors import DependencyOpen, GradeTooLow, TooNewInJob, WrongPost
from binzhi.promises.models import Notice, Proof
from binzhi.promises.queries.logs import unseen_notices
from binzhi.promises.services.tasks import complete_task, waive_task
from binzhi.promises.sweep import sweep
from binzhi.vip import services
from binzhi.vip.errors import UnknownDepartment
from binzhi.vip.models import Visit
from binzhi.vip.queries import visit_view
from tests.vip.deeds import climbed, do, everyone_at_work, give, handed_on, proofs, spec
from tests.vip.house import ARRIVAL, DAY, HOUR, MINUTE, NOW, TODAY, House, events, task, traces

LEVELS = ("IP", "VIP", "VVIP")
AT = ARRIVAL + HOUR


def note(house: House, visit: Visit, kind: str, *, post: str = "room-attendant", at: datetime = AT, **more: Any) -> int:
    return services.note_event(hotel_id=house.pk, visit_id=visit.pk, kind=kind, actor=house.actor(post), now=at, **more)


# ---------------------------------------------------------------- 16

# Who serves directly: the task, somebody of staff grade and somebody above who have the post for it.
SERVING = [
    ("bellman-present", "bellman", "concierge-supervisor"),
    ("floor-attendant", "room-attendant", "housekeeping-supervisor"),
    ("welcome-tea", "room-attendant", "housekeeping-supervisor"),
    ("quick-tidy", "room-attendant", "housekeeping-supervisor"),
    ("visitor-served", "room-attendant", "housekeeping-supervisor"),
    ("visitor-cleared", "room-attendant", "housekeeping-supervisor"),
    ("plate-service", "waiter", "dining-manager"),
    ("leisure-accompanied", "gm-office-clerk", "gm-assistant"),
]


@pytest.mark.parametrize(("key", "low", "high"), SERVING, ids=[row[0] for row in SERVING])
def test_clause_16_a_vvip_is_served_by_supervisors_and_above_at_assignment_and_at_doing(
    house: House, key: str, low: str, high: str
) -> None:
    vvip = house.arrived("VVIP")
    with pytest.raises(GradeTooLow) as refused, transaction.atomic():
        give(house, vvip, key, low, at=AT)
    assert refused.value.params == {"clause": "16", "least": 2}
    begin(house, vvip)
    finish_before(house, vvip, key)
    with pytest.raises(GradeTooLow), transaction.atomic():
        do(house, vvip, key, low, at=AT)
    give(house, vvip, key, high, at=AT)
    do(house, vvip, key, high, at=AT)
    assert task(vvip, key).state == "done"
    # The same colleague serves a VIP.
    give(house, house.approved("VIP"), key, low, at=NOW)


def begin(house: House, visit: Visit) -> None:
    """Everything that can happen has happened, and a meal is planned."""
    for kind in ("first_entry", "left_room", "visitor", "leisure"):
        note(house, visit, kind, at=AT)
    plan(house, visit)


def finish_before(house: House, visit: Visit, key: str) -> None:
    if key == "visitor-cleared":
        do(house, visit, "visitor-served", "housekeeping-supervisor", at=AT)


@pytest.mark.parametrize("level", LEVELS)
def test_clause_16_less_than_six_months_in_the_job_serves_no_guest_of_any_level(house: House, level: str) -> None:
    """Five months and three weeks: neither given it nor able to do it; the day the sixth month is full, both."""
    visit = house.approved(level)
    for since, may in ((TODAY - 175 * DAY, False), (TODAY.replace(month=TODAY.month - 6), True)):
        made = people_setup.create_staff(
            hotel_id=house.pk, username=f"new-{level}-{may}".lower(), name="新人", password=None,
            post="housekeeping-supervisor", since=since,
        )  # fmt: skip
        house.staff["new"], house.users["new"] = made.staff_id, made.user_id
        for key in ("floor-attendant", "welcome-tea"):
            if may:
                give(house, visit, key, "new", at=NOW)
                assert task(visit, key).assignee_id == made.staff_id
                continue
            with pytest.raises(TooNewInJob) as refused, transaction.atomic():
                give(house, visit, key, "new", at=NOW)
            assert refused.value.params == {"clause": "16", "least": 6}
    do_as_new(house, visit)


def do_as_new(house: House, visit: Visit) -> None:
    """Whoever came yesterday is refused at doing as well, whoever has been here six months does it."""
    made = people_setup.create_staff(
        hotel_id=house.pk, username=f"fresh-{visit.pk}", name="新人", password=None, post="housekeeping-supervisor",
        since=TODAY - DAY,
    )  # fmt: skip
    fresh = replace(house.actor("housekeeping-supervisor"), user_id=made.user_id, staff_id=made.staff_id)
    old = replace(fresh, user_id=house.users["new"], staff_id=house.staff["new"])
    what: dict[str, Any] = {
        "hotel_id": house.pk, "task_id": task(visit, "floor-attendant").pk,
        "proofs": proofs(house, visit, "floor-attendant"), "now": NOW,
    }  # fmt: skip
    with pytest.raises(TooNewInJob), transaction.atomic():
        complete_task(actor=fresh, **what)
    complete_task(actor=old, **what)
    assert task(visit, "floor-attendant").state == "done"


def test_clause_16_a_level_raised_takes_the_task_from_who_may_not_serve_any_more(house: House) -> None:
    visit = house.approved("VIP")
    give(house, visit, "floor-attendant", "room-attendant", at=NOW)
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit.pk, level="VVIP", reason="随行领导", actor=house.gm, now=NOW
    )
    assert task(visit, "floor-attendant").assignee_id is None
    told = Notice.objects.filter(task=task(visit, "floor-attendant"), kind="cancelled").order_by("id")
    assert [(one.staff_id, one.department and one.department.code) for one in told] == [
        (house.staff["room-attendant"], None), (None, "housekeeping"),
    ]  # fmt: skip


# ---------------------------------------------------------------- 17


def test_clause_17_the_next_department_is_told_ahead_of_the_guest_with_a_record(house: House) -> None:
    visit = house.arrived("VIP")
    note(house, visit, "moving", post="waiter", to="recreation", text="约10分钟后到泳池")
    assert (task(visit, "next-told").due_at, task(visit, "next-told").department.code) == (AT + 2 * MINUTE, "gm-office")
    assert handed_on(visit, "next-told") == ["recreation"]
    (told,) = unseen_notices(hotel_id=house.pk, staff_id=house.staff["recreation-attendant"])
    assert (told.kind, told.text, told.at) == ("handoff", "约10分钟后到泳池", AT)
    assert unseen_notices(hotel_id=house.pk, staff_id=house.staff["waiter"]) == []
    with pytest.raises(InvalidInput), transaction.atomic():
        do(house, visit, "next-told", "gm-office-clerk", at=AT, without=["text"])
    do(house, visit, "next-told", "gm-office-clerk", at=AT)
    assert Proof.objects.filter(task=task(visit, "next-told")).values_list("text", flat=True)[0] == "好"
    # Each move is another one, told on its own.
    note(house, visit, "moving", to="dining", at=AT + HOUR)
    assert task(visit, "next-told", occurrence=2).due_at == AT + HOUR + 2 * MINUTE
    assert len(unseen_notices(hotel_id=house.pk, staff_id=house.staff["waiter"])) == 1
    assert events(visit) == ["arrived", "moving", "moving"]


def test_clause_17_a_department_the_house_has_not_is_refused(house: House) -> None:
    visit = house.arrived("VIP")
    before = traces(house)
    with pytest.raises(UnknownDepartment), transaction.atomic():
        note(house, visit, "moving", to="spa")
    assert traces(house) == before


# ---------------------------------------------------------------- 18 to 22


def test_clause_18_tea_within_five_minutes_of_the_first_entry_or_it_climbs(house: House) -> None:
    visit = house.arrived("VIP")
    everyone_at_work(house)
    assert task(visit, "welcome-tea").state == "waiting"
    note(house, visit, "first_entry")
    assert task(visit, "welcome-tea").due_at == AT + 5 * MINUTE
    sweep(now=AT + 4 * MINUTE)
    assert climbed(house, visit, "welcome-tea") == []
    sweep(now=AT + 5 * MINUTE)
    sweep(now=AT + 10 * MINUTE)
    assert climbed(house, visit, "welcome-tea") == [
        (0 * MINUTE, "@person", ""), (5 * MINUTE, "@manager", "housekeeping-manager"),
    ]  # fmt: skip
    do(house, visit, "welcome-tea", "room-attendant", at=AT + 11 * MINUTE)
    sweep(now=AT + HOUR)
    assert len(climbed(house, visit, "welcome-tea")) == 2


def test_clause_19_who_leaves_unplanned_is_told_of_at_once_and_the_room_is_tidied(house: House) -> None:
    visit = house.arrived("VIP")
    note(house, visit, "left_unplanned")
    assert task(visit, "unplanned-leave-told").due_at == AT + 2 * MINUTE
    # The guest has left the room: clause 20 holds as well.
    assert task(visit, "quick-tidy").due_at == AT + 30 * MINUTE
    do(house, visit, "unplanned-leave-told", "room-attendant", at=AT)
    assert handed_on(visit, "unplanned-leave-told") == ["front-office"]
    assert events(visit) == ["arrived", "left_unplanned"]


def test_clause_20_a_quick_tidy_each_time_the_guest_leaves_the_room(house: House) -> None:
    visit = house.arrived("IP")
    for number in (0, 5):
        note(house, visit, "left_room", at=AT + number * HOUR)
        note(house, visit, "back", at=AT + number * HOUR + 20 * MINUTE)
    assert [task(visit, "quick-tidy", occurrence=one).due_at for one in (1, 2)] == [
        AT + 30 * MINUTE, AT + 5 * HOUR + 30 * MINUTE,
    ]  # fmt: skip
    assert task(visit, "unplanned-leave-told").state == "waiting"
    do(house, visit, "quick-tidy", "room-attendant", at=AT + MINUTE)
    assert [task(visit, "quick-tidy", occurrence=one).state for one in (1, 2)] == ["done", "open"]


def test_clause_21_a_visitor_is_asked_about_first_and_again_before_clearing(house: House) -> None:
    visit = house.arrived("VIP")
    note(house, visit, "visitor")
    assert (task(visit, "visitor-served").due_at, task(visit, "visitor-cleared").due_at) == (
        AT + 2 * MINUTE, AT + HOUR,
    )  # fmt: skip
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "visitor-cleared", "room-attendant", at=AT)
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        do(house, visit, "visitor-served", "room-attendant", at=AT, without=["text"])
    assert refused.value.field == "text"
    do(house, visit, "visitor-served", "room-attendant", at=AT)
    do(house, visit, "visitor-cleared", "room-attendant", at=AT + HOUR)
    assert task(visit, "visitor-cleared").state == "done"


def test_clause_22_the_room_is_searched_as_the_guest_checks_out(house: House) -> None:
    visit = house.arrived("VIP")
    assert task(visit, "left-items-searched").state == "waiting"
    note(house, visit, "check_out", post="duty-manager")
    assert task(visit, "left-items-searched").due_at == AT + 10 * MINUTE
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        do(house, visit, "left-items-searched", "room-attendant", at=AT, without=["text"])
    assert refused.value.field == "text"
    do(house, visit, "left-items-searched", "room-attendant", at=AT)
    assert handed_on(visit, "left-items-searched") == ["front-office"]


# ---------------------------------------------------------------- 23 to 28

MEAL = ARRIVAL + 5 * HOUR


def plan(house: House, visit: Visit, meal_at: datetime = MEAL) -> int:
    return services.plan_meal(
        hotel_id=house.pk, visit_id=visit.pk, meal_at=meal_at, private_room="牡丹厅", now=NOW,
        actor=house.actor("dining-manager"),
    )  # fmt: skip


BEFORE_MEAL = {
    "menu-drafted": -40, "menu-approved": -30, "dining-sealed": -30, "dining-sealed-quality": -20,
    "dining-in-place": -10, "manager-outside": 0, "plate-service": 120,
}  # fmt: skip


@pytest.mark.parametrize("level", LEVELS)
def test_clauses_23_to_28_follow_each_meal_at_its_own_time(house: House, level: str) -> None:
    visit = house.approved(level)
    first, second = plan(house, visit), plan(house, visit, MEAL + 14 * HOUR)
    assert first != second
    for key, minutes in BEFORE_MEAL.items():
        due = [task(visit, key, occurrence=one).due_at for one in (1, 2)]
        assert due == [MEAL + minutes * MINUTE, MEAL + 14 * HOUR + minutes * MINUTE], key
    services.move_meal(
        hotel_id=house.pk, menu_id=second, meal_at=MEAL + 15 * HOUR, actor=house.actor("dining-manager"), now=NOW
    )
    for key, minutes in BEFORE_MEAL.items():
        due = [task(visit, key, occurrence=one).due_at for one in (1, 2)]
        assert due == [MEAL + minutes * MINUTE, MEAL + 15 * HOUR + minutes * MINUTE], key


def test_clause_23_dining_manager_drafts_by_what_the_guest_was_served_before(house: House) -> None:
    guest_id = house.guest("陈国梁")
    before = house.arrived("VIP", guest_id=guest_id)
    dishes = {"hotel_id": house.pk, "dishes": "清蒸鲈鱼，不放香菜", "actor": house.actor("dining-manager"), "now": AT}
    services.draft_menu(menu_id=plan(house, before), **dishes)
    visit = house.approved("VIP", guest_id=guest_id)
    menu_id = plan(house, visit)
    seen = visit_view(hotel_id=house.pk, visit_id=visit.pk, now=NOW).meals_before
    assert [one["dishes"] for one in seen] == ["清蒸鲈鱼，不放香菜"]
    other = house.approved("VIP")
    assert visit_view(hotel_id=house.pk, visit_id=other.pk, now=NOW).meals_before == []
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "menu-drafted", "waiter", at=NOW)
    services.draft_menu(menu_id=menu_id, **dishes | {"now": NOW})
    assert task(visit, "menu-drafted").state == "done"


def test_clause_24_general_manager_approves_the_drafted_menu(house: House) -> None:
    visit = house.approved("VIP")
    plan(house, visit)
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "menu-approved", "general-manager", at=NOW)
    do(house, visit, "menu-drafted", "dining-manager", at=NOW)
    for wrong in ("dining-director", "gm-assistant"):
        with pytest.raises(WrongPost), transaction.atomic():
            do(house, visit, "menu-approved", wrong, at=NOW)
    do(house, visit, "menu-approved", "general-manager", at=NOW)
    assert handed_on(visit, "menu-approved") == ["dining"]


def test_clauses_25_and_26_private_room_is_sealed_twice_the_director_first(house: House) -> None:
    visit = house.approved("VIP")
    plan(house, visit)
    points = [line.key for line in spec(visit, "dining-sealed").checklist]
    assert points == [
        "temperature", "linen", "tableware", "seat-cards", "insects", "carpet", "hygiene", "flowers", "lamps",
    ]  # fmt: skip
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "dining-sealed-quality", "quality-assistant-manager", at=NOW)
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "dining-sealed", "dining-manager", at=NOW)
    for point in points:
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, visit, "dining-sealed", "dining-director", at=NOW, without=[point])
        assert refused.value.field == f"item-{point}"
    do(house, visit, "dining-sealed", "dining-director", at=NOW)
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "dining-sealed-quality", "dining-director", at=NOW)
    do(house, visit, "dining-sealed-quality", "quality-assistant-manager", at=NOW)
    assert task(visit, "dining-sealed-quality").state == "done"


def test_clauses_27_and_28_everybody_in_place_a_manager_outside_and_plates_in_order(house: House) -> None:
    visit = house.arrived("VIP")
    plan(house, visit)
    for key in ("dining-in-place", "manager-outside"):
        with pytest.raises(WrongPost), transaction.atomic():
            do(house, visit, key, "waiter", at=AT)
        give(house, visit, key, "dining-manager", at=AT)
        assert task(visit, key).assignee_id == house.staff["dining-manager"]
        do(house, visit, key, "dining-manager", at=AT)
    do(house, visit, "plate-service", "waiter", at=MEAL)
    assert task(visit, "plate-service").state == "done"
    # Unless the guest wishes otherwise.
    other = house.arrived("VIP")
    plan(house, other)
    waive_task(
        hotel_id=house.pk, task_id=task(other, "plate-service").pk, reason="客人要自助", now=MEAL,
        actor=house.actor("dining-manager"),
    )  # fmt: skip
    assert (task(other, "plate-service").state, task(other, "plate-service").reason) == ("waived", "客人要自助")


# ---------------------------------------------------------------- 29


def test_clause_29_somebody_accompanies_unless_the_guest_declines(house: House) -> None:
    visit = house.arrived("IP")
    note(house, visit, "leisure", post="recreation-manager")
    company = task(visit, "leisure-accompanied")
    assert (company.due_at, company.department.code, company.state) == (AT, "gm-office", "open")
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        do(house, visit, "leisure-accompanied", "gm-office-clerk", at=AT, without=["text"])
    assert refused.value.field == "text"
    do(house, visit, "leisure-accompanied", "gm-office-clerk", at=AT)
    note(house, visit, "leisure", post="recreation-manager", at=AT + HOUR)
    declined = task(visit, "leisure-accompanied", occurrence=2)
    waive_task(
        hotel_id=house.pk, task_id=declined.pk, reason="客人谢绝", actor=house.actor("gm-assistant"), now=AT + HOUR
    )
    assert task(visit, "leisure-accompanied", occurrence=2).state == "waived"
