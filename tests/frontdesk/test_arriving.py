"""Check-in, walk-in and what refuses them."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from binzhi.frontdesk.services import check_in
from binzhi.kernel.actor import Actor
from tests.factories import NOW, TestHotel
from tests.frontdesk.conftest import arrive


def test_check_in_into_the_assigned_room_starts_the_stay(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    with CaptureQueriesContext(connection) as queries:
        done = check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)
    print(len(queries)); [print(q["sql"][:90].replace("\n"," ")) for q in queries]
    assert done.room == "101"
