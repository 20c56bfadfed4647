"""Random days at the cashier's desk against a small model: whatever is done and refused, the books hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.billing import services
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.billing.queries import folio_view, ledger_sum, trial_balance
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.money import net_of
from binzhi.property import days
from tests.billing.conftest import Bill, assert_books_hold, open_bill
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel

RATES = {"1000": Decimal("0.06"), "2040": Decimal("0.13"), "8030": Decimal(0)}
AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("5000"), places=2)
STEPS = st.one_of(
    st.tuples(st.just("charge"), st.sampled_from(sorted(RATES)), AMOUNTS, st.integers(0, 3)),
    st.tuples(st.just("pay"), st.sampled_from(["cash", "wechat", "card"]), AMOUNTS, st.integers(0, 3)),
    st.tuples(st.just("refund"), st.integers(0, 9), AMOUNTS, st.just(0)),
    st.tuples(st.just("hold"), st.sampled_from(["cash", "alipay"]), AMOUNTS, st.integers(0, 1)),
    st.tuples(st.just("use"), st.just(0), AMOUNTS, st.integers(0, 3)),
    st.tuples(st.just("give_back"), st.sampled_from(["cash", "alipay"]), AMOUNTS, st.integers(0, 1)),
    st.tuples(st.just("reverse"), st.integers(0, 30), st.just(Decimal(0)), st.just(0)),
    st.tuples(st.just("move"), st.integers(0, 30), AMOUNTS, st.integers(0, 15)),
    st.tuples(st.just("roll"), st.just(0), st.just(Decimal(0)), st.just(0)),
)


@dataclass
class Model:
    """Two bills with two windows each, kept in a dictionary of balances."""

    bills: tuple[Bill, Bill]
    accounts: list[int]
    balances: defaultdict[Any, Decimal] = field(default_factory=lambda: defaultdict(lambda: Decimal("0.00")))
    posted: dict[int, dict[Any, Decimal]] = field(default_factory=dict)
    payments: list[int] = field(default_factory=list)

    @property
    def hotel(self) -> TestHotel:
        return self.bills[0].hotel

    def book(self, transaction_id: int, moved: dict[Any, Decimal]) -> None:
        self.posted[transaction_id] = moved
        for account, amount in moved.items():
            self.balances[account] += amount

    def owner_of(self, account: int) -> Bill:
        return self.bills[self.accounts.index(account) // 2]

    def do(self, step: tuple[str, Any, Decimal, int]) -> None:
        kind, what, amount, place = step
        try:
            with transaction.atomic():
                getattr(self, kind)(what, amount, place)
        except DomainError:
            return

    def _at(self) -> dict[str, Any]:
        return {"hotel_id": self.hotel.pk, "actor": SYSTEM, "now": NOW}

    def charge(self, code: str, amount: Decimal, place: int) -> None:
        account = self.accounts[place]
        done = services.post_charge(account_id=account, charge_code=code, amount=amount, **self._at())
        net, tax = net_of(amount, RATES[code])
        assert (done.gross, done.net, done.tax) == (amount, net, tax)
        self.book(done.transaction_id, {account: amount, "revenue": -net, "tax": -tax})

    def pay(self, means: str, amount: Decimal, place: int) -> None:
        account = self.accounts[place]
        payment = PaymentInput(means=means, amount=amount, in_advance=True)
        done = services.take_payment(account_id=account, payment=payment, **self._at())
        self.payments.append(done.transaction_id)
        self.book(done.transaction_id, {account: -amount, "means": amount})

    def refund(self, what: int, amount: Decimal, _place: int) -> None:
        if not self.payments:
            return
        payment = self.payments[what % len(self.payments)]
        done = services.refund_payment(payment_id=payment, amount=amount, reason="x", **self._at())
        account = next(key for key in self.posted[payment] if isinstance(key, int))
        self.book(done.transaction_id, {account: amount, "means": -amount})

    def hold(self, means: str, amount: Decimal, place: int) -> None:
        deposit = DepositInput(means=means, amount=amount)
        done = services.take_deposit(folio_id=self.bills[place].folio_id, deposit=deposit, **self._at())
        self.book(done.transaction_id, {("deposit", place): -amount, "means": amount})

    def give_back(self, means: str, amount: Decimal, place: int) -> None:
        deposit = DepositInput(means=means, amount=amount)
        done = services.refund_deposit(folio_id=self.bills[place].folio_id, deposit=deposit, **self._at())
        self.book(done.transaction_id, {("deposit", place): amount, "means": -amount})

    def use(self, _what: int, amount: Decimal, place: int) -> None:
        account = self.accounts[place]
        bill = self.owner_of(account)
        done = services.use_deposit(folio_id=bill.folio_id, account_id=account, amount=amount, **self._at())
        self.book(done.transaction_id, {("deposit", self.bills.index(bill)): amount, account: -amount})

    def reverse(self, what: int, _amount: Decimal, _place: int) -> None:
        if not self.posted:
            return
        original = sorted(self.posted)[what % len(self.posted)]
        done = services.reverse_transaction(transaction_id=original, reason="x", **self._at())
        self.book(done.transaction_id, {key: -amount for key, amount in self.posted[original].items()})

    def move(self, what: int, amount: Decimal, place: int) -> None:
        if not self.posted:
            return
        source, target = self.accounts[place % 4], self.accounts[place // 4]
        key = sorted(self.posted)[what % len(self.posted)]
        part = amount if what % 2 else None
        done = services.transfer_charges(
            transaction_ids=[key], source_id=source, target_id=target, amount=part, **self._at()
        )
        self.book(done.transaction_ids[0], {source: -done.amount, target: done.amount})

    def roll(self, _what: int, _amount: Decimal, _place: int) -> None:
        days.roll(hotel_id=self.hotel.pk, business_date=self.hotel.refreshed().business_date, now=NOW)

    def check(self) -> None:
        assert_books_hold(self.hotel)
        for place, bill in enumerate(self.bills):
            view = folio_view(hotel_id=self.hotel.pk, number=bill.opened.number)
            assert [window.balance for window in view.windows] == [
                self.balances[account] for account in self.accounts[2 * place : 2 * place + 2]
            ]
            assert view.deposit == -self.balances["deposit", place] >= 0
        totals: defaultdict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
        dates = kernel_db.fetch_all("SELECT date FROM property_businessday WHERE hotel_id = %s", [self.hotel.pk])
        for row in dates:
            books = trial_balance(hotel_id=self.hotel.pk, business_date=row["date"])
            assert sum(line.amount for line in books) == 0
            for line in books:
                totals[line.kind] += line.amount
        assert {kind: totals[kind] for kind in ("revenue", "tax", "means")} == {
            kind: self.balances[kind] for kind in ("revenue", "tax", "means")
        }
        assert ledger_sum(hotel_id=self.hotel.pk) == 0


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, types={"std": 1}, nights=2)


def live_through(steps: list[tuple[str, Any, Decimal, int]], hotel: TestHotel) -> None:
    """A day on a hotel as it was at the beginning; all of it is rolled back."""
    mark = transaction.savepoint()
    kernel_db.forget_scope()
    bills = (open_bill(hotel), open_bill(hotel))
    accounts = [key for bill in bills for key in (bill.account_id, bill.window())]
    model = Model(bills, accounts)
    for step in steps:
        model.do(step)
    model.check()
    transaction.savepoint_rollback(mark)


QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True)


@settings(QUIET, max_examples=40)
@given(steps=st.lists(STEPS, min_size=1, max_size=25))
def test_random_days_keep_the_books(hotel: TestHotel, steps: list[tuple[str, Any, Decimal, int]]) -> None:
    live_through(steps, hotel)


@pytest.mark.slow
@settings(QUIET, max_examples=10_000)
@given(steps=st.lists(STEPS, min_size=1, max_size=25))
def test_ten_thousand_random_days_keep_the_books(hotel: TestHotel, steps: list[tuple[str, Any, Decimal, int]]) -> None:
    live_through(steps, hotel)
