"""Pre-authorisations: held, taken once whatever the wire does, and no bill closed over one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from binzhi.billing import ledger
from binzhi.billing import services as billing
from binzhi.billing.errors import AmountNotPositive, FolioClosed
from binzhi.billing.folio_errors import (
    AcquirerMissing,
    AuthCodeWrong,
    CardNumberTyped,
    CardTailWrong,
    DoneByHand,
    HoldBusy,
    HoldNotHeld,
    HoldOpen,
    HoldTooSmall,
    PaidTooMuch,
    WholeDays,
)
from binzhi.billing.holds import sending, services
from binzhi.billing.holds.queries import acquirer, held_for, holds
from binzhi.billing.holds.services import AcquirerInput, Slip
from binzhi.billing.holds.simulator import Bank
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import DomainError, NotFound
from tests.billing.acquiring import SLIP, bank_on_loopback, capture, connect, given, of, place, send
from tests.billing.conftest import Bill, assert_books_hold, open_bill, rows
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, make_hotel


@pytest.fixture
def bank(bill: Bill) -> Iterator[Bank]:
    with bank_on_loopback() as (there, url):
        connect(bill.hotel, url)
        yield there


def count() -> tuple[int, int]:
    """Holds and requests: what a refusal must not change."""
    one: int = kernel_db.fetch_value("SELECT count(*) FROM billing_hold")
    other: int = kernel_db.fetch_value("SELECT count(*) FROM billing_holdstep")
    return one, other


def held(bill: Bill, amount: str = "1000") -> int:
    key = place(bill, amount)
    send()
    assert of(bill, key).state == "held"
    return key


# ---------------------------------------------------------------- the plain case


def test_hold_is_asked_for_held_and_shown_with_its_end(bill: Bill, bank: Bank) -> None:
    key = place(bill, note="3 晚")
    assert (of(bill, key).state, of(bill, key).waits) == ("asked", True)
    assert send() == 1
    row = of(bill, key)
    assert (row.state, row.amount, row.card_tail, row.note, row.waits) == ("held", 1000, "6222", "3 晚", False)
    assert list(bank.standing.values()) == [1000]
    assert held_for([bill.folio_id])[bill.folio_id].amount == 1000
    # Nothing of it stands on the bill.
    assert (bill.balance, bill.deposit, rows(bill.hotel)) == (0, 0, 0)


def test_capture_of_a_part_pays_the_window_and_frees_the_rest(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    assert bill.balance == 628
    send()
    row = of(bill, key)
    assert (row.state, row.captured, bill.balance) == ("captured", 628, 0)
    assert (bank.standing, list(bank.taken.values())) == ({}, [628])
    assert_books_hold(bill.hotel)
    billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)


def test_payment_of_a_capture_is_of_the_clerk_who_asked(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    clerk = SYSTEM.__class__(user_id=None, name="钱多多")
    assert clerk.user_id is None
    capture(bill, key, "628")
    kernel_db.execute("UPDATE billing_holdstep SET asked_by = 77 WHERE kind = 'capture'")
    send()
    assert kernel_db.fetch_value("SELECT user_id FROM billing_transaction WHERE kind = 'payment'") == 77


def test_extended_hold_holds_more_and_longer(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    services.extend_hold(hold_id=key, more=Decimal(500), **given(bill))
    send()
    assert (of(bill, key).amount, of(bill, key).state) == (1500, "held")
    assert list(bank.standing.values()) == [1500]


def test_released_hold_is_free_again(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    services.release_hold(hold_id=key, reason="改付现金", **given(bill))
    send()
    assert (of(bill, key).state, bank.standing, rows(bill.hotel)) == ("released", {}, 0)
    with pytest.raises(HoldNotHeld):
        services.release_hold(hold_id=key, **given(bill))


def test_refused_hold_says_why(bill: Bill, bank: Bank) -> None:
    key = place(bill, "60000")
    send()
    row = of(bill, key)
    assert (row.state, row.step_state, row.step_error, bank.standing) == ("refused", "refused", "余额不足", {})


def test_by_hand_a_slip_holds_captures_and_nothing_is_sent(bill: Bill) -> None:
    with pytest.raises(AcquirerMissing):
        place(bill)
    assert count() == (0, 0)
    key = place(bill, slip=SLIP)
    row = of(bill, key)
    assert (row.state, row.by_hand, row.auth_code, row.card_tail) == ("held", True, "873201", "6222")
    assert row.expires_on == TODAY + timedelta(days=30)
    bill.charge("628")
    with pytest.raises(AcquirerMissing):
        capture(bill, key, "628")
    capture(bill, key, "628", auth_code="873202")
    assert (of(bill, key).state, bill.balance, send()) == ("captured", 0, 0)


def test_held_by_wire_is_not_taken_by_hand(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    before = count()
    with pytest.raises(DoneByHand):
        capture(bill, key, "628", auth_code="873202")
    assert (count(), bill.balance) == (before, 628)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("amount", "more", "refusal"),
    [
        ("0", {"slip": SLIP}, AmountNotPositive),
        ("10", {"slip": Slip(auth_code="12", card_tail="6222")}, AuthCodeWrong),
        ("10", {"slip": Slip(card_tail="6222")}, AuthCodeWrong),
        ("10", {"slip": Slip(auth_code="873201", card_tail="622202")}, CardTailWrong),
        ("10", {"slip": SLIP, "note": "卡号 6222 0200 0000 0000 000"}, CardNumberTyped),
        ("10", {"slip": SLIP, "note": "4111-1111-1111-1111"}, CardNumberTyped),
    ],
)
def test_refused_hold_leaves_nothing(bill: Bill, amount: str, more: dict[str, Any], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        place(bill, amount, **more)
    assert count() == (0, 0)


def test_capture_is_refused_above_what_is_owed_and_above_what_is_held(bill: Bill, bank: Bank) -> None:
    key = held(bill, "500")
    bill.charge("628")
    before = count()
    with pytest.raises(PaidTooMuch):
        capture(bill, key, "628.01")
    with pytest.raises(HoldTooSmall):
        capture(bill, key, "600")
    other = open_bill(bill.hotel)
    other.charge("100")
    with pytest.raises(NotFound):
        capture(other, key, "100")
    assert (count(), bill.balance, of(bill, key).state) == (before, 628, "held")


def test_one_thing_at_a_time_is_asked_about_a_hold(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    before = count()
    for again in (
        lambda: capture(bill, key, "628"),
        lambda: services.release_hold(hold_id=key, **given(bill)),
        lambda: services.extend_hold(hold_id=key, **given(bill)),
    ):
        with pytest.raises(HoldBusy):
            again()
    assert count() == before


def test_closed_bill_takes_no_hold(bill: Bill, bank: Bank) -> None:
    billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    with pytest.raises(FolioClosed):
        place(bill)
    assert count() == (0, 0)


@pytest.mark.parametrize(("days", "warn"), [(0, 3), (181, 3), (30, 31), (30, -1)])
def test_acquirer_is_refused_with_days_out_of_range(bill: Bill, days: int, warn: int) -> None:
    settings = AcquirerInput(merchant_no="1", hold_days=days, warn_days=warn)
    with pytest.raises(WholeDays):
        services.set_acquirer(hotel_id=bill.hotel.pk, acquirer=settings, actor=SYSTEM, now=NOW)
    assert acquirer(hotel_id=bill.hotel.pk).merchant_no == ""


# ---------------------------------------------------------------- a bill and what is held for it


def close(bill: Bill) -> None:
    billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)


def test_bill_is_not_closed_while_something_is_held(bill: Bill, bank: Bank) -> None:
    key = place(bill)
    with pytest.raises(HoldOpen):
        close(bill)
    send()
    with pytest.raises(HoldOpen):
        close(bill)
    services.release_hold(hold_id=key, **given(bill))
    # The bank may be told a moment later: the guest need not wait for that.
    close(bill)
    send()
    assert of(bill, key).state == "released"


def test_database_itself_keeps_a_bill_open_over_a_hold(bill: Bill) -> None:
    place(bill, slip=SLIP)
    with pytest.raises(IntegrityError, match="still held"), transaction.atomic():
        kernel_db.execute("UPDATE billing_folio SET closed_at = now() WHERE id = %s", [bill.folio_id])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_hold SET captured = 1001, state = 'captured'",
        "UPDATE billing_hold SET amount = 1",
        "DELETE FROM billing_hold",
        "UPDATE billing_hold SET state = 'asked'",
        "UPDATE billing_holdstep SET amount = 5",
        "UPDATE billing_holdstep SET state = 'asked', answered_at = NULL",
        "DELETE FROM billing_holdstep",
        "UPDATE billing_hold SET card_tail = '62220'",
    ],
)
def test_database_keeps_holds_as_they_were_asked_for(bill: Bill, statement: str) -> None:
    place(bill, slip=SLIP)
    with (
        pytest.raises(Exception, match=r"stays|constraint|too long|insert-only|never|refuse|change"),
        transaction.atomic(),
    ):
        kernel_db.execute(statement)


# ---------------------------------------------------------------- its end


def test_end_of_a_hold_is_told_ahead_and_noted(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    assert holds(hotel_id=bill.hotel.pk, state="ending") == []
    kernel_db.execute("UPDATE billing_hold SET expires_on = %s", [TODAY + timedelta(days=3)])
    (soon,) = holds(hotel_id=bill.hotel.pk, state="ending")
    assert (soon.pk, soon.ends_soon) == (key, True)
    with pytest.raises(HoldNotHeld):
        services.expire_hold(hold_id=key, **given(bill))
    assert sending.expire_due(now=NOW) == 0
    kernel_db.execute("UPDATE billing_hold SET expires_on = %s", [TODAY - timedelta(days=1)])
    assert sending.expire_due(now=NOW) == 1
    assert of(bill, key).state == "expired"
    close(bill)


def test_lists_of_holds_cost_one_statement(bill: Bill, django_assert_num_queries: Any) -> None:
    place(bill, slip=SLIP)
    with django_assert_num_queries(1):
        assert len(holds(hotel_id=bill.hotel.pk)) == 1
    for _each in range(2):
        place(open_bill(bill.hotel), slip=SLIP)
    with django_assert_num_queries(1):
        assert len(holds(hotel_id=bill.hotel.pk, state="open")) == 3


# ---------------------------------------------------------------- races


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_take_from_one_hold_take_it_once() -> None:
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=2))
    with bank_on_loopback() as (bank, url):
        connect(bill.hotel, url)
        key = held(bill)
        bill.charge("628")
        outcomes = run_all([lambda: capture(bill, key, "628")] * 3)
        assert outcomes == {"ok": 1, "HoldBusy": 2}
        assert (run_all([send, send, send]), list(bank.taken.values())) == ({"ok": 3}, [628])
    assert bill.balance == 0


@pytest.mark.django_db(transaction=True)
def test_bill_closed_while_something_is_held_for_it_either_or() -> None:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=2)
    for _again in range(5):
        bill = open_bill(hotel)
        outcomes = run_all([lambda bill=bill: place(bill, slip=SLIP), lambda bill=bill: close(bill)])
        assert outcomes in ({"ok": 1, "HoldOpen": 1}, {"ok": 1, "FolioClosed": 1})


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_trigger_a_bill_closes_over_a_hold() -> None:
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=2))
    place(bill, slip=SLIP)
    kernel_db.execute("ALTER TABLE billing_folio DISABLE TRIGGER billing_folio_hold_open")
    try:
        close(bill)
    finally:
        kernel_db.execute("ALTER TABLE billing_folio ENABLE TRIGGER billing_folio_hold_open")
    assert ledger.balance_of(bill.folio_id) == 0
