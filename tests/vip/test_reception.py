"""The papers of a reception and what they close: meeting, notice, menu, purchases, cards; the guest here; the GM away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.frontdesk import services as desk
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.promises.errors import DependencyOpen, WrongPost
from binzhi.promises.models import LogEntry, Proof, Run, Task
from binzhi.property import seals
from binzhi.property.errors import NotSealed, RoomSealed
from binzhi.property.services import break_seal
from binzhi.reservations.services import create_reservation
from binzhi.vip import queries, services
from binzhi.vip.errors import (
    AlreadyArrived,
    AlreadyReceived,
    CardsMade,
    GmOnDuty,
    MenuApproved,
    MenuNotDrafted,
    NobodyOnDuty,
    NoRoomYet,
    NotApproved,
    NotArrived,
    NotDelivered,
    NotSealedByLevel,
)
from binzhi.vip.jobs import catch_up
from binzhi.vip.models import Decision, KeyCard, Menu, Notice, Purchase, Visit
from binzhi.vip.reception import who_receives
from binzhi.vip.requests import AgreedTask, MeetingInput
from tests.factories import NOW, SYSTEM, TODAY, booking
from tests.vip.house import ARRIVAL, DAY, DEPARTURE, HOUR, MINUTE, House, events, finish, make_house, task, traces


def meet(house: House, visit: Visit, *, post: str = "gm-office-clerk", **more: Any) -> int:
    given: dict[str, Any] = {
        "minutes": "逐项落实身份、抵店时间、需求",
        "attendees": "前厅、客房、餐饮经理",
        "held_at": NOW,
    }
    return services.hold_meeting(
        hotel_id=house.pk, visit_id=visit.pk, meeting=MeetingInput(**given | more), actor=house.actor(post), now=NOW
    )


def notify(house: House, visit: Visit) -> int:
    return services.issue_notice(hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("duty-manager"), now=NOW)


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


# ---------------------------------------------------------------- purchases and cards


def test_flowers_are_delivered_by_purchasing_and_received_by_housekeeping(house: House) -> None:
    visit = house.approved("VIP")
    meet(house, visit)
    notify(house, visit)
    finish(house, visit, "notice-signed", at=NOW)
    purchase = Purchase.objects.get(visit=visit)
    what: dict[str, Any] = {"hotel_id": house.pk, "purchase_id": purchase.pk, "now": ARRIVAL - 3 * HOUR}
    with pytest.raises(NotDelivered):
        services.receive_purchase(actor=house.actor("room-attendant"), **what)
    services.deliver_purchase(actor=house.actor("purchaser"), **what)
    assert task(visit, "flowers-vip").state == "open"
    services.receive_purchase(actor=house.actor("room-attendant"), **what)
    assert task(visit, "flowers-vip").state == "done"
    purchase.refresh_from_db()
    assert (purchase.state, purchase.delivered_by_id, purchase.received_by_id) == (
        "received", house.users["purchaser"], house.users["room-attendant"],
    )  # fmt: skip
    with pytest.raises(AlreadyReceived):
        services.receive_purchase(actor=house.actor("room-attendant"), **what)


def test_flowers_that_come_before_the_notice_is_signed_wait_for_their_task(house: House) -> None:
    visit = house.approved("VIP")
    what: dict[str, Any] = {"hotel_id": house.pk, "purchase_id": Purchase.objects.get(visit=visit).pk, "now": NOW}
    services.deliver_purchase(actor=house.actor("purchaser"), **what)
    services.receive_purchase(actor=house.actor("housekeeping-supervisor"), **what)
    assert Purchase.objects.get(visit=visit).state == "received"
    assert task(visit, "flowers-vip").state == "open"


def test_key_cards_are_two_and_closed_by_both_receipts(house: House) -> None:
    visit = house.approved("VIP")
    what: dict[str, Any] = {
        "hotel_id": house.pk,
        "visit_id": visit.pk,
        "actor": house.actor("receptionist"),
        "now": NOW,
    }
    services.make_key_cards(**what)
    with pytest.raises(CardsMade):
        services.make_key_cards(**what)
    services.hand_over_key_card(purpose="leader", received_by="赵总", **what)
    assert task(visit, "key-cards").state == "open"
    with pytest.raises(AlreadyReceived):
        services.hand_over_key_card(purpose="leader", received_by="钱总", **what)
    services.hand_over_key_card(purpose="room", received_by="郑服务", **what)
    assert task(visit, "key-cards").state == "done"
    assert list(KeyCard.objects.order_by("pk").values_list("purpose", "received_by")) == [
        ("leader", "赵总"), ("room", "郑服务"),
    ]  # fmt: skip


# ---------------------------------------------------------------- row 9


def ready_to_seal(house: House, level: str = "VIP") -> tuple[Visit, int]:
    """A visit with a room, everything before the seal done; the room's id."""
    made = create_reservation(hotel_id=house.pk, booking=booking(arrival=TODAY + 2 * DAY), actor=SYSTEM, now=NOW)
    room_id = house.hotel.rooms["101"]
    desk.assign_room(hotel_id=house.pk, room_reservation_id=made.room_ids[0], room_id=room_id, actor=SYSTEM, now=NOW)
    visit = house.approved(level, room_reservation_id=made.room_ids[0])
    code = level.lower()
    finish(
        house, visit, "case-meeting", "notice-issued", "notice-signed", "room-prepared", f"amenities-{code}",
        "engineering-check", f"flowers-{code}", at=NOW,
    )  # fmt: skip
    return visit, room_id


