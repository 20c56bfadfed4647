"""The calendar's window and what a bar that is moved comes to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.calendar.placing import Placed, Wanted, place_stay, split_stay
from binzhi.frontdesk.calendar.reading import Window, calendar_of
from binzhi.frontdesk.errors import PriceToConfirm, ReasonRequired, WrongRoomType
from binzhi.frontdesk.queries.rack import rack
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import EditConflict, Forbidden, NotFound
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.errors import (
    NightCannotSplit,
    NightsSlept,
    NoRoomAssigned,
    RoomTaken,
    WrongStatus,
)
from binzhi.reservations.services import cancel_reservation, set_room_out_of_order
from binzhi.reservations.splitting import Split, TypePrice
from binzhi.reservations.verify import differences, stray_nights, wrongly_priced
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel, run_audit_day
from tests.frontdesk.conftest import (
    arrive,
    audit_of,
    nights_of,
    nothing_changes,
    row_of,
    sold,
    statements,
    stay_in,
)

DAY = timedelta(days=1)


def window(hotel: TestHotel, *, days: int = 7) -> dict[str, Any]:
    """At 14:00 of the hotel day."""
    ref = hotel.refreshed()
    return calendar_of(hotel=ref, window=Window(TODAY, days), now=NOW + (ref.business_date - TODAY))


def bars(hotel: TestHotel, stay: int) -> list[tuple[int, int, int, str, int]]:
    """Room, first night, nights, state and part of a stay's bars."""
    found = [bar for bar in window(hotel)["bars"] if bar[0] == stay]
    return sorted((bar[1], bar[2], bar[3], bar[4], bar[12]) for bar in found)


def place(hotel: TestHotel, stay: int, room: str, *, after: int = 0, nights: int = 2, **more: Any) -> Placed:
    actor = more.pop("actor", SYSTEM)
    version = more.pop("version", None)
    wanted = Wanted(
        room_id=hotel.rooms[room] if room else None, arrival=TODAY + after * DAY,
        departure=TODAY + (after + nights) * DAY, **more,
    )  # fmt: skip
    return place_stay(
        hotel_id=hotel.pk, room_reservation_id=stay, wanted=wanted, expected_version=version, actor=actor, now=NOW
    )


def split(
    hotel: TestHotel, stay: int, room: str, *, after: int, actor: Actor = SYSTEM, price: TypePrice | None = None
) -> Split:
    return split_stay(
        hotel_id=hotel.pk, room_reservation_id=stay, night=TODAY + after * DAY, room_id=hotel.rooms[room], price=price,
        actor=actor, now=NOW,
    )  # fmt: skip


def sound(hotel: TestHotel) -> None:
    """Counters, room nights and prices say the same as the stays."""
    assert differences(hotel_id=hotel.pk) == []
    assert stray_nights(hotel_id=hotel.pk) == []
    assert wrongly_priced(hotel_id=hotel.pk) == []


# ---------------------------------------------------------------- what is shown


def test_calendar_shows_who_has_which_room_and_who_waits(house: TestHotel) -> None:
    inside, due = stay_in(house, "101", nights=3), arrive(house, room="102", nights=1)
    waiting, later = arrive(house, nights=2), arrive(house, room="103", after=2, nights=9)
    assert bars(house, inside) == [(house.rooms["101"], 0, 3, "ih", 0)]
    assert bars(house, due) == [(house.rooms["102"], 0, 1, "ar", 0)]
    assert bars(house, waiting) == [(0, 0, 2, "ar", 0)]
    # Cut at the end of the window; it says itself when the stay ends.
    assert bars(house, later) == [(house.rooms["103"], 2, 5, "tn", 0)]
    shown = window(house)
    assert [bar[8] for bar in shown["bars"] if bar[0] == later] == [11]
    assert shown["nights"]["left"][0][:3] == [2, 3, 3]
    assert shown["nights"]["price"][0][0] == 400
    assert shown["nights"]["full"][0] == round(300 / 8)


def test_calendar_marks_who_is_late_and_shows_day_use_without_a_night(house: TestHotel) -> None:
    late, leaves = stay_in(house, "101", nights=1), stay_in(house, "102", nights=2)
    short = arrive(house, room="103", nights=0)
    assert bars(house, leaves) == [(house.rooms["102"], 0, 2, "ih", 0)]
    run_audit_day(house)
    # 14:00 the day after: past check-out time for who leaves today.
    assert bars(house, late) == [(house.rooms["101"], 0, 1, "lt", 0)]
    assert bars(house, leaves) == [(house.rooms["102"], 0, 2, "ih", 0)]
    assert bars(house, short) == [(house.rooms["103"], 0, 0, "la", 0)]


