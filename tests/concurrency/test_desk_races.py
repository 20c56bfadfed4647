"""Two clerks, one room, one guest, one bill: exactly one wins, and nothing is left half done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from binzhi.billing import ledger
from binzhi.billing.payments import PaymentInput
from binzhi.billing.services import post_charge
from binzhi.frontdesk import readiness, services
from binzhi.frontdesk.calendar.placing import Wanted, place_stay, split_stay
from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.reservations.splitting import TypePrice
from binzhi.reservations.verify import differences, stray_nights
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.conftest import arrive, nights_of, row_of, stay_in

pytestmark = pytest.mark.django_db(transaction=True)
MEET_SECONDS = 5


@pytest.fixture
def hotel(transactional_db: None) -> TestHotel:
    return make_hotel(documents_required=False, with_billing=True)


def counted(sql: str, *values: Any) -> int:
    db.enter_scope("*", "*")
    return int(db.fetch_value(sql, list(values)))


def audited(operation: str) -> int:
    return counted("SELECT count(*) FROM kernel_audit_entry WHERE operation = %s", operation)


def assigning(hotel: TestHotel, stay: int, room: str) -> Callable[[], object]:
    return lambda: services.assign_room(
        hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms[room], actor=SYSTEM, now=NOW
    )


def beginning(hotel: TestHotel, stay: int, room: str = "") -> Callable[[], object]:
    room_id = hotel.rooms[room] if room else None
    return lambda: services.check_in(
        hotel_id=hotel.pk, room_reservation_id=stay, room_id=room_id, actor=SYSTEM, now=NOW
    )


def test_four_clerks_assign_one_room_to_four_guests_one_wins(hotel: TestHotel) -> None:
    guests = [arrive(hotel, nights=3) for _ in range(4)]
    assert run_all([assigning(hotel, stay, "101") for stay in guests]) == {"ok": 1, "RoomTaken": 3}
    db.enter_scope("*", "*")
    (winner,) = set(nights_of(hotel, "101").values())
    assert [row_of(stay)["room_id"] for stay in guests].count(hotel.rooms["101"]) == 1
    assert row_of(winner)["room_id"] == hotel.rooms["101"]
    assert audited("reservation.unit_assigned") == 1


def test_one_guest_checked_in_four_times_at_once_is_in_once(hotel: TestHotel) -> None:
    stay = arrive(hotel, room="101")
    assert run_all([beginning(hotel, stay)] * 4) == {"ok": 1, "WrongStatus": 3}
    assert audited("stay.checked_in") == 1
    assert counted("SELECT count(*) FROM billing_folio WHERE hotel_id = %s", hotel.pk) == 1


def test_two_day_guests_are_checked_into_one_room_one_wins(hotel: TestHotel) -> None:
    """No night keeps them apart: the index on stays in house does."""
    guests = [arrive(hotel, nights=0) for _ in range(4)]
    assert run_all([beginning(hotel, stay, "101") for stay in guests]) == {"ok": 1, "RoomOccupied": 3}
    assert counted("SELECT count(*) FROM reservations_roomreservation WHERE status = 'in_house'") == 1
    assert counted("SELECT count(*) FROM billing_folio WHERE hotel_id = %s", hotel.pk) == 1


@pytest.fixture
def no_index() -> Iterator[None]:
    """The house without its last line of defence, for the length of a test."""
    rule = db.fetch_value("SELECT indexdef FROM pg_indexes WHERE indexname = 'one_stay_in_a_room'")
    db.execute("DROP INDEX one_stay_in_a_room")
    yield
    db.enter_scope("*", "*")
    db.execute("UPDATE reservations_roomreservation SET status = 'checked_out'")
    db.execute(rule)


def test_negative_control_without_the_index_two_guests_get_one_room(
    hotel: TestHotel, no_index: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race is real: both look while neither has committed, and only the index would have kept one out."""
    barrier = Barrier(2)
    looked = readiness.lock_room

    def meet_then_look(**given: Any) -> Any:
        barrier.wait(MEET_SECONDS)
        return looked(**given)

    monkeypatch.setattr(readiness, "lock_room", meet_then_look)
    # Who is slow to look after the meeting sees the other's stay: a few rooms are tried until nobody is.
    for room in ("101", "102", "103", "104", "105"):
        guests = [arrive(hotel, nights=0) for _ in range(2)]
        if run_all([beginning(hotel, stay, room) for stay in guests]) == {"ok": 2}:
            break
    crowded = "SELECT count(*) FROM (SELECT 1 FROM reservations_roomreservation WHERE status = 'in_house'"
    assert counted(crowded + " GROUP BY room_id HAVING count(*) = 2) twice") == 1


