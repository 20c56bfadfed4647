"""Capacity, changes and the order of events, inferred from rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from binzhi.replay.capacity import TypePlan, plan_hotel
from binzhi.replay.changes import Party, change_days, stages
from binzhi.replay.rows import CANCELLED, CHECKED_OUT, Booking
from binzhi.replay.schedule import schedule

FIRST = date(2016, 3, 1)
STAY = Booking(
    row=1, hotel="City Hotel", booked_on=FIRST, arrival=FIRST, nights=2, adults=2, children=0, babies=0,
    reserved_type="A", assigned_type="A", changes=0, adr=Decimal("80.00"), status=CHECKED_OUT,
    ended_on=FIRST + timedelta(days=2),
)  # fmt: skip


def stay(row: int, day: int, nights: int, **changed: object) -> Booking:
    arrival = FIRST + timedelta(days=day)
    ended = arrival + timedelta(days=nights)
    return replace(STAY, **{"row": row, "arrival": arrival, "nights": nights, "ended_on": ended, **changed})  # type: ignore[arg-type]


def types(bookings: Iterable[Booking]) -> dict[str, tuple[int, int]]:
    return {plan.code: (plan.rooms, plan.overbooking) for plan in plan_hotel("City Hotel", list(bookings)).types}


def test_plan_hotel_back_to_back_stays_need_one_room() -> None:
    assert types([stay(1, 0, 2), stay(2, 2, 2)]) == {"A": (1, 0)}


def test_plan_hotel_overlapping_stays_need_a_room_each() -> None:
    assert types([stay(1, 0, 3), stay(2, 1, 3), stay(3, 2, 1)]) == {"A": (3, 0)}


def test_plan_hotel_day_use_needs_a_room_between_departures_and_arrivals() -> None:
    assert types([stay(1, 0, 2), stay(2, 1, 0)]) == {"A": (2, 0)}
    assert types([stay(1, 0, 1), stay(2, 1, 0), stay(3, 1, 1)]) == {"A": (1, 0)}


def test_plan_hotel_cancelled_rooms_are_overbooking_and_not_rooms() -> None:
    gone = stay(2, 1, 1, status=CANCELLED, ended_on=FIRST + timedelta(days=1))
    assert types([stay(1, 0, 2), gone, replace(gone, row=3)]) == {"A": (1, 2)}


def test_plan_hotel_cancelled_before_the_next_booking_is_not_counted() -> None:
    gone = stay(1, 5, 1, status=CANCELLED, ended_on=FIRST)
    assert types([gone, stay(2, 5, 1, booked_on=FIRST + timedelta(days=1))]) == {"A": (1, 0)}


def test_plan_hotel_upgrade_is_sold_in_one_type_and_slept_in_the_other() -> None:
    up = stay(2, 1, 1, assigned_type="B")
    assert types([stay(1, 1, 1), up]) == {"A": (1, 1), "B": (1, 0)}


def test_plan_hotel_longer_stay_before_a_change_counts_while_it_lasts() -> None:
    assert types([stay(1, 0, 2, changes=2), stay(2, 2, 1)]) == {"A": (1, 1)}


def test_plan_hotel_types_hold_everybody_who_came_or_was_announced() -> None:
    plan = plan_hotel("City Hotel", [stay(1, 0, 1, adults=1, children=3, babies=1, assigned_type="B", changes=1)])
    assert plan.types == (TypePlan("A", 1, 0, 2, 6), TypePlan("B", 1, 0, 2, 6))


def test_stages_end_in_the_row_and_each_differs_from_the_one_before() -> None:
    for booking in (stay(1, 9, 2, changes=7), stay(2, 9, 0, changes=4), stay(3, 9, 1, changes=5, adults=1)):
        states = stages(booking)
        assert states[-1] == Party(booking.nights, booking.adults)
        assert len(states) == booking.changes + 1
        assert all(before != after for before, after in itertools.pairwise(states))
        assert all(state.nights >= booking.nights and state.adults >= 1 for state in states)


def test_change_days_lie_between_booking_and_end() -> None:
    assert change_days(stay(1, 9, 2, changes=2)) == [FIRST + timedelta(days=3), FIRST + timedelta(days=6)]
    gone = stay(1, 9, 2, changes=1, status=CANCELLED, ended_on=FIRST + timedelta(days=4))
    assert change_days(gone) == [FIRST + timedelta(days=2)]


def test_schedule_puts_every_event_on_its_day() -> None:
    booking = stay(1, 4, 2, changes=1)
    days = dict(schedule([booking, stay(2, 0, 0)]))
    assert len(days) == 7
    assert [b.row for b in days[FIRST].bookings] == [1, 2]
    assert [b.row for b in days[FIRST].day_uses] == [2]
    assert days[FIRST + timedelta(days=2)].changes == [(booking, 1)]
    assert days[FIRST + timedelta(days=4)].arrivals == [booking]
    assert days[FIRST + timedelta(days=6)].departures == [booking]
