from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.kernel.errors import DomainError, InvalidInput, NotFound
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import errors, rates, stays, verify
from binzhi.reservations.models import RoomNight, RoomReservation, StayNight
from binzhi.reservations.rates import RateChange
from binzhi.reservations.services import create_reservation
from tests.factories import (
    NOW,
    SYSTEM,
    TODAY,
    TestHotel,
    booking,
    fingerprint,
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


def do(hotel: TestHotel, key: int, *steps: Callable[[stays.LockedRoom], stays.LockedRoom]) -> stays.LockedRoom:
    """One transaction, as an operation of the desk would be."""
    with unit_of_work():
        stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=key)
        for step in steps:
            stay = step(stay)
        return stay


def assign(hotel: TestHotel, number: str) -> Callable[[stays.LockedRoom], stays.LockedRoom]:
    return lambda stay: stays.assign(room_reservation=stay, room_id=hotel.rooms[number])


def move(hotel: TestHotel, number: str) -> Callable[[stays.LockedRoom], stays.LockedRoom]:
    return lambda stay: stays.move(room_reservation=stay, room_id=hotel.rooms[number])


def start(stay: stays.LockedRoom) -> stays.LockedRoom:
    return stays.start(room_reservation=stay, now=NOW)


def end(stay: stays.LockedRoom) -> stays.LockedRoom:
    return stays.end(room_reservation=stay, now=NOW)


def shorten(to: int) -> Callable[[stays.LockedRoom], stays.LockedRoom]:
    return lambda stay: stays.shorten(room_reservation=stay, departure=day(to))


def extend(to: int, prices: list[Decimal] | None = None) -> Callable[[stays.LockedRoom], stays.LockedRoom]:
    return lambda stay: stays.extend(room_reservation=stay, departure=day(to), prices=prices)


def refused(hotel: TestHotel, key: int, *steps: Callable[[stays.LockedRoom], stays.LockedRoom]) -> DomainError:
    before = fingerprint(hotel)
    with pytest.raises(DomainError) as refusal:
        do(hotel, key, *steps)
    assert fingerprint(hotel) == before
    return refusal.value


def held(key: int) -> list[tuple[int, date]]:
    return list(RoomNight.objects.filter(room_reservation_id=key).order_by("night").values_list("room_id", "night"))


def sound(hotel: TestHotel) -> bool:
    return not (
        verify.differences(hotel_id=hotel.pk)
        or verify.stray_nights(hotel_id=hotel.pk)
        or verify.wrongly_priced(hotel_id=hotel.pk)
    )


def test_lock_counts_the_version_and_reads_the_hotel_day(hotel: TestHotel) -> None:
    key = book(hotel)
    assert [do(hotel, key).version, do(hotel, key).version] == [2, 3]
    run_audit_day(hotel)
    assert do(hotel, key).today == day(1)


def test_lock_of_another_hotels_room_is_not_found(hotel: TestHotel) -> None:
    other = make_hotel()
    assert isinstance(refused(other, book(hotel)), NotFound)


def test_assign_holds_the_room_for_all_nights(hotel: TestHotel) -> None:
    key = book(hotel, nights=3)
    assert do(hotel, key, assign(hotel, "101")).room_id == hotel.rooms["101"]
    assert held(key) == [(hotel.rooms["101"], day(n)) for n in range(3)]
    assert sound(hotel)


def test_assign_same_day_turn_shares_no_night(hotel: TestHotel) -> None:
    leaving, coming = book(hotel, nights=2), book(hotel, first=2, nights=2)
    do(hotel, leaving, assign(hotel, "101"))
    do(hotel, coming, assign(hotel, "101"))
    assert [room for room, _night in held(leaving) + held(coming)] == [hotel.rooms["101"]] * 4


def test_assign_taken_room_names_the_night(hotel: TestHotel) -> None:
    do(hotel, book(hotel, first=2, nights=1), assign(hotel, "101"))
    refusal = refused(hotel, book(hotel, nights=4), assign(hotel, "101"))
    assert isinstance(refusal, errors.RoomTaken)
    assert refusal.params == {"number": "101", "night": day(2)}


