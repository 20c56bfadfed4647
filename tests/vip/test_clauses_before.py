"""Clauses 1 to 15 of the reception rule, each done or refused by the people it names."""

from __future__ import annotations

import pytest
from django.db import transaction

from binzhi.kernel.errors import InvalidInput
from binzhi.people.models import Staff
from binzhi.promises.errors import DependencyOpen, NobodyNamed, WrongPost
from binzhi.promises.models import Task
from binzhi.promises.services.assigning import assign_proposed
from binzhi.promises.services.tasks import write_log
from binzhi.promises.sweep import sweep
from binzhi.vip import services
from binzhi.vip.models import Visit
from tests.vip.deeds import (
    DEPARTMENTS,
    HEADS,
    climbed,
    countersign,
    do,
    everyone_at_work,
    give,
    handed_on,
    spec,
)
from tests.vip.house import ARRIVAL, DAY, HOUR, MINUTE, NOW, TODAY, House, finish, keys, task
from tests.vip.papers import meet, notify

LEVELS = ("IP", "VIP", "VVIP")
LIMIT = ARRIVAL - 5 * HOUR
LADDER = [
    (0 * MINUTE, "@person"), (5 * MINUTE, "@manager"), (15 * MINUTE, "duty-manager"), (30 * MINUTE, "general-manager"),
]  # fmt: skip


def noticed(house: House, level: str = "VIP") -> Visit:
    """Met about and noticed; nobody has signed yet."""
    visit = house.approved(level)
    meet(house, visit)
    notify(house, visit)
    return visit


def signed(house: House, level: str = "VIP") -> Visit:
    visit = noticed(house, level)
    finish(house, visit, "notice-signed", at=NOW)
    return visit


# ---------------------------------------------------------------- 1, 2


def test_clause_1_the_department_that_receives_meets_a_day_ahead(house: House) -> None:
    """Asked for by sales, received by sales: the GM's office does not hold this meeting."""
    visit_id = house.propose()
    request_id = services.ask_level(
        hotel_id=house.pk, visit_id=visit_id, level="VIP", route="key_account", reason="重点客户",
        actor=house.actor("sales-manager"), now=NOW,
    )  # fmt: skip
    services.decide_level(hotel_id=house.pk, request_id=request_id, approve=True, actor=house.gm, now=NOW)
    visit = house.visit(visit_id)
    meeting = task(visit, "case-meeting")
    assert (meeting.department.code, meeting.due_at) == ("sales", ARRIVAL - DAY)
    with pytest.raises(WrongPost), transaction.atomic():
        meet(house, visit, post="gm-office-clerk")
    meet(house, visit, post="sales-manager")
    assert task(visit, "case-meeting").state == "done"


def test_clause_2_every_department_signs_by_its_own_manager(house: House) -> None:
    visit = noticed(house)
    there = Task.objects.filter(run_id=visit.run_id, key="notice-signed")
    assert set(there.values_list("branch", flat=True)) == set(DEPARTMENTS)
    assert {one.due_at for one in there} == {LIMIT}
    for wrong in ("engineering-manager", "room-attendant", "general-manager"):
        with pytest.raises(WrongPost), transaction.atomic():
            do(house, visit, "notice-signed", wrong, branch="housekeeping", at=NOW)
    for department, head in HEADS.items():
        do(house, visit, "notice-signed", head, branch=department, at=NOW)
    assert {one.state for one in there.all()} == {"done"}


def test_clause_2_nobody_signs_before_the_notice_is_issued(house: House) -> None:
    visit = house.approved("VIP")
    meet(house, visit)
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "notice-signed", "housekeeping-manager", branch="housekeeping", at=NOW)


def test_clause_2_unsigned_notice_climbs_to_manager_duty_manager_and_gm_on_the_clock(house: House) -> None:
    visit = noticed(house)
    everyone_at_work(house)
    assign_proposed(hotel_id=house.pk, run_id=visit.run_id or 0, actor=house.gm, now=NOW)
    for department, head in HEADS.items():
        if department != "engineering":
            do(house, visit, "notice-signed", head, branch=department, at=LIMIT - HOUR)
    sweep(now=LIMIT - MINUTE)
    assert climbed(house, visit, "notice-signed", branch="engineering") == []
    seen = []
    for after in (0, 4, 5, 14, 15, 29, 30, 90):
        sweep(now=LIMIT + after * MINUTE)
        seen.append((after, len(climbed(house, visit, "notice-signed", branch="engineering"))))
    assert seen == [(0, 1), (4, 1), (5, 2), (14, 2), (15, 3), (29, 3), (30, 4), (90, 4)]
    assert climbed(house, visit, "notice-signed", branch="engineering") == [
        (after, step, post)
        for (after, step), post in zip(
            LADDER, ("engineering-manager", "engineering-manager", "duty-manager", "general-manager"), strict=True
        )
    ]
    assert climbed(house, visit, "notice-signed", branch="housekeeping") == []