SEALERS = {"VIP": "quality-assistant-manager", "VVIP": "gm-assistant"}


@pytest.mark.parametrize("level", ["VIP", "VVIP"])
def test_seal_visit_room_is_row_9_by_its_own_post(house: House, level: str) -> None:
    visit, room_id = ready_to_seal(house, level)
    what: dict[str, Any] = {"hotel_id": house.pk, "visit_id": visit.pk, "now": NOW}
    with pytest.raises(DependencyOpen), transaction.atomic():
        services.seal_visit_room(actor=house.actor(SEALERS[level]), **what)
    assert seals.seal_of(hotel_id=house.pk, room_id=room_id) is None
    finish(house, visit, "final-check", at=NOW)
    wrong = SEALERS["VVIP" if level == "VIP" else "VIP"]
    with pytest.raises(WrongPost), transaction.atomic():
        services.seal_visit_room(actor=house.actor(wrong), **what)
    assert seals.seal_of(hotel_id=house.pk, room_id=room_id) is None
    services.seal_visit_room(actor=house.actor(SEALERS[level]), **what)
    found = seals.seal_of(hotel_id=house.pk, room_id=room_id)
    assert found is not None
    assert found.stay_id == visit.room_reservation_id
    assert task(visit, f"room-sealed-{level.lower()}").state == "done"
    assert queries.visit_view(hotel_id=house.pk, visit_id=visit.pk, now=NOW).sealed_at == NOW


def test_seal_visit_room_of_an_ip_or_without_a_room_is_refused(house: House) -> None:
    sealer = house.actor("quality-assistant-manager")
    with pytest.raises(NotSealedByLevel):
        services.seal_visit_room(hotel_id=house.pk, visit_id=house.approved("IP").pk, actor=sealer, now=NOW)
    with pytest.raises(NoRoomYet):
        services.seal_visit_room(hotel_id=house.pk, visit_id=house.approved("VIP").pk, actor=sealer, now=NOW)


def sealed_visit(house: House) -> tuple[Visit, int]:
    visit, room_id = ready_to_seal(house)
    finish(house, visit, "final-check", at=NOW)
    services.seal_visit_room(
        hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("quality-assistant-manager"), now=NOW
    )
    return visit, room_id


def test_break_room_seal_opens_row_9_again(house: House) -> None:
    visit, room_id = sealed_visit(house)
    again = services.break_room_seal(
        hotel_id=house.pk, visit_id=visit.pk, reason="空调滴水", actor=house.actor("duty-manager"), now=NOW + HOUR
    )
    assert seals.seal_of(hotel_id=house.pk, room_id=room_id) is None
    assert {Task.objects.get(pk=one).key for one in again} == {"final-check", "room-sealed-vip"}
    assert [task(visit, key).state for key in ("final-check", "room-sealed-vip")] == ["open", "open"]
    assert task(visit, "engineering-check").state == "done"
    assert events(visit) == ["seal_broken"]
    # The look at what was broken at the room itself finds nothing left to do.
    assert catch_up(now=NOW + HOUR) == 0
    # And round again: checked, signed, sealed.
    finish(house, visit, "final-check", at=NOW + 2 * HOUR)
    services.seal_visit_room(
        hotel_id=house.pk, visit_id=visit.pk, actor=house.actor("quality-assistant-manager"), now=NOW + 2 * HOUR
    )
    assert task(visit, "room-sealed-vip").state == "done"


def test_seal_broken_at_the_room_itself_opens_row_9_at_the_next_look(house: House) -> None:
    visit, room_id = sealed_visit(house)
    break_seal(
        hotel_id=house.pk, room_id=room_id, reason="水管", actor=house.actor("housekeeping-manager"), now=NOW + HOUR
    )
    assert catch_up(now=NOW + HOUR) == 1
    assert task(visit, "final-check").state == "open"
    assert catch_up(now=NOW + HOUR) == 0
    assert events(visit) == ["seal_broken"]


