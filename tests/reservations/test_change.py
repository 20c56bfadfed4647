from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, EditConflict, Forbidden, InvalidInput, NotFound
from binzhi.kernel.models import AuditEntry
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import errors, rates, stays, verify
from binzhi.reservations.access import Permission
from binzhi.reservations.models import RoomNight, RoomReservation, StayNight
from binzhi.reservations.rates import RateChange
from binzhi.reservations.requests import RoomChange
from binzhi.reservations.services import cancel_reservation, change_room, create_reservation
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
    make_actor,
    make_hotel,
    run_audit_day,
    sold,
    statements,
)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def book(hotel: TestHotel, *, first: int = 0, **of: Any) -> int:
    return create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=day(first), **of), actor=SYSTEM, now=NOW
    ).room_ids[0]


def change(
    hotel: TestHotel,
    key: int,
    *,
    first: int = 0,
    until: int = 2,
    actor: Any = SYSTEM,
    version: int | None = None,
    **of: Any,
) -> int:
    of = {"room_type": "std", "rate_plan": "bar", "adults": 2} | of
    return change_room(
        hotel_id=hotel.pk,
        room_reservation_id=key,
        change=RoomChange(arrival=day(first), departure=day(until), **of),
        expected_version=version,
        actor=actor,
        now=NOW,
    )


def refused(hotel: TestHotel, attempt: Callable[[], Any]) -> DomainError:
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal:
        attempt()
    assert fingerprint(hotel) == before
    return refusal.value


def prices(key: int) -> list[int]:
    rows = StayNight.objects.filter(room_reservation_id=key).order_by("night").values_list("price", flat=True)
    return [int(price) for price in rows]


def reprice(hotel: TestHotel, price: int) -> None:
    rates.write(
        hotel_id=hotel.pk, rate_plan_id=hotel.plans["bar"], room_type_ids=list(hotel.room_types.values()), first=TODAY,
        last=day(59), change=RateChange(price=Decimal(price), single_price=Decimal(price - 20)),
    )  # fmt: skip


def assign(hotel: TestHotel, key: int, number: str, *, start: bool = False) -> None:
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=key)
        stay = stays.assign(room_reservation=stay, room_id=hotel.rooms[number])
        if start:
            stays.start(room_reservation=stay, now=NOW)


def sound(hotel: TestHotel) -> bool:
    return not (
        verify.differences(hotel_id=hotel.pk)
        or verify.stray_nights(hotel_id=hotel.pk)
        or verify.wrongly_priced(hotel_id=hotel.pk)
    )


def test_change_room_dates_takes_and_gives_back_the_difference(hotel: TestHotel) -> None:
    key = book(hotel, first=1, nights=3)
    assert change(hotel, key, first=2, until=6) == 2
    assert sold(hotel)[:7] == [0, 0, 1, 1, 1, 1, 0]
    assert sound(hotel)


def test_change_room_kept_nights_keep_their_price_and_added_ones_are_priced_today(hotel: TestHotel) -> None:
    key = book(hotel, first=1, nights=2)
    reprice(hotel, 500)
    change(hotel, key, first=0, until=5)
    assert prices(key) == [500, 400, 400, 500, 500]
    change(hotel, key, first=1, until=2)
    assert prices(key) == [400]


def test_change_room_to_other_dates_entirely_is_priced_anew(hotel: TestHotel) -> None:
    key = book(hotel, nights=2)
    reprice(hotel, 500)
    change(hotel, key, first=10, until=12)
    assert prices(key) == [500, 500]
    assert sold(hotel)[:13] == [0] * 10 + [1, 1, 0]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ({"adults": 1}, [480, 480]),
        ({"rate_plan": "bb"}, [550, 550]),
        ({"room_type": "king"}, [500, 500]),
        ({"children": 1}, [550, 550]),
    ],
)
def test_change_room_type_plan_or_guests_reprices_unless_prices_are_kept(
    hotel: TestHotel, of: dict[str, Any], expected: list[int]
) -> None:
    key, keeping = book(hotel), book(hotel)
    reprice(hotel, 500)
    change(hotel, key, **of)
    change(hotel, keeping, keep_prices=True, **of)
    assert (prices(key), prices(keeping)) == (expected, [400, 400])
    assert sound(hotel)


def test_change_room_infants_cost_nothing_and_reprice_nothing(hotel: TestHotel) -> None:
    key = book(hotel)
    reprice(hotel, 500)
    change(hotel, key, infants=2)
    assert (prices(key), RoomReservation.objects.get(pk=key).infants) == ([400, 400], 2)


