"""Which room for whom: the order of B2 and the reasons, as pure rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from binzhi.frontdesk.assignment import FreeRoom, Need, Reason, order_of, propose, ranked, rate

DAY = date(2026, 11, 21)


def need(pk: int = 1, *, nights: int = 2, **more: Any) -> Need:
    given: dict[str, Any] = {
        "room_reservation_id": pk, "reservation_id": pk, "room_type_id": 1, "arrival": DAY,
        "departure": DAY + timedelta(days=nights), "walk_in": False, "vip_level": "",
        "expected_at": None, "requests": (),
    }  # fmt: skip
    return Need(**(given | more))


def room(pk: int = 1, **more: Any) -> FreeRoom:
    given: dict[str, Any] = {
        "id": pk, "number": f"{pk:04d}", "room_type_id": 1, "floor": "5F", "height": 0.5, "orientation": "",
        "features": frozenset(), "smoking": False, "accessible": False, "connects_to_id": None,
        "housekeeping": "inspected", "occupied": False, "taken": frozenset(),
    }  # fmt: skip
    return FreeRoom(**(given | more))


def chosen(needs: list[Need], rooms: list[FreeRoom]) -> dict[int, int]:
    return {key: proposal.room.id for key, proposal in propose(needs, rooms).items()}


def test_reserved_comes_before_walk_in() -> None:
    assert chosen([need(1, walk_in=True), need(2)], [room(1)]) == {2: 1}


def test_a_need_comes_before_standing() -> None:
    assert chosen([need(1, vip_level="vvip"), need(2, requests=("accessible",))], [room(1, accessible=True)]) == {2: 1}


def test_higher_level_comes_before_lower_and_lower_before_none() -> None:
    order = sorted([need(1), need(2, vip_level="ip"), need(3, vip_level="vvip"), need(4, nights=8)], key=order_of)
    assert [one.room_reservation_id for one in order] == [3, 2, 4, 1]


def test_vip_and_long_stay_get_the_better_room_and_others_leave_it() -> None:
    rooms = [room(1, height=0.1), room(2, height=1.0, features=frozenset({"lake_view", "balcony"}))]
    assert chosen([need(1, vip_level="vip"), need(2)], rooms) == {1: 2, 2: 1}
    assert chosen([need(1, nights=8), need(2)], rooms) == {1: 2, 2: 1}
    assert chosen([need(2)], rooms) == {2: 1}


def test_high_floor_quiet_and_orientation_are_looked_for() -> None:
    rooms = [
        room(1, height=0.2),
        room(2, height=0.9),
        room(3, features=frozenset({"quiet"})),
        room(4, orientation="south"),
    ]
    assert chosen([need(1, requests=("high_floor",))], rooms) == {1: 2}
    assert chosen([need(1, requests=("quiet",))], rooms) == {1: 3}
    assert chosen([need(1, requests=("south",))], rooms) == {1: 4}


def test_non_smoking_is_a_must_even_for_a_dirty_room() -> None:
    rooms = [room(1, smoking=True), room(2, housekeeping="dirty")]
    assert chosen([need(1, requests=("non_smoking",))], rooms) == {1: 2}


def test_accessible_rooms_are_kept_for_who_needs_them() -> None:
    rooms = [room(1, accessible=True), room(2, housekeeping="dirty")]
    assert chosen([need(1)], rooms) == {1: 2}
    assert chosen([need(1, requests=("accessible",))], rooms) == {1: 1}


def test_inspected_before_clean_before_dirty_before_occupied() -> None:
    rooms = [
        room(1, occupied=True), room(2, housekeeping="dirty"), room(3, housekeeping="clean"), room(4),
    ]  # fmt: skip
    assert [proposal.room.id for proposal in ranked(need(), rooms)] == [4, 3, 2, 1]


def test_clean_counts_little_where_rooms_are_inspected() -> None:
    rooms = [room(1, housekeeping="clean"), room(2)]
    assert [proposal.room.id for proposal in ranked(need(), rooms, inspection=True)] == [2, 1]


def test_two_rooms_of_one_reservation_get_the_connecting_pair() -> None:
    rooms = [room(1), room(2, connects_to_id=3), room(3, connects_to_id=2), room(4)]
    needs = [need(1, reservation_id=9, requests=("connecting",)), need(2, reservation_id=9, requests=("connecting",))]
    assert set(chosen(needs, rooms).values()) == {2, 3}


def test_every_proposal_says_why() -> None:
    proposal = rate(need(vip_level="vip", requests=("quiet", "high_floor")), room(features=frozenset({"quiet"})))
    assert proposal.reasons == (
        Reason("has", "quiet"),
        Reason("lacks", "high_floor"),
        Reason("vip"),
        Reason("inspected"),
    )


def test_a_crib_is_brought_and_decides_nothing() -> None:
    assert rate(need(requests=("crib",)), room()).reasons == (Reason("inspected"),)


def test_a_room_with_one_taken_night_is_not_proposed() -> None:
    assert chosen([need(1)], [room(1, taken=frozenset({DAY + timedelta(days=1)}))]) == {}
    assert chosen([need(1)], [room(1, taken=frozenset({DAY + timedelta(days=2)}))]) == {1: 1}


def test_a_day_use_and_an_arrival_do_not_share_a_room() -> None:
    assert len(chosen([need(1, nights=0), need(2, nights=1)], [room(1)])) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["", "ip", "vvip"]), st.booleans()), max_size=12),
    st.lists(st.tuples(st.integers(1, 2), st.sets(st.integers(0, 5), max_size=3)), max_size=8),
)
def test_no_room_is_proposed_twice_for_one_night_nor_against_its_taken_nights(
    wanted: list[tuple[int, str, bool]], offered: list[tuple[int, set[int]]]
) -> None:
    needs = [
        need(pk, nights=nights, vip_level=level, walk_in=walk_in, room_type_id=1 + pk % 2)
        for pk, (nights, level, walk_in) in enumerate(wanted)
    ]
    rooms = [
        room(pk, room_type_id=kind, taken=frozenset(DAY + timedelta(days=n) for n in taken))
        for pk, (kind, taken) in enumerate(offered, start=1)
    ]
    by_id = {one.room_reservation_id: one for one in needs}
    used: set[tuple[int, date]] = set()
    for key, proposal in propose(needs, rooms).items():
        asked = by_id[key]
        days = {(proposal.room.id, DAY + timedelta(days=n)) for n in range(max(asked.nights, 1))}
        assert proposal.room.room_type_id == asked.room_type_id
        assert not days & used
        assert not {DAY + timedelta(days=n) for n in range(asked.nights)} & proposal.room.taken
        used |= days
