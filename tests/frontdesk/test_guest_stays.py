"""The stays on the guest's page: booked for, booker or registered; one statement; this hotel only."""

from __future__ import annotations

from typing import Any

import pytest

from binzhi.frontdesk import services
from binzhi.frontdesk.queries.guest_stays import stays_of_guest
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.guests.services import GuestDetails, create_guest
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel
from tests.frontdesk.conftest import arrive


def guest(hotel: TestHotel, name: str = "陈国梁") -> int:
    return create_guest(hotel_id=hotel.pk, details=GuestDetails(name=name), actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("bookings", [1, 12])
def test_stays_of_guest_is_one_statement_latest_first(
    house: TestHotel, bookings: int, django_assert_num_queries: Any
) -> None:
    guest_id = guest(house)
    made = [arrive(house, nights=1, after=day * 2, guest_id=guest_id) for day in range(bookings)]
    with django_assert_num_queries(1):
        found = stays_of_guest(hotel_id=house.pk, guest_id=guest_id)
    assert [stay.id for stay in found] == made[::-1]
    assert {(stay.nights, stay.status, stay.total) for stay in found} == {(1, "reserved", 400)}


def test_stays_of_guest_counts_whoever_was_registered_once(house: TestHotel) -> None:
    main, companion = guest(house), guest(house, "李慧")
    stay = arrive(house, room="101")
    services.check_in(
        hotel_id=house.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW,
        registrations=(RegistrationInput(guest_id=main), RegistrationInput(guest_id=companion)),
    )  # fmt: skip
    for guest_id in (main, companion):
        assert [(s.id, s.room, s.status) for s in stays_of_guest(hotel_id=house.pk, guest_id=guest_id)] == [
            (stay, "101", "in_house")
        ]


def test_stays_of_guest_in_a_sister_hotel_are_its_own(db: None) -> None:
    first, second = make_hotel(group="lakes", with_billing=True), make_hotel(group="lakes", with_billing=True)
    guest_id = guest(first)
    arrive(first, guest_id=guest_id)
    assert len(stays_of_guest(hotel_id=first.pk, guest_id=guest_id)) == 1
    assert stays_of_guest(hotel_id=second.pk, guest_id=guest_id) == []