def test_assign_another_room_takes_the_first_back(hotel: TestHotel) -> None:
    key = book(hotel, nights=2)
    do(hotel, key, assign(hotel, "101"))
    do(hotel, key, assign(hotel, "102"))
    assert held(key) == [(hotel.rooms["102"], day(0)), (hotel.rooms["102"], day(1))]
    do(hotel, key, assign(hotel, "102"))
    do(hotel, key, lambda stay: stays.unassign(room_reservation=stay))
    assert held(key) == []
    assert isinstance(refused(hotel, key, lambda stay: stays.unassign(room_reservation=stay)), errors.NoRoomAssigned)


def test_assign_upgrade_moves_the_counters_and_keeps_the_price(hotel: TestHotel) -> None:
    key = book(hotel, nights=2)
    do(hotel, key, assign(hotel, "201"))
    room = RoomReservation.objects.get(pk=key)
    assert (room.room_type_id, room.priced_type_id) == (hotel.room_types["king"], hotel.room_types["std"])
    assert (sold(hotel)[:2], sold(hotel, "king")[:2]) == ([0, 0], [1, 1])
    assert list(StayNight.objects.filter(room_reservation_id=key).values_list("price", flat=True)) == [Decimal(400)] * 2
    do(hotel, key, assign(hotel, "101"))
    assert (sold(hotel)[:2], sold(hotel, "king")[:2]) == ([1, 1], [0, 0])
    assert sound(hotel)


def test_assign_upgrade_into_a_full_type_is_refused(hotel: TestHotel) -> None:
    create_reservation(hotel_id=hotel.pk, booking=booking(room_type="king", nights=1, rooms=3), actor=SYSTEM, now=NOW)
    assert isinstance(refused(hotel, book(hotel, nights=2), assign(hotel, "201")), errors.RoomTypeSoldOut)


def test_assign_foreign_or_unknown_room_is_not_found(hotel: TestHotel) -> None:
    other = make_hotel()
    key = book(hotel)
    assert isinstance(
        refused(hotel, key, lambda stay: stays.assign(room_reservation=stay, room_id=other.rooms["101"])), NotFound
    )


def test_start_puts_the_guest_in_house_once(hotel: TestHotel) -> None:
    key = book(hotel)
    do(hotel, key, assign(hotel, "101"), start)
    room = RoomReservation.objects.get(pk=key)
    assert (room.status, room.checked_in_at) == ("in_house", NOW)
    assert isinstance(refused(hotel, key, start), errors.WrongStatus)


def test_start_without_room_or_before_the_day_is_refused(hotel: TestHotel) -> None:
    assert isinstance(refused(hotel, book(hotel), start), errors.NoRoomAssigned)
    assert isinstance(refused(hotel, book(hotel, first=1), assign(hotel, "101"), start), errors.NotDueIn)


def test_start_into_an_occupied_room_is_refused(hotel: TestHotel) -> None:
    """The guest due out today is still in the room that the arriving one was given."""
    staying = book(hotel, nights=1)
    do(hotel, staying, assign(hotel, "101"), start)
    run_audit_day(hotel)
    coming = book(hotel, first=1, nights=1)
    refusal = refused(hotel, coming, assign(hotel, "101"), start)
    assert (type(refusal), refusal.field) == (errors.RoomOccupied, "room")
    do(hotel, staying, end)
    do(hotel, coming, assign(hotel, "101"), start)
    assert sound(hotel)


def test_start_two_day_uses_do_not_share_a_room(hotel: TestHotel) -> None:
    first, second = book(hotel, nights=0), book(hotel, nights=0)
    do(hotel, first, assign(hotel, "101"), start)
    assert isinstance(refused(hotel, second, assign(hotel, "101"), start), errors.RoomOccupied)


def test_undo_start_on_the_day_keeps_the_room_and_later_is_refused(hotel: TestHotel) -> None:
    key = book(hotel, nights=3)
    do(hotel, key, assign(hotel, "101"), start)
    do(hotel, key, lambda stay: stays.undo_start(room_reservation=stay))
    room = RoomReservation.objects.get(pk=key)
    assert (room.status, room.checked_in_at, room.room_id) == ("reserved", None, hotel.rooms["101"])
    do(hotel, key, start)
    run_audit_day(hotel)
    refusal = refused(hotel, key, lambda stay: stays.undo_start(room_reservation=stay))
    assert isinstance(refusal, errors.NightsSlept)


