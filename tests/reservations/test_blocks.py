"""Groups: what they hold, take up, give back; nothing is ever sold twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.kernel import db
from binzhi.kernel.errors import EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.reservations import errors, stays
from binzhi.reservations.blocks import services
from binzhi.reservations.blocks.jobs import release_due
from binzhi.reservations.requests import LimitChange, RoomChange
from binzhi.reservations.services import (
    cancel_reservation,
    change_room,
    create_reservation,
    reinstate,
    set_sell_limits,
)
from binzhi.reservations.verify import differences, group_differences, wrongly_priced
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, fingerprint, make_actor, run_audit_day
from tests.reservations.groups import FIRST, NIGHTS, cells, counters, details, group, of_group, pick, picked

WHO: dict[str, Any] = {"actor": SYSTEM, "now": NOW}


def right(hotel: TestHotel) -> None:
    db.enter_scope("*", "*")
    assert (differences(hotel_id=hotel.pk), group_differences(hotel_id=hotel.pk)) == ([], [])
    assert wrongly_priced(hotel_id=hotel.pk) == []


def fill(hotel: TestHotel, rooms: int, nights: int = NIGHTS) -> Any:
    return create_reservation(hotel_id=hotel.pk, booking=booking(arrival=FIRST, nights=nights, rooms=rooms), **WHO)


@pytest.mark.parametrize("status", ["inquiry", "tentative"])
def test_block_that_is_not_definite_takes_nothing_out_of_the_sale(hotel: TestHotel, status: str) -> None:
    group(hotel, rooms=5, status=status)
    fill(hotel, 5)
    assert counters(hotel) == [(5, 0)] * 3
    right(hotel)


def test_definite_block_holds_its_rooms_and_the_house_sells_the_rest_only(hotel: TestHotel) -> None:
    group(hotel, rooms=3)
    fill(hotel, 2)
    with pytest.raises(errors.RoomTypeSoldOut) as refusal:
        fill(hotel, 1)
    assert (refusal.value.params["night"], counters(hotel)) == (FIRST, [(2, 3)] * 3)
    right(hotel)


def test_definite_block_over_what_is_sold_is_refused_whole(hotel: TestHotel) -> None:
    fill(hotel, 3)
    before = fingerprint(hotel)
    with pytest.raises(errors.RoomTypeSoldOut):
        group(hotel, rooms=3)
    assert fingerprint(hotel) == before
    assert db.fetch_value("SELECT count(*) FROM reservations_block") == 0


def test_pick_up_turns_held_into_sold_at_the_price_of_the_group(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    made = picked(hotel, ref, pick(), pick(adults=1), pick(nights=2))
    assert [one.total for one in made] == [Decimal(990), Decimal(900), Decimal(660)]
    assert counters(hotel) == [(3, 0), (3, 0), (2, 1)]
    assert of_group(ref) == [(3, 3, 3), (3, 3, 3), (3, 3, 2)]
    right(hotel)


def test_pick_up_without_a_price_of_the_group_costs_what_the_plan_asks(hotel: TestHotel) -> None:
    ref = services.create_block(
        hotel_id=hotel.pk, block=details(), cells=cells(1, price=None, single_price=None), status="definite", **WHO
    )
    assert picked(hotel, ref)[0].total == 1200


def test_pick_up_works_while_the_sale_of_the_type_is_stopped(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1)
    stop = LimitChange(room_type="std", first=FIRST, last=FIRST + timedelta(days=5), closed=True)
    set_sell_limits(hotel_id=hotel.pk, change=stop, **WHO)
    picked(hotel, ref)
    assert counters(hotel) == [(1, 0)] * 3


def test_pick_up_beyond_the_block_is_refused_or_comes_from_the_house(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1)
    longer = pick(nights=NIGHTS + 1)
    before = fingerprint(hotel)
    with pytest.raises(errors.NotOfBlock) as refusal:
        picked(hotel, ref, longer)
    assert (refusal.value.params["night"], fingerprint(hotel)) == (FIRST + timedelta(days=NIGHTS), before)
    made = picked(hotel, ref, longer, extra=True)
    assert made[0].total == 3 * 330 + 400
    assert counters(hotel, nights=4) == [(1, 0)] * 4
    right(hotel)


def test_pick_up_of_many_is_all_or_nothing(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=2)
    before = fingerprint(hotel)
    with pytest.raises(errors.NotOfBlock):
        picked(hotel, ref, pick(), pick(), pick())
    assert (fingerprint(hotel), of_group(ref)) == (before, [(2, 2, 0)] * 3)


@pytest.mark.parametrize("status", ["inquiry", "tentative"])
def test_pick_up_from_a_block_that_is_not_definite_is_refused(hotel: TestHotel, status: str) -> None:
    ref = group(hotel, status=status)
    with pytest.raises(errors.BlockNotDefinite):
        picked(hotel, ref)


def test_cancelled_room_goes_back_to_its_block(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=2)
    made = picked(hotel, ref, pick(), pick())
    cancel_reservation(hotel_id=hotel.pk, reservation_id=made[0].id, reason="guest", **WHO)
    assert (counters(hotel), of_group(ref)) == ([(1, 1)] * 3, [(2, 2, 1)] * 3)
    # Reinstated it is a room of the house: the group kept the one it got back.
    reinstate(hotel_id=hotel.pk, room_reservation_id=made[0].room_ids[0], **WHO)
    assert (counters(hotel), of_group(ref)) == ([(2, 1)] * 3, [(2, 2, 1)] * 3)
    right(hotel)


def test_cancelled_room_of_a_released_block_goes_to_the_house(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    made = picked(hotel, ref)
    assert services.release(hotel_id=hotel.pk, block_id=ref.id, **WHO) == 6
    cancel_reservation(hotel_id=hotel.pk, reservation_id=made[0].id, reason="guest", **WHO)
    assert (counters(hotel), of_group(ref)) == ([(0, 0)] * 3, [(3, 0, 0)] * 3)
    right(hotel)


def change(**more: Any) -> RoomChange:
    given = {
        "arrival": FIRST, "departure": FIRST + timedelta(days=NIGHTS), "room_type": "std", "rate_plan": "bar",
        "adults": 2, "keep_prices": True,
    }  # fmt: skip
    return RoomChange(**given | more)  # type: ignore[arg-type]


def test_shortened_stay_gives_its_night_back_to_the_block_and_another_type_to_the_house(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=2)
    made = picked(hotel, ref, pick(), pick())
    shorter = change(departure=FIRST + timedelta(days=2))
    change_room(hotel_id=hotel.pk, room_reservation_id=made[0].room_ids[0], change=shorter, **WHO)
    assert (counters(hotel), of_group(ref)[2]) == ([(2, 0), (2, 0), (1, 1)], (2, 2, 1))
    change_room(hotel_id=hotel.pk, room_reservation_id=made[1].room_ids[0], change=change(room_type="king"), **WHO)
    assert (counters(hotel), counters(hotel, "king")) == ([(1, 0), (1, 0), (0, 1)], [(1, 0)] * 3)
    assert of_group(ref) == [(2, 1, 1), (2, 1, 1), (2, 1, 0)]
    right(hotel)


def test_upgraded_room_leaves_its_type_to_the_house(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=1)
    made = picked(hotel, ref)
    king = next(pk for number, pk in hotel.rooms.items() if number.startswith("2"))
    with transaction.atomic():
        room = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=made[0].room_ids[0])
        stays.assign(room_reservation=room, room_id=king)
    assert (counters(hotel), counters(hotel, "king"), of_group(ref)) == ([(0, 0)] * 3, [(1, 0)] * 3, [(1, 0, 0)] * 3)
    right(hotel)


def test_set_rooms_takes_and_gives_by_net_change(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(5, nights=[0]), **WHO)
    assert counters(hotel) == [(0, 5), (0, 3), (0, 3)]
    services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(2, nights=[0, 1], room_type="king"), **WHO)
    services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(1), expected_version=4, **WHO)
    assert (counters(hotel), counters(hotel, "king")) == ([(0, 1)] * 3, [(0, 2), (0, 2), (0, 0)])
    assert of_group(ref)[0] == (5, 1, 0)
    right(hotel)


def test_set_rooms_below_what_is_picked_up_is_refused(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    picked(hotel, ref, pick(), pick())
    before = fingerprint(hotel)
    with pytest.raises(errors.BelowPickedUp) as refusal:
        services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(1), **WHO)
    assert (refusal.value.params, fingerprint(hotel)) == ({"night": FIRST, "rooms": 2}, before)


def test_set_rooms_on_an_old_version_is_refused(hotel: TestHotel) -> None:
    ref = group(hotel)
    with pytest.raises(EditConflict):
        services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(1), expected_version=1, **WHO)
    assert of_group(ref) == [(3, 3, 0)] * 3


def test_wash_keeps_a_share_of_what_is_left_rounded_up(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=5)
    picked(hotel, ref, pick(), pick())
    assert services.wash(hotel_id=hotel.pk, block_id=ref.id, percent=50, **WHO) == 3
    assert (of_group(ref), counters(hotel)) == ([(5, 4, 2)] * 3, [(2, 2)] * 3)
    right(hotel)


def test_cut_off_releases_what_is_left_when_its_day_is_over(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3, cut_off=TODAY)
    picked(hotel, ref)
    assert release_due(now=NOW) == 0
    run_audit_day(hotel)
    assert release_due(now=NOW) == 1
    assert (counters(hotel), of_group(ref)) == ([(1, 0)] * 3, [(3, 1, 1)] * 3)
    assert release_due(now=NOW) == 0
    with pytest.raises(errors.BlockReleasedAlready):
        services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(3), **WHO)
    later = details(cut_off=TODAY + timedelta(days=5))
    services.update_block(hotel_id=hotel.pk, block_id=ref.id, block=later, **WHO)
    services.set_rooms(hotel_id=hotel.pk, block_id=ref.id, cells=cells(3), **WHO)
    assert counters(hotel) == [(1, 2)] * 3
    right(hotel)


def test_status_walks_only_the_ways_there_are(hotel: TestHotel) -> None:
    ref = group(hotel, status="inquiry")
    go: dict[str, Any] = {"hotel_id": hotel.pk, "block_id": ref.id, **WHO}
    with pytest.raises(errors.WrongBlockStatus):
        services.change_status(status="cancelled", reason="x", **go)
    with pytest.raises(InvalidInput) as refusal:
        services.change_status(status="lost", **go)
    assert refusal.value.field == "reason"
    services.change_status(status="definite", **go)
    assert counters(hotel) == [(0, 3)] * 3
    made = picked(hotel, ref)
    services.change_status(status="cancelled", reason="公司改期", **go)
    assert counters(hotel) == [(1, 0)] * 3
    with pytest.raises(errors.BlockEnded):
        services.set_rooms(cells=cells(1), **go)
    cancel_reservation(hotel_id=hotel.pk, reservation_id=made[0].id, reason="guest", **WHO)
    assert counters(hotel) == [(0, 0)] * 3
    services.change_status(status="tentative", **go)
    services.change_status(status="definite", **go)
    # What was cancelled meanwhile did not come back to a group that had ended.
    assert counters(hotel) == [(0, 2)] * 3
    right(hotel)


def test_update_gives_up_nights_nobody_has_and_refuses_the_others(hotel: TestHotel) -> None:
    ref = group(hotel)
    picked(hotel, ref, pick(nights=2))
    services.update_block(hotel_id=hotel.pk, block_id=ref.id, block=details(departure=FIRST + timedelta(days=2)), **WHO)
    assert counters(hotel) == [(1, 2), (1, 2), (0, 0)]
    before = fingerprint(hotel)
    with pytest.raises(errors.BelowPickedUp):
        services.update_block(
            hotel_id=hotel.pk, block_id=ref.id, block=details(departure=FIRST + timedelta(days=1)), **WHO
        )
    assert fingerprint(hotel) == before
    right(hotel)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"), ({"arrival": TODAY - timedelta(days=1)}, "arrival"), ({"departure": FIRST}, "departure"),
        ({"departure": FIRST + timedelta(days=200)}, "departure"), ({"rate_plan": "none"}, "rate_plan"),
        ({"market": "none"}, "market"), ({"cut_off": FIRST + timedelta(days=3)}, "cut_off"), ({"guest_id": 2**40}, "guest"),
        ({"organisation_id": 2**40}, "organisation"),
    ],
)  # fmt: skip
def test_create_block_refuses_at_the_field(hotel: TestHotel, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        group(hotel, **given)
    assert (refusal.value.field, db.fetch_value("SELECT count(*) FROM reservations_block")) == (field, 0)


def test_block_of_another_hotel_is_not_found_and_needs_its_right(hotel: TestHotel) -> None:
    ref = group(hotel)
    with pytest.raises(Forbidden):
        services.release(hotel_id=hotel.pk, block_id=ref.id, actor=make_actor(hotel, []), now=NOW)
    with pytest.raises(NotFound):
        services.release(hotel_id=hotel.pk, block_id=ref.id + 1, **WHO)


@pytest.mark.parametrize("column", ["picked_up = 4", "picked_up = -1", "rooms = 9"])
def test_table_refuses_a_block_that_is_overdrawn(hotel: TestHotel, column: str) -> None:
    group(hotel)
    with pytest.raises(IntegrityError, match="block_never_overdrawn"), transaction.atomic():
        db.execute(f"UPDATE reservations_blocknight SET {column}")