# ---------------------------------------------------------------- 3


def test_clause_3_is_closed_only_when_every_task_has_a_person(house: House) -> None:
    visit = signed(house)
    with pytest.raises(NobodyNamed) as refused, transaction.atomic():
        do(house, visit, "work-divided", "housekeeping-manager", branch="housekeeping", at=NOW)
    assert set(refused.value.params["keys"]) == {
        "room-prepared", "amenities-vip", "floor-attendant", "welcome-tea", "unplanned-leave-told", "quick-tidy",
        "visitor-served", "visitor-cleared", "left-items-searched", "departure-told",
    }  # fmt: skip
    manager = house.actor("housekeeping-manager")
    assign_proposed(hotel_id=house.pk, run_id=visit.run_id or 0, department="housekeeping", actor=manager, now=NOW)
    # What another department has still to name is its own affair.
    assert task(visit, "engineering-check").assignee_id is None
    do(house, visit, "work-divided", "housekeeping-manager", branch="housekeeping", at=NOW)
    assert task(visit, "work-divided", branch="housekeeping").state == "done"
    assert handed_on(visit, "work-divided", branch="housekeeping") == ["quality"]


def test_clause_3_a_person_who_left_or_may_not_serve_is_no_person(house: House) -> None:
    visit = signed(house, "VVIP")
    manager = house.actor("housekeeping-manager")
    what = {"hotel_id": house.pk, "run_id": visit.run_id or 0, "department": "housekeeping", "actor": manager}
    assign_proposed(**what, now=NOW)
    supervisor = Staff.objects.get(pk=house.staff["housekeeping-supervisor"])
    for changed in ({"since": TODAY - 60 * DAY}, {"left_on": TODAY}):
        with transaction.atomic():
            Task.objects.filter(run_id=visit.run_id, key="floor-attendant").update(assignee_id=supervisor.pk)
            Staff.objects.filter(pk=supervisor.pk).update(**changed)
            with pytest.raises(NobodyNamed) as refused, transaction.atomic():
                do(house, visit, "work-divided", "housekeeping-manager", branch="housekeeping", at=NOW)
            assert "floor-attendant" in refused.value.params["keys"]
            transaction.set_rollback(True)
    assert task(visit, "work-divided", branch="housekeeping").state == "open"


@pytest.mark.parametrize("missing", ["named", "logged", "reported", "known"])
def test_clause_3_asks_for_log_report_and_the_surname_known(house: House, missing: str) -> None:
    visit = signed(house)
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        do(house, visit, "work-divided", "hr-manager", branch="human-resources", at=NOW, without=[missing])
    assert refused.value.field == f"item-{missing}"
    assert write_log(
        hotel_id=house.pk, department="human-resources", text="贵宾接待：301 王先生", run_id=visit.run_id,
        actor=house.actor("hr-manager"), now=NOW,
    )  # fmt: skip


def test_clause_3_waits_for_its_own_signature_and_is_due_after_it(house: House) -> None:
    visit = noticed(house)
    assert task(visit, "work-divided", branch="sales").due_at == ARRIVAL - 4 * HOUR
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "work-divided", "sales-manager", branch="sales", at=NOW)


# ---------------------------------------------------------------- 4 to 6


def test_clause_4_room_is_checked_and_signed_by_the_manager(house: House) -> None:
    visit = signed(house)
    assert task(visit, "room-prepared").due_at == ARRIVAL - 2 * HOUR
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "room-prepared", "room-attendant", at=NOW)
    do(house, visit, "room-prepared", "housekeeping-supervisor", at=NOW)
    assert task(visit, "room-prepared").state == "open"
    with pytest.raises(WrongPost), transaction.atomic():
        countersign(house, visit, "room-prepared", "housekeeping-supervisor", at=NOW)
    countersign(house, visit, "room-prepared", "housekeeping-manager", at=NOW)
    assert task(visit, "room-prepared").state == "done"
    assert handed_on(visit, "room-prepared") == ["quality"]