def test_change_room_type_moves_the_counters_and_gives_the_room_back(hotel: TestHotel) -> None:
    key = book(hotel)
    assign(hotel, key, "101")
    change(hotel, key, room_type="king")
    room = RoomReservation.objects.get(pk=key)
    assert (room.room_id, room.room_type_id, room.priced_type_id) == (
        None,
        hotel.room_types["king"],
        hotel.room_types["king"],
    )
    assert (sold(hotel)[:2], sold(hotel, "king")[:2], RoomNight.objects.count()) == ([0, 0], [1, 1], 0)


def test_change_room_dates_keep_an_upgrade_and_its_room(hotel: TestHotel) -> None:
    key = book(hotel)
    assign(hotel, key, "201")
    change(hotel, key, first=1, until=4)
    room = RoomReservation.objects.get(pk=key)
    assert (room.room_id, room.room_type_id, room.priced_type_id) == (
        hotel.rooms["201"],
        hotel.room_types["king"],
        hotel.room_types["std"],
    )
    assert sold(hotel, "king")[:5] == [0, 1, 1, 1, 0]
    assert sound(hotel)


def test_change_room_added_night_of_a_taken_room_is_refused(hotel: TestHotel) -> None:
    key = book(hotel)
    assign(hotel, key, "101")
    assign(hotel, book(hotel, first=2, nights=1), "101")
    refusal = refused(hotel, lambda: change(hotel, key, until=3))
    assert isinstance(refusal, errors.RoomTaken)
    assert refusal.params["night"] == day(2)


def test_change_room_in_a_full_house_needs_no_room_of_its_own_nights(hotel: TestHotel) -> None:
    keys = [book(hotel, nights=2) for _room in range(5)]
    change(hotel, keys[0], first=1, until=2)
    change(hotel, keys[1], adults=1)
    assert sold(hotel)[:3] == [4, 5, 0]
    late = book(hotel, first=2, nights=1)
    assert isinstance(refused(hotel, lambda: change(hotel, late, first=1, until=3)), errors.RoomTypeSoldOut)


def test_change_room_between_day_use_and_nights(hotel: TestHotel) -> None:
    key = book(hotel, nights=0)
    change(hotel, key, until=2)
    assert (prices(key), sold(hotel)[:3]) == ([400, 400], [1, 1, 0])
    change(hotel, key, until=0)
    assert (prices(key), sold(hotel)[:3]) == ([400], [0, 0, 0])
    assert sound(hotel)


def test_change_room_prices_by_hand_need_the_right(hotel: TestHotel) -> None:
    key = book(hotel)
    by_hand = (Decimal(1), Decimal("2.50"))
    clerk = make_actor(hotel, [Permission.CHANGE])
    assert isinstance(refused(hotel, lambda: change(hotel, key, prices=by_hand, actor=clerk)), Forbidden)
    manager = make_actor(hotel, [Permission.CHANGE, Permission.OVERRIDE_PRICE])
    change(hotel, key, prices=by_hand, actor=manager)
    assert list(StayNight.objects.order_by("night").values_list("price", flat=True)) == [
        Decimal("1.00"),
        Decimal("2.50"),
    ]
    assert refused(hotel, lambda: change(hotel, key, prices=(Decimal(1),))).field == "prices"
    assert refused(hotel, lambda: change(hotel, key, prices=(Decimal(1), Decimal("NaN")))).field == "prices"


def test_change_room_expected_total_that_differs_is_told(hotel: TestHotel) -> None:
    key = book(hotel)
    refusal = refused(hotel, lambda: change(hotel, key, until=3, expected_total=Decimal(800)))
    assert isinstance(refusal, errors.PriceChanged)
    assert refusal.params == {"total": Decimal("1200.00")}
    change(hotel, key, until=3, expected_total=Decimal(1200))


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ({"first": -1}, "arrival"),
        ({"until": -1}, "departure"),
        ({"until": 31}, "departure"),
        ({"first": 91, "until": 92}, "arrival"),
        ({"adults": 0}, "adults"),
        ({"adults": 3}, "adults"),
        ({"children": -1}, "children"),
        ({"room_type": "nope"}, "room_type"),
        ({"rate_plan": "\x00"}, "rate_plan"),
    ],
)
def test_change_room_impossible_stay_is_refused_at_its_field(hotel: TestHotel, of: dict[str, Any], field: str) -> None:
    key = book(hotel)
    refusal = refused(hotel, lambda: change(hotel, key, **of))
    assert (refusal.status, refusal.field) == (422, field)


def restrict(hotel: TestHotel, night: int, **of: Any) -> None:
    rates.write(
        hotel_id=hotel.pk,
        rate_plan_id=hotel.plans["bar"],
        room_type_ids=[hotel.room_types["std"]],
        first=day(night),
        last=day(night),
        change=RateChange(**of),
    )


