"""Rooms and their condition, the hotel as it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry, OutboxEvent
from binzhi.property import conditions, queries, services
from binzhi.property.access import Permission
from binzhi.property.errors import CodeTaken
from binzhi.property.models import BusinessDay, Room
from binzhi.property.queries import HotelRef
from binzhi.property.setup import (
    HotelSpec,
    RoomSpec,
    RoomTypeSpec,
    connect_rooms,
    create_building,
    create_floor,
    create_hotel,
    create_room,
    create_room_type,
    create_rooms,
)
from tests.factories import NOW, SYSTEM, TODAY
from tests.guests.conftest import colleague, new_hotel

LATER = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def hotel(db: None) -> HotelRef:
    return new_hotel()


@pytest.fixture
def rooms(hotel: HotelRef) -> list[int]:
    building = create_building(hotel_id=hotel.pk, name="主楼")
    floor = create_floor(hotel_id=hotel.pk, building_id=building, name="8F", level=8)
    kind = create_room_type(hotel_id=hotel.pk, spec=RoomTypeSpec(code="king", name="大床房", name_en="King room"))
    specs = [RoomSpec(number=f"80{n}", room_type_id=kind.pk, floor_id=floor, features=("湖景",)) for n in range(1, 4)]
    return create_rooms(hotel_id=hotel.pk, specs=specs)


def room(room_id: int) -> tuple[str, bool]:
    db.enter_scope("*", "*")
    kept = Room.objects.get(pk=room_id)
    return kept.housekeeping, kept.do_not_disturb


# ---------------------------------------------------------------- the hotel


def test_create_hotel_opens_its_first_day(hotel: HotelRef) -> None:
    assert queries.hotel_by_code(hotel.code) == queries.hotel_by_id(hotel.pk) == hotel
    assert (hotel.business_date, hotel.check_in_time, hotel.currency) == (TODAY, time(14), "CNY")
    assert list(BusinessDay.objects.values_list("hotel_id", "date", "closed_at")) == [(hotel.pk, TODAY, None)]
    assert AuditEntry.objects.get().operation == "hotel.created"


@pytest.mark.parametrize(
    ("field", "spec"),
    [
        ("code", {"code": "Lake Side"}), ("code", {"code": ""}), ("code", {"code": "x" * 31}), ("timezone", {"timezone": "Mars/Base"}),
        ("timezone", {"timezone": "../etc/passwd"}), ("currency", {"currency": "yuan"}),
    ],
)  # fmt: skip
def test_create_hotel_what_cannot_be_is_refused(db: None, field: str, spec: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create_hotel(spec=HotelSpec(**{"code": "h", "name": "h", "opens_on": TODAY, **spec}), actor=SYSTEM, now=NOW)
    assert refusal.value.field == field


def test_create_hotel_is_the_systems_alone(db: None) -> None:
    with pytest.raises(Forbidden):
        create_hotel(spec=HotelSpec(code="h", name="h", opens_on=TODAY), actor=Actor(user_id=1), now=NOW)


def test_codes_in_use_are_refused(hotel: HotelRef, rooms: list[int]) -> None:
    with pytest.raises(CodeTaken):
        create_hotel(spec=HotelSpec(code=hotel.code, name="h", opens_on=TODAY), actor=SYSTEM, now=NOW)
    with pytest.raises(CodeTaken):
        create_room_type(hotel_id=hotel.pk, spec=RoomTypeSpec(code="king", name="x"))
    kept = queries.room_by_id(hotel.pk, rooms[0])
    with pytest.raises(CodeTaken):
        create_room(
            hotel_id=hotel.pk, spec=RoomSpec(number="802", room_type_id=kept.room_type_id, floor_id=kept.floor_id)
        )


@pytest.mark.parametrize("sql", [
    "UPDATE property_businessday SET closed_at = NULL",
    "UPDATE property_businessday SET date = date + 1",
    "DELETE FROM property_businessday",
])  # fmt: skip
def test_a_closed_day_stays_closed(hotel: HotelRef, sql: str) -> None:
    db.execute("UPDATE property_businessday SET closed_at = %s", [NOW])
    with pytest.raises(DatabaseError), transaction.atomic():
        db.execute(sql)


def test_two_open_days_are_impossible(hotel: HotelRef) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        BusinessDay.objects.create(hotel_id=hotel.pk, date=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("zone", "instant", "local"),
    [
        ("Asia/Shanghai", datetime(2026, 11, 21, 16, 30, tzinfo=UTC), "2026-11-22 00:30"),
        ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "2026-11-01 01:30"),
        ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01 01:30"),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC), "2026-10-04 02:30"),
        ("Pacific/Apia", datetime(2026, 11, 21, 12, 0, tzinfo=UTC), "2026-11-22 01:00"),
    ],
)
def test_local_time_of_a_hotel(hotel: HotelRef, zone: str, instant: datetime, local: str) -> None:
    from dataclasses import replace

    there = replace(hotel, timezone=zone).local(instant)
    assert (f"{there:%Y-%m-%d %H:%M}", there.tzinfo) == (local, ZoneInfo(zone))


def test_names_follow_the_language_of_the_screen(hotel: HotelRef, rooms: list[int]) -> None:
    with translation.override("en"):
        assert (hotel.label, queries.room_types(hotel.pk)[0].label) == ("Binzhi Lakeside", "King room")
    with translation.override("zh-hans"):
        assert (hotel.label, queries.room_types(hotel.pk)[0].label) == ("宾至·湖畔酒店", "大床房")


def test_rooms_floors_and_types_are_one_statement_each(
    hotel: HotelRef, rooms: list[int], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        found = queries.rooms(hotel.pk)
    assert [(r.number, r.room_type, r.floor, r.features, r.housekeeping) for r in found] == [
        (f"80{n}", "king", "8F", ["湖景"], "inspected") for n in range(1, 4)
    ]
    with django_assert_num_queries(1):
        assert [(f.name, f.building, f.level) for f in queries.floors(hotel.pk)] == [("8F", "主楼", 8)]


def test_room_of_another_hotel_is_not_found(hotel: HotelRef, rooms: list[int]) -> None:
    other = new_hotel()
    db.enter_scope("*", "*")
    for read in (lambda: queries.room_by_id(other.pk, rooms[0]), lambda: queries.room_by_number(other.pk, "801")):
        with pytest.raises(NotFound):
            read()


def test_connect_rooms_goes_both_ways(hotel: HotelRef, rooms: list[int]) -> None:
    connect_rooms(room_id=rooms[0], other_id=rooms[1])
    assert queries.room_by_id(hotel.pk, rooms[0]).connects_to_id == rooms[1]
    assert queries.room_by_id(hotel.pk, rooms[1]).connects_to_id == rooms[0]


# ---------------------------------------------------------------- condition


def set_condition(hotel: HotelRef, actor: Actor, room_id: int, housekeeping: str, reason: str = "") -> None:
    services.set_room_condition(
        hotel_id=hotel.pk, room_id=room_id, housekeeping=housekeeping, reason=reason, actor=actor, now=LATER
    )


def test_set_room_condition_changes_and_tells(hotel: HotelRef, rooms: list[int]) -> None:
    attendant = colleague(hotel, Permission.SET_ROOM_CONDITION)
    set_condition(hotel, attendant, rooms[0], "dirty", "抽查")
    assert (room(rooms[0]), room(rooms[1])) == (("dirty", False), ("inspected", False))
    entry = AuditEntry.objects.get(operation="room.condition_changed")
    assert (entry.before, entry.after, entry.reason) == (
        {"housekeeping": "inspected"},
        {"housekeeping": "dirty"},
        "抽查",
    )
    event = OutboxEvent.objects.get(topic="room.condition_changed")
    assert event.payload == {"hotel_id": hotel.pk, "room_id": rooms[0], "condition": "dirty"}
    assert Room.objects.get(pk=rooms[0]).condition_changed_at == LATER


def test_set_room_condition_inspected_asks_for_the_inspector(hotel: HotelRef, rooms: list[int]) -> None:
    set_condition(hotel, colleague(hotel, Permission.SET_ROOM_CONDITION), rooms[0], "clean")
    with pytest.raises(Forbidden):
        set_condition(hotel, colleague(hotel, Permission.SET_ROOM_CONDITION), rooms[0], "inspected")
    assert room(rooms[0]) == ("clean", False)
    set_condition(hotel, colleague(hotel, *Permission), rooms[0], "inspected")
    assert room(rooms[0]) == ("inspected", False)


@pytest.mark.parametrize(
    ("housekeeping", "reason"), [("spotless", ""), ("", ""), ("dirty", "x" * 201), ("dirty", "\0")]
)
def test_set_room_condition_what_cannot_be_changes_nothing(
    hotel: HotelRef, rooms: list[int], housekeeping: str, reason: str
) -> None:
    with pytest.raises(InvalidInput):
        set_condition(hotel, colleague(hotel, *Permission), rooms[0], housekeeping, reason)
    assert room(rooms[0]) == ("inspected", False)


def test_set_do_not_disturb_on_and_off(hotel: HotelRef, rooms: list[int]) -> None:
    clerk = colleague(hotel, Permission.SET_ROOM_CONDITION)
    for sign in (True, False):
        services.set_do_not_disturb(hotel_id=hotel.pk, room_id=rooms[0], do_not_disturb=sign, actor=clerk, now=NOW)
        assert room(rooms[0]) == ("inspected", sign)


def test_mark_dirty_takes_the_sign_off_and_counts(hotel: HotelRef, rooms: list[int]) -> None:
    Room.objects.filter(pk=rooms[0]).update(do_not_disturb=True)
    Room.objects.filter(pk=rooms[1]).update(housekeeping="dirty")
    assert conditions.mark_dirty(room_ids=rooms[:2], now=LATER) == 1
    assert [room(pk) for pk in rooms] == [("dirty", False), ("dirty", False), ("inspected", False)]
