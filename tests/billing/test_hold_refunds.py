"""What the bank took goes back through the bank: asked once, booked when it says so, never more than was taken."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.errors import FolioClosed, ReasonRequired, RefundTooLarge
from binzhi.billing.folio_errors import HoldBusy, HoldNotTaken, HoldOpen, RefundThroughBank
from binzhi.billing.holds import sending, services
from binzhi.billing.holds.refunds import refund_hold
from binzhi.billing.holds.simulator import Bank
from binzhi.kernel import clock
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import DomainError
from tests.billing.acquiring import SLIP, bank_on_loopback, capture, connect, given, of, place, send
from tests.billing.conftest import Bill, assert_books_hold, lines_of, rows
from tests.factories import NOW, SYSTEM
from tests.reservations.desk import signed_in


@pytest.fixture
def bank(bill: Bill) -> Iterator[Bank]:
    with bank_on_loopback() as (there, url):
        connect(bill.hotel, url)
        yield there


def taken(bill: Bill, amount: str = "628") -> int:
    key = place(bill)
    send()
    bill.charge(amount)
    capture(bill, key, amount)
    send()
    assert of(bill, key).state == "captured"
    return key


def back(bill: Bill, key: int, amount: str, reason: str = "多收") -> None:
    refund_hold(hold_id=key, amount=Decimal(amount), reason=reason, **given(bill))


def test_refund_is_asked_of_the_bank_and_booked_when_it_says_so(bill: Bill, bank: Bank) -> None:
    key = taken(bill)
    back(bill, key, "100")
    assert (bill.balance, of(bill, key).waits, bank.returned) == (0, True, {})
    assert send(1) == 1
    row = of(bill, key)
    assert (bill.balance, row.given_back, row.waits, list(bank.returned.values())) == (100, 100, False, [100])
    posted = kernel_db.fetch_one("SELECT id, origin_id, description FROM billing_transaction WHERE kind = 'refund'")
    assert posted is not None
    assert (posted["origin_id"], posted["description"]) == (row.payment_id, "多收")
    assert lines_of(posted["id"]) == {("folio", ""): Decimal(100), ("means", "card"): Decimal(-100)}
    assert_books_hold(bill.hotel)


def test_refund_without_an_answer_is_asked_about_and_given_back_once(bill: Bill, bank: Bank) -> None:
    key = taken(bill)
    back(bill, key, "628")
    bank.mute = True
    send(1)
    assert (of(bill, key).waits, bill.balance, list(bank.returned.values())) == (True, 0, [628])
    bank.mute = False
    send(2)
    assert (send(3), bill.balance, list(bank.returned.values())) == (0, 628, [628])


def test_sender_killed_between_the_banks_yes_and_its_note_gives_back_once(bill: Bill, bank: Bank) -> None:
    key = taken(bill)
    back(bill, key, "100")
    claimed = sending.claim(now=NOW)
    assert claimed is not None
    assert sending.outcome(claimed, sending.acquirer_of(bill.hotel.pk)).state == "done"
    assert bill.balance == 0
    send(1)
    assert (bill.balance, of(bill, key).given_back, list(bank.returned.values())) == (100, 100, [100])


def test_never_more_than_was_taken_neither_here_nor_at_the_bank(bill: Bill, bank: Bank) -> None:
    key = taken(bill)
    back(bill, key, "600")
    send(1)
    before = rows(bill.hotel)
    for amount, refusal in (("28.01", RefundTooLarge), ("-1", DomainError)):
        with pytest.raises(refusal), transaction.atomic():
            back(bill, key, amount)
    serial = kernel_db.fetch_value("SELECT serial FROM billing_holdstep WHERE kind = 'hold'")
    asked = {"serial": "x", "hold": serial, "kind": "refund", "amount": "28.01"}
    assert bank.ask(asked)[0] == 422
    with pytest.raises(IntegrityError, match="more is given back"), transaction.atomic():
        kernel_db.execute(
            "INSERT INTO billing_holdstep (hotel_id, hold_id, serial, kind, amount, account_id, asked_at)"
            " VALUES (%s, %s, 'y', 'refund', 28.01, %s, now())",
            [bill.hotel.pk, key, bill.account_id],
        )
    assert (rows(bill.hotel), of(bill, key).given_back) == (before, 600)


def test_what_stands_against_it_is_said_before_the_bank_is_asked(bill: Bill, bank: Bank) -> None:
    held = place(bill, "50")
    send()
    with pytest.raises(HoldNotTaken), transaction.atomic():
        back(bill, held, "10")
    services.release_hold(hold_id=held, **given(bill))
    send()
    key = taken(bill)
    with pytest.raises(ReasonRequired), transaction.atomic():
        back(bill, key, "10", reason=" ")
    back(bill, key, "10")
    with pytest.raises(HoldBusy), transaction.atomic():
        back(bill, key, "10")
    # The bank's yes must find the bill open.
    with pytest.raises(HoldOpen), transaction.atomic():
        billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    services.give_up(hold_id=key, **given(bill))
    send(1)
    assert (of(bill, key).given_back, bank.returned, bill.balance) == (0, {}, 0)
    billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    asked = len(bank.asked)
    with pytest.raises(FolioClosed), transaction.atomic():
        back(bill, key, "10")
    assert (send(5), len(bank.asked)) == (0, asked)


def test_a_payment_of_the_bank_is_not_given_back_in_the_books_alone(bill: Bill, bank: Bank) -> None:
    key = taken(bill)
    payment = of(bill, key).payment_id
    assert payment is not None
    for deed in (lambda: bill.refund(payment, "10"), lambda: bill.reverse(payment)):
        with pytest.raises(RefundThroughBank), transaction.atomic():
            deed()
    assert rows(bill.hotel) == 2


def test_one_made_by_hand_goes_back_by_hand(bill: Bill) -> None:
    key = place(bill, slip=SLIP)
    bill.charge("628")
    capture(bill, key, "628", auth_code="873202")
    with pytest.raises(HoldNotTaken), transaction.atomic():
        back(bill, key, "10")
    payment = of(bill, key).payment_id
    assert payment is not None
    bill.refund(payment, "10")
    assert of(bill, key).given_back == 10


def test_the_refund_of_the_bill_asks_the_bank(bill: Bill, bank: Bank) -> None:
    key = taken(bill)
    desk, address = signed_in(bill.hotel, list(Permission)), f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}"
    payment = of(bill, key).payment_id
    assert f"payment={payment}" in desk.get(f"{address}/holds/card").content.decode()
    typed = {"window": "1", "payment": str(payment), "amount": "28", "reason": "多收"}
    assert desk.post(f"{address}/refunds", typed).status_code == 302
    assert "28.00 is being given back" in desk.get(f"{address}/holds/card").content.decode()
    sending.send_due(now=clock.now())
    assert "given back 28.00" in desk.get(f"{address}/holds/card").content.decode()
    assert bill.balance == 28
