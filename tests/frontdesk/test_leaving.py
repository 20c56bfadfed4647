"""Check-out: only a settled bill lets go; and the inverses of check-out and check-in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing import folios, ledger, payments
from binzhi.billing.access import Permission as Money
from binzhi.billing.corrections import reverse
from binzhi.billing.errors import FolioClosed
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import AlreadyCharged, AnotherBusinessDay, BalanceOpen, DepositHeld
from binzhi.frontdesk.requests import CheckedOut, DepositInput, DepositReturn, PaymentInput
from binzhi.frontdesk.services import check_in, check_out, undo_check_in, undo_check_out
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.kernel import db
from binzhi.kernel.actor import STRANGER, Actor
from binzhi.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations.errors import NightsSlept, RoomOccupied, WrongStatus
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_actor
from tests.frontdesk.audit_house import close_day
from tests.frontdesk.conftest import (
    arrive,
    audit_of,
    clerk_of,
    housekeeping,
    nights_of,
    nothing_changes,
    row_of,
    sold,
    statements,
    stay_in,
    topics,
)

LATER = NOW + timedelta(minutes=5)


def leave(hotel: TestHotel, stay: int, actor: Actor, *paid: PaymentInput, **more: Any) -> CheckedOut:
    return check_out(
        hotel_id=hotel.pk, room_reservation_id=stay, payments=paid, actor=actor, now=more.pop("now", LATER), **more
    )


def refused(
    hotel: TestHotel, stay: int, actor: Actor, expected: type[DomainError], *paid: PaymentInput, **more: Any
) -> DomainError:
    with nothing_changes(), pytest.raises(expected) as caught:
        leave(hotel, stay, actor, *paid, **more)
    return caught.value


def cash(amount: str) -> PaymentInput:
    return PaymentInput(means="cash", amount=Decimal(amount))


def charge(stay: int, amount: str = "58.00") -> int:
    row = row_of(stay)
    done = ledger.charge(
        hotel_id=row["hotel_id"],
        account_id=row["charge_account_id"],
        charge_code="2040",
        amount=Decimal(amount),
        now=LATER,
    )
    return done.transaction_id


def slept(hotel: TestHotel, room: str = "101", nights: int = 1) -> int:
    """Somebody who slept one night: 400.00 on the bill, due out today when `nights` is 1."""
    stay = stay_in(hotel, room, nights=nights)
    close_day(hotel)
    return stay


def test_check_out_settled_by_a_payment_ends_the_stay_in_seven_statements(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house)
    with statements() as sent:
        done = leave(house, stay, clerk, cash("400.00"))
    row = row_of(stay)
    assert (row["status"], row["checked_out_at"], row["ended_on"]) == ("checked_out", LATER, TODAY + timedelta(days=1))
    assert (done.paid, done.freed_nights, done.day_use, done.returned) == (
        Decimal(400),
        0,
        Decimal("0.00"),
        Decimal("0.00"),
    )
    assert housekeeping(house, "101") == "dirty"
    assert (audit_of(stay)[-1], topics()[-1]) == ("stay.checked_out", "stay.checked_out")
    assert len(sent) == 7


def test_check_out_closes_the_bill(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house)
    leave(house, stay, clerk, cash("400.00"))
    with pytest.raises(FolioClosed), unit_of_work():
        charge(stay)


def test_check_out_early_frees_the_nights_left(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house, nights=4)
    assert sold(house, "std") == [1, 1, 1, 1]
    done = leave(house, stay, clerk, cash("400.00"))
    assert done.freed_nights == 3
    assert sold(house, "std") == [1, 0, 0, 0]
    assert list(nights_of(house, "101")) == [TODAY]


def test_check_out_uses_the_deposit_and_returns_the_rest(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, nights=1, room="101")
    check_in(
        hotel_id=house.pk, room_reservation_id=stay, deposit=DepositInput(means="cash", amount=Decimal(1000)),
        actor=clerk, now=NOW,
    )  # fmt: skip
    close_day(house)
    done = leave(house, stay, clerk, deposit=DepositReturn(means="cash"))
    assert (done.paid, done.returned) == (Decimal("0.00"), Decimal("600.00"))
    folio = row_of(stay)["folio_id"]
    assert (ledger.balance_of(folio), ledger.deposit_of(folio)) == (Decimal("0.00"), Decimal("0.00"))


def test_check_out_on_the_day_of_arrival_is_charged_once(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=0)
    assert leave(house, stay, clerk, cash("400.00")).day_use == Decimal("400.00")
    undo_check_out(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    assert leave(house, stay, clerk).day_use == Decimal("0.00")


def test_check_out_on_the_day_of_arrival_is_waived_by_who_may(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=2)
    refused(house, stay, clerk, Forbidden, waive_day_use="房间漏水")
    manager = make_actor(house, [Permission.CHECK_OUT, Money.REVERSE])
    assert leave(house, stay, manager, waive_day_use="房间漏水").day_use == Decimal("0.00")
    assert sold(house, "std") == [0, 0, 0, 0]


def test_check_out_on_the_day_of_arrival_keeps_the_price_of_that_day_only(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101", nights=3)
    leave(house, stay, clerk, cash("400.00"))
    kept = db.fetch_all("SELECT night, price FROM reservations_staynight WHERE room_reservation_id = %s", [stay])
    assert kept == [{"night": TODAY, "price": Decimal("400.00")}]


def test_check_out_to_a_company_moves_the_balance(house: TestHotel, clerk: Actor) -> None:
    company = db.fetch_value(
        "INSERT INTO guests_organisation (group_id, kind, name, code, credit_limit)"
        " VALUES (%s, 'company', '启衡制造', 'qh', 5000)"
        " RETURNING id",
        [house.ref.group_id],
    )
    stay = slept(house)
    leave(house, stay, clerk, PaymentInput(means="company", amount=Decimal(400), organisation_id=company))
    owed = db.fetch_value("SELECT balance FROM billing_account WHERE code = %s", [f"org:{company}"])
    assert (row_of(stay)["status"], owed) == ("checked_out", Decimal("400.00"))


def test_check_out_notes_when_the_registered_guests_left(house: TestHotel, clerk: Actor) -> None:
    guest = files.create(group_id=house.ref.group_id, details=GuestDetails(name="王伟"), now=NOW)
    from binzhi.frontdesk.requests import RegistrationInput

    stay = arrive(house, nights=1, room="101")
    check_in(
        hotel_id=house.pk,
        room_reservation_id=stay,
        registrations=[RegistrationInput(guest_id=guest)],
        actor=clerk,
        now=NOW,
    )
    close_day(house)
    leave(house, stay, clerk, cash("400"))
    left = "SELECT left_at FROM frontdesk_registration WHERE room_reservation_id = %s"
    assert db.fetch_value(left, [stay]) == LATER
    undo_check_out(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    assert db.fetch_value(left, [stay]) is None


def test_check_out_unsettled_says_how_much_is_open(house: TestHotel, clerk: Actor) -> None:
    refusal = refused(house, slept(house), clerk, BalanceOpen)
    assert (refusal.field, refusal.params["balance"]) == ("balance", Decimal("400.00"))


@pytest.mark.parametrize("amount", ["399.99", "400.01"])
def test_check_out_paid_too_little_or_too_much_is_refused(house: TestHotel, clerk: Actor, amount: str) -> None:
    refused(house, slept(house), clerk, BalanceOpen, cash(amount))


def test_check_out_with_another_window_open_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house)
    window = folios.add_window(hotel_id=house.pk, folio_id=row_of(stay)["folio_id"], payee="同行")
    ledger.charge(hotel_id=house.pk, account_id=window.account_id, charge_code="2040", amount=Decimal(5), now=NOW)
    refused(house, stay, clerk, BalanceOpen, cash("400"))


def test_check_out_while_a_deposit_is_held_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house)
    row = row_of(stay)
    payments.take_deposit(
        hotel_id=house.pk, folio_id=row["folio_id"], deposit=DepositInput(means="cash", amount=Decimal(300)),
        currency="CNY", user_id=None, now=NOW,
    )  # fmt: skip
    assert refused(house, stay, clerk, DepositHeld, cash("400")).params["amount"] == Decimal("300.00")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_check_out_with_an_impossible_payment_is_refused(house: TestHotel, clerk: Actor, amount: str) -> None:
    assert refused(house, slept(house), clerk, InvalidInput, cash(amount)).field == "amount"


def test_check_out_by_an_unknown_means_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused(house, slept(house), clerk, InvalidInput, PaymentInput(means="shells", amount=Decimal(400)))


def test_check_out_twice_and_before_check_in_is_refused(house: TestHotel, clerk: Actor) -> None:
    refused(house, arrive(house, room="102"), clerk, WrongStatus)
    stay = slept(house)
    leave(house, stay, clerk, cash("400"))
    refused(house, stay, clerk, WrongStatus)


def test_check_out_asks_for_its_rights(house: TestHotel) -> None:
    stay = slept(house)
    refused(house, stay, make_actor(house, [Permission.VIEW]), Forbidden, cash("400"))
    refused(house, stay, make_actor(house, [Permission.CHECK_OUT]), Forbidden, cash("400"))
    refused(house, stay, STRANGER, NotFound)


def test_undo_check_out_brings_the_guest_back_due_out_today(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house, nights=3)
    leave(house, stay, clerk, cash("400"))
    undo_check_out(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    row = row_of(stay)
    assert (row["status"], row["checked_out_at"], row["ended_on"]) == ("in_house", None, None)
    assert row["departure"] == TODAY + timedelta(days=1)
    assert sold(house, "std") == [1, 0, 0, 0]
    charge(stay)
    assert ledger.balance_of(row["folio_id"]) == Decimal("58.00")


def test_undo_check_out_when_somebody_is_in_the_room_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house)
    leave(house, stay, clerk, cash("400"))
    db.execute("UPDATE property_room SET housekeeping = 'inspected' WHERE hotel_id = %s", [house.pk])
    next_guest = arrive(house, after=1, nights=1, room="101")
    check_in(hotel_id=house.pk, room_reservation_id=next_guest, actor=SYSTEM, now=NOW)
    with nothing_changes(), pytest.raises(RoomOccupied):
        undo_check_out(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)


def test_undo_check_out_on_another_day_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house)
    leave(house, stay, clerk, cash("400"))
    close_day(house, TODAY + timedelta(days=1))
    with nothing_changes(), pytest.raises(AnotherBusinessDay):
        undo_check_out(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)


def test_undo_check_out_of_a_guest_in_house_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    with nothing_changes(), pytest.raises(WrongStatus):
        undo_check_out(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)


def test_undo_check_in_while_nothing_was_posted(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    row = row_of(stay)
    assert (row["status"], row["checked_in_at"], row["room_id"]) == ("reserved", None, house.rooms["101"])
    assert (audit_of(stay)[-1], topics()[-1]) == ("stay.check_in_reverted", "stay.check_in_reverted")


def test_undo_check_in_takes_the_registrations_and_the_stay_back(strict: TestHotel) -> None:
    from binzhi.frontdesk.requests import DocumentInput, RegistrationInput
    from tests.frontdesk.test_registering import WANG

    stay = arrive(strict, room="101", adults=1)
    person = RegistrationInput(name="王伟", document=DocumentInput(kind="resident_id", number=WANG))
    actor = clerk_of(strict)
    done = check_in(hotel_id=strict.pk, room_reservation_id=stay, registrations=[person], actor=actor, now=NOW)
    undo_check_in(hotel_id=strict.pk, room_reservation_id=stay, actor=actor, now=LATER)
    assert db.fetch_value("SELECT count(*) FROM frontdesk_registration") == 0
    assert db.fetch_value("SELECT stays FROM guests_guest WHERE id = %s", [done.guest_id]) == 0


def test_undo_check_in_after_a_charge_is_refused_until_it_is_reversed(house: TestHotel, clerk: Actor) -> None:
    stay = stay_in(house, "101")
    posted = charge(stay)
    with nothing_changes(), pytest.raises(AlreadyCharged):
        undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    reverse(hotel_id=house.pk, transaction_id=posted, reason="错账", user_id=None, now=LATER)
    undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    assert row_of(stay)["status"] == "reserved"


def test_undo_check_in_while_a_deposit_is_held_is_refused_until_it_is_returned(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    deposit = DepositInput(means="cash", amount=Decimal(500))
    done = check_in(hotel_id=house.pk, room_reservation_id=stay, deposit=deposit, actor=clerk, now=NOW)
    with nothing_changes(), pytest.raises(AlreadyCharged):
        undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    payments.refund_deposit(
        hotel_id=house.pk, folio_id=done.folio_id, deposit=deposit, currency="CNY", user_id=None, now=LATER
    )
    undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)
    assert row_of(stay)["status"] == "reserved"


def test_undo_check_in_after_a_night_was_slept_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = slept(house, nights=2)
    with nothing_changes(), pytest.raises(NightsSlept):
        undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)


def test_undo_check_in_twice_is_refused(house: TestHotel, clerk: Actor) -> None:
    stay = arrive(house, room="101")
    with nothing_changes(), pytest.raises(WrongStatus):
        undo_check_in(hotel_id=house.pk, room_reservation_id=stay, actor=clerk, now=LATER)


def test_inverses_ask_for_their_rights(house: TestHotel) -> None:
    stay = stay_in(house, "101")
    for actor, expected in (
        (make_actor(house, [Permission.CHECK_IN, Permission.CHECK_OUT]), Forbidden),
        (STRANGER, NotFound),
    ):
        for operation in (undo_check_in, undo_check_out):
            with nothing_changes(), pytest.raises(expected):
                operation(hotel_id=house.pk, room_reservation_id=stay, actor=actor, now=LATER)
