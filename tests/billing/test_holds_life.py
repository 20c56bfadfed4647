"""The life of pre-authorisations by Hypothesis: whatever happens on the wire, the books and the bank say the same."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from binzhi.billing.holds import services
from binzhi.billing.holds.queries import holds
from binzhi.billing.holds.refunds import refund_hold
from binzhi.billing.holds.simulator import Bank
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import DomainError
from tests.billing.acquiring import bank_on_loopback, capture, connect, given, place, send
from tests.billing.conftest import Bill, assert_books_hold, open_bill
from tests.factories import make_hotel

AMOUNTS = st.integers(1, 80_000).map(lambda cents: f"{cents / 100:.2f}")
STEPS = {"done": 0}
_PAID = "SELECT coalesce(sum(l.amount), 0) FROM billing_line l JOIN billing_account a ON a.id = l.account_id WHERE a.hotel_id = %s AND a.kind = 'means' AND a.code = 'card'"


class Holds(RuleBasedStateMachine):
    """One bill, any number of holds, a bank that is up, down or mute."""

    bill: Bill
    bank: Bank
    url: str
    minutes: int

    @initialize()
    def begin(self) -> None:
        self.minutes = 0
        self.bank.down = self.bank.mute = False
        self.bank.done.clear(), self.bank.never.clear(), self.bank.held.clear(), self.bank.taken.clear()
        self.bank.returned.clear()
        self.bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=2))
        connect(self.bill.hotel, self.url)

    def _try(self, deed: Any, *args: Any, **more: Any) -> None:
        STEPS["done"] += 1
        with contextlib.suppress(DomainError):
            deed(*args, **more)

    def _some(self, data: Any) -> int:
        return int(data.draw(st.sampled_from([row.pk for row in holds(hotel_id=self.bill.hotel.pk)])))

    def _any(self) -> bool:
        return bool(holds(hotel_id=self.bill.hotel.pk))

    @rule(amount=AMOUNTS)
    def charge(self, amount: str) -> None:
        STEPS["done"] += 1
        self.bill.charge(amount)

    @rule(amount=AMOUNTS)
    def hold(self, amount: str) -> None:
        self._try(place, self.bill, amount)

    @precondition(_any)
    @rule(data=st.data(), amount=AMOUNTS)
    def take(self, data: Any, amount: str) -> None:
        self._try(capture, self.bill, self._some(data), amount)

    @precondition(_any)
    @rule(data=st.data(), more=st.sampled_from(["0", "50"]))
    def extend(self, data: Any, more: str) -> None:
        self._try(services.extend_hold, hold_id=self._some(data), more=Decimal(more), **given(self.bill))

    @precondition(_any)
    @rule(data=st.data())
    def release(self, data: Any) -> None:
        self._try(services.release_hold, hold_id=self._some(data), **given(self.bill))

    @precondition(_any)
    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data: Any, amount: str) -> None:
        asked = given(self.bill) | {"amount": Decimal(amount), "reason": "多收"}
        self._try(refund_hold, hold_id=self._some(data), **asked)

    @precondition(_any)
    @rule(data=st.data())
    def give_up(self, data: Any) -> None:
        self._try(services.give_up, hold_id=self._some(data), **given(self.bill, self.minutes))

    @rule(state=st.sampled_from(["up", "down", "mute"]))
    def bank_is(self, state: str) -> None:
        STEPS["done"] += 1
        self.bank.down, self.bank.mute = state == "down", state == "mute"

    @rule()
    def worker(self) -> None:
        STEPS["done"] += 1
        self.minutes += 11
        send(self.minutes)

    @invariant()
    def booked_is_what_is_known_to_be_taken(self) -> None:
        if not hasattr(self, "bill"):
            return
        assert_books_hold(self.bill.hotel)
        rows = holds(hotel_id=self.bill.hotel.pk)
        paid = kernel_db.fetch_value(_PAID, [self.bill.hotel.pk])
        assert sum((row.captured - row.given_back for row in rows), Decimal(0)) == paid
        assert sum((row.captured for row in rows), Decimal(0)) <= sum(self.bank.taken.values(), Decimal(0))
        assert sum((row.given_back for row in rows), Decimal(0)) <= sum(self.bank.returned.values(), Decimal(0))
        assert all(row.captured <= row.amount for row in rows)

    def teardown(self) -> None:
        """In the end, with the bank there, both sides agree to the fen."""
        if not hasattr(self, "bill"):
            return
        self.bank.down = self.bank.mute = False
        for _again in range(3):
            self.minutes += 11
            send(self.minutes)
        rows = holds(hotel_id=self.bill.hotel.pk)
        assert not any(row.waits for row in rows)
        kept = sum(self.bank.taken.values(), Decimal(0)) - sum(self.bank.returned.values(), Decimal(0))
        assert kernel_db.fetch_value(_PAID, [self.bill.hotel.pk]) == kept
        standing = sorted(self.bank.standing.values())
        assert sorted(row.amount for row in rows if row.state == "held") == standing


def run(examples: int, steps: int) -> int:
    STEPS["done"] = 0
    with bank_on_loopback() as (bank, url):
        Holds.bank, Holds.url = bank, url
        run_state_machine_as_test(
            Holds,
            settings=settings(
                max_examples=examples, stateful_step_count=steps, deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    return STEPS["done"]


@pytest.mark.django_db
def test_holds_agree_with_the_bank_after_a_few_lives() -> None:
    assert run(4, 12) > 10


@pytest.mark.slow
@pytest.mark.django_db
def test_holds_agree_with_the_bank_after_two_thousand_steps() -> None:
    done = run(70, 50)
    assert done >= 2000