def test_end_on_the_agreed_day_keeps_what_was_slept(hotel: TestHotel) -> None:
    key = book(hotel, nights=2)
    do(hotel, key, assign(hotel, "101"), start)
    run_audit_day(hotel, 2)
    do(hotel, key, end)
    room = RoomReservation.objects.get(pk=key)
    assert (room.status, room.departure, room.ended_on) == ("checked_out", day(2), day(2))
    assert (sold(hotel)[:3], len(held(key))) == ([1, 1, 0], 2)
    assert sound(hotel)


def test_end_early_gives_nights_room_and_prices_back(hotel: TestHotel) -> None:
    key = book(hotel, nights=5)
    do(hotel, key, assign(hotel, "101"), start)
    run_audit_day(hotel, 2)
    do(hotel, key, end)
    assert (sold(hotel)[:5], len(held(key))) == ([1, 1, 0, 0, 0], 2)
    assert StayNight.objects.filter(room_reservation_id=key).count() == 2
    # Somebody else can have room and night at once.
    do(hotel, book(hotel, first=2, nights=3), assign(hotel, "101"), start)
    assert sound(hotel)


def test_end_on_the_day_of_arrival_leaves_a_day_use(hotel: TestHotel) -> None:
    key = book(hotel, nights=2)
    do(hotel, key, assign(hotel, "101"), start, end)
    room = RoomReservation.objects.get(pk=key)
    assert (room.departure, sum(sold(hotel)), held(key)) == (TODAY, 0, [])
    assert StayNight.objects.filter(room_reservation_id=key).count() == 1
    assert sound(hotel)


def test_shorten_gives_back_and_never_touches_slept_nights(hotel: TestHotel) -> None:
    key = book(hotel, nights=6)
    do(hotel, key, assign(hotel, "101"), start)
    run_audit_day(hotel, 2)
    do(hotel, key, shorten(4))
    assert (sold(hotel)[:6], len(held(key))) == ([1, 1, 1, 1, 0, 0], 4)
    assert isinstance(refused(hotel, key, shorten(1)), errors.NightsSlept)
    for same_or_later in (4, 5):
        assert isinstance(refused(hotel, key, shorten(same_or_later)), InvalidInput)
    assert sound(hotel)


def test_extend_takes_nights_room_and_prices_of_the_plan(hotel: TestHotel) -> None:
    key = book(hotel, nights=1)
    rates.write(
        hotel_id=hotel.pk,
        rate_plan_id=hotel.plans["bar"],
        room_type_ids=[hotel.room_types["std"]],
        first=day(1),
        last=day(1),
        change=RateChange(price=Decimal(555)),
    )
    do(hotel, key, assign(hotel, "101"), start)
    do(hotel, key, extend(3))
    prices = StayNight.objects.filter(room_reservation_id=key).order_by("night").values_list("price", flat=True)
    assert (list(prices), sold(hotel)[:4]) == ([Decimal(400), Decimal(555), Decimal(400)], [1, 1, 1, 0])
    assert held(key)[-1] == (hotel.rooms["101"], day(2))
    assert sound(hotel)


def test_extend_by_prices_given(hotel: TestHotel) -> None:
    key = book(hotel, nights=1)
    do(hotel, key, extend(3, [Decimal(1), Decimal(2)]))
    assert list(StayNight.objects.order_by("night").values_list("price", flat=True)) == [
        Decimal(400),
        Decimal(1),
        Decimal(2),
    ]
    refusal = refused(hotel, key, extend(5, [Decimal(1)]))
    assert (type(refusal), refusal.field) == (InvalidInput, "prices")


def test_extend_into_a_room_given_to_somebody_says_so(hotel: TestHotel) -> None:
    key = book(hotel, nights=1)
    do(hotel, key, assign(hotel, "101"), start)
    do(hotel, book(hotel, first=2, nights=1), assign(hotel, "101"))
    refusal = refused(hotel, key, extend(3))
    assert isinstance(refusal, errors.RoomTaken)
    assert refusal.params["night"] == day(2)
    do(hotel, key, extend(2))