@pytest.mark.parametrize("level", LEVELS)
def test_clause_4_fruit_and_welcome_of_the_level_with_a_picture(house: House, level: str) -> None:
    visit = house.approved(level)
    key = f"amenities-{level.lower()}"
    assert {one for one in keys(visit) if one.startswith("amenities-")} == {key}
    for missing, field in (("fruit", "item-fruit"), ("welcome", "item-welcome"), ("photo", "photo")):
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, visit, key, "room-attendant", at=NOW, without=[missing])
        assert refused.value.field == field
    do(house, visit, key, "room-attendant", at=NOW)
    assert task(visit, key).state == "done"


def test_clause_5_engineering_checks_everything_and_signs(house: House) -> None:
    visit = noticed(house)
    assert task(visit, "engineering-check").due_at == ARRIVAL - 3 * HOUR
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "engineering-check", "engineer", at=NOW)
    finish(house, visit, "notice-signed", at=NOW)
    for line in spec(visit, "engineering-check").checklist:
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, visit, "engineering-check", "engineer", at=NOW, without=[line.key])
        assert refused.value.field == f"item-{line.key}"
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "engineering-check", "housekeeping-manager", at=NOW)
    do(house, visit, "engineering-check", "engineer", at=NOW)
    assert task(visit, "engineering-check").state == "done"


@pytest.mark.parametrize(("level", "quality"), [("IP", "C"), ("VIP", "B"), ("VVIP", "A")])
def test_clause_6_flowers_are_of_the_class_of_the_level(house: House, level: str, quality: str) -> None:
    visit = signed(house, level)
    key = f"flowers-{level.lower()}"
    assert {one for one in keys(visit) if one.startswith("flowers-") and one != "flowers-presented"} == {key}
    assert f"{quality}级" in spec(visit, key).title
    assert list(visit.purchases.values_list("kind", "quality", "needed_by")) == [
        ("flowers", quality, ARRIVAL - 2 * HOUR)
    ]
    do(house, visit, key, "purchaser", at=NOW)
    with pytest.raises(WrongPost), transaction.atomic():
        countersign(house, visit, key, "purchaser", at=NOW)
    countersign(house, visit, key, "room-attendant", at=NOW)
    assert (task(visit, key).state, handed_on(visit, key)) == ("done", ["housekeeping"])


# ---------------------------------------------------------------- 7, 8


@pytest.mark.parametrize(("made", "placed"), [("banner-made", "banner-hung"), ("board-made", "board-placed")])
def test_clause_8_is_placed_only_after_7_has_made_it_each_with_a_picture(house: House, made: str, placed: str) -> None:
    visit = house.approved("VIP")
    assert (task(visit, made).due_at, task(visit, placed).due_at) == (ARRIVAL - 5 * HOUR, ARRIVAL - 2 * HOUR)
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, placed, "sales-executive", at=NOW)
    for key in (made, placed):
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, visit, key, "sales-executive", at=NOW, without=["photo"])
        assert refused.value.field == "photo"
        do(house, visit, key, "sales-executive", at=NOW)
    assert (task(visit, made).state, task(visit, placed).state) == ("done", "done")


def test_clause_7_banner_is_for_vip_and_vvip_and_the_board_for_all(house: House) -> None:
    asked = {level: keys(house.approved(level)) for level in LEVELS}
    for key, levels in (("banner-made", {"VIP", "VVIP"}), ("banner-hung", {"VIP", "VVIP"}), ("board-made", set(LEVELS)),
                        ("board-placed", set(LEVELS))):  # fmt: skip
        assert {level for level, found in asked.items() if key in found} == levels


# ---------------------------------------------------------------- 9, 10


@pytest.mark.parametrize("level", LEVELS)
def test_clause_9_last_check_waits_for_all_in_the_room_and_for_housekeeping(house: House, level: str) -> None:
    """IP rooms are checked as well; only their seal is missing."""
    visit, code = signed(house, level), level.lower()
    assert task(visit, "final-check").due_at == ARRIVAL - HOUR
    before = ["room-prepared", f"amenities-{code}", "engineering-check", f"flowers-{code}"]
    for key in before:
        with pytest.raises(DependencyOpen) as refused, transaction.atomic():
            do(house, visit, "final-check", "quality-assistant-manager", at=NOW)
        assert key in refused.value.params["keys"]
        finish(house, visit, key, at=NOW)
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "final-check", "housekeeping-manager", at=NOW)
    do(house, visit, "final-check", "quality-assistant-manager", at=NOW)
    assert task(visit, "final-check").state == "open"
    countersign(house, visit, "final-check", "housekeeping-supervisor", at=NOW)
    assert task(visit, "final-check").state == "done"
    seals = {"IP": set(), "VIP": {"room-sealed-vip"}, "VVIP": {"room-sealed-vvip"}}
    assert {key for key in keys(visit) if key.startswith("room-sealed")} == seals[level]


