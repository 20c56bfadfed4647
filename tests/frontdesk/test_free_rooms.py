"""A room that costs nothing: asked with a reason, decided by a second person, ended; the prices follow."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import (
    FreeRoomDecidedAlready,
    FreeRoomWaits,
    NothingToGiveAway,
    OwnFreeRoom,
    ReasonRequired,
)
from binzhi.frontdesk.free_rooms.services import ask_free_room, decide_free_room, end_free_room, free_rooms
from binzhi.frontdesk.models import FreeRoom
from binzhi.kernel import db as kernel_db
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.reservations.errors import WrongStatus
from tests.billing.racing import run_all
from tests.factories import NOW, TODAY, TestHotel, fingerprint, make_actor, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, close_day, leave, reserve

TOMORROW = TODAY + timedelta(days=1)
EVERYTHING = [Permission.CHANGE_STAY, Permission.APPROVE_FREE_ROOM]


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=10, booking_horizon=9)


def prices(stay: int) -> dict[date, Decimal]:
    rows = kernel_db.fetch_all(
        "SELECT night, price FROM reservations_staynight WHERE room_reservation_id = %s ORDER BY night", [stay]
    )
    return {row["night"]: row["price"] for row in rows}


def clerk(hotel: TestHotel) -> Actor:
    return make_actor(hotel, EVERYTHING, user_id=11, name="接待员")


def manager(hotel: TestHotel) -> Actor:
    return make_actor(hotel, EVERYTHING, user_id=12, name="大堂副理")


def ask(hotel: TestHotel, stay: int, **more: Any) -> int:
    given: dict[str, Any] = {"kind": "comp", "reason": "投诉补偿", "actor": clerk(hotel), "now": NOW}
    return ask_free_room(hotel_id=hotel.pk, room_reservation_id=stay, **given | more)


def decide(hotel: TestHotel, free_room: int, *, approve: bool = True, actor: Actor | None = None) -> list[date]:
    return decide_free_room(
        hotel_id=hotel.pk, free_room_id=free_room, approve=approve, actor=actor or manager(hotel), now=NOW
    )


def test_ask_free_room_changes_no_price_and_says_why(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=2)
    free_room = ask(hotel, stay)
    assert prices(stay) == {TODAY: 400, TOMORROW: 400}
    (row,) = free_rooms(hotel_id=hotel.pk)
    assert (row.pk, row.state, row.reason, row.nights, row.value) == (free_room, "asked", "投诉补偿", 2, 800)
    entry = AuditEntry.objects.get(hotel_id=hotel.pk, operation="stay.free_room_asked")
    assert (entry.reason, OutboxEvent.objects.filter(topic="stay.free_room_asked").count()) == ("投诉补偿", 1)


def test_decide_free_room_makes_the_nights_cost_nothing(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=3)
    assert decide(hotel, ask(hotel, stay, first=TOMORROW)) == [TOMORROW, TOMORROW + timedelta(days=1)]
    assert list(prices(stay).values()) == [400, 0, 0]
    (row,) = free_rooms(hotel_id=hotel.pk, room_reservation_id=stay)
    assert (row.state, row.value, row.first) == ("approved", 800, TOMORROW)


def test_decide_free_room_leaves_nights_alone_that_were_charged(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=3)
    arrive(hotel, stay, "101")
    free_room = ask(hotel, stay)
    close_day(hotel)
    assert decide(hotel, free_room) == [TOMORROW, TOMORROW + timedelta(days=1)]
    assert list(prices(stay).values()) == [400, 0, 0]


def test_decide_free_room_with_a_no_changes_no_price(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    assert decide(hotel, ask(hotel, stay), approve=False) == []
    assert list(prices(stay).values()) == [400, 400]
    assert ask(hotel, stay)  # may be asked again


def test_end_free_room_brings_the_prices_back_for_the_nights_left(hotel: TestHotel) -> None:
    stay = reserve(hotel, nights=3)
    arrive(hotel, stay, "101")
    kernel_db.execute("UPDATE reservations_staynight SET price = 355 WHERE night = %s", [TOMORROW])
    free_room = ask(hotel, stay)
    decide(hotel, free_room)
    assert close_day(hotel).figures.comp == 1
    ended = end_free_room(hotel_id=hotel.pk, free_room_id=free_room, actor=manager(hotel), now=NIGHT)
    assert ended == [TOMORROW, TOMORROW + timedelta(days=1)]
    assert list(prices(stay).values()) == [0, 355, 400]
    assert close_day(hotel, TOMORROW).figures.comp == 0
    with pytest.raises(FreeRoomDecidedAlready):
        end_free_room(hotel_id=hotel.pk, free_room_id=free_room, actor=manager(hotel), now=NIGHT)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kind": "gift"}, InvalidInput),
        ({"reason": "  "}, ReasonRequired),
        ({"reason": "x" * 201}, InvalidInput),
        ({"first": TODAY + timedelta(days=5)}, NothingToGiveAway),
        ({"until": TODAY}, NothingToGiveAway),
    ],
)
def test_ask_free_room_that_makes_no_sense_is_refused(
    hotel: TestHotel, more: dict[str, Any], refusal: type[Exception]
) -> None:
    stay = reserve(hotel)
    before = fingerprint(hotel)
    with pytest.raises(refusal):
        ask(hotel, stay, **more)
    assert (fingerprint(hotel), FreeRoom.objects.count()) == (before, 0)


def test_ask_free_room_twice_is_refused(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    ask(hotel, stay)
    with pytest.raises(FreeRoomWaits):
        ask(hotel, stay)
    assert FreeRoom.objects.count() == 1


def test_ask_free_room_of_a_guest_who_left_is_refused(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    arrive(hotel, stay, "101")
    leave(hotel, stay)
    with pytest.raises(WrongStatus):
        ask(hotel, stay)


def test_decide_free_room_needs_a_second_person(hotel: TestHotel) -> None:
    stay = reserve(hotel)
    free_room = ask(hotel, stay)
    before = fingerprint(hotel)
    with pytest.raises(OwnFreeRoom):
        decide(hotel, free_room, actor=clerk(hotel))
    assert (fingerprint(hotel), list(prices(stay).values())) == (before, [400, 400])


def test_a_free_room_by_one_person_alone_is_refused_by_the_database(hotel: TestHotel) -> None:
    ask(hotel, reserve(hotel))
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        FreeRoom.objects.update(state="approved", decided_by=11, decided_at=NOW)


def test_free_rooms_are_for_who_may(hotel: TestHotel) -> None:
    stay, other = reserve(hotel), make_hotel(with_billing=True)
    free_room = ask(hotel, stay)
    asking = make_actor(hotel, [Permission.CHANGE_STAY], user_id=13)
    with pytest.raises(Forbidden):
        decide(hotel, free_room, actor=asking)
    with pytest.raises(Forbidden):
        ask(hotel, stay, actor=make_actor(hotel, [Permission.APPROVE_FREE_ROOM]))
    with pytest.raises(NotFound):
        decide(hotel, free_room, actor=STRANGER)
    with pytest.raises(NotFound):
        decide_free_room(
            hotel_id=other.pk, free_room_id=free_room, approve=True, actor=make_actor(other, EVERYTHING), now=NOW
        )
    kernel_db.enter_scope("*", "*")
    assert list(prices(stay).values()) == [400, 400]


@pytest.mark.django_db(transaction=True)
def test_decide_free_room_yes_and_no_at_once_is_decided_once(transactional_db: None) -> None:
    hotel = make_hotel(with_billing=True)
    stay = reserve(hotel)
    free_room = ask(hotel, stay)
    told = run_all([lambda yes=yes: decide(hotel, free_room, approve=yes) for yes in (True, False, True, False)])
    assert told == {"FreeRoomDecidedAlready": 3, "ok": 1}
    assert AuditEntry.objects.filter(operation="stay.free_room_decided").count() == 1
