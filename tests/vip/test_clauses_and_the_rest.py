"""Clauses 30 to 32, the exceptions, the levels with their amenities, and what stands where the rule is silent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from binzhi.kernel import db
from binzhi.kernel.errors import InvalidInput
from binzhi.promises.enums import Evidence
from binzhi.promises.errors import DependencyOpen, WrongPost
from binzhi.promises.models import Task
from binzhi.promises.queries import compliance, compliance_by_person
from binzhi.promises.requests import ProofInput
from binzhi.promises.services.assigning import assign_proposed
from binzhi.promises.services.tasks import complete_task
from binzhi.promises.sweep import sweep
from binzhi.vip import queries, services
from binzhi.vip.models import LevelRequest, Visit
from tests.vip.deeds import DEPARTMENTS, climbed, do, everyone_at_work, handed_on
from tests.vip.house import (
    ARRIVAL,
    DAY,
    DEPARTURE,
    HOUR,
    MINUTE,
    NOW,
    House,
    events,
    finish,
    keys,
    task,
)
from tests.vip.test_visits import book

LEVELS = ("IP", "VIP", "VVIP")


# ---------------------------------------------------------------- 30 to 32


def test_clause_30_farewell_lasts_until_the_car_has_left_the_gate(house: House) -> None:
    visit = house.arrived("IP")
    assert task(visit, "farewell").due_at == DEPARTURE - 10 * MINUTE
    assert task(visit, "car-seen-off").due_at == DEPARTURE + 10 * MINUTE
    with pytest.raises(InvalidInput) as refused, transaction.atomic():
        do(house, visit, "farewell", "duty-manager", at=DEPARTURE, without=["managers"])
    assert refused.value.field == "item-managers"
    with pytest.raises(DependencyOpen), transaction.atomic():
        do(house, visit, "car-seen-off", "duty-manager", at=DEPARTURE)
    for key in ("farewell", "car-seen-off"):
        with pytest.raises(WrongPost), transaction.atomic():
            do(house, visit, key, "receptionist", at=DEPARTURE)
        do(house, visit, key, "duty-manager", at=DEPARTURE)
        assert task(visit, key).state == "done"


def test_clause_31_housekeeping_tells_front_office_within_half_an_hour_of_the_real_departure(house: House) -> None:
    visit, left = house.arrived("VIP"), DEPARTURE + 45 * MINUTE
    assert task(visit, "departure-told").due_at == DEPARTURE + 30 * MINUTE
    services.note_departure(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=left)
    assert task(visit, "departure-told").due_at == left + 30 * MINUTE
    do(house, visit, "departure-told", "room-attendant", at=left)
    assert handed_on(visit, "departure-told") == ["front-office"]


def test_clause_32_notice_goes_to_every_department_within_two_hours(house: House) -> None:
    visit = house.arrived("VVIP")
    duty = house.actor("duty-manager")
    what: dict[str, Any] = {"hotel_id": house.pk, "visit_id": visit.pk, "actor": duty}
    services.note_departure(now=DEPARTURE, **what)
    assert task(visit, "departure-notice").due_at == DEPARTURE + 2 * HOUR
    with pytest.raises(DependencyOpen), transaction.atomic():
        services.issue_departure_notice(now=DEPARTURE + HOUR, **what)
    do(house, visit, "departure-told", "room-attendant", at=DEPARTURE + HOUR)
    services.issue_departure_notice(now=DEPARTURE + HOUR, **what)
    assert sorted(handed_on(visit, "departure-notice")) == sorted(set(DEPARTMENTS) - {"front-office"})


def test_everything_done_ends_the_run_and_a_task_left_open_keeps_it(house: House) -> None:
    """The notice of departure is the last of it; events that never happened are not waited for."""
    visit = house.arrived("IP")
    assign_proposed(hotel_id=house.pk, run_id=visit.run_id or 0, actor=house.gm, now=ARRIVAL)
    services.note_departure(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=DEPARTURE)
    last = {"departure-told", "departure-notice", "farewell", "car-seen-off"}
    spare = [one for one in dict.fromkeys(Task.objects.filter(run_id=visit.run_id, state="open")
             .order_by("position").values_list("key", flat=True)) if one not in last | {"work-divided"}]  # fmt: skip
    finish(house, visit, *spare, "work-divided", "departure-told", "departure-notice", "farewell", at=DEPARTURE)
    assert status_of(visit) == "live"
    do(house, visit, "car-seen-off", "duty-manager", at=DEPARTURE)
    assert status_of(visit) == "done"


def status_of(visit: Visit) -> str:
    return str(db.fetch_value("SELECT status FROM promises_run WHERE id = %s", [visit.run_id]))


# ---------------------------------------------------------------- exceptions


@pytest.mark.parametrize("level", LEVELS)
def test_exception_gm_away_the_highest_leader_receives_a_guest_of_any_level_within_a_minute(
    house: House, level: str
) -> None:
    visit = house.approved(level)
    assert "leader-told" not in keys(visit)
    house.on_duty("duty-manager", "room-attendant", "resident-manager", "sales-manager", start=ARRIVAL - HOUR)
    at = ARRIVAL - MINUTE
    leader = services.report_gm_away(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=at)
    assert leader.post == "resident-manager"
    receive, told = task(visit, "leader-receives"), task(visit, "leader-told")
    assert (receive.due_at, receive.assignee_id) == (at + MINUTE, house.staff["resident-manager"])
    assert told.due_at == ARRIVAL + MINUTE
    for missing in ("general-manager", "leader"):
        with pytest.raises(InvalidInput), transaction.atomic():
            do(house, visit, "leader-told", "duty-manager", at=at, without=[missing])
    # A minute gone by and not taken: it climbs like everything else.
    sweep(now=at + MINUTE)
    assert climbed(house, visit, "leader-receives") == [(0 * MINUTE, "@person", "resident-manager")]
    do(house, visit, "leader-told", "duty-manager", at=at)
    complete_task(
        hotel_id=house.pk, task_id=receive.pk, proofs=[ProofInput(Evidence.TICK)],
        actor=house.actor("resident-manager"), now=at + 2 * MINUTE,
    )  # fmt: skip
    assert [task(visit, key).state for key in ("leader-told", "leader-receives")] == ["done", "done"]


def test_exception_gm_away_is_not_asked_of_a_guest_whom_the_gm_receives(house: House) -> None:
    visit = house.approved("VVIP")
    everyone_at_work(house)
    assert "leader-told" not in keys(visit)


@pytest.mark.parametrize("level", LEVELS)
def test_exception_wish_is_written_down_and_asked_about_only_afterwards(house: House, level: str) -> None:
    visit = house.arrived(level)
    services.note_wish(
        hotel_id=house.pk, visit_id=visit.pk, text="凌晨换房间朝向", actor=house.actor("waiter"), now=ARRIVAL + HOUR
    )
    assert events(visit) == ["arrived", "wish"]
    asked = Task.objects.filter(run_id=visit.run_id, key="asked-afterwards", state="open")
    assert [one.due_at for one in asked] == ([ARRIVAL + 3 * HOUR] if level == "VVIP" else [])


def test_exception_two_vips_at_once_each_have_every_task_and_share_the_people(house: House) -> None:
    """Approved an hour ahead for the same minute: both compressed, nothing missing, nothing of one in the other."""
    whole = keys(house.approved("VVIP", arrival_at=ARRIVAL + 20 * DAY, departure_at=ARRIVAL + 21 * DAY))
    everyone_at_work(house)
    late = ARRIVAL - HOUR
    first, second = house.approved("VVIP", now=late), house.approved("VVIP", now=late)
    for visit in (first, second):
        assert keys(visit) == whole
        passed = Task.objects.filter(run_id=visit.run_id, compressed=True)
        assert set(passed.values_list("due_at", flat=True)) == {late}
        assert Task.objects.filter(run_id=visit.run_id, due_at__lt=late).count() == 0
        assign_proposed(hotel_id=house.pk, run_id=visit.run_id or 0, actor=house.gm, now=late)
        assert Task.objects.filter(run_id=visit.run_id, assignee_id=None).count() == 0
    finish(house, first, "case-meeting", at=late)
    assert (task(first, "case-meeting").state, task(second, "case-meeting").state) == ("done", "open")


@pytest.mark.parametrize(("hours", "compressed"), [(5, False), (4, True)])
def test_exception_less_than_five_hours_ahead_is_compressed_and_more_is_not(
    house: House, hours: int, compressed: bool
) -> None:
    visit = house.approved("VIP", now=ARRIVAL - hours * HOUR)
    assert {task(visit, key).compressed for key in ("notice-issued", "banner-made", "board-made")} == {compressed}
    assert task(visit, "notice-issued").due_at == ARRIVAL - hours * HOUR
    assert task(visit, "engineering-check").due_at == ARRIVAL - 3 * HOUR


@pytest.mark.parametrize("level", LEVELS)
def test_exception_walk_in_of_the_same_hour_has_every_task_due_now_or_later(house: House, level: str) -> None:
    whole = keys(house.approved(level))
    _reservation, stay = book(house, room_type="king")
    visit = house.approved(level, room_reservation_id=stay, arrival_at=NOW + 5 * MINUTE)
    assert keys(visit) == whole
    due = Task.objects.filter(run_id=visit.run_id, anchor="arrival")
    assert {one.key for one in due if one.compressed} == {
        one.key for one in due if one.offset_seconds < -5 * 60
    }  # fmt: skip
    assert min(one.due_at for one in due if one.due_at) == NOW


# ---------------------------------------------------------------- levels and amenities


def test_levels_keep_reason_approver_and_time_of_every_request(house: House) -> None:
    visit_id = house.propose()
    request_id = services.ask_level(
        hotel_id=house.pk, visit_id=visit_id, level="VVIP", route="owner", reason="业主董事长来访", now=NOW,
        actor=house.actor("gm-office-clerk"),
    )  # fmt: skip
    services.decide_level(
        hotel_id=house.pk, request_id=request_id, approve=False, note="按VIP", actor=house.gm, now=NOW + MINUTE
    )
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit_id, level="VIP", reason="改按VIP", actor=house.gm, now=NOW + 2 * MINUTE
    )
    gm = house.users["general-manager"]
    kept = LevelRequest.objects.filter(visit_id=visit_id).order_by("pk")
    assert [(one.level.code, one.route, one.reason, one.approved, one.decided_by_id, one.decided_at, one.note)
            for one in kept] == [
        ("VVIP", "owner", "业主董事长来访", False, gm, NOW + MINUTE, "按VIP"),
        ("VIP", "gm", "改按VIP", True, gm, NOW + 2 * MINUTE, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("level", LEVELS)
def test_level_is_about_treatment_and_leaves_what_the_guest_pays_alone(house: House, level: str) -> None:
    _reservation, stay = book(house)
    visit_id = house.propose(room_reservation_id=stay)
    before = money(house)
    services.set_level_directly(
        hotel_id=house.pk, visit_id=visit_id, level=level, reason="业主客人", actor=house.gm, now=NOW
    )
    assert money(house) == before
    assert before["reservations_reservation"] != ""


def money(house: House) -> dict[str, str]:
    """Bookings with their prices, folios and everything posted, as they stand."""
    tables = [
        row["table_name"]
        for row in db.fetch_all(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name ="
            " 'hotel_id' AND (table_name LIKE 'reservations\\_%%' OR table_name LIKE 'billing\\_%%')"
        )
    ]
    return {
        table: db.fetch_value(
            f"SELECT coalesce(string_agg(md5(x::text), ';' ORDER BY md5(x::text)), '') FROM {table} x"
            " WHERE hotel_id = %s", [house.pk],
        )
        for table in tables
    }  # fmt: skip


def test_amenity_standard_of_the_three_levels_is_the_rules(house: House) -> None:
    found = {level.code: level.amenities for level in queries.levels(hotel_id=house.pk)}
    assert {code: {kind: value for kind, (value, _note) in kept.items()} for code, kept in found.items()} == {
        "IP": {"fruit": "C", "flowers": "C", "board": "yes", "gm": "written"},
        "VIP": {"fruit": "B", "flowers": "B", "banner": "yes", "board": "yes", "gm": "letter"},
        "VVIP": {"fruit": "A", "flowers": "A", "banner": "yes", "board": "yes", "gm": "letter"},
    }
    assert {code: kept["gm"][1] for code, kept in found.items()} == {
        "IP": "总经理欢迎词", "VIP": "总经理欢迎函，亲自迎接", "VVIP": "总经理欢迎函，亲自迎接并献花",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "asked"),
    [
        ("IP", {"amenities-ip", "flowers-ip", "welcome-ip"}),
        ("VIP", {"banner-made", "banner-hung", "amenities-vip", "flowers-vip", "welcome-vip", "key-cards",
                 "room-sealed-vip"}),
        ("VVIP", {"banner-made", "banner-hung", "amenities-vvip", "flowers-vvip", "flowers-presented", "welcome-vvip",
                  "key-cards", "room-sealed-vvip", "asked-afterwards"}),
    ],
)  # fmt: skip
def test_level_asks_for_exactly_its_own_things(house: House, level: str, asked: set[str]) -> None:
    """What differs between the levels, and nothing besides: everything else is asked for at all three."""
    found = {one: keys(house.approved(one)) for one in LEVELS}
    for_all = set.intersection(*found.values())
    assert found[level] - for_all == asked
    assert {"board-made", "board-placed", "final-check"} <= for_all


def test_amenity_standard_is_the_hotels_to_change(house: House) -> None:
    """Another class in the standard is what the next notice prints and purchasing is asked for."""
    services.set_amenity(hotel_id=house.pk, level="VIP", kind="flowers", value="特A", actor=house.gm, now=NOW)
    visit = house.approved("VIP")
    assert list(visit.purchases.values_list("kind", "quality")) == [("flowers", "特A")]


# ---------------------------------------------------------------- after departure


def test_compliance_names_the_clause_the_department_the_person_and_by_how_much(house: House) -> None:
    """One line late by 25 minutes; everything else that fell due before it was in time."""
    visit = house.approved("IP")
    everyone_at_work(house)
    assign_proposed(hotel_id=house.pk, run_id=visit.run_id or 0, actor=house.gm, now=NOW)
    engineer = task(visit, "engineering-check").assignee_id
    finish(house, visit, "case-meeting", "notice-issued", "notice-signed", "work-divided", at=NOW)
    who = next(post for post, staff_id in house.staff.items() if staff_id == engineer)
    do(house, visit, "engineering-check", who, at=ARRIVAL - 3 * HOUR + 25 * MINUTE)
    day = house.hotel.ref.local(ARRIVAL).date()
    now: datetime = ARRIVAL - 2 * HOUR - 30 * MINUTE
    rows = compliance(hotel_id=house.pk, first=day - DAY, last=day, now=now)
    late = [(one.clause, one.key, one.department, one.late, one.most_late) for one in rows if one.late]
    assert late == [("5", "engineering-check", "engineering", 1, 25 * 60.0)]
    signed = {one.key: (one.tasks, one.in_time, one.late) for one in rows if one.department == "engineering"}
    assert signed["notice-signed"] == (1, 1, 0)
    people = compliance_by_person(hotel_id=house.pk, first=day - DAY, last=day, now=now)
    assert [(one.staff_id, one.most_late) for one in people if one.late] == [(engineer, 25 * 60.0)]
