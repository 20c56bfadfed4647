"""Guests in house: another room, longer, shorter, and back again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NothingToTakeBack, ReasonRequired, RoomNotReady, SameRoom, WrongRoomType
from binzhi.frontdesk.services import extend_stay, move_room, shorten_stay, undo_shorten_stay
from binzhi.kernel import db
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations.errors import NotOnSale, RoomOccupied, RoomTaken, RoomTypeSoldOut, WrongStatus
from tests.factories import NOW, TODAY, TestHotel, make_actor
from tests.frontdesk.conftest import (
    arrive,
    audit_of,
    housekeeping,
    nights_of,
    nothing_changes,
    row_of,
    set_housekeeping,
    sold,
    stay_in,
    topics,
)


def day(offset: int) -> Any:
    return TODAY + timedelta(days=offset)


def move(hotel: TestHotel, stay: int, room: str, actor: Actor, reason: str = "空调有异响", **more: Any) -> int:
    return move_room(
        hotel_id=hotel.pk,
        room_reservation_id=stay,
        room_id=hotel.rooms[room],
        reason=reason,
        actor=actor,
        now=NOW,
        **more,
    )


def prices(stay: int) -> list[Decimal]:
    rows = db.fetch_all(
        "SELECT price FROM reservations_staynight WHERE room_reservation_id = %s ORDER BY night", [stay]
    )
    return [row["price"] for row in rows]


def test_move_room_takes_the_new_room_and_leaves_the_old_one_dirty(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    assert move(house, stay, "102", clerk) == house.rooms["101"]
    assert (nights_of(house, "101"), list(nights_of(house, "102").values())) == ({}, [stay, stay])
    assert (housekeeping(house, "101"), housekeeping(house, "102")) == ("dirty", "inspected")
    assert audit_of(stay)[-1] == "stay.moved"
    assert topics()[-1] == "stay.moved"
    assert db.fetch_value("SELECT reason FROM kernel_audit_entry ORDER BY id DESC LIMIT 1") == "空调有异响"


def test_move_room_keeps_the_nights_slept_with_the_old_room(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=3)
    from tests.frontdesk.audit_house import close_day

    close_day(house)
    move(house, stay, "102", clerk)
    assert nights_of(house, "101") == {day(0): stay}
    assert nights_of(house, "102") == {day(1): stay, day(2): stay}


def test_move_room_to_another_type_keeps_the_price(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    before = prices(stay)
    move(house, stay, "201", clerk)
    assert (sold(house, "std"), sold(house, "king")) == ([0, 0, 0, 0], [1, 1, 0, 0])
    assert prices(stay) == before


def test_move_room_back_the_same_day_needs_no_clean_room(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    move(house, stay, "102", clerk)
    move(house, stay, "101", clerk, reason="撤销换房")
    assert row_of(stay)["room_id"] == house.rooms["101"]
    assert housekeeping(house, "102") == "dirty"


def refused(hotel: TestHotel, stay: int, room: str, actor: Actor, expected: type[DomainError], **more: Any) -> str:
    with nothing_changes(), pytest.raises(expected) as caught:
        move(hotel, stay, room, actor, **more)
    return caught.value.field


def test_move_room_without_a_reason_is_refused(house: TestHotel, clerk: Actor) -> None:
    assert refused(house, stay_in(house, "101"), "102", clerk, ReasonRequired, reason="  ") == "reason"


def test_move_room_into_the_same_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    assert refused(house, stay_in(house, "101"), "101", clerk, SameRoom) == "room"


def test_move_room_into_a_dirty_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    set_housekeeping(house, "102", "dirty")
    assert refused(house, stay, "102", clerk, RoomNotReady) == "room"
    refused(house, stay, "102", clerk, Forbidden, accept_as_it_is=True)


def test_move_room_into_an_occupied_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    stay_in(house, "102", nights=0)
    refused(house, stay, "102", clerk, RoomOccupied)


def test_move_room_into_a_promised_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    arrive(house, after=1, room="102")
    refused(house, stay, "102", clerk, RoomTaken)


def test_move_room_to_another_type_that_was_not_asked_for_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused(house, stay_in(house, "101"), "201", clerk, WrongRoomType, change_type=False)


def test_move_room_before_check_in_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused(house, arrive(house, room="101"), "102", clerk, WrongStatus)


def test_extend_stay_takes_nights_and_room_at_the_plans_price(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    before = extend_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(4), actor=clerk, now=NOW)
    assert before == day(2)
    assert list(nights_of(house, "101")) == [day(n) for n in range(4)]
    assert sold(house, "std", 5) == [1, 1, 1, 1, 0]
    assert prices(stay) == [Decimal("400.00")] * 4
    assert (audit_of(stay)[-1], topics()[-1]) == ("stay.extended", "stay.extended")


def extension_refused(
    hotel: TestHotel, stay: int, nights: int, actor: Actor, expected: type[DomainError], **more: Any
) -> None:
    with nothing_changes(), pytest.raises(expected):
        extend_stay(hotel_id=hotel.pk, room_reservation_id=stay, departure=day(nights), actor=actor, now=NOW, **more)


def test_extend_stay_into_a_promised_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    arrive(house, after=2, room="101")
    extension_refused(house, stay, 3, clerk, RoomTaken)


def test_extend_stay_when_the_type_is_sold_out_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    for _ in range(5):
        arrive(house, after=2, nights=1)
    extension_refused(house, stay, 3, clerk, RoomTypeSoldOut)


@pytest.mark.parametrize("nights", [2, 1, -3, 400])
def test_extend_stay_to_an_impossible_day_is_refused(house: TestHotel, clerk: Actor, nights: int) -> None:
    extension_refused(house, stay_in(house, "101"), nights, clerk, InvalidInput)


def test_extend_stay_beyond_what_is_on_sale_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    db.execute("DELETE FROM reservations_night WHERE hotel_id = %s AND night >= %s", [house.pk, day(3)])
    extension_refused(house, stay, 5, clerk, NotOnSale)


def test_extend_stay_at_a_price_of_ones_own_needs_the_right(house: TestHotel, clerk: Actor) -> None:
    extension_refused(house, stay_in(house, "101"), 3, clerk, Forbidden, prices=[Decimal(1)])


def test_shorten_stay_puts_the_nights_back_on_sale(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=4)
    before = shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(1), actor=clerk, now=NOW)
    assert before == day(4)
    assert sold(house, "std") == [1, 0, 0, 0]
    assert list(nights_of(house, "101")) == [day(0)]
    assert (row_of(stay)["departure"], prices(stay)) == (day(1), [Decimal("400.00")])


@pytest.mark.parametrize("nights", [-1, 2, 3])
def test_shorten_stay_to_an_impossible_day_is_refused(house: TestHotel, clerk: Actor, nights: int) -> None:
    stay = stay_in(house, "101")
    with nothing_changes(), pytest.raises(DomainError):
        shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(nights), actor=clerk, now=NOW)


def test_undo_shorten_stay_takes_the_nights_again_at_the_old_prices(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=3)
    db.execute(
        "UPDATE reservations_staynight SET price = 123 WHERE room_reservation_id = %s AND night = %s", [stay, day(2)]
    )
    shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(1), actor=clerk, now=NOW)
    assert undo_shorten_stay(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW) == day(3)
    assert prices(stay) == [Decimal("400.00"), Decimal("400.00"), Decimal("123.00")]
    assert sold(house, "std") == [1, 1, 1, 0]


def test_undo_shorten_stay_after_the_nights_were_sold_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=3)
    shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(1), actor=clerk, now=NOW)
    arrive(house, after=1, nights=1, room="101")
    with nothing_changes(), pytest.raises(RoomTaken):
        undo_shorten_stay(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)


def test_undo_shorten_stay_when_it_was_not_the_last_thing_done_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=3)
    shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(1), actor=clerk, now=NOW)
    move(house, stay, "102", clerk)
    with nothing_changes(), pytest.raises(NothingToTakeBack):
        undo_shorten_stay(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)


def test_changes_of_a_stay_ask_for_their_rights(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    viewer = make_actor(house, [Permission.VIEW])
    for actor, expected in ((viewer, Forbidden), (STRANGER, NotFound)):
        refused(house, stay, "102", actor, expected)
        extension_refused(house, stay, 3, actor, expected)
        with nothing_changes(), pytest.raises(expected):
            shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=day(1), actor=actor, now=NOW)
        with nothing_changes(), pytest.raises(expected):
            undo_shorten_stay(hotel_id=house.pk, room_reservation_id=stay, actor=actor, now=NOW)