def test_clause_10_two_cards_before_the_arrival_of_a_vip_and_a_vvip(house: House) -> None:
    asked = {level: house.approved(level) for level in LEVELS}
    assert {level for level, visit in asked.items() if "key-cards" in keys(visit)} == {"VIP", "VVIP"}
    assert task(asked["VVIP"], "key-cards").due_at == ARRIVAL - 30 * MINUTE
    # Without the stamp, or who took the card, it is not closed; the guest's own signature is not asked for.
    for missing, field in (("leader", "item-leader"), ("in-room", "item-in-room"), ("stamp", "item-stamp"),
                           ("text", "text")):  # fmt: skip
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, asked["VVIP"], "key-cards", "receptionist", at=NOW, without=[missing])
        assert refused.value.field == field
    do(house, asked["VVIP"], "key-cards", "receptionist", at=NOW)
    assert task(asked["VVIP"], "key-cards").state == "done"


# ---------------------------------------------------------------- 11 to 15


def test_clause_11_security_is_on_post_with_white_gloves(house: House) -> None:
    visit = house.approved("IP")
    assert task(visit, "security-posted").due_at == ARRIVAL - 20 * MINUTE
    for missing in ("posts", "vehicles", "gloves"):
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, visit, "security-posted", "security-guard", at=NOW, without=[missing])
        assert refused.value.field == f"item-{missing}"
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, "security-posted", "bellman", at=NOW)
    do(house, visit, "security-posted", "security-guard", at=NOW)
    assert task(visit, "security-posted").state == "done"


PARTY = {
    "IP": ["sales-manager", "front-office-manager", "duty-manager"],
    "VIP": ["general-manager", "managers"],
    "VVIP": ["general-manager", "managers", "flowers"],
}


@pytest.mark.parametrize("level", LEVELS)
def test_clause_12_welcome_party_of_the_level_is_complete_or_not_signed_for(house: House, level: str) -> None:
    visit, key = house.approved(level), f"welcome-{level.lower()}"
    assert {one for one in keys(visit) if one.startswith("welcome-")} == {key, "welcome-tea"}
    assert task(visit, key).due_at == ARRIVAL - 15 * MINUTE
    assert [line.key for line in spec(visit, key).checklist] == PARTY[level]
    for missing in PARTY[level]:
        with pytest.raises(InvalidInput) as refused, transaction.atomic():
            do(house, visit, key, "duty-manager", at=NOW, without=[missing])
        assert refused.value.field == f"item-{missing}"
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, key, "bellman", at=NOW)
    do(house, visit, key, "duty-manager", at=NOW)
    assert task(visit, key).state == "done"


def test_clause_13_flowers_are_presented_to_a_vvip_alone(house: House) -> None:
    asked = {level: house.approved(level) for level in LEVELS}
    assert {level for level, visit in asked.items() if "flowers-presented" in keys(visit)} == {"VVIP"}
    visit = asked["VVIP"]
    assert (task(visit, "flowers-presented").due_at, task(visit, "flowers-presented").department.code) == (
        ARRIVAL, "dining",
    )  # fmt: skip
    do(house, visit, "flowers-presented", "dining-manager", at=ARRIVAL)
    assert task(visit, "flowers-presented").state == "done"


@pytest.mark.parametrize(
    ("key", "post", "told"),
    [("bellman-present", "bellman", ["housekeeping"]), ("floor-attendant", "room-attendant", [])],
)
def test_clauses_14_and_15_somebody_is_there_as_the_guest_comes(
    house: House, key: str, post: str, told: list[str]
) -> None:
    visit = house.approved("IP")
    assert task(visit, key).due_at == ARRIVAL
    give(house, visit, key, post, at=NOW)
    assert task(visit, key).assignee_id == house.staff[post]
    with pytest.raises(WrongPost), transaction.atomic():
        do(house, visit, key, "waiter", at=ARRIVAL)
    do(house, visit, key, post, at=ARRIVAL)
    assert (task(visit, key).state, handed_on(visit, key)) == ("done", told)
