"""Pre-authorisations over a wire that loses answers: done once, nothing lost, what is given up is undone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.cashier_errors import NoOpenShift
from binzhi.billing.folio_errors import HoldStepAnswered
from binzhi.billing.holds import sending, services
from binzhi.billing.holds.acquirer import HttpAcquirer
from binzhi.billing.holds.simulator import KEY, Bank
from binzhi.kernel import db as kernel_db
from tests.billing.acquiring import bank_on_loopback, capture, connect, given, of, place, send
from tests.billing.conftest import Bill, rows
from tests.factories import NOW, SYSTEM, make_actor


@pytest.fixture
def bank(bill: Bill) -> Iterator[Bank]:
    with bank_on_loopback() as (there, url):
        connect(bill.hotel, url)
        yield there


def held(bill: Bill) -> int:
    key = place(bill)
    send()
    return key


def close(bill: Bill) -> None:
    billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)


def test_capture_without_an_answer_is_asked_about_and_taken_once(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    bank.mute = True
    send()
    assert (of(bill, key).waits, bill.balance, list(bank.taken.values())) == (True, 628, [628])
    send(1)
    bank.mute = False
    send(2)
    assert (of(bill, key).state, bill.balance, list(bank.taken.values())) == ("captured", 0, [628])
    assert (send(3), rows(bill.hotel)) == (0, 2)


def test_sender_killed_before_it_noted_the_answer_takes_it_once(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    claimed = sending.claim(now=NOW)
    assert claimed is not None
    assert sending.outcome(claimed, sending.acquirer_of(bill.hotel.pk)).state == "done"
    # Nobody notes it. Its turn comes when the claim is over, not before.
    assert send(0.2) == 0
    assert send(1) == 1
    assert (of(bill, key).state, bill.balance, list(bank.taken.values())) == ("captured", 0, [628])


def test_bank_that_is_down_loses_nothing(bill: Bill, bank: Bank) -> None:
    bank.down = True
    keys = [place(bill, amount) for amount in ("100", "200")]
    assert send() == 2
    assert [of(bill, key).step_error for key in keys] == ["HTTP 503", "HTTP 503"]
    bank.down = False
    assert send(5) == 2
    assert sorted(bank.standing.values()) == [100, 200]
    assert [of(bill, key).state for key in keys] == ["held", "held"]


def test_sender_takes_one_whatever_the_plan(bill: Bill, bank: Bank) -> None:
    """As a table to join, what is due would be looked for again for every row, and each time be another."""
    # Thought to be empty, the table is read first and what is due for each of its rows.
    kernel_db.execute("ANALYZE billing_holdstep")
    for amount in ("100", "200", "300"):
        place(bill, amount)
    assert sending.claim(now=NOW) is not None
    assert kernel_db.fetch_value("SELECT count(*) FROM billing_holdstep WHERE attempts > 0") == 1


def test_wrong_key_is_no_refusal(bill: Bill, bank: Bank) -> None:
    bank.key = "another"
    key = place(bill)
    send()
    assert (of(bill, key).state, of(bill, key).step_error) == ("asked", "HTTP 401")


def test_serial_used_for_something_else_is_refused(bank: Bank) -> None:
    bank.ask({"serial": "a", "hold": "a", "kind": "hold", "amount": "10"})
    assert bank.ask({"serial": "a", "hold": "a", "kind": "hold", "amount": "11"})[0] == 422


def test_capture_given_up_is_undone_and_the_hold_stands(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    bank.mute = True
    send()
    services.give_up(hold_id=key, **given(bill, 1))
    bank.mute = False
    send(1)
    row = of(bill, key)
    assert (row.state, row.step_state, bill.balance) == ("held", "given_up", 628)
    assert (bank.taken, list(bank.standing.values())) == ({}, [1000])
    with pytest.raises(HoldStepAnswered):
        services.give_up(hold_id=key, **given(bill, 1))


def test_answer_that_comes_after_it_was_given_up_counts_for_nothing(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    claimed = sending.claim(now=NOW)
    assert claimed is not None
    said = sending.outcome(claimed, sending.acquirer_of(bill.hotel.pk))
    services.give_up(hold_id=key, **given(bill))
    with pytest.raises(HoldStepAnswered):
        services.note_outcome(
            hotel_id=bill.hotel.pk, step_id=claimed.pk, was=claimed.state, outcome=said, next_at=NOW, actor=SYSTEM,
            now=NOW,
        )  # fmt: skip
    assert bill.balance == 628
    send(1)
    assert (of(bill, key).state, bank.taken, bill.balance) == ("held", {}, 628)


def test_guest_who_left_while_a_capture_was_given_up_is_freed(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    capture(bill, key, "628")
    bank.mute = True
    send()
    services.give_up(hold_id=key, **given(bill, 1))
    bill.pay("628", means="cash")
    close(bill)
    bank.mute = False
    send(1)
    send(2)
    assert (of(bill, key).state, bank.standing, bank.taken) == ("released", {}, {})


def test_hold_without_an_answer_is_given_up(bill: Bill, bank: Bank) -> None:
    bank.mute = True
    key = place(bill)
    send()
    services.give_up(hold_id=key, **given(bill))
    bank.mute = False
    send(1)
    assert (of(bill, key).state, bank.standing) == ("released", {})
    close(bill)


def test_shift_closed_before_the_bank_answers_does_not_lose_the_payment(bill: Bill, bank: Bank) -> None:
    key = held(bill)
    bill.charge("628")
    clerk = make_actor(bill.hotel, [Permission.HOLD, Permission.TAKE_PAYMENT])
    given_by_clerk = given(bill) | {"actor": clerk}
    asked = {"hold_id": key, "account_id": bill.account_id, "amount": Decimal(628)}
    kernel_db.execute("INSERT INTO billing_cashiersetting (hotel_id, must_be_open) VALUES (%s, true)", [bill.hotel.pk])
    with pytest.raises(NoOpenShift):
        services.capture_hold(**asked, **given_by_clerk)
    kernel_db.execute("UPDATE billing_cashiersetting SET must_be_open = false")
    services.capture_hold(**asked, **given_by_clerk)
    kernel_db.execute("UPDATE billing_cashiersetting SET must_be_open = true")
    send()
    assert (of(bill, key).state, bill.balance, list(bank.taken.values())) == ("captured", 0, [628])


def test_answers_that_are_none() -> None:
    nobody = HttpAcquirer(url="http://127.0.0.1:9", key=KEY)
    assert nobody.ask({"serial": "x"}).state == "unknown"
    assert nobody.outcome_of("x") is not None
