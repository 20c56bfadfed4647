"""Nights under many hands: never oversold, never lost, no deadlock; and proof that the races are real."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.kernel.errors import Busy
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations import nights, stays, verify
from binzhi.reservations.models import Reservation
from binzhi.reservations.queries import details_of, reservation_view
from binzhi.reservations.requests import LimitChange, ReservationRef, RoomChange
from binzhi.reservations.services import booking as bookings
from binzhi.reservations.services import (
    cancel_reservation,
    change_room,
    create_reservation,
    mark_no_show,
    reinstate,
    set_sell_limits,
    update_details,
    writing,
)
from binzhi.reservations.services.writing import Draft
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel, sold

pytestmark = pytest.mark.django_db(transaction=True)
MEET_SECONDS = 5
Call = Callable[[], object]


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(with_billing=True, nights=20)


def book(hotel: TestHotel, *, first: int = 0, **of: Any) -> ReservationRef:
    arrival = TODAY + timedelta(days=first)
    return create_reservation(hotel_id=hotel.pk, booking=booking(arrival=arrival, **of), actor=SYSTEM, now=NOW)


def in_step(hotel: TestHotel) -> bool:
    db.enter_scope("*", "*")
    return not verify.differences(hotel_id=hotel.pk) and not verify.stray_nights(hotel_id=hotel.pk)


def test_sixty_four_buyers_for_five_rooms_five_get_one(hotel: TestHotel) -> None:
    for night in range(3):
        outcomes = run_all([lambda night=night: book(hotel, first=night, nights=1) for _buyer in range(64)])
        assert outcomes == {"ok": 5, "RoomTypeSoldOut": 59}
    assert sold(hotel)[:4] == [5, 5, 5, 0]
    assert Reservation.objects.count() == 15
    assert in_step(hotel)


def test_buyers_of_overlapping_stays_never_deadlock_and_never_oversell(hotel: TestHotel) -> None:
    dice = random.Random(20261121)
    calls: list[Call] = []
    for _buyer in range(64):
        span = dice.randint(1, 14)
        first, kind = dice.randint(0, 20 - span), dice.choice(("std", "king"))
        calls.append(lambda first=first, span=span, kind=kind: book(hotel, first=first, nights=span, room_type=kind))
    outcomes = run_all(calls)
    assert set(outcomes) == {"ok", "RoomTypeSoldOut"}
    assert max(sold(hotel)) == 5
    assert max(sold(hotel, "king")) == 3
    assert in_step(hotel)


def test_buyers_while_sixteen_clerks_change_and_cancel_keep_counters_and_reservations_equal(hotel: TestHotel) -> None:
    dice = random.Random(5)
    mine = [
        book(hotel, first=dice.randint(0, 6), nights=2, room_type=dice.choice(("std", "king"))) for _one in range(8)
    ]

    def change(made: ReservationRef) -> None:
        first = dice.randint(0, 10)
        arrival = TODAY + timedelta(days=first)
        change_room(
            hotel_id=hotel.pk,
            room_reservation_id=made.room_ids[0],
            actor=SYSTEM,
            now=NOW,
            change=RoomChange(
                arrival=arrival,
                departure=arrival + timedelta(days=dice.randint(0, 5)),
                room_type=dice.choice(("std", "king")),
                rate_plan="bar",
                adults=dice.randint(1, 2),
            ),
        )

    def cancel(made: ReservationRef) -> None:
        cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=NOW)

    def limit(closed: bool) -> None:
        change = LimitChange(room_type="std", first=TODAY, last=TODAY + timedelta(days=15), closed=closed)
        set_sell_limits(hotel_id=hotel.pk, change=change, actor=SYSTEM, now=NOW)

    calls: list[Call] = [
        lambda: book(hotel, first=dice.randint(0, 10), nights=dice.randint(1, 6)) for _buyer in range(32)
    ]
    for made in mine:
        calls += [lambda made=made: change(made), lambda made=made: cancel(made)]
        calls += [lambda made=made: back(hotel, made), lambda made=made: gone(hotel, made)]
    calls += [lambda: limit(True), lambda: limit(False)]
    dice.shuffle(calls)
    outcomes = run_all(calls)
    assert outcomes["ok"] >= 10
    assert not {"Busy", "IntegrityError", "OperationalError"} & set(outcomes)
    assert in_step(hotel)
    assert verify.wrongly_priced(hotel_id=hotel.pk) == []


def back(hotel: TestHotel, made: ReservationRef) -> None:
    reinstate(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)


def gone(hotel: TestHotel, made: ReservationRef) -> None:
    mark_no_show(hotel_id=hotel.pk, room_reservation_id=made.room_ids[0], actor=SYSTEM, now=NOW)


def test_one_reservation_cancelled_by_many_is_cancelled_once(hotel: TestHotel) -> None:
    made = book(hotel)

    def cancel() -> None:
        cancel_reservation(hotel_id=hotel.pk, reservation_id=made.id, reason="guest", actor=SYSTEM, now=NOW)

    assert run_all([cancel] * 16) == {"ok": 1, "NothingToCancel": 15}
    assert sum(sold(hotel)) == 0


def test_one_room_assigned_to_many_stays_goes_to_one(hotel: TestHotel) -> None:
    keys = [book(hotel, nights=3).room_ids[0] for _stay in range(5)]

    def assign(key: int) -> None:
        db.enter_scope("*", "*")
        with unit_of_work():
            stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=key)
            stays.assign(room_reservation=stay, room_id=hotel.rooms["101"])

    assert run_all([lambda key=key: assign(key) for key in keys]) == {"ok": 1, "RoomTaken": 4}
    assert in_step(hotel)


def test_one_room_started_by_many_day_uses_takes_one(hotel: TestHotel) -> None:
    keys = [book(hotel, nights=0).room_ids[0] for _stay in range(6)]

    def arrive(key: int) -> None:
        db.enter_scope("*", "*")
        with unit_of_work():
            stay = stays.lock_room_reservation(hotel_id=hotel.pk, room_reservation_id=key)
            stays.start(room_reservation=stays.assign(room_reservation=stay, room_id=hotel.rooms["101"]), now=NOW)

    assert run_all([lambda key=key: arrive(key) for key in keys]) == {"ok": 1, "RoomOccupied": 5}


def test_two_clerks_saving_the_same_form_one_is_told(hotel: TestHotel) -> None:
    """A5: the version decides even when both press at once."""
    made = book(hotel)
    view = reservation_view(hotel_id=hotel.pk, number=made.number)

    def save(remarks: str) -> None:
        update_details(
            hotel_id=hotel.pk, reservation_id=made.id, details=details_of(view, remarks=remarks), expected_version=1,
            actor=SYSTEM, now=NOW,
        )  # fmt: skip

    assert run_all([lambda: save("甲"), lambda: save("乙")]) == {"ok": 1, "EditConflict": 1}
    assert Reservation.objects.get(pk=made.id).version == 2


def test_channel_order_sent_many_times_at_once_is_booked_once(hotel: TestHotel) -> None:
    outcomes = run_all([lambda: book(hotel, channel="ota", channel_number="X") for _time in range(5)])
    assert outcomes == {"ok": 1, "ChannelOrderTaken": 4}
    assert sold(hotel)[:3] == [1, 1, 0]


# ---------------------------------------------------------------- controls: without the guard the races are there

_READ = "SELECT sold FROM reservations_night WHERE hotel_id = %s AND night = %s AND room_type_id = %s"
_WRITE = "UPDATE reservations_night SET sold = %s WHERE hotel_id = %s AND night = %s AND room_type_id = %s"


def booking_takes_by(take: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Bookings take their nights by `take`, and their own statement then only writes the rows."""
    real = bookings.book

    def book_rows(hotel_id: int, drafts: Sequence[Draft]) -> list[int]:
        for draft in drafts:
            take(hotel_id=hotel_id, deltas=draft.deltas)
        return real(hotel_id, [replace(draft, deltas={}) for draft in drafts])

    monkeypatch.setattr(bookings, "book", book_rows)
    # Each by itself: those who are written together do not race.
    monkeypatch.setattr(bookings, "booked", bookings._alone)


