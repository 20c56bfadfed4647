"""A stay split over rooms of two types: counted where it sleeps, at the price agreed or at the new type's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.calendar.placing import Wanted, place_stay, split_stay
from binzhi.kernel import db
from binzhi.kernel.errors import Forbidden
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import no_shows, rates
from binzhi.reservations.errors import PriceChanged, RoomTypeSoldOut, SplitChangesType, SplitChangesTypeUnpriced
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import cancel_reservation, change_room, reinstate
from binzhi.reservations.splitting import Split, TypePrice
from binzhi.reservations.verify import differences, group_differences, stray_nights, wrongly_priced
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor, run_audit_day
from tests.frontdesk.conftest import arrive, nothing_changes, row_of, sold, statements, stay_in
from tests.reservations.groups import FIRST, group, picked

DAY = timedelta(days=1)
KEEP, ASK = TypePrice(), TypePrice(asked=True)


@pytest.fixture
def two(house: TestHotel) -> TestHotel:
    """King rooms cost 700, for one person too; standard rooms 400 (380 for one)."""
    rates.write(
        hotel_id=house.pk, rate_plan_id=house.plans["bar"], room_type_ids=[house.room_types["king"]],
        first=house.first_night, last=house.last_night,
        change=rates.RateChange(price=Decimal(700), single_price=Decimal(700)),
    )  # fmt: skip
    return house


def split(hotel: TestHotel, stay: int, room: str, *, after: int, price: TypePrice | None = KEEP, **more: Any) -> Split:
    return split_stay(
        hotel_id=hotel.pk, room_reservation_id=stay, night=TODAY + after * DAY, room_id=hotel.rooms[room], price=price,
        actor=more.get("actor", SYSTEM), now=NOW,
    )  # fmt: skip


def prices(stay: int) -> list[int]:
    rows = db.fetch_all(
        "SELECT price FROM reservations_staynight WHERE room_reservation_id = %s ORDER BY night", [stay]
    )
    return [int(row["price"]) for row in rows]


def change(hotel: TestHotel, stay: int, *, nights: int, adults: int) -> None:
    wanted = RoomChange(arrival=TODAY, departure=TODAY + nights * DAY, room_type="std", rate_plan="bar", adults=adults)
    change_room(hotel_id=hotel.pk, room_reservation_id=stay, change=wanted, actor=SYSTEM, now=NOW)


def sound(hotel: TestHotel) -> None:
    assert differences(hotel_id=hotel.pk) == []
    assert stray_nights(hotel_id=hotel.pk) == []
    assert wrongly_priced(hotel_id=hotel.pk) == []
    assert group_differences(hotel_id=hotel.pk) == []


def test_split_into_another_type_asks_with_both_prices_first(two: TestHotel) -> None:
    stay = arrive(two, room="101", nights=4)
    with nothing_changes(), pytest.raises(SplitChangesType) as asked:
        split(two, stay, "201", after=2, price=None)
    assert (asked.value.params["total"], asked.value.params["new_total"]) == (Decimal(1600), Decimal(2200))
    kept = split(two, stay, "201", after=2)
    assert (kept.had, kept.total_before, kept.total) == (two.rooms["101"], Decimal(1600), Decimal(1600))
    assert prices(stay) == [400] * 4
    assert (sold(two, "std"), sold(two, "king")) == ([1, 1, 0, 0], [0, 0, 1, 1])
    sound(two)


def test_split_at_the_new_types_price_costs_what_was_confirmed(two: TestHotel) -> None:
    stay = arrive(two, room="101", nights=4)
    with nothing_changes(), pytest.raises(PriceChanged):
        split(two, stay, "201", after=2, price=TypePrice(asked=True, total=Decimal(2000)))
    with nothing_changes(), pytest.raises(Forbidden):
        split(two, stay, "201", after=2, price=ASK, actor=make_actor(two, [Permission.ASSIGN_ROOM]))
    done = split(two, stay, "201", after=2, price=TypePrice(asked=True, total=Decimal(2200)))
    assert (done.total, prices(stay)) == (Decimal(2200), [400, 400, 700, 700])
    # A night more is in the last room and at its price.
    change(two, stay, nights=5, adults=2)
    assert (prices(stay), sold(two, "king", 5)) == ([400, 400, 700, 700, 700], [0, 0, 1, 1, 1])
    # One person less: each night by the type it was agreed for.
    change(two, stay, nights=5, adults=1)
    assert prices(stay) == [380, 380, 700, 700, 700]
    sound(two)
    # And back: the type and its price.
    back = split(two, stay, "101", after=2, price=ASK)
    assert (prices(stay), back.total) == ([380] * 5, Decimal(1900))
    assert sold(two, "king") == [0] * 4
    sound(two)


def test_split_is_refused_where_the_new_type_is_sold_out_or_has_no_price(two: TestHotel) -> None:
    stay = arrive(two, room="101", nights=3)
    for room in ("201", "202", "203"):
        arrive(two, room=room, after=2, nights=1, room_type="king")
    with nothing_changes(), pytest.raises(RoomTypeSoldOut):
        split(two, stay, "201", after=1)
    db.execute("DELETE FROM reservations_ratenight WHERE room_type_id = %s", [two.room_types["king"]])
    with nothing_changes(), pytest.raises(SplitChangesTypeUnpriced):
        split(two, stay, "202", after=1, price=None)


def test_guest_moves_into_the_other_type_on_the_day_without_being_asked_again(two: TestHotel) -> None:
    stay = stay_in(two, "101", nights=3)
    split(two, stay, "201", after=1, price=ASK)
    services.extend_stay(hotel_id=two.pk, room_reservation_id=stay, departure=TODAY + 4 * DAY, actor=SYSTEM, now=NOW)
    assert (prices(stay), sold(two, "king")) == ([400, 700, 700, 700], [0, 1, 1, 1])
    run_audit_day(two)
    services.move_room(
        hotel_id=two.pk, room_reservation_id=stay, room_id=two.rooms["201"], reason="plan", change_type=False,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert row_of(stay)["room_type_id"] == two.room_types["king"]
    assert (sold(two, "std"), sold(two, "king")) == ([1, 0, 0, 0], [0, 1, 1, 1])
    sound(two)
    services.shorten_stay(hotel_id=two.pk, room_reservation_id=stay, departure=TODAY + 2 * DAY, actor=SYSTEM, now=NOW)
    assert sold(two, "king") == [0, 1, 0, 0]
    # Who stays on there pays what was agreed there.
    services.extend_stay(hotel_id=two.pk, room_reservation_id=stay, departure=TODAY + 3 * DAY, actor=SYSTEM, now=NOW)
    assert prices(stay) == [400, 700, 700]
    sound(two)


def test_split_over_types_gives_back_what_it_held_however_it_ends(two: TestHotel) -> None:
    cancelled, unroomed, late = (arrive(two, room=room, nights=3) for room in ("101", "102", "103"))
    for stay, room in ((cancelled, "201"), (unroomed, "202"), (late, "203")):
        split(two, stay, room, after=1)
    assert (sold(two, "std"), sold(two, "king")) == ([3, 0, 0, 0], [0, 3, 3, 0])
    cancel_reservation(
        hotel_id=two.pk, reservation_id=row_of(cancelled)["reservation_id"], reason="guest", actor=SYSTEM, now=NOW
    )
    services.unassign_room(hotel_id=two.pk, room_reservation_id=unroomed, actor=SYSTEM, now=NOW)
    assert (sold(two, "std"), sold(two, "king")) == ([2, 1, 1, 0], [0, 1, 1, 0])
    # The last one comes a day later: it begins in its second room.
    place_stay(
        hotel_id=two.pk, room_reservation_id=late, actor=SYSTEM, now=NOW,
        wanted=Wanted(room_id=two.rooms["103"], arrival=TODAY + DAY, departure=TODAY + 3 * DAY,
                      expected_total=Decimal(800)),
    )  # fmt: skip
    assert (row_of(late)["room_id"], row_of(late)["room_type_id"]) == (two.rooms["203"], two.room_types["king"])
    sound(two)
    reinstate(hotel_id=two.pk, room_reservation_id=cancelled, actor=SYSTEM, now=NOW)
    assert sold(two, "std") == [2, 2, 2, 0]
    services.assign_room(hotel_id=two.pk, room_reservation_id=unroomed, room_id=two.rooms["102"], actor=SYSTEM, now=NOW)
    split(two, unroomed, "202", after=2)
    with unit_of_work():
        no_shows.turn_over(hotel_id=two.pk, date=TODAY, actor=SYSTEM, now=NOW)
    assert [row_of(stay)["status"] for stay in (cancelled, unroomed)] == ["no_show", "no_show"]
    assert (sold(two, "std"), sold(two, "king")) == ([0] * 4, [0, 1, 1, 0])
    sound(two)


def test_unassigning_is_refused_where_the_first_type_is_sold_out_by_now(two: TestHotel) -> None:
    stay = arrive(two, room="101", nights=2)
    split(two, stay, "201", after=1)
    for room in ("101", "102", "103", "104", "105"):
        arrive(two, room=room, after=1, nights=1)
    with nothing_changes(), pytest.raises(RoomTypeSoldOut):
        services.unassign_room(hotel_id=two.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW)


def test_a_stay_of_one_type_pays_no_statement_for_those_of_two(two: TestHotel) -> None:
    stay = stay_in(two, "101", nights=2)
    with statements() as sent:
        services.extend_stay(
            hotel_id=two.pk, room_reservation_id=stay, departure=TODAY + 3 * DAY, actor=SYSTEM, now=NOW
        )
    assert len(sent) == 5


def test_a_groups_room_split_into_another_type_leaves_that_night_to_the_house(two: TestHotel) -> None:
    (booked,) = picked(two, group(two, rooms=2))
    stay, on = booked.room_ids[0], (FIRST - TODAY).days
    services.assign_room(hotel_id=two.pk, room_reservation_id=stay, room_id=two.rooms["101"], actor=SYSTEM, now=NOW)
    split(two, stay, "201", after=on + 1)
    sound(two)
    # Its std night may be sold to somebody else by now: giving the king night back takes nothing from it.
    for _room in range(4):
        arrive(two, after=on + 1, nights=1)
    cancel_reservation(hotel_id=two.pk, reservation_id=booked.id, reason="guest", actor=SYSTEM, now=NOW)
    sound(two)
