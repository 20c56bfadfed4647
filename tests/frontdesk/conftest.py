"""A furnished hotel for the desk, arrivals in it, and colleagues with exact rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from binzhi.billing.access import Permission as Money
from binzhi.frontdesk.access import Permission
from binzhi.kernel.actor import Actor
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_actor, make_hotel

Arrive = Callable[..., int]


@pytest.fixture
def house(db: None) -> TestHotel:
    """Documents are not asked for: what is tested is rooms and money."""
    return make_hotel(documents_required=False, with_billing=True)


@pytest.fixture
def strict(db: None) -> TestHotel:
    """Every adult shows a document."""
    return make_hotel(documents_required=True, with_billing=True)


@pytest.fixture
def clerk(house: TestHotel) -> Actor:
    """Everything a receptionist may do, and the cashier's part of check-out."""
    return clerk_of(house)


def clerk_of(hotel: TestHotel) -> Actor:
    rights = [right for right in Permission if right != Permission.OVERRIDE_READINESS]
    money = [Money.TAKE_DEPOSIT, Money.REFUND_DEPOSIT, Money.TAKE_PAYMENT, Money.POST_CHARGE, Money.VIEW]
    return make_actor(hotel, [*rights, *money, Booking.CREATE])


def arrive(hotel: TestHotel, *, nights: int = 2, room: str = "", after: int = 0, **more: object) -> int:
    """A reservation of one room that arrives today (`after` days later); `room` is assigned to it."""
    from binzhi.frontdesk.services import assign_room

    made = create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=TODAY + timedelta(days=after), nights=nights, **more), actor=SYSTEM, now=NOW
    )  # type: ignore[arg-type]
    if room:
        assign_room(
            hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], room_id=hotel.rooms[room], actor=SYSTEM, now=NOW
        )
    return made.room_ids[0]
