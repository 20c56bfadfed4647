from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from binzhi.kernel.dates import StayDates
from binzhi.reservations.queries import offers
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking


def test_create_two_nights_keeps_prices(hotel: TestHotel) -> None:
    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    assert len(made.room_ids) == 1
    print(made)


def test_offers(hotel: TestHotel) -> None:
    for o in offers(hotel=hotel.ref, dates=StayDates(TODAY, TODAY + timedelta(days=2)), adults=2, today=TODAY):
        print(o)