def test_change_room_restrictions_hold_for_what_is_new(hotel: TestHotel) -> None:
    key = book(hotel, first=2, nights=4)
    restrict(hotel, 1, closed_to_arrival=True)
    restrict(hotel, 7, closed_to_departure=True)
    restrict(hotel, 6, closed=True)
    assert refused(hotel, lambda: change(hotel, key, first=1, until=6)).code == "closed_to_arrival"
    assert refused(hotel, lambda: change(hotel, key, first=2, until=7)).code in ("closed_to_departure", "plan_closed")
    assert refused(hotel, lambda: change(hotel, key, first=2, until=8)).code == "plan_closed"


def test_change_room_giving_nights_up_is_always_possible(hotel: TestHotel) -> None:
    key = book(hotel, first=2, nights=4)
    db.execute(
        "UPDATE reservations_ratenight SET min_nights = 4, closed = true, closed_to_arrival = true WHERE hotel_id = %s",
        [hotel.pk],
    )
    change(hotel, key, first=3, until=5)
    assert prices(key) == [400, 400]


def test_change_room_stale_version_is_a_conflict_that_names_what_is_saved(hotel: TestHotel) -> None:
    """A5: two clerks opened version 1; the second is told what the first saved."""
    key = book(hotel)
    change(hotel, key, until=3, version=1)
    refusal = refused(hotel, lambda: change(hotel, key, until=4, version=1))
    assert isinstance(refusal, EditConflict)
    assert refusal.current["version"] == 2
    assert refusal.current["rooms"][0]["departure"] == day(3)
    assert change(hotel, key, until=4, version=2) == 3


def test_change_room_in_house_keeps_nights_slept(hotel: TestHotel) -> None:
    key = book(hotel, nights=4)
    assign(hotel, key, "101", start=True)
    run_audit_day(hotel, 2)
    reprice(hotel, 500)
    change(hotel, key, until=5, adults=1)
    assert prices(key) == [400, 400, 480, 480, 480]
    assert isinstance(refused(hotel, lambda: change(hotel, key, first=1, until=5)), errors.NightsSlept)
    assert isinstance(refused(hotel, lambda: change(hotel, key, until=1)), errors.NightsSlept)
    assert isinstance(refused(hotel, lambda: change(hotel, key, until=5, room_type="king")), errors.MoveInstead)
    change(hotel, key, until=2, adults=1)
    assert (prices(key), sold(hotel)[:5]) == ([400, 400], [1, 1, 0, 0, 0])
    assert sound(hotel)


def test_change_room_prices_by_hand_do_not_touch_slept_nights(hotel: TestHotel) -> None:
    key = book(hotel, nights=3)
    assign(hotel, key, "101", start=True)
    run_audit_day(hotel)
    change(hotel, key, until=3, prices=(Decimal(1), Decimal(2), Decimal(3)))
    assert prices(key) == [400, 2, 3]


def test_change_room_that_is_over_is_refused(hotel: TestHotel) -> None:
    made = create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=NOW)
    assert isinstance(refused(hotel, lambda: change(hotel, made.room_ids[0])), errors.WrongStatus)


def test_change_room_needs_the_right_of_that_hotel(hotel: TestHotel) -> None:
    key = book(hotel)
    other = make_hotel()
    assert isinstance(
        refused(hotel, lambda: change(hotel, key, actor=make_actor(hotel, [Permission.CREATE]))), Forbidden
    )
    assert isinstance(
        refused(hotel, lambda: change(hotel, key, actor=make_actor(other, [Permission.CHANGE]))), NotFound
    )
    assert isinstance(refused(other, lambda: change(other, key)), NotFound)


def test_change_room_audit_tells_before_and_after(hotel: TestHotel) -> None:
    key = book(hotel)
    change(hotel, key, until=3)
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.operation, entry.before["departure"], entry.after["departure"]) == (
        "reservation.changed",
        str(day(2)),
        str(day(3)),
    )
    assert (entry.before["total"], entry.after["total"]) == ("800.00", "1200.00")


def test_change_room_overdue_arrival_may_stay_but_not_move_within_the_past(hotel: TestHotel) -> None:
    key = book(hotel, nights=4)
    run_audit_day(hotel, 2)
    assert isinstance(refused(hotel, lambda: change(hotel, key, first=1, until=4)), InvalidInput)
    change(hotel, key, first=2, until=4)
    assert sold(hotel)[:5] == [0, 0, 1, 1, 0]
    assert sound(hotel)


@pytest.mark.parametrize("nights", [1, 14])
def test_change_room_number_of_statements_does_not_grow_with_nights(hotel: TestHotel, nights: int) -> None:
    key = book(hotel, nights=nights)
    with statements() as sent:
        change(hotel, key, until=nights + 2)
    assert len(sent) == 6
