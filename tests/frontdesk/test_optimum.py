"""The best rooms for a day: hard rules never broken, the sum of wishes the most there is, companions near, and said
how far from the best it can be. Compared with trying every plan there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from binzhi.frontdesk.assignment import FreeRoom, Need, optimise, rate
from binzhi.frontdesk.assignment.optimum import _House
from binzhi.frontdesk.assignment.weights import DEFAULT

DAY = date(2026, 11, 21)
NONE = frozenset[str]()


def need(pk: int, *, nights: int = 2, **more: object) -> Need:
    facts: dict[str, object] = {
        "room_reservation_id": pk, "reservation_id": pk, "room_type_id": 1, "arrival": DAY,
        "departure": DAY + timedelta(days=nights), "walk_in": False, "vip_level": "", "expected_at": None, "requests": (),
    }  # fmt: skip
    return Need(**{**facts, **more})  # type: ignore[arg-type]


def room(pk: int, **more: object) -> FreeRoom:
    facts: dict[str, object] = {
        "id": pk, "number": str(100 + pk), "room_type_id": 1, "floor": "1F", "height": 0.5, "orientation": "",
        "features": NONE, "smoking": False, "accessible": False, "connects_to_id": None, "housekeeping": "inspected",
        "occupied": False, "taken": frozenset(),
    }  # fmt: skip
    return FreeRoom(**{**facts, **more})  # type: ignore[arg-type]


def chosen(needs: Sequence[Need], rooms: Sequence[FreeRoom], **more: object) -> dict[int, int]:
    found = optimise(needs, rooms, **more).proposals  # type: ignore[arg-type]
    return {pk: proposal.room.id for pk, proposal in found.items()}


# ---------------------------------------------------------------- better than one after the other


def test_a_wish_gives_way_where_giving_way_makes_the_whole_better() -> None:
    # Taken one after the other, 1 would take the quiet room on high that alone suits 2.
    rooms = [room(1, features=frozenset({"quiet"}), height=1.0), room(2, features=frozenset({"quiet"}), height=0.0)]
    needs = [need(1, requests=("quiet",)), need(2, requests=("quiet", "high_floor"))]
    assert chosen(needs, rooms) == {1: 2, 2: 1}


def test_as_many_as_can_are_housed_before_any_wish() -> None:
    rooms = [room(1, taken=frozenset({DAY + timedelta(days=1)})), room(2)]
    needs = [need(1, nights=1, requests=("high_floor",)), need(2, nights=2)]
    assert chosen(needs, rooms) == {1: 1, 2: 2}


def test_what_cannot_be_made_good_is_never_given() -> None:
    found = optimise([need(1, requests=("non_smoking",)), need(2)], [room(1, smoking=True), room(2, smoking=True)])
    assert set(found.proposals) == {2}


def test_the_room_of_last_time_is_given_again() -> None:
    found = optimise([need(1, last_room_id=2)], [room(1), room(2)])
    assert found.proposals[1].room.id == 2
    assert "last_room" in [reason.code for reason in found.proposals[1].reasons]


def test_what_the_clerk_fixed_stays_and_says_so() -> None:
    rooms = [room(1, features=frozenset({"quiet"})), room(2)]
    found = optimise([need(1, requests=("quiet",)), need(2)], rooms, locks={2: 1})
    assert {pk: proposal.room.id for pk, proposal in found.proposals.items()} == {1: 2, 2: 1}
    assert found.proposals[2].reasons[0].code == "locked"


def test_companions_get_the_rooms_with_a_door_between_them() -> None:
    rooms = [room(1), room(2, connects_to_id=3), room(3, connects_to_id=2), room(4)]
    needs = [need(1, reservation_id=9, requests=("connecting",)), need(2, reservation_id=9, requests=("connecting",))]
    found = optimise(needs, rooms)
    assert {proposal.room.id for proposal in found.proposals.values()} == {2, 3}
    assert all("beside" in [reason.code for reason in proposal.reasons] for proposal in found.proposals.values())


def test_companions_without_a_door_are_on_one_floor_and_the_gap_is_said() -> None:
    rooms = [room(pk, floor=f"{pk % 3}F", height=pk % 3 / 2) for pk in range(9)]
    needs = [need(pk, reservation_id=pk // 3) for pk in range(9)]
    found = optimise(needs, rooms)
    floors = [{found.proposals[pk].room.floor for pk in group} for group in ((0, 1, 2), (3, 4, 5), (6, 7, 8))]
    assert floors.count({"0F"}) + floors.count({"1F"}) + floors.count({"2F"}) == 3
    assert found.value <= found.bound
    assert found.proven


# ---------------------------------------------------------------- better types


def test_who_finds_no_room_of_the_type_gets_the_next_better_that_is_not_sold() -> None:
    rooms = [room(1), room(2, room_type_id=2), room(3, room_type_id=3)]
    needs = [need(1), need(2, vip_level="vip")]
    nights = [DAY, DAY + timedelta(days=1)]
    spare = {(type_id, night): 1 for type_id in (2, 3) for night in nights}
    found = optimise(needs, rooms, ranks={1: 1, 2: 2, 3: 3}, spare=spare)
    assert {pk: proposal.room.id for pk, proposal in found.proposals.items()} == {1: 2, 2: 1}
    assert found.upgrades == {1}
    assert found.proposals[1].reasons[0].code == "upgrade"
    # Sold to somebody who has no room yet, it is not given away.
    sold = optimise(needs, rooms, ranks={1: 1, 2: 2, 3: 3}, spare={key: 0 for key in spare})
    assert set(sold.proposals) == {2}


# ---------------------------------------------------------------- against every plan there is

TRAITS = ("quiet", "high_floor", "south", "non_smoking", "accessible")


@st.composite
def houses(draw: st.DrawFn) -> tuple[list[Need], list[FreeRoom]]:
    rooms = [
        room(
            pk, floor=draw(st.sampled_from(["1F", "2F"])), height=draw(st.sampled_from([0.0, 0.5, 1.0])),
            orientation=draw(st.sampled_from(["", "south"])), smoking=draw(st.booleans()),
            features=frozenset(draw(st.sets(st.sampled_from(["quiet", "desk"])))), accessible=draw(st.booleans()),
            housekeeping=draw(st.sampled_from(["inspected", "clean", "dirty"])),
            taken=frozenset(DAY + timedelta(days=n) for n in draw(st.sets(st.integers(0, 2), max_size=1))),
        )
        for pk in range(1, draw(st.integers(1, 5)) + 1)
    ]  # fmt: skip
    needs = [
        need(
            pk, nights=draw(st.integers(1, 3)), requests=tuple(draw(st.sets(st.sampled_from(TRAITS), max_size=2))),
            vip_level=draw(st.sampled_from(["", "", "vip"])), walk_in=draw(st.booleans()),
            last_room_id=draw(st.sampled_from([None, 1])),
        )
        for pk in range(1, draw(st.integers(1, 4)) + 1)
    ]  # fmt: skip
    return needs, rooms


def possible(one: Need, at: FreeRoom) -> bool:
    return at.free_for(one) and all(at.has(wish) for wish in one.musts)


def plans(needs: Sequence[Need], rooms: Sequence[FreeRoom]) -> Iterator[list[tuple[Need, FreeRoom]]]:
    """Every way to house some of them."""
    places: list[FreeRoom | None] = [*rooms, *[None] * len(needs)]
    for way in set(permutations(range(len(places)), len(needs))):
        pairs = [(one, places[at]) for one, at in zip(needs, way, strict=True)]
        if all(at is None or possible(one, at) for one, at in pairs):
            yield [(one, at) for one, at in pairs if at is not None]


@settings(max_examples=40, deadline=None)
@given(houses())
def test_no_plan_is_better_than_the_proposed_one(house: tuple[list[Need], list[FreeRoom]]) -> None:
    needs, rooms = house[0][:3], house[1][:4]
    found = optimise(needs, rooms)
    judge = _House(needs, rooms, inspection=False, weights=DEFAULT)

    def worth(pairs: Sequence[tuple[Need, FreeRoom]]) -> int:
        return sum(judge.first_right(one) + rate(one, at).score for one, at in pairs)

    mine = [(one, found.proposals[one.room_reservation_id].room) for one in needs
            if one.room_reservation_id in found.proposals]  # fmt: skip
    assert all(possible(one, at) for one, at in mine)
    assert len({at.id for _one, at in mine}) == len(mine)
    assert worth(mine) == max(worth(way) for way in plans(needs, rooms))
    assert found.proven


@settings(max_examples=60, deadline=None)
@given(houses())
def test_the_arrays_count_what_the_rules_say(house: tuple[list[Need], list[FreeRoom]]) -> None:
    needs, rooms = house
    arrays = _House(needs, rooms, inspection=True, weights=DEFAULT)
    for i, one in enumerate(needs):
        counted = arrays.scores(i)
        for j, at in enumerate(rooms):
            if possible(one, at):
                assert counted[j] == rate(one, at, inspection=True).score
            else:
                assert counted[j] == float("-inf")
