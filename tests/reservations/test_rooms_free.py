from __future__ import annotations

from typing import Any

from binzhi.kernel import db
from binzhi.kernel.dates import StayDates
from binzhi.reservations import stays
from tests.factories import (
    TestHotel,
    statements,
)
from tests.reservations.test_stays import assign, book, day, do, start


def free(hotel: TestHotel, first: int, until: int, **of: Any) -> list[str]:
    found = stays.free_rooms(hotel_id=hotel.pk, dates=StayDates(day(first), day(until)), **of)
    return [room.number for room in found]


def test_free_rooms_leaves_out_what_is_taken_on_any_night(hotel: TestHotel) -> None:
    do(hotel, book(hotel, first=1, nights=1), assign(hotel, "101"))
    key = book(hotel, nights=2)
    do(hotel, key, assign(hotel, "102"), start)
    std = hotel.room_types["std"]
    assert free(hotel, 0, 2, room_type_id=std) == ["103", "104", "105"]
    assert free(hotel, 2, 4, room_type_id=std) == ["101", "103", "104", "105", "102"]
    assert free(hotel, 0, 1) == ["101", "103", "104", "105", "201", "202", "203"]
    assert free(hotel, 0, 2, room_type_id=std, besides=key) == ["103", "104", "105", "102"]
    assert free(hotel, 0, 0, room_type_id=std, vacant_now=True) == ["101", "103", "104", "105"]


def test_free_rooms_filters_by_what_is_asked(hotel: TestHotel) -> None:
    db.execute("UPDATE property_room SET features = '{bath}', smoking = true WHERE id = %s", [hotel.rooms["102"]])
    db.execute("UPDATE property_room SET accessible = true, housekeeping = 'dirty' WHERE id = %s", [hotel.rooms["103"]])
    db.execute("UPDATE property_room SET maintenance = 'out_of_order' WHERE id = %s", [hotel.rooms["104"]])
    db.execute("UPDATE property_room SET orientation = 'south' WHERE id = %s", [hotel.rooms["105"]])
    std = hotel.room_types["std"]
    assert free(hotel, 0, 1, room_type_id=std) == ["101", "102", "105", "103"]
    assert free(hotel, 0, 1, features=["bath"]) == ["102"]
    assert free(hotel, 0, 1, room_type_id=std, smoking=False) == ["101", "105", "103"]
    assert free(hotel, 0, 1, accessible=True) == ["103"]
    assert free(hotel, 0, 1, orientation="south") == ["105"]
    assert free(hotel, 0, 1, room_type_id=std, housekeeping=["inspected", "clean"]) == ["101", "102", "105"]
    assert free(hotel, 0, 1, floor_id=hotel.floors[1]) == ["201", "202", "203"]
    assert free(hotel, 0, 1, limit=2) == ["101", "102"]
    with statements() as sent:
        free(hotel, 0, 30)
    assert len(sent) == 1
