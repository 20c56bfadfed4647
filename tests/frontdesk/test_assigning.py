"""Rooms given to arrivals: one, taken back, many at once, and a whole day in one press."""

from __future__ import annotations

from datetime import timedelta

import pytest

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.assignment.weights import DEFAULT
from binzhi.frontdesk.errors import NothingToAssign, WrongRoomType
from binzhi.frontdesk.queries.candidates import day_plan
from binzhi.frontdesk.services import (
    assign_proposed,
    assign_room,
    assign_rooms,
    set_assignment_weights,
    unassign_room,
)
from binzhi.kernel import db
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.reservations.errors import NoRoomAssigned, RoomTaken, RoomTypeSoldOut, WrongStatus
from binzhi.reservations.verify import differences
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, make_hotel
from tests.frontdesk.conftest import (
    arrive,
    audit_of,
    clerk_of,
    nights_of,
    nothing_changes,
    row_of,
    set_housekeeping,
    sold,
    statements,
    stay_in,
    topics,
)


def assign(hotel: TestHotel, stay: int, room: str, actor: Actor, *, change_type: bool = True) -> int | None:
    return assign_room(
        hotel_id=hotel.pk,
        room_reservation_id=stay,
        room_id=hotel.rooms[room],
        change_type=change_type,
        actor=actor,
        now=NOW,
    )


def refused(hotel: TestHotel, stay: int, room: str, actor: Actor, expected: type[DomainError], **more: bool) -> None:
    with nothing_changes(), pytest.raises(expected):
        assign(hotel, stay, room, actor, **more)


def test_assign_room_takes_it_for_every_night(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, nights=3)
    assert assign(house, stay, "101", clerk) is None
    assert nights_of(house, "101") == {TODAY + timedelta(days=n): stay for n in range(3)}
    assert row_of(stay)["room_id"] == house.rooms["101"]
    assert audit_of(stay) == ["reservation.unit_assigned"]
    assert topics()[-1] == "reservation.unit_assigned"


