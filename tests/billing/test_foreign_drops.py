"""Foreign notes on their way to the safe: by currency, as counted, at what they were taken for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from binzhi.billing.cashier import services
from binzhi.billing.cashier.queries import shift_report
from binzhi.billing.cashier_errors import DropTooLarge
from binzhi.billing.counter import services as counter
from binzhi.billing.counter import settings as counter_settings
from binzhi.billing.counter.postings import ForeignInput
from binzhi.kernel.actor import Actor
from tests.billing.conftest import Bill, assert_books_hold, lines_of
from tests.billing.test_cashier import begin, cashier, close, count, till
from tests.factories import NOW, SYSTEM


def dollars(bill: Bill, actor: Actor, notes: int, rate: str = "7.1") -> None:
    counter_settings.set_currency_rate(
        hotel_id=bill.hotel.pk, currency="USD", rate=Decimal(rate), actor=SYSTEM, now=NOW
    )
    bill.charge("1000")
    given = ForeignInput(currency="USD", foreign_amount=Decimal(notes))
    counter.take_foreign_cash(hotel_id=bill.hotel.pk, account_id=bill.account_id, given=given, actor=actor, now=NOW)


def test_foreign_notes_go_to_the_safe_at_what_they_were_taken_for(bill: Bill) -> None:
    hotel, actor = bill.hotel, cashier(bill.hotel)
    shift = begin(hotel, till(hotel), actor)
    dollars(bill, actor, 50)
    dollars(bill, actor, 50, "7.0001")
    what: dict[str, Any] = {"hotel_id": hotel.pk, "currency": "USD", "actor": actor, "now": NOW}
    with pytest.raises(DropTooLarge), transaction.atomic():
        services.drop_cash(amount=Decimal(101), **what)
    with pytest.raises(DropTooLarge), transaction.atomic():
        services.drop_cash(amount=Decimal(1), **what | {"currency": "EUR"})
    # 355 + 350.01 (350.005 rounded half up) for a hundred: a third of it, then all that is left.
    first = services.drop_cash(amount=Decimal(33), note="封包", **what)
    assert lines_of(first.transaction_id) == {
        ("means", "cash:USD"): Decimal("-232.65"), ("house", "safe:USD"): Decimal("232.65"),
    }  # fmt: skip
    rest = services.drop_cash(amount=Decimal(67), **what)
    assert lines_of(rest.transaction_id)["means", "cash:USD"] == Decimal("-472.36")
    close(hotel, shift, actor, count(cash="500", cash__USD="0"))
    (foreign,) = [line for line in shift_report(hotel_id=hotel.pk, shift_id=shift).means if line.code == "cash:USD"]
    assert (foreign.taken, foreign.dropped, foreign.dropped_notes) == (Decimal("705.01"), Decimal("705.01"), 100)
    assert (foreign.expected, foreign.counted, foreign.difference) == (0, 0, 0)
    assert_books_hold(hotel)


def test_foreign_notes_that_are_left_are_counted(bill: Bill) -> None:
    hotel, actor = bill.hotel, cashier(bill.hotel)
    shift = begin(hotel, till(hotel), actor)
    dollars(bill, actor, 100)
    services.drop_cash(hotel_id=hotel.pk, amount=Decimal(60), currency="USD", actor=actor, now=NOW)
    assert close(hotel, shift, actor, count(cash="500", cash__USD="39")).differs
    (foreign,) = [line for line in shift_report(hotel_id=hotel.pk, shift_id=shift).means if line.code == "cash:USD"]
    assert (foreign.expected, foreign.counted, foreign.difference) == (40, 39, -1)