def test_negative_control_read_then_write_without_lock_oversells(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = threading.Barrier(6)

    def read_then_write(*, hotel_id: int, deltas: nights.Deltas) -> None:
        seen = {key: db.fetch_value(_READ, [hotel_id, *key]) for key in deltas}
        meeting.wait(MEET_SECONDS)
        for key, delta in deltas.items():
            db.execute(_WRITE, [seen[key] + delta, hotel_id, *key])

    booking_takes_by(read_then_write, monkeypatch)
    # Six buyers, five rooms: all of them "get" one, and the counter says one is sold.
    assert run_all([lambda: book(hotel, nights=1)] * 6) == {"ok": 6}
    assert sold(hotel)[0] == 1
    assert not in_step(hotel)


def test_negative_control_without_the_guard_the_table_still_refuses(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = (
        "AND (l.delta < 0 OR (NOT n.closed AND n.sold + l.delta <= n.rooms - n.out_of_order + n.overbooking - n.held))"
    )
    for name in ("_BOOK", "_BOOK_ALONE"):
        assert guard in getattr(writing, name)
        monkeypatch.setattr(writing, name, getattr(writing, name).replace(guard, ""))
    assert run_all([lambda: book(hotel, nights=1)] * 8) == {"ok": 5, "IntegrityError": 3}
    assert in_step(hotel)


def test_negative_control_locks_out_of_order_deadlock(hotel: TestHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stays over the same two nights, taken one by one from both ends."""
    meeting = threading.Barrier(2)
    turn = threading.Lock()
    backwards = [False, True]

    def one_by_one(*, hotel_id: int, deltas: nights.Deltas) -> None:
        with turn:
            order = sorted(deltas, reverse=backwards.pop())
        first, second = order
        nights.take(hotel_id=hotel_id, deltas={first: 1})
        meeting.wait(MEET_SECONDS)
        nights.take(hotel_id=hotel_id, deltas={second: 1})

    def book_in_steps() -> None:
        with unit_of_work():
            book(hotel, nights=2)

    booking_takes_by(one_by_one, monkeypatch)
    outcomes = run_all([book_in_steps] * 2)
    assert outcomes == {"ok": 1, Busy.__name__: 1}
    assert in_step(hotel)