def placing(hotel: TestHotel, stay: int, room: str, nights: int = 3) -> Callable[[], object]:
    wanted = Wanted(room_id=hotel.rooms[room], arrival=TODAY, departure=TODAY + timedelta(days=nights))
    return lambda: place_stay(hotel_id=hotel.pk, room_reservation_id=stay, wanted=wanted, actor=SYSTEM, now=NOW)


def splitting(hotel: TestHotel, stay: int, room: str) -> Callable[[], object]:
    return lambda: split_stay(
        hotel_id=hotel.pk, room_reservation_id=stay, night=TODAY + timedelta(days=1), room_id=hotel.rooms[room],
        price=TypePrice(), actor=SYSTEM, now=NOW,
    )  # fmt: skip


def test_bars_dropped_and_split_onto_one_room_at_once_share_no_night(hotel: TestHotel) -> None:
    """Two are dropped on 103 for all nights, two are split onto it from the second: one of the four has each night."""
    dropped = [arrive(hotel, nights=3, room=room) for room in ("101", "102")]
    parted = [arrive(hotel, nights=3, room=room) for room in ("104", "105")]
    outcomes = run_all([
        *(placing(hotel, stay, "103") for stay in dropped), *(splitting(hotel, stay, "103") for stay in parted)
    ])  # fmt: skip
    assert (outcomes["ok"], outcomes["RoomTaken"]) == (1, 3)
    db.enter_scope("*", "*")
    assert len(set(nights_of(hotel, "103").values())) == 1
    assert counted("SELECT count(*) FROM reservations_roomnight WHERE hotel_id = %s", hotel.pk) == 12
    assert (differences(hotel_id=hotel.pk), stray_nights(hotel_id=hotel.pk)) == ([], [])


@pytest.mark.slow
def test_three_stays_split_into_the_last_room_of_another_type_at_once_one_wins(hotel: TestHotel) -> None:
    for _room in range(2):
        arrive(hotel, nights=2, after=1, room_type="king")
    parted = [arrive(hotel, nights=3, room=room) for room in ("101", "102", "103")]
    outcomes = run_all([
        splitting(hotel, stay, room) for stay, room in zip(parted, ("201", "202", "203"), strict=True)
    ])  # fmt: skip
    assert outcomes == {"ok": 1, "RoomTypeSoldOut": 2}
    db.enter_scope("*", "*")
    assert (differences(hotel_id=hotel.pk), stray_nights(hotel_id=hotel.pk)) == ([], [])


def test_one_bar_dropped_on_two_rooms_at_once_is_in_one(hotel: TestHotel) -> None:
    stay = arrive(hotel, nights=3)
    assert run_all([placing(hotel, stay, room) for room in ("101", "102", "103")]) == {"ok": 3}
    db.enter_scope("*", "*")
    held = [room for room in ("101", "102", "103") if nights_of(hotel, room)]
    assert [hotel.rooms[room] for room in held] == [row_of(stay)["room_id"]]
    assert counted("SELECT count(*) FROM reservations_roomnight WHERE hotel_id = %s", hotel.pk) == 3