def test_calendar_shows_rooms_out_of_order_with_the_reason(house: TestHotel) -> None:
    set_room_out_of_order(
        hotel_id=house.pk, room_id=house.rooms["104"], start=TODAY + DAY, until=TODAY + 4 * DAY, reason="空调压缩机",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    (out,) = window(house)["out"]
    assert out[1:] == [house.rooms["104"], 1, 3, "空调压缩机"]
    assert [bar for bar in window(house)["bars"] if bar[1] == house.rooms["104"]] == []


@pytest.mark.parametrize("stays", [1, 3])
def test_calendar_takes_five_statements_however_many_stay(house: TestHotel, stays: int) -> None:
    for room in ("101", "102", "103")[:stays]:
        stay_in(house, room)
    hotel = house.refreshed()
    with statements() as sent:
        calendar_of(hotel=hotel, window=Window(TODAY, 7), now=NOW)
    assert len(sent) == 5


def test_calendar_shows_nothing_of_another_hotel(house: TestHotel) -> None:
    other = make_hotel(documents_required=False)
    stay = stay_in(other, "101")
    assert bars(house, stay) == []


# ---------------------------------------------------------------- moved by hand


def test_place_drops_a_waiting_reservation_on_a_room(house: TestHotel) -> None:
    stay = arrive(house)
    done = place(house, stay, "102")
    assert (row_of(stay)["room_id"], done.room_id) == (house.rooms["102"], None)
    assert audit_of(stay) == ["reservation.unit_assigned"]
    sound(house)


def test_place_carries_a_reservation_to_other_dates_and_another_room(house: TestHotel) -> None:
    stay, other = arrive(house, room="101"), arrive(house, room="101", after=2)
    place(house, stay, "102", after=1)
    row = row_of(stay)
    assert (row["arrival"], row["departure"], row["room_id"]) == (TODAY + DAY, TODAY + 3 * DAY, house.rooms["102"])
    assert nights_of(house, "101") == {TODAY + 2 * DAY: other, TODAY + 3 * DAY: other}
    sound(house)


def test_place_puts_a_reservation_back_among_those_without_a_room(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    place(house, stay, "")
    assert (row_of(stay)["room_id"], nights_of(house, "101")) == (None, {})


def test_place_longer_asks_for_the_price_first_and_takes_what_was_confirmed(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    with nothing_changes(), pytest.raises(PriceToConfirm) as asked:
        place(house, stay, "101", nights=3)
    assert (asked.value.params["before"], asked.value.params["total"]) == (Decimal(800), Decimal(1200))
    done = place(house, stay, "101", nights=3, expected_total=Decimal(1200))
    assert (row_of(stay)["departure"], done.total_before) == (TODAY + 3 * DAY, Decimal(800))
    sound(house)


def test_place_on_a_taken_room_changes_nothing(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    arrive(house, room="102", after=1)
    with nothing_changes(), pytest.raises(RoomTaken) as refused:
        place(house, stay, "102")
    assert refused.value.params["night"] == TODAY + DAY


def test_place_with_other_dates_on_a_taken_room_keeps_room_and_dates(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    arrive(house, room="102", after=2)
    with nothing_changes(), pytest.raises(RoomTaken):
        place(house, stay, "102", after=1)


def test_place_on_another_type_asks_first(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    with nothing_changes(), pytest.raises(WrongRoomType):
        place(house, stay, "201")
    place(house, stay, "201", change_type=True)
    assert (sold(house, "std")[0], sold(house, "king")[0]) == (0, 1)
    sound(house)


def test_place_moves_a_guest_in_house_with_a_reason_and_extends(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    with nothing_changes(), pytest.raises(ReasonRequired):
        place(house, stay, "102")
    place(house, stay, "102", nights=3, reason="噪音", expected_total=Decimal(1200))
    row = row_of(stay)
    assert (row["room_id"], row["departure"]) == (house.rooms["102"], TODAY + 3 * DAY)
    assert audit_of(stay)[-2:] == ["stay.moved", "stay.extended"]
    sound(house)


def test_place_shortens_a_guest_in_house_and_the_nights_are_free(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=3)
    place(house, stay, "101", nights=1, expected_total=Decimal(400))
    assert (row_of(stay)["departure"], sold(house, "std", 3)) == (TODAY + DAY, [1, 0, 0])
    sound(house)


def test_place_never_moves_the_arrival_of_who_is_in_house(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    with nothing_changes(), pytest.raises(NightsSlept):
        place(house, stay, "101", after=1, nights=1)


def test_place_of_a_version_that_is_no_longer_the_last_is_refused(house: TestHotel) -> None:
    stay = arrive(house)
    (version,) = [bar[9] for bar in window(house)["bars"] if bar[0] == stay]
    place(house, stay, "101", version=version)
    with nothing_changes(), pytest.raises(EditConflict):
        place(house, stay, "102", version=version)


def test_place_needs_the_right_of_what_it_does(house: TestHotel) -> None:
    stay = arrive(house)
    only_sees = make_actor(house, [Booking.VIEW])
    with nothing_changes(), pytest.raises(Forbidden):
        place(house, stay, "101", actor=only_sees)
    with nothing_changes(), pytest.raises(Forbidden):
        place(house, stay, "", after=1, actor=make_actor(house, [Booking.VIEW, Permission.ASSIGN_ROOM]))


def test_place_of_what_is_cancelled_or_of_another_hotel_is_refused(house: TestHotel) -> None:
    stay = arrive(house)
    row = row_of(stay)
    cancel_reservation(hotel_id=house.pk, reservation_id=row["reservation_id"], reason="guest", actor=SYSTEM, now=NOW)
    with nothing_changes(), pytest.raises(WrongStatus):
        place(house, stay, "101")
    other = make_hotel(documents_required=False)
    with pytest.raises(NotFound):
        place(other, stay, "101", actor=make_actor(other, [*Booking, *Permission]))


# ---------------------------------------------------------------- split over rooms


def test_split_gives_the_later_nights_another_room_and_back(house: TestHotel) -> None:
    stay = arrive(house, room="101", nights=4)
    assert split(house, stay, "102", after=2).had == house.rooms["101"]
    assert nights_of(house, "101") == {TODAY: stay, TODAY + DAY: stay}
    assert nights_of(house, "102") == {TODAY + 2 * DAY: stay, TODAY + 3 * DAY: stay}
    assert bars(house, stay) == [(house.rooms["101"], 0, 2, "ar", 0), (house.rooms["102"], 2, 2, "ar", 2)]
    sound(house)
    split(house, stay, "101", after=2)
    assert len(nights_of(house, "101")) == 4
    sound(house)


def test_split_in_house_then_move_on_the_day(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=4)
    split(house, stay, "103", after=1)
    run_audit_day(house)
    assert (house.rooms["103"], 1, 3, "ih", 1) in bars(house, stay)
    # On the rack too the room expects somebody.
    due = {room.number: room.due_id for room in rack(hotel=house.refreshed(), now=NOW) if room.due_id}
    assert due == {"103": stay}
    services.move_room(
        hotel_id=house.pk, room_reservation_id=stay, room_id=house.rooms["103"], reason="plan", actor=SYSTEM, now=NOW
    )
    assert row_of(stay)["room_id"] == house.rooms["103"]
    assert nights_of(house, "101") == {TODAY: stay}
    sound(house)


def test_split_stay_keeps_its_rooms_when_it_grows_and_shrinks(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=3)
    split(house, stay, "102", after=1)
    services.extend_stay(hotel_id=house.pk, room_reservation_id=stay, departure=TODAY + 5 * DAY, actor=SYSTEM, now=NOW)
    assert sorted(nights_of(house, "102")) == [TODAY + n * DAY for n in (1, 2, 3, 4)]
    services.shorten_stay(hotel_id=house.pk, room_reservation_id=stay, departure=TODAY + DAY, actor=SYSTEM, now=NOW)
    assert (sorted(nights_of(house, "101")), nights_of(house, "102")) == ([TODAY], {})
    sound(house)


def test_split_stay_that_arrives_later_begins_in_its_second_room(house: TestHotel) -> None:
    stay = arrive(house, room="101", nights=4)
    split(house, stay, "102", after=2)
    place(house, stay, "101", after=2, nights=2, expected_total=Decimal(800))
    assert (row_of(stay)["room_id"], nights_of(house, "101")) == (house.rooms["102"], {})
    sound(house)


def test_extending_a_split_stay_is_refused_by_its_last_room(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=2)
    split(house, stay, "102", after=1)
    arrive(house, room="102", after=2)
    with nothing_changes(), pytest.raises(RoomTaken) as refused:
        services.extend_stay(
            hotel_id=house.pk, room_reservation_id=stay, departure=TODAY + 3 * DAY, actor=SYSTEM, now=NOW
        )
    assert (refused.value.params["number"], refused.value.params["night"]) == ("102", TODAY + 2 * DAY)


@pytest.mark.parametrize("after", [0, 4, 9])
def test_split_outside_the_nights_to_come_is_refused(house: TestHotel, after: int) -> None:
    stay = arrive(house, room="101", nights=4)
    with nothing_changes(), pytest.raises(NightCannotSplit):
        split(house, stay, "102", after=after)


def test_split_refuses_a_taken_room_and_no_room(house: TestHotel) -> None:
    stay, bare = arrive(house, room="101", nights=4), arrive(house, nights=4)
    arrive(house, room="102", after=3)
    with nothing_changes(), pytest.raises(RoomTaken):
        split(house, stay, "102", after=2)
    with nothing_changes(), pytest.raises(NoRoomAssigned):
        split(house, bare, "103", after=2)
    with nothing_changes(), pytest.raises(Forbidden):
        split(house, stay, "103", after=2, actor=make_actor(house, [Booking.VIEW]))
