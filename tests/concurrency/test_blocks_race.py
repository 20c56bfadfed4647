"""The last rooms of a group under many hands: never sold twice, no deadlock; and proof that the race is real."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from binzhi.kernel import db
from binzhi.reservations import verify
from binzhi.reservations.blocks import picking, rows, services
from binzhi.reservations.services import cancel_reservation, create_reservation
from binzhi.reservations.waitlist import services as waiting
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TestHotel, booking, make_hotel
from tests.reservations.groups import FIRST, NIGHTS, cells, counters, group, pick, picked

pytestmark = pytest.mark.django_db(transaction=True)
Call = Callable[[], object]
MEET_SECONDS = 5


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(with_billing=True)


def in_step(hotel: TestHotel) -> bool:
    db.enter_scope("*", "*")
    wrong = (verify.differences, verify.group_differences, verify.wrongly_priced)
    return not any(look(hotel_id=hotel.pk) for look in wrong)


def buy(hotel: TestHotel) -> object:
    return create_reservation(hotel_id=hotel.pk, booking=booking(arrival=FIRST, nights=NIGHTS), actor=SYSTEM, now=NOW)


def test_twenty_people_for_three_rooms_of_the_group_and_twenty_buyers_for_two_of_the_house(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=3)
    calls: list[Call] = [lambda: picked(hotel, ref)] * 20 + [lambda: buy(hotel)] * 20
    assert run_all(calls) == {"ok": 5, "NotOfBlock": 17, "RoomTypeSoldOut": 18}
    assert counters(hotel) == [(5, 0)] * NIGHTS
    assert in_step(hotel)


def test_cancelling_releasing_washing_and_picking_up_at_once_keep_every_counter_right(hotel: TestHotel) -> None:
    ref = group(hotel, rooms=4)
    mine = picked(hotel, ref, pick(), pick())
    go: dict[str, Any] = {"hotel_id": hotel.pk, "block_id": ref.id, "actor": SYSTEM, "now": NOW}
    entry = waiting.put_on_waitlist(
        hotel_id=hotel.pk, actor=SYSTEM, now=NOW,
        entry=waiting.NewEntry(
            name="候", room_type="std", rate_plan="bar", arrival=FIRST, departure=FIRST + timedelta(days=2)
        ),
    )  # fmt: skip
    calls: list[Call] = [
        *(
            lambda one=one: cancel_reservation(
                hotel_id=hotel.pk, reservation_id=one.id, reason="guest", actor=SYSTEM, now=NOW
            )
            for one in mine
        ),
        lambda: services.wash(percent=50, **go), lambda: services.release(**go),
        lambda: services.set_rooms(cells=cells(3), **go),
        lambda: services.change_status(status="tentative", **go),
        lambda: services.change_status(status="definite", **go),
        lambda: waiting.offer(hotel_id=hotel.pk, entry_id=entry, actor=SYSTEM, now=NOW),
        lambda: waiting.book_from_waitlist(hotel_id=hotel.pk, entry_id=entry, actor=SYSTEM, now=NOW),
        *[lambda: picked(hotel, ref)] * 6, *[lambda: buy(hotel)] * 6,
    ]  # fmt: skip
    outcomes = run_all(calls)
    assert outcomes["ok"] >= 3
    assert not {"Busy", "IntegrityError", "OperationalError"} & set(outcomes), outcomes
    assert in_step(hotel)


def test_negative_control_without_the_locks_two_get_the_last_room(
    hotel: TestHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read one room left; only the table's own rule is then in the way."""
    ref = group(hotel, rooms=1)
    meeting = threading.Barrier(2)
    unlocked = rows._LOCK.replace(
        "UPDATE reservations_block b SET version = b.version + 1 FROM day",
        "SELECT b.*, day.today FROM reservations_block b CROSS JOIN day",
    ).replace("    RETURNING b.*, day.today\n", "")
    plain = rows._ROWS
    monkeypatch.setattr(rows, "_LOCK", unlocked)

    def read(block: rows.LockedBlock, more: Any = ()) -> rows.Rows:
        found = {
            (row["night"], row["room_type_id"]): rows.NightRow(
                row["agreed"], row["rooms"], row["picked_up"], row["price"], row["single_price"], row["extra_adult"]
            )
            for row in db.fetch_all(plain, [block.id])
        }
        meeting.wait(MEET_SECONDS)
        return found

    monkeypatch.setattr(picking.rows, "read", read)
    outcomes = run_all([lambda: picked(hotel, ref)] * 2)
    assert outcomes == {"ok": 1, "IntegrityError": 1}
    assert in_step(hotel)
