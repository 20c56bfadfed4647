"""A room that was promised stays with its guest, whoever asks and however."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.calendar.placing import Wanted, place_stay, split_stay
from binzhi.frontdesk.calendar.reading import Window, calendar_of
from binzhi.kernel import db as sql
from binzhi.kernel.errors import Forbidden, InvalidInput, NotFound
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import NoRoomAssigned, RoomFixed, WrongStatus
from binzhi.reservations.services import cancel_reservation, reinstate
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.conftest import arrive, audit_of, nothing_changes, row_of, stay_in, topics

DAY = timedelta(days=1)
WHY = "答应过的湖景房"
PRICE = Decimal(400)


@pytest.fixture
def hotel(house: TestHotel) -> TestHotel:
    return house


def fix(hotel: TestHotel, stay: int, reason: str = WHY, **more: Any) -> str:
    actor = more.pop("actor", SYSTEM)
    return services.fix_room(hotel_id=hotel.pk, room_reservation_id=stay, reason=reason, actor=actor, now=NOW)


def who(hotel: TestHotel, stay: int) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "room_reservation_id": stay, "actor": SYSTEM, "now": NOW}


def place(hotel: TestHotel, stay: int, room: int | None, nights: int = 2) -> None:
    wanted = Wanted(room_id=room, arrival=TODAY, departure=TODAY + nights * DAY, expected_total=nights * PRICE)
    place_stay(wanted=wanted, **who(hotel, stay))


def test_no_way_leads_to_another_room_while_it_is_fixed(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101")
    assert fix(hotel, stay) == ""
    other = hotel.rooms["102"]
    for work in (
        lambda: services.assign_room(room_id=other, **who(hotel, stay)),
        lambda: services.unassign_room(**who(hotel, stay)),
        lambda: place(hotel, stay, other),
        lambda: place(hotel, stay, None),
        lambda: split_stay(night=TODAY + DAY, room_id=other, **who(hotel, stay)),
    ):
        with nothing_changes(), pytest.raises(RoomFixed) as refusal:
            work()
        assert (refusal.value.field, WHY in refusal.value.text) == ("room", True)
    place(hotel, stay, hotel.rooms["101"], nights=1)
    assert (row_of(stay)["room_id"], row_of(stay)["departure"]) == (hotel.rooms["101"], TODAY + DAY)


def test_guest_in_house_is_not_moved_either_and_a_room_let_go_is_free_again(hotel: TestHotel) -> None:
    stay = stay_in(hotel, "101")
    fix(hotel, stay)
    move: dict[str, Any] = {"room_id": hotel.rooms["102"], "reason": "noise", "accept_as_it_is": True}
    with nothing_changes(), pytest.raises(RoomFixed):
        services.move_room(**move, **who(hotel, stay))
    assert fix(hotel, stay, "") == WHY
    services.move_room(**move, **who(hotel, stay))
    assert row_of(stay)["room_id"] == hotel.rooms["102"]


def test_database_refuses_what_forgets_to_ask(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101")
    fix(hotel, stay)
    for change in ("room_id = NULL", f"room_id = {hotel.rooms['102']}"):
        with pytest.raises(IntegrityError, match="fixed"), transaction.atomic():
            sql.execute(f"UPDATE reservations_roomreservation SET {change} WHERE id = %s", [stay])
    with pytest.raises(IntegrityError, match="fixed_room_is_given"), transaction.atomic():
        sql.execute("UPDATE reservations_roomreservation SET room_fixed = 'x' WHERE id = %s", [arrive(hotel)])


def test_fixed_room_ends_with_the_reservation(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101")
    fix(hotel, stay)
    row = row_of(stay)
    whole = {"hotel_id": hotel.pk, "reservation_id": row["reservation_id"], "actor": SYSTEM, "now": NOW}
    cancel_reservation(reason="guest", **whole)
    assert (row_of(stay)["room_id"], row_of(stay)["room_fixed"]) == (None, "")
    reinstate(**who(hotel, stay))
    assert row_of(stay)["status"] == Status.RESERVED


def test_fixing_refuses_what_makes_no_sense(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101")
    empty = make_actor(hotel, [])
    stranger = make_hotel()
    for work, refused in (
        (lambda: fix(hotel, arrive(hotel)), NoRoomAssigned),
        (lambda: fix(hotel, stay, "x" * 201), InvalidInput),
        (lambda: fix(hotel, stay, actor=empty), Forbidden),
        (lambda: fix(stranger, stay), NotFound),
    ):
        with pytest.raises(refused):
            work()
    assert row_of(stay)["room_fixed"] == ""
    gone = arrive(hotel, room="102")
    cancel_reservation(
        hotel_id=hotel.pk, reservation_id=row_of(gone)["reservation_id"], reason="guest", actor=SYSTEM, now=NOW
    )
    with pytest.raises(WrongStatus):
        fix(hotel, gone)


def test_fixing_is_written_down_and_seen_on_the_calendar(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101")
    clerk = make_actor(hotel, [Permission.ASSIGN_ROOM])
    fix(hotel, stay, f"  {WHY} ", actor=clerk)
    assert (row_of(stay)["room_fixed"], audit_of(stay)[-1]) == (WHY, "reservation.unit_fixed")
    assert topics()[-1] == "reservation.unit_fixed"
    ref = hotel.refreshed()
    seen = [bar[13] for bar in calendar_of(hotel=ref, window=Window(TODAY, 7), now=NOW)["bars"] if bar[0] == stay]
    assert seen == [1]
