"""Purchases, key cards, row 9 with its seal; visits as they are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from binzhi.frontdesk import services as desk
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.promises.errors import DependencyOpen, WrongPost
from binzhi.promises.models import LogEntry, Task
from binzhi.property import seals
from binzhi.property.errors import NotSealed, RoomSealed
from binzhi.property.services import break_seal
from binzhi.reservations.services import create_reservation
from binzhi.vip import queries, services
from binzhi.vip.errors import (
    AlreadyReceived,
    CardsMade,
    NoRoomYet,
    NotDelivered,
    NotSealedByLevel,
)
from binzhi.vip.jobs import catch_up
from binzhi.vip.models import KeyCard, Purchase, Visit
from binzhi.vip.requests import AgreedTask
from tests.factories import NOW, SYSTEM, TODAY, booking
from tests.vip.house import ARRIVAL, DAY, HOUR, MINUTE, House, events, finish, make_house, task, traces
from tests.vip.papers import meet, notify

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
