"""客房安排通知, the page of the weights, and the page of proposals with what the clerk fixed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.frontdesk.arranging import notices_of
from binzhi.frontdesk.calendar.placing import split_stay
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.reservations.errors import NoRoomAssigned
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.browser import PART, at, desk, text
from tests.frontdesk.conftest import arrive, row_of, statements
from tests.reservations.desk import signed_in


def test_notice_tells_type_room_beds_floor_orientation_and_the_document(house: TestHotel) -> None:
    db.execute(
        "UPDATE property_room SET orientation = 'south', features = '{quiet}' WHERE id = %s", [house.rooms["101"]]
    )
    stay = arrive(house, room="101")
    with statements() as sent:
        chinese, english = notices_of(hotel=house.ref, room_reservation_id=stay)
    assert len(sent) == 1
    for words in ("房型：std", "房号：101", "床型：大床", "楼层：1F", "房间朝南", "安静", "无烟", "14:00", "证件"):
        assert words in chinese.text
    for words in ("Room: 101", "Beds: King bed", "Floor: 1F", "Faces: South", "Quiet", "identity document"):
        assert words in english.text


def test_notice_of_a_stay_over_two_rooms_tells_both(house: TestHotel) -> None:
    stay = arrive(house, room="101", nights=3)
    split_stay(
        hotel_id=house.pk, room_reservation_id=stay, night=TODAY + timedelta(days=2), room_id=house.rooms["104"],
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    chinese = notices_of(hotel=house.ref, room_reservation_id=stay)[0]
    assert [line for line in chinese.lines if "房号" in line] == ["房号：101", "房号：104"]
    assert "2026-11-23" in chinese.text


def test_notice_without_a_room_or_of_another_hotel_is_refused(house: TestHotel) -> None:
    stay = arrive(house)
    with pytest.raises(NoRoomAssigned):
        notices_of(hotel=house.ref, room_reservation_id=stay)
    with pytest.raises(NotFound):
        notices_of(hotel=make_hotel().ref, room_reservation_id=stay)


def test_notice_page_shows_both_languages(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    answer = desk(house).get(at(house, f"stays/{stay}/arrangement"))
    assert answer.status_code == 200
    assert "房号：101" in text(answer)
    assert "Room: 101" in text(answer)
    assert desk(house).get(at(house, f"stays/{arrive(house)}/arrangement")).status_code == 409


def test_weights_page_keeps_what_was_typed_and_sets_what_is_right(house: TestHotel) -> None:
    client = desk(house)
    page = at(house, "arrivals/rooms/weights")
    given = {"wish": 100, "beside": 100, "last_room": 60, "keep": 40, "near": 30, "ready": 30, "better": 8}
    wrong = client.post(page, given | {"wish": 900})
    assert (wrong.status_code, 'value="900"' in text(wrong)) == (422, True)
    assert client.post(page, given | {"wish": 50}).status_code == 302
    assert db.fetch_value("SELECT weight FROM frontdesk_assignmentweight WHERE code = 'wish'") == 50
    assert signed_in(house, ["frontdesk.assign_room"]).get(page).status_code == 403


def test_proposals_again_keep_what_the_clerk_fixed_and_are_taken_at_once(house: TestHotel) -> None:
    first, second = arrive(house), arrive(house)
    client = desk(house)
    fixed = {f"room-{first}": house.rooms["105"], f"room-{second}": house.rooms["101"], f"lock-{first}": "1"}
    again = client.post(at(house, f"arrivals/rooms?day={TODAY}"), fixed | {"again": "1"}, **PART)
    assert again.status_code == 200
    assert "fixed by you" in text(again)
    assert [row_of(stay)["room_id"] for stay in (first, second)] == [None, None]
    taken = client.post(at(house, f"arrivals/rooms?day={TODAY}"), fixed | {"idempotency_key": "once"})
    assert taken.status_code == 302
    assert row_of(first)["room_id"] == house.rooms["105"]