def test_two_presses_on_propose_rooms_give_each_arrival_one_room(hotel: TestHotel) -> None:
    guests = [arrive(hotel) for _ in range(5)]
    press = lambda: services.assign_proposed(hotel_id=hotel.pk, arrival=TODAY, actor=SYSTEM, now=NOW)  # noqa: E731
    outcomes = run_all([press] * 3)
    assert outcomes["ok"] >= 1
    assert set(outcomes) <= {"ok", "NothingToAssign"}
    db.enter_scope("*", "*")
    rooms = [row_of(stay)["room_id"] for stay in guests]
    assert len(set(rooms)) == 5
    assert counted("SELECT count(*) FROM reservations_roomnight WHERE hotel_id = %s", hotel.pk) == 10


def test_move_of_two_guests_into_one_room_one_wins(hotel: TestHotel) -> None:
    guests = [stay_in(hotel, "101"), stay_in(hotel, "102")]

    def moving(stay: int) -> Callable[[], object]:
        return lambda: services.move_room(
            hotel_id=hotel.pk,
            room_reservation_id=stay,
            room_id=hotel.rooms["103"],
            reason="噪音",
            actor=SYSTEM,
            now=NOW,
        )

    outcomes = run_all([moving(stay) for stay in guests])
    assert outcomes["ok"] == 1
    assert set(outcomes) <= {"ok", "RoomTaken", "RoomOccupied"}
    assert counted("SELECT count(*) FROM reservations_roomnight WHERE room_id = %s", hotel.rooms["103"]) == 2


def test_check_out_while_a_charge_is_posted_never_loses_the_charge(hotel: TestHotel) -> None:
    """Either the charge comes first and the bill is open, or the bill is closed and the charge is refused."""
    for room in ("101", "102", "103", "104", "105"):
        stay = stay_in(hotel, room, nights=1)
        row = row_of(stay)
        price = PaymentInput(means="cash", amount=Decimal(400))

        def leave(stay: int = stay, price: PaymentInput = price) -> object:
            return services.check_out(
                hotel_id=hotel.pk, room_reservation_id=stay, payments=(price,), actor=SYSTEM, now=NOW
            )

        def post(account: int = row["charge_account_id"]) -> object:
            return post_charge(
                hotel_id=hotel.pk, account_id=account, charge_code="2040", amount=Decimal(58), actor=SYSTEM, now=NOW
            )

        outcomes = run_all([leave, post])
        assert outcomes in ({"ok": 1, "BalanceOpen": 1}, {"ok": 1, "FolioClosed": 1})
        db.enter_scope("*", "*")
        left = row_of(stay)["status"] == "checked_out"
        owed = ledger.balance_of(row["folio_id"])
        assert owed == (Decimal("0.00") if left else Decimal("58.00"))


def test_check_out_and_undo_check_in_at_once_one_wins(hotel: TestHotel) -> None:
    stay = stay_in(hotel, "101", nights=1)
    price = PaymentInput(means="cash", amount=Decimal(400))
    outcomes = run_all(
        [
            lambda: services.check_out(
                hotel_id=hotel.pk, room_reservation_id=stay, payments=(price,), actor=SYSTEM, now=NOW
            ),
            lambda: services.undo_check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=NOW),
        ]
    )
    assert outcomes == {"ok": 1, "WrongStatus": 1}
    db.enter_scope("*", "*")
    assert row_of(stay)["status"] in ("checked_out", "reserved")


def test_a_room_of_another_hotel_is_never_reached(hotel: TestHotel) -> None:
    other = make_hotel()
    stay = arrive(hotel)
    assert run_all([beginning(hotel, stay)] * 1) == {"NoRoomAssigned": 1}
    with pytest.raises(NotFound):
        services.check_in(
            hotel_id=hotel.pk, room_reservation_id=stay, room_id=other.rooms["101"], actor=SYSTEM, now=NOW
        )
