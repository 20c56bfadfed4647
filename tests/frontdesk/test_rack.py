"""The rack: six states derived from stays and conditions, marks, filters, one statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from binzhi.frontdesk.names import board_name, surname_of, vip_weight
from binzhi.frontdesk.queries.panel import room_panel
from binzhi.frontdesk.queries.rack import RackFilter, RackRoom, rack, rack_counts
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.kernel import db
from binzhi.reservations.services import set_room_out_of_order
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.conftest import arrive, set_housekeeping, statements, stay_in

NEXT_NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def rooms_of(hotel: TestHotel, now: datetime = NOW) -> dict[str, RackRoom]:
    return {room.number: room for room in rack(hotel=hotel.refreshed(), now=now)}


def set_maintenance(hotel: TestHotel, room: str, value: str) -> None:
    db.execute("UPDATE property_room SET maintenance = %s WHERE id = %s", [value, hotel.rooms[room]])


def test_rack_derives_the_six_states(house: TestHotel) -> None:
    stay_in(house, "102")
    stay_in(house, "103")
    for number in ("101", "103"):
        set_housekeeping(house, number, "dirty")
    set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["104"], start=TODAY, until=TODAY + timedelta(days=1), reason="漏水",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    set_maintenance(house, "105", "out_of_service")
    states = {number: room.state for number, room in rooms_of(house).items() if number < "200"}
    assert states == {"101": "vd", "102": "oc", "103": "od", "104": "ooo", "105": "oos"}
    assert rooms_of(house)["201"].state == "vc"


def test_rack_room_out_of_order_later_is_still_for_sale_tonight(house: TestHotel) -> None:
    set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["104"], start=TODAY + timedelta(days=3),
        until=TODAY + timedelta(days=4), reason="刷漆", actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert rooms_of(house)["104"].state == "vc"


def test_rack_marks_due_in_due_out_late_and_do_not_disturb(house: TestHotel) -> None:
    arrive(house, room="101")
    stay_in(house, "102", nights=0)
    stay_in(house, "103", nights=3)
    stay_in(house, "104", nights=1)
    db.execute("UPDATE property_room SET do_not_disturb = true WHERE id = %s", [house.rooms["103"]])
    marks = {number: room.marks for number, room in rooms_of(house).items()}
    assert (marks["101"], marks["102"], marks["103"], marks["104"]) == (("due_in",), ("due_out",), ("dnd",), ())
    db.execute("UPDATE property_hotel SET business_date = business_date + 1 WHERE id = %s", [house.pk])
    assert rooms_of(house, NEXT_NOON - timedelta(hours=2))["104"].marks == ("due_out",)
    assert [rooms_of(house, NEXT_NOON)[number].marks for number in ("102", "104")] == [("late",), ("late",)]


def test_rack_shows_surname_and_level_of_the_guest_and_of_a_vip_to_come(house: TestHotel) -> None:
    with_level = files.create(
        group_id=house.ref.group_id, details=GuestDetails(name="陈国梁", sex="male", vip_level="vvip"), now=NOW
    )
    stay_in(house, "101", guest_id=with_level)
    arrive(house, room="102", guest_id=with_level)
    arrive(house, room="103")
    with translation.override("zh-hans"):
        shown = {number: (room.label, room.vip) for number, room in rooms_of(house).items()}
    assert (shown["101"], shown["102"], shown["103"]) == (("陈先生", 3), ("陈先生", 3), ("std", 0))


def test_rack_counts_have_every_key_and_waiting_rooms(house: TestHotel) -> None:
    arrive(house, room="101")
    set_housekeeping(house, "101", "dirty")
    counts = rack_counts(list(rooms_of(house).values()))
    assert dict(counts) == {
        "vc": 7, "vd": 1, "oc": 0, "od": 0, "ooo": 0, "oos": 0, "due_in": 1, "due_out": 0, "dnd": 0, "late": 0,
        "vip": 0, "sealed": 0, "waiting": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (RackFilter(), 8),
        (RackFilter(floor="2F"), 3),
        (RackFilter(room_type="std"), 5),
        (RackFilter(show="vd"), 1),
        (RackFilter(show="due_in"), 1),
        (RackFilter(show="nonsense"), 0),
        (RackFilter(feature="lake_view"), 1),
        (RackFilter(feature="non_smoking"), 8),
        (RackFilter(number="10"), 5),
        (RackFilter(number="10", show="vd"), 1),
    ],
)
def test_rack_filters(house: TestHotel, asked: RackFilter, expected: int) -> None:
    arrive(house, room="102")
    set_housekeeping(house, "101", "dirty")
    db.execute("UPDATE property_room SET features = '{lake_view}' WHERE id = %s", [house.rooms["201"]])
    assert sum(room.stands_out(asked) for room in rooms_of(house).values()) == expected


@pytest.mark.parametrize("rooms", [1, 200])
def test_rack_takes_one_statement(db: None, rooms: int) -> None:
    hotel = make_hotel(types={"std": rooms}, documents_required=False, with_billing=True)
    ref = hotel.refreshed()
    with statements() as sent:
        assert len(rack(hotel=ref, now=NOW)) == rooms
    assert len(sent) == 1


def test_rack_shows_no_room_of_another_hotel(house: TestHotel) -> None:
    make_hotel()
    assert len(rooms_of(house)) == 8


def test_room_panel_shows_who_is_in_and_who_comes(house: TestHotel) -> None:
    inside = stay_in(house, "101", nights=1)
    later = arrive(house, after=1, room="101")
    with statements() as sent:
        panel = room_panel(hotel=house.ref, number="101", now=NOW)
    assert panel is not None
    assert panel.stay is not None
    assert (panel.stay.id, panel.stay.night, panel.stay.price, panel.state) == (inside, (1, 1), 400, "oc")
    assert panel.due is None
    assert panel.later is not None
    assert panel.later.id == later
    assert len(sent) == 3


def test_room_panel_of_an_unknown_room_is_nothing(house: TestHotel) -> None:
    assert room_panel(hotel=house.ref, number="999", now=NOW) is None


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("张伟", "张"), ("欧阳娜娜", "欧阳"), ("欧阳", "欧"), ("单于伟", "单于"),
        ("John Smith", "Smith"), ("SMITH/JOHN", "SMITH"),
        ("Smith, John", "Smith"), ("𠮷野", "𠮷"), ("", ""), ("  ", ""),
    ],
)  # fmt: skip
def test_surname_of(name: str, surname: str) -> None:
    assert surname_of(name) == surname


@pytest.mark.parametrize(
    ("language", "given", "shown"),
    [
        ("zh-hans", ("张伟", "male", "Zhāng Wěi"), "张先生"),
        ("zh-hans", ("李娜", "female", ""), "李女士"),
        ("zh-hans", ("李娜", "", ""), "李*"),
        ("en", ("张伟", "male", "Zhāng Wěi"), "Mr Zhāng"),
        ("en", ("Jane Smith", "female", "Jane Smith"), "Ms Smith"),
        ("en", ("", "male", ""), "—"),
    ],
)
def test_board_name_never_tells_the_whole_name(language: str, given: tuple[str, str, str], shown: str) -> None:
    with translation.override(language):
        assert board_name(*given) == shown


@pytest.mark.parametrize(("level", "weight"), [("", 0), ("ip", 1), ("vip", 2), ("vvip", 3), ("VVIP", 3), ("gold", 2)])
def test_vip_weight(level: str, weight: int) -> None:
    assert vip_weight(level) == weight
