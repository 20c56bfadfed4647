"""Walk-in: booked and checked in together, or not at all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing.ledger import deposit_of
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import RoomNotReady, WrongRoomType
from binzhi.frontdesk.requests import CheckedIn, DepositInput
from binzhi.frontdesk.services import walk_in
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.errors import PriceChanged, RoomOccupied, RoomTaken, RoomTypeSoldOut
from binzhi.reservations.requests import NewReservation, RoomRequest
from tests.factories import NOW, TODAY, TestHotel, booking, make_actor, make_hotel
from tests.frontdesk.conftest import (
    arrive,
    audit_of,
    clerk_of,
    nothing_changes,
    row_of,
    set_housekeeping,
    sold,
    stay_in,
    topics,
)


def receive(hotel: TestHotel, actor: Actor, room: str = "101", **more: Any) -> CheckedIn:
    wanted = more.pop("booking", None) or booking(nights=1, walk_in=True)
    return walk_in(hotel_id=hotel.pk, booking=wanted, room_id=hotel.rooms[room], actor=actor, now=NOW, **more)


def refused(hotel: TestHotel, actor: Actor, expected: type[DomainError], room: str = "101", **more: Any) -> str:
    with nothing_changes(), pytest.raises(expected) as caught:
        receive(hotel, actor, room, **more)
    return caught.value.field


def test_walk_in_books_and_checks_in(house: TestHotel, clerk: Actor) -> None:
    done = receive(house, clerk, deposit=DepositInput(means="wechat", amount=Decimal(800)))
    row = row_of(done.room_reservation_id)
    assert (row["status"], row["room_id"], row["walk_in"]) == ("in_house", house.rooms["101"], True)
    assert sold(house, "std") == [1, 0, 0, 0]
    assert deposit_of(done.folio_id) == Decimal("800.00")
    assert audit_of(done.room_reservation_id) == ["stay.checked_in"]
    assert topics()[-2:] == ["reservation.created", "stay.checked_in"]


def test_walk_in_into_a_dirty_room_books_nothing(house: TestHotel, clerk: Actor) -> None:
    set_housekeeping(house, "101", "dirty")
    assert refused(house, clerk, RoomNotReady) == "room"


def test_walk_in_into_an_occupied_room_books_nothing(house: TestHotel, clerk: Actor) -> None:
    stay_in(house, "101", nights=0)
    assert refused(house, clerk, RoomOccupied) == "room"


def test_walk_in_into_a_promised_room_books_nothing(house: TestHotel, clerk: Actor) -> None:
    arrive(house, nights=1, room="101")
    assert refused(house, clerk, RoomTaken) == "room"


def test_walk_in_into_a_room_of_another_type_books_nothing(house: TestHotel, clerk: Actor) -> None:
    assert refused(house, clerk, WrongRoomType, room="201") == "room"


def test_walk_in_when_sold_out_books_nothing(house: TestHotel, clerk: Actor) -> None:
    for _ in range(5):
        arrive(house, nights=1)
    assert refused(house, clerk, RoomTypeSoldOut) == "room_type"


def test_walk_in_at_another_price_than_shown_books_nothing(house: TestHotel, clerk: Actor) -> None:
    wanted = RoomRequest(
        room_type="std", rate_plan="bar", arrival=TODAY, departure=TODAY + timedelta(days=1), adults=2,
        expected_total=Decimal("1.00"),
    )  # fmt: skip
    asked = NewReservation(booker_name="王小明", rooms=(wanted,), walk_in=True)
    assert refused(house, clerk, PriceChanged, booking=asked) == "expected_total"


def test_walk_in_with_an_impossible_deposit_books_nothing(house: TestHotel, clerk: Actor) -> None:
    assert refused(house, clerk, InvalidInput, deposit=DepositInput(means="cash", amount=Decimal(-1))) == "amount"


@pytest.mark.parametrize("missing", [Permission.WALK_IN, Permission.CHECK_IN, Booking.CREATE])
def test_walk_in_asks_for_all_its_rights(house: TestHotel, missing: str) -> None:
    rights = {Permission.WALK_IN, Permission.CHECK_IN, Booking.CREATE} - {missing}
    refused(house, make_actor(house, rights), Forbidden)


def test_walk_in_of_a_stranger_and_of_another_hotels_colleague_is_not_found(house: TestHotel) -> None:
    refused(house, STRANGER, NotFound)
    refused(house, clerk_of(make_hotel()), NotFound)