def test_break_room_seal_without_a_seal_a_reason_or_the_right_is_refused(house: House) -> None:
    visit, _room = sealed_visit(house)
    before = traces(house)
    with pytest.raises(InvalidInput):
        services.break_room_seal(
            hotel_id=house.pk, visit_id=visit.pk, reason=" ", actor=house.actor("duty-manager"), now=NOW
        )
    with pytest.raises(Forbidden):
        services.break_room_seal(
            hotel_id=house.pk, visit_id=visit.pk, reason="x", actor=house.actor("room-attendant"), now=NOW
        )
    assert traces(house) == before
    services.break_room_seal(
        hotel_id=house.pk, visit_id=visit.pk, reason="x", actor=house.actor("duty-manager"), now=NOW
    )
    with pytest.raises(NotSealed):
        services.break_room_seal(
            hotel_id=house.pk, visit_id=visit.pk, reason="x", actor=house.actor("duty-manager"), now=NOW
        )


def test_sealed_room_opens_for_its_guest_and_for_nobody_else(house: House) -> None:
    visit, room_id = sealed_visit(house)
    other = create_reservation(
        hotel_id=house.pk, booking=booking(arrival=TODAY + 20 * DAY), actor=SYSTEM, now=NOW
    ).room_ids[0]
    with pytest.raises(RoomSealed), transaction.atomic():
        desk.assign_room(hotel_id=house.pk, room_reservation_id=other, room_id=room_id, actor=SYSTEM, now=NOW)
    from tests.factories import run_audit_day

    run_audit_day(house.hotel, 2)
    stay = visit.room_reservation_id
    assert stay is not None
    desk.check_in(hotel_id=house.pk, room_reservation_id=stay, actor=SYSTEM, now=ARRIVAL)
    assert seals.seal_of(hotel_id=house.pk, room_id=room_id) is None
    catch_up(now=ARRIVAL + MINUTE)
    assert house.visit(visit.pk).status == "in_house"
    # The arrival opened it: that is no broken seal, and row 9 stays done.
    assert task(visit, "room-sealed-vip").state == "done"
    assert events(visit) == ["arrived"]


# ---------------------------------------------------------------- read


def test_visit_view_shows_everything_of_one_visit_and_nothing_of_another_hotel(house: House) -> None:
    visit, _room = sealed_visit(house)
    meet(house, visit, decisions=(AgreedTask("dining", "清真菜单", ARRIVAL - HOUR),))
    view = queries.visit_view(hotel_id=house.pk, visit_id=visit.pk, now=NOW)
    assert (view.line.title, view.line.level, view.line.room, view.line.host) == ("王先生", "VIP", "101", "gm-office")
    assert [one["text"] for one in view.decisions] == ["清真菜单"]
    assert [one["route"] for one in view.requests] == ["gm"]
    assert view.line.done > 10
    other = make_house()
    with pytest.raises(NotFound):
        queries.visit_view(hotel_id=other.pk, visit_id=visit.pk, now=NOW)
    assert queries.visits(hotel_id=other.pk, now=NOW) == []


def test_visits_lists_who_is_still_to_come_with_one_statement(house: House) -> None:
    from tests.factories import statements

    first = house.approved("IP", arrival_at=ARRIVAL + HOUR)
    second = house.approved("VVIP")
    house.propose()
    services.cancel_visit(hotel_id=house.pk, visit_id=house.propose(), reason="x", actor=house.gm, now=NOW)
    with statements() as sent:
        found = queries.visits(hotel_id=house.pk, now=NOW + timedelta(hours=44))
    assert len(sent) == 1
    assert [(line.level, line.status) for line in found] == [("VVIP", "approved"), ("", "proposed"), ("IP", "approved")]
    assert [line.id for line in found if line.level] == [second.pk, first.pk]
    assert found[0].late > 0
    everything = queries.visits(hotel_id=house.pk, now=NOW, first=NOW, until=ARRIVAL + DAY)
    assert len(everything) == 4


def test_walls_visits_are_seen_by_their_own_hotel_alone(house: House) -> None:
    visit = house.approved("VIP")
    other = make_house()
    db.enter_scope(str(other.pk), "")
    assert Visit.objects.count() == 0
    db.enter_scope(str(house.pk), "")
    assert list(Visit.objects.values_list("pk", flat=True)) == [visit.pk]
    assert LogEntry.objects.count() == 0