def test_assign_room_again_gives_the_first_one_back(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    assert assign(house, stay, "102", clerk) == house.rooms["101"]
    assert nights_of(house, "101") == {}
    assert list(nights_of(house, "102").values()) == [stay, stay]


def test_assign_room_on_the_day_another_guest_leaves_it_is_fine(house: TestHotel, clerk: Actor) -> None:
    leaving = arrive(house, nights=1, room="101")
    stay = arrive(house, after=1, nights=1)
    assign(house, stay, "101", clerk)
    assert nights_of(house, "101") == {TODAY: leaving, TODAY + timedelta(days=1): stay}


def test_assign_room_of_another_type_moves_the_counters(house: TestHotel, clerk: Actor) -> None:
    assign(house, arrive(house), "201", clerk)
    assert (sold(house, "std"), sold(house, "king")) == ([0, 0, 0, 0], [1, 1, 0, 0])


def test_assign_room_for_a_day_use_takes_no_night(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, nights=0)
    assign(house, stay, "101", clerk)
    assert (nights_of(house, "101"), row_of(stay)["room_id"]) == ({}, house.rooms["101"])


def test_assign_room_that_is_given_is_refused(house: TestHotel, clerk: Actor) -> None:
    arrive(house, after=1, nights=1, room="101")
    refused(house, arrive(house, nights=2), "101", clerk, RoomTaken)


def test_assign_room_of_another_type_that_was_not_asked_for_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused(house, arrive(house), "201", clerk, WrongRoomType, change_type=False)


def test_assign_room_of_another_type_that_is_sold_out_is_refused(house: TestHotel, clerk: Actor) -> None:
    for _ in range(3):
        arrive(house, room_type="king")
    refused(house, arrive(house), "201", clerk, RoomTypeSoldOut)


def test_assign_room_to_a_guest_in_house_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused(house, stay_in(house, "101"), "102", clerk, WrongStatus)


def test_assign_room_asks_for_its_right(house: TestHotel) -> None:
    stay = arrive(house)
    colleague = make_actor(house, [right for right in Permission if right != Permission.ASSIGN_ROOM])
    refused(house, stay, "101", colleague, Forbidden)
    refused(house, stay, "101", STRANGER, NotFound)
    refused(house, stay, "101", clerk_of(make_hotel()), NotFound)


def test_unassign_room_frees_its_nights(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    room = unassign_room(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)
    assert room == house.rooms["101"]
    assert (nights_of(house, "101"), row_of(stay)["room_id"]) == ({}, None)
    assert sold(house, "std") == [1, 1, 0, 0]


def test_unassign_room_twice_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house)
    with nothing_changes(), pytest.raises(NoRoomAssigned):
        unassign_room(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)


def test_unassign_room_of_a_guest_in_house_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    with nothing_changes(), pytest.raises(WrongStatus):
        unassign_room(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=NOW)


def test_assign_rooms_gives_what_is_free_and_leaves_out_what_is_not(house: TestHotel, clerk: Actor) -> None:
    first, second, third = (arrive(house) for _ in range(3))
    arrive(house, after=1, nights=1, room="102")
    wanted = {first: house.rooms["101"], second: house.rooms["102"], third: house.rooms["201"]}
    given = assign_rooms(hotel_id=house.pk, arrival=TODAY, rooms=wanted, actor=clerk, now=NOW)
    assert given == {first: house.rooms["101"]}
    assert [row_of(stay)["room_id"] for stay in (first, second, third)] == [house.rooms["101"], None, None]
    # The night of 102 that was free is given back as well.
    assert list(nights_of(house, "102")) == [TODAY + timedelta(days=1)]
    assert nights_of(house, "201") == {}


def test_assign_rooms_one_room_for_two_gives_it_once(house: TestHotel, clerk: Actor) -> None:
    stays = [arrive(house), arrive(house)]
    room = house.rooms["101"]
    given = assign_rooms(hotel_id=house.pk, arrival=TODAY, rooms=dict.fromkeys(stays, room), actor=clerk, now=NOW)
    assert list(given.values()) == [room]
    assert len(set(nights_of(house, "101").values())) == 1


def test_assign_rooms_counts_as_a_change_of_each_reservation(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house)
    reservation = row_of(stay)["reservation_id"]

    def version() -> int:
        return int(db.fetch_value("SELECT version FROM reservations_reservation WHERE id = %s", [reservation]))

    before = version()
    assign_rooms(hotel_id=house.pk, arrival=TODAY, rooms={stay: house.rooms["101"]}, actor=clerk, now=NOW)
    assert version() == before + 1


@pytest.mark.parametrize("arrivals", [1, 5])
def test_assign_proposed_gives_every_arrival_a_room_in_six_statements(
    house: TestHotel, clerk: Actor, arrivals: int
) -> None:
    stays = [arrive(house) for _ in range(arrivals)]
    with statements() as sent:
        given = assign_proposed(hotel_id=house.pk, arrival=TODAY, actor=clerk, now=NOW)
    assert sorted(given) == sorted(stays)
    assert len(set(given.values())) == arrivals
    assert len(sent) == 6
    assert topics()[-1] == "reservation.units_assigned"


def test_assign_proposed_again_finds_nothing(house: TestHotel, clerk: Actor) -> None:
    arrive(house)
    assign_proposed(hotel_id=house.pk, arrival=TODAY, actor=clerk, now=NOW)
    with nothing_changes(), pytest.raises(NothingToAssign):
        assign_proposed(hotel_id=house.pk, arrival=TODAY, actor=clerk, now=NOW)


def test_assign_proposed_when_no_room_is_in_service_gives_none(house: TestHotel, clerk: Actor) -> None:
    arrive(house)
    db.execute("UPDATE property_room SET maintenance = 'out_of_service' WHERE hotel_id = %s", [house.pk])
    with nothing_changes(), pytest.raises(NothingToAssign):
        assign_proposed(hotel_id=house.pk, arrival=TODAY, actor=clerk, now=NOW)


def test_assign_proposed_asks_for_its_right(house: TestHotel) -> None:
    arrive(house)
    for actor, expected in ((make_actor(house, [Permission.VIEW]), Forbidden), (STRANGER, NotFound)):
        with nothing_changes(), pytest.raises(expected):
            assign_proposed(hotel_id=house.pk, arrival=TODAY, actor=actor, now=NOW)


# ---------------------------------------------------------------- better types, weights, what stands against a wish


def test_assign_proposed_gives_a_better_type_when_the_booked_one_is_full(house: TestHotel, clerk: Actor) -> None:
    db.execute("UPDATE reservations_night SET overbooking = 1 WHERE hotel_id = %s", [house.pk])
    stays = [arrive(house) for _ in range(6)]
    given = assign_proposed(hotel_id=house.pk, arrival=TODAY, actor=clerk, now=NOW)
    assert sorted(given) == stays
    kings = [stay for stay in stays if given[stay] in {house.rooms[number] for number in ("201", "202", "203")}]
    assert len(kings) == 1
    assert (sold(house, "std"), sold(house, "king")) == ([5, 5, 0, 0], [1, 1, 0, 0])
    assert differences(hotel_id=house.pk) == []


def test_assign_rooms_leaves_out_a_better_type_that_was_sold_meanwhile(house: TestHotel, clerk: Actor) -> None:
    first, second = arrive(house), arrive(house)
    for _ in range(3):
        arrive(house, room_type="king")
    wanted = {first: house.rooms["101"], second: house.rooms["201"]}
    given = assign_rooms(hotel_id=house.pk, arrival=TODAY, rooms=wanted, change_type=[second], actor=clerk, now=NOW)
    assert given == {first: house.rooms["101"]}
    assert (row_of(second)["room_id"], nights_of(house, "201"), sold(house, "king")) == (None, {}, [3, 3, 0, 0])


def test_day_plan_says_what_would_have_to_change_for_a_wish(house: TestHotel) -> None:
    db.execute(
        "UPDATE property_room SET features = '{quiet}' WHERE hotel_id = %s AND number IN ('101', '102')", [house.pk]
    )
    staying = stay_in(house, "101", nights=3)
    first, second = arrive(house, special_requests=("quiet",)), arrive(house, special_requests=("quiet",))
    plan = day_plan(hotel=house.refreshed(), day=TODAY)
    assert plan.proven
    lucky, other = (first, second) if plan.proposals[first].room.number == "102" else (second, first)
    assert plan.proposals[lucky].room.number == "102"
    assert [(one.code, one.room, one.other, one.day) for one in plan.obstacles[other]] == [
        ("given", "102", lucky, None), ("stays", "101", None, row_of(staying)["departure"]),
    ]  # fmt: skip
    assert lucky not in plan.obstacles


def test_day_plan_keeps_what_the_clerk_fixed(house: TestHotel) -> None:
    first, second = arrive(house), arrive(house)
    plan = day_plan(hotel=house.refreshed(), day=TODAY, locks={second: house.rooms["105"]})
    assert plan.proposals[second].room.number == "105"
    assert plan.proposals[first].room.number != "105"


def test_set_assignment_weights_changes_what_is_proposed(house: TestHotel) -> None:
    lead = make_actor(house, [Permission.SET_ASSIGNMENT])
    before = set_assignment_weights(hotel_id=house.pk, weights={"wish": 0, "ready": 200}, actor=lead, now=NOW)
    assert before == dict(DEFAULT)
    db.execute("UPDATE property_room SET features = '{quiet}' WHERE hotel_id = %s AND number = '101'", [house.pk])
    set_housekeeping(house, "101", "dirty")
    stay = arrive(house, special_requests=("quiet",))
    assert day_plan(hotel=house.refreshed(), day=TODAY).proposals[stay].room.number != "101"
    set_assignment_weights(hotel_id=house.pk, weights={"wish": 200, "ready": 10}, actor=lead, now=NOW)
    assert day_plan(hotel=house.refreshed(), day=TODAY).proposals[stay].room.number == "101"


@pytest.mark.parametrize("weights", [{"wish": -1}, {"wish": 201}, {"luck": 5}])
def test_set_assignment_weights_out_of_range_is_refused(house: TestHotel, weights: dict[str, int]) -> None:
    with nothing_changes(), pytest.raises(InvalidInput):
        set_assignment_weights(hotel_id=house.pk, weights=weights, actor=SYSTEM, now=NOW)


def test_set_assignment_weights_asks_for_its_right(house: TestHotel, clerk: Actor) -> None:
    only_assigns = make_actor(house, [Permission.ASSIGN_ROOM])
    with nothing_changes(), pytest.raises(Forbidden):
        set_assignment_weights(hotel_id=house.pk, weights={"wish": 50}, actor=only_assigns, now=NOW)