def test_extend_sold_out_closed_too_long_or_not_longer_is_refused(hotel: TestHotel) -> None:
    key = book(hotel, nights=1)
    create_reservation(hotel_id=hotel.pk, booking=booking(arrival=day(2), nights=1, rooms=5), actor=SYSTEM, now=NOW)
    assert isinstance(refused(hotel, key, extend(3)), errors.RoomTypeSoldOut)
    assert isinstance(refused(hotel, key, extend(31)), InvalidInput)
    assert isinstance(refused(hotel, key, extend(1)), InvalidInput)
    db.execute("UPDATE reservations_night SET closed = true WHERE hotel_id = %s AND night = %s", [hotel.pk, day(1)])
    assert isinstance(refused(hotel, key, extend(2)), errors.RoomTypeClosed)
    db.execute("DELETE FROM reservations_ratenight WHERE hotel_id = %s AND night = %s", [hotel.pk, day(1)])
    assert isinstance(refused(hotel, key, extend(2)), errors.NoPrice)


def test_extend_ignores_restrictions_meant_for_new_bookings(hotel: TestHotel) -> None:
    key = book(hotel, nights=1)
    db.execute(
        "UPDATE reservations_ratenight SET min_nights = 9, closed_to_arrival = true, closed = true WHERE hotel_id = %s",
        [hotel.pk],
    )
    assert do(hotel, key, extend(2)).departure == day(2)


def test_move_takes_the_new_room_from_tonight_and_keeps_the_old_nights(hotel: TestHotel) -> None:
    key = book(hotel, nights=4)
    do(hotel, key, assign(hotel, "101"), start)
    run_audit_day(hotel, 2)
    do(hotel, key, move(hotel, "201"))
    assert [room for room, _night in held(key)] == [hotel.rooms["101"]] * 2 + [hotel.rooms["201"]] * 2
    assert (sold(hotel)[:4], sold(hotel, "king")[:4]) == ([1, 1, 0, 0], [0, 0, 1, 1])
    assert sound(hotel)
    # The room left is for somebody else, the room taken is not.
    do(hotel, book(hotel, first=2, nights=1), assign(hotel, "101"), start)
    refusal = refused(hotel, book(hotel, first=2, nights=1, room_type="king"), assign(hotel, "201"))
    assert isinstance(refusal, errors.RoomTaken)


def test_move_into_a_taken_or_occupied_room_is_refused(hotel: TestHotel) -> None:
    due_out, other, key = book(hotel, nights=1), book(hotel, first=1, nights=2), book(hotel, nights=3)
    do(hotel, due_out, assign(hotel, "102"), start)
    do(hotel, other, assign(hotel, "103"))
    do(hotel, key, assign(hotel, "101"), start)
    assert isinstance(refused(hotel, key, move(hotel, "103")), errors.RoomTaken)
    run_audit_day(hotel)
    assert isinstance(refused(hotel, key, move(hotel, "102")), errors.RoomOccupied)
    assert isinstance(refused(hotel, other, move(hotel, "104")), errors.WrongStatus)


@pytest.mark.parametrize("step", ["assign", "unassign", "start", "undo_start", "end", "shorten", "extend", "move"])
def test_a_stay_that_is_over_cannot_be_touched(hotel: TestHotel, step: str) -> None:
    key = book(hotel, nights=2)
    do(hotel, key, assign(hotel, "101"), start, end)
    attempts: dict[str, Callable[[stays.LockedRoom], stays.LockedRoom]] = {
        "assign": assign(hotel, "102"),
        "unassign": lambda stay: stays.unassign(room_reservation=stay),
        "start": start,
        "undo_start": lambda stay: stays.undo_start(room_reservation=stay),
        "end": end,
        "shorten": shorten(1),
        "extend": extend(5),
        "move": move(hotel, "102"),
    }
    assert isinstance(refused(hotel, key, attempts[step]), errors.WrongStatus)


@pytest.mark.parametrize("nights", [1, 14])
def test_number_of_statements_does_not_grow_with_nights(hotel: TestHotel, nights: int) -> None:
    key = book(hotel, nights=nights)

    def counted(*steps: Callable[[stays.LockedRoom], stays.LockedRoom]) -> int:
        with statements() as sent:
            do(hotel, key, *steps)
        return len(sent)

    assert counted(assign(hotel, "101"), start) == 4
    assert counted(extend(nights + nights)) == 4
    assert counted(move(hotel, "201")) == 4
    assert counted(shorten(nights)) == 3
    assert counted(end) == 4
