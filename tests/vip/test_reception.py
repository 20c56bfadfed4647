"""The papers of a reception and what they close: meeting, notice, menu, purchases, cards; the guest here; the GM away."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.promises.errors import DependencyOpen, WrongPost
from binzhi.promises.models import Proof, Run
from binzhi.vip import queries, services
from binzhi.vip.errors import (
    AlreadyArrived,
    GmOnDuty,
    MenuApproved,
    MenuNotDrafted,
    NobodyOnDuty,
    NotApproved,
    NotArrived,
)
from binzhi.vip.models import Decision, Menu, Notice, Visit
from binzhi.vip.reception import who_receives
from binzhi.vip.requests import AgreedTask
from tests.factories import NOW
from tests.vip.house import ARRIVAL, DAY, DEPARTURE, HOUR, MINUTE, House, events, finish, task, traces
from tests.vip.papers import meet, notify

# ---------------------------------------------------------------- the meeting


def test_hold_meeting_closes_clause_1_and_makes_decisions_tasks(house: House) -> None:
    visit = house.approved("VIP")
    decision = AgreedTask("housekeeping", "准备加湿器", ARRIVAL - 3 * HOUR)
    meet(house, visit, decisions=(decision, AgreedTask("dining", "清真菜单", ARRIVAL - 6 * HOUR)))
    assert task(visit, "case-meeting").state == "done"
    assert [proof.kind for proof in Proof.objects.filter(task=task(visit, "case-meeting")).order_by("pk")] == [
        "text", "signature",
    ]  # fmt: skip
    decided = [(one.department.code, one.text, one.task.due_at) for one in Decision.objects.order_by("pk")]
    assert decided == [
        ("housekeeping", "准备加湿器", ARRIVAL - 3 * HOUR), ("dining", "清真菜单", ARRIVAL - 6 * HOUR),
    ]  # fmt: skip
    # What was agreed goes along with the guest.
    services.move_arrival(
        hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL + HOUR, actor=house.gm, now=NOW + MINUTE
    )
    assert Decision.objects.get(text="准备加湿器").task.due_at == ARRIVAL - 2 * HOUR


def test_hold_meeting_by_a_department_that_does_not_receive_is_refused(house: House) -> None:
    visit = house.approved("VIP")
    before = traces(house)
    with pytest.raises(WrongPost), transaction.atomic():
        meet(house, visit, post="sales-manager")
    assert traces(house) == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"minutes": " "}, "minutes"), ({"attendees": ""}, "attendees"), ({"held_at": NOW + HOUR}, "held_at"),
        ({"decisions": (AgreedTask("spa", "x", ARRIVAL),)}, "department"),
        ({"decisions": (AgreedTask("dining", "x", NOW - HOUR),)}, "decisions.0.due_at"),
        ({"decisions": (AgreedTask("dining", " ", ARRIVAL),)}, "decisions.0.text"),
    ],
)  # fmt: skip
def test_hold_meeting_what_cannot_be_is_refused(house: House, given: dict[str, Any], field: str) -> None:
    visit = house.approved("VIP")
    before = traces(house)
    with pytest.raises(InvalidInput) as refusal, transaction.atomic():
        meet(house, visit, **given)
    assert refusal.value.field == field
    assert traces(house) == before


# ---------------------------------------------------------------- the notice


def test_issue_notice_keeps_what_it_said_and_lets_departments_sign(house: House) -> None:
    visit = house.approved("VVIP", needs="素食", party_size=4)
    with pytest.raises(DependencyOpen), transaction.atomic():
        notify(house, visit)
    assert Notice.objects.count() == 0
    meet(house, visit, decisions=(AgreedTask("dining", "清真菜单", ARRIVAL - 6 * HOUR),))
    assert notify(house, visit) == 1
    assert house.visit(visit.pk).status == "noticed"
    assert task(visit, "notice-issued").state == "done"
    content = queries.notice(hotel_id=house.pk, visit_id=visit.pk, kind="reception", number=1)["content"]
    assert (content["title"], content["level"], content["party_size"], content["needs"]) == (
        "王先生",
        "VVIP",
        4,
        "素食",
    )
    assert content["decisions"] == [
        {"department": "dining", "text": "清真菜单", "due": (ARRIVAL - 6 * HOUR).isoformat()}
    ]
    assert {"engineering-check", "room-sealed-vvip"} <= {line["key"] for line in content["tasks"]}
    assert {"kind": "fruit", "value": "A", "note": ""} in content["amenities"]
    # A second one after a change; the first stays as it was.
    services.move_arrival(
        hotel_id=house.pk, visit_id=visit.pk, arrival_at=ARRIVAL + HOUR, actor=house.gm, now=NOW + MINUTE
    )
    assert notify(house, visit) == 2
    said = [
        queries.notice(hotel_id=house.pk, visit_id=visit.pk, kind="reception", number=number)["content"]["arrival"]
        for number in (1, 2)
    ]
    assert said == [ARRIVAL.isoformat(), (ARRIVAL + HOUR).isoformat()]
    with pytest.raises(IntegrityError), transaction.atomic():
        db.execute("UPDATE vip_notice SET number = 9 WHERE visit_id = %s", [visit.pk])


def test_issue_notice_before_a_level_or_by_another_post_is_refused(house: House) -> None:
    visit = house.visit(house.propose())
    with pytest.raises(NotApproved):
        notify(house, visit)
    visit = house.approved("VIP")
    meet(house, visit)
    with pytest.raises(Forbidden):
        services.issue_notice(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("housekeeping-manager"), now=NOW)
    with pytest.raises(WrongPost), transaction.atomic():
        services.issue_notice(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("general-manager"), now=NOW)
    assert Notice.objects.count() == 0


def test_issue_departure_notice_closes_the_last_clause(house: House) -> None:
    visit = house.arrived("IP")
    duty, after = house.actor("duty-manager"), DEPARTURE + HOUR
    what: dict[str, Any] = {"hotel_id": house.pk, "visit_id": visit.pk, "actor": duty}
    services.note_departure(now=DEPARTURE, **what)
    with pytest.raises(DependencyOpen), transaction.atomic():
        services.issue_departure_notice(now=after, **what)
    finish(house, visit, "departure-told", at=after)
    assert services.issue_departure_notice(now=after, **what) == 1
    assert task(visit, "departure-notice").state == "done"
    assert house.visit(visit.pk).status == "gone"
    assert Run.objects.get(pk=visit.run_id).status in ("live", "done")


def test_issue_departure_notice_before_the_guest_came_is_refused(house: House) -> None:
    visit = house.approved("IP")
    with pytest.raises(NotArrived):
        services.issue_departure_notice(
            hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=NOW
        )


# ---------------------------------------------------------------- the guest is here


def test_note_event_begins_its_tasks(house: House) -> None:
    visit = house.arrived("VIP")
    attendant, entry = house.actor("room-attendant"), ARRIVAL + 20 * MINUTE
    services.note_event(hotel_id=house.pk, visit_id=visit.pk, kind="first_entry", actor=attendant, now=entry)
    assert task(visit, "welcome-tea").due_at == entry + 5 * MINUTE
    for number in (1, 2):
        services.note_event(
            hotel_id=house.pk, visit_id=visit.pk, kind="visitor", actor=attendant, now=entry + number * HOUR
        )
    assert [task(visit, "visitor-served", occurrence=one).due_at for one in (1, 2)] == [
        entry + HOUR + 2 * MINUTE, entry + 2 * HOUR + 2 * MINUTE,
    ]  # fmt: skip
    services.note_event(hotel_id=house.pk, visit_id=visit.pk, kind="back", actor=attendant, now=entry + 3 * HOUR)
    assert events(visit) == ["arrived", "first_entry", "visitor", "visitor", "back"]


def test_note_event_of_a_guest_who_is_not_here_or_of_nothing_known_is_refused(house: House) -> None:
    visit = house.approved("VIP")
    attendant = house.actor("room-attendant")
    with pytest.raises(NotArrived):
        services.note_event(hotel_id=house.pk, visit_id=visit.pk, kind="visitor", actor=attendant, now=NOW)
    visit = house.arrived("VIP")
    before = traces(house)
    for kind, at in (("gm_away", None), ("dance", None), ("visitor", ARRIVAL + 2 * DAY)):
        with pytest.raises(InvalidInput):
            services.note_event(
                hotel_id=house.pk, visit_id=visit.pk, kind=kind, at=at, actor=attendant, now=ARRIVAL + HOUR
            )
    with pytest.raises(AlreadyArrived):
        services.note_arrival(hotel_id=house.pk, visit_id=visit.pk, actor=attendant, now=ARRIVAL + HOUR)
    assert traces(house) == before


def test_note_wish_is_recorded_and_never_blocked(house: House) -> None:
    """Serve first, ask afterwards: whatever state the visit is in, the wish is written down."""
    waiter = house.actor("waiter")
    vvip = house.arrived("VVIP")
    services.note_wish(hotel_id=house.pk, visit_id=vvip.pk, text="深夜要一碗手擀面", actor=waiter, now=ARRIVAL + HOUR)
    assert task(vvip, "asked-afterwards").due_at == ARRIVAL + 3 * HOUR
    proposed, cancelled = house.visit(house.propose()), house.approved("VIP")
    services.cancel_visit(hotel_id=house.pk, visit_id=cancelled.pk, reason="改期", actor=house.gm, now=NOW)
    for visit in (proposed, cancelled):
        services.note_wish(hotel_id=house.pk, visit_id=visit.pk, text="要一束花", actor=waiter, now=NOW)
        assert events(visit) == ["wish"]
    with pytest.raises(InvalidInput):
        services.note_wish(hotel_id=house.pk, visit_id=vvip.pk, text=" ", actor=waiter, now=ARRIVAL + HOUR)


# ---------------------------------------------------------------- the general manager is away


def test_who_receives_is_the_general_manager_when_at_work(house: House) -> None:
    visit = house.approved("VIP")
    assert who_receives(hotel_id=house.pk, visit_id=visit.pk, at=NOW) is None
    house.on_duty("general-manager", "resident-manager", "duty-manager")
    found = who_receives(hotel_id=house.pk, visit_id=visit.pk, at=NOW)
    assert found is not None
    assert found.post == "general-manager"
    with pytest.raises(NotFound):
        who_receives(hotel_id=house.pk, visit_id=2**40, at=NOW)


@pytest.mark.parametrize("reporter", ["duty-manager", "dining-director"])
def test_report_gm_away_names_the_highest_leader_and_gives_a_minute(house: House, reporter: str) -> None:
    visit = house.approved("IP")
    house.on_duty("duty-manager", "receptionist", "housekeeping-manager", "dining-director", start=ARRIVAL - HOUR)
    at = ARRIVAL - 5 * MINUTE
    leader = services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor(reporter), now=at)
    # Director before managers.
    assert (leader.post, leader.staff_id) == ("dining-director", house.staff["dining-director"])
    receive = task(visit, "leader-receives")
    assert (receive.due_at, receive.assignee_id) == (at + MINUTE, house.staff["dining-director"])
    assert receive.department.code == "dining"
    assert task(visit, "leader-told").state == "open"
    (noted,) = visit.events.all()
    assert (noted.kind, noted.leader_id, noted.at) == ("gm_away", house.staff["dining-director"], at)
    found = who_receives(hotel_id=house.pk, visit_id=visit.pk, at=at)
    assert found == leader


def test_report_gm_away_again_names_who_is_highest_by_then(house: House) -> None:
    visit = house.approved("IP")
    house.on_duty("duty-manager", start=ARRIVAL - 5 * HOUR, hours=4)
    house.on_duty("resident-manager", start=ARRIVAL - HOUR)
    duty = house.actor("duty-manager")
    first = services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=duty, now=ARRIVAL - 4 * HOUR)
    second = services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=duty, now=ARRIVAL - 30 * MINUTE)
    assert (first.post, second.post) == ("duty-manager", "resident-manager")
    assert task(visit, "leader-receives-2").assignee_id == house.staff["resident-manager"]


def test_report_gm_away_who_is_there_or_with_nobody_there_is_refused(house: House) -> None:
    visit = house.approved("VIP")
    duty = house.actor("duty-manager")
    before = traces(house)
    with pytest.raises(NobodyOnDuty):
        services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=duty, now=NOW)
    house.on_duty("general-manager", "duty-manager")
    with pytest.raises(GmOnDuty):
        services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=duty, now=NOW)
    with pytest.raises(Forbidden):
        services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("receptionist"), now=NOW)
    assert traces(house) == before


# ---------------------------------------------------------------- meals


def plan(house: House, visit: Visit, meal_at: Any = ARRIVAL + 5 * HOUR) -> int:
    return services.plan_meal(
        hotel_id=house.pk,
        visit_id=visit.pk,
        meal_at=meal_at,
        private_room="牡丹厅",
        actor=house.actor("dining-manager"),
        now=NOW,
    )


def test_menu_is_drafted_by_dining_and_approved_by_the_general_manager(house: House) -> None:
    visit = house.approved("VIP")
    meal = ARRIVAL + 5 * HOUR
    menu_id = plan(house, visit)
    assert task(visit, "menu-drafted").due_at == meal - 40 * MINUTE
    assert task(visit, "dining-sealed-quality").due_at == meal - 20 * MINUTE
    what: dict[str, Any] = {"hotel_id": house.pk, "menu_id": menu_id, "now": NOW}
    with pytest.raises(MenuNotDrafted):
        services.approve_menu(actor=house.gm, **what)
    services.draft_menu(dishes="清蒸鲈鱼\n手撕鸡", actor=house.actor("dining-manager"), **what)
    assert task(visit, "menu-drafted").state == "done"
    with pytest.raises(Forbidden):
        services.approve_menu(actor=house.actor("dining-director"), **what)
    services.approve_menu(actor=house.gm, **what)
    assert task(visit, "menu-approved").state == "done"
    menu = Menu.objects.get(pk=menu_id)
    assert (menu.dishes, menu.approved_by_id) == ("清蒸鲈鱼\n手撕鸡", house.users["general-manager"])
    with pytest.raises(MenuApproved):
        services.draft_menu(dishes="x", actor=house.actor("dining-manager"), **what)
    with pytest.raises(IntegrityError), transaction.atomic():
        Menu.objects.filter(pk=menu_id).update(dishes="x")


def test_second_meal_has_tasks_of_its_own_and_moves_alone(house: House) -> None:
    visit = house.approved("VIP")
    first, second = plan(house, visit), plan(house, visit, ARRIVAL + 10 * HOUR)
    services.move_meal(
        hotel_id=house.pk, menu_id=second, meal_at=ARRIVAL + 11 * HOUR, actor=house.actor("dining-manager"), now=NOW
    )
    assert task(visit, "menu-drafted").due_at == ARRIVAL + 5 * HOUR - 40 * MINUTE
    assert task(visit, "menu-drafted", occurrence=2).due_at == ARRIVAL + 11 * HOUR - 40 * MINUTE
    services.draft_menu(hotel_id=house.pk, menu_id=second, dishes="粥", actor=house.actor("dining-manager"), now=NOW)
    assert [task(visit, "menu-drafted", occurrence=one).state for one in (1, 2)] == ["open", "done"]
    assert Menu.objects.get(pk=first).drafted_at is None
