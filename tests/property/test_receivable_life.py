"""A company's account at random: taken over, paid, used, taken back, refunded, reversed, written off; the laws hold.

After every step: no allocation exceeds its item or its payment, the ageing adds up to the ledger's balance on that day and
on days before, the account's balance is the sum of its lines. A refusal leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from binzhi.billing import services as billing
from binzhi.billing.payments import PaymentInput
from binzhi.billing.queries import ledger_sum
from binzhi.billing.receivables import services
from binzhi.billing.receivables.accounts import Share
from binzhi.billing.receivables.queries import aged, open_rows, used_rows, write_offs
from binzhi.billing.receivables.services import ReceiptInput
from binzhi.guests.models import Organisation
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from tests.billing.conftest import Bill, assert_books_hold, open_bill
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel

MONEY = st.integers(1, 60_000).map(lambda cents: Decimal(cents) / 100)
NTH = st.integers(0, 30)
LIMIT = Decimal(900)

_LAWS = {
    "more is allocated than the item owes": """
        SELECT count(*) FROM (SELECT DISTINCT account_id, item_id FROM billing_allocation WHERE hotel_id = %(hotel)s) x
        WHERE billing_item_left(x.account_id, x.item_id) < 0""",
    "more is allocated than was paid": """
        SELECT count(*) FROM (SELECT DISTINCT account_id, credit_id FROM billing_allocation WHERE hotel_id = %(hotel)s) x
        WHERE billing_credit_left(x.account_id, x.credit_id) < 0""",
    "an allocation is taken back twice or not whole": """
        SELECT count(*) FROM (
            SELECT 1 FROM billing_allocation WHERE hotel_id = %(hotel)s
            GROUP BY coalesce(takes_back_id, id) HAVING sum(amount) < 0) x""",
    "a bill the company took over is more than the limit": """
        SELECT count(*) FROM billing_account WHERE hotel_id = %(hotel)s AND kind = 'receivable' AND balance > %(limit)s""",
    "a write-off is not in the books": """
        SELECT count(*) FROM billing_writeoff w WHERE w.hotel_id = %(hotel)s AND w.state = 'approved' AND w.amount <> (
            SELECT -sum(l.amount) FROM billing_line l WHERE l.transaction_id = w.posted_id
            AND l.account_id = w.account_id)""",
}  # fmt: skip


def broken(hotel: TestHotel) -> list[str]:
    return [law for law, sql in _LAWS.items() if db.fetch_value(sql, {"hotel": hotel.pk, "limit": LIMIT})]


class CompanyLife(RuleBasedStateMachine):
    """Two companies of one hotel; every operation on their accounts, refused ones too."""

    hotel: ClassVar[TestHotel]
    companies: ClassVar[list[int]]
    steps: ClassVar[int]
    done: ClassVar[int]

    @initialize()
    def begin(self) -> None:
        db.forget_scope()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        db.enter_scope("*", "*")
        self.items: list[int] = []
        # Something to begin with: each company owes for a stay.
        for nth in (0, 1):
            self.bill(nth, Decimal("120.50"))

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            db.forget_scope()

    def attempt(self, deed: Callable[..., Any], **asked: Any) -> Any:
        """Do it; refused, everything is as before."""
        type(self).steps += 1
        before = self.seen()
        try:
            with transaction.atomic():
                done = deed(hotel_id=self.hotel.pk, actor=SYSTEM, now=NOW, **asked)
        except DomainError:
            assert self.seen() == before
            return None
        type(self).done += 1
        return done

    def seen(self) -> list[Any]:
        return db.fetch_all(
            "SELECT (SELECT count(*) FROM billing_line WHERE hotel_id = %(hotel)s) AS lines,"
            " (SELECT count(*) FROM billing_allocation WHERE hotel_id = %(hotel)s) AS used,"
            " (SELECT count(*) FROM billing_writeoff WHERE hotel_id = %(hotel)s AND state = 'asked') AS waiting",
            {"hotel": self.hotel.pk},
        )

    def who(self, nth: int) -> int:
        return self.companies[nth % len(self.companies)]

    def account(self, nth: int) -> int | None:
        found: int | None = db.fetch_value(
            "SELECT id FROM billing_account WHERE hotel_id = %s AND organisation_id = %s AND kind = 'receivable'",
            [self.hotel.pk, self.who(nth)],
        )
        return found

    def open_of(self, nth: int, *, credits: bool) -> list[int]:
        account = self.account(nth)
        found = open_rows(account_id=account, as_of=TODAY) if account else []
        return [row.transaction_id for row in found if (row.amount < 0) == credits]

    @rule(nth=NTH, amount=MONEY)
    def take_over(self, nth: int, amount: Decimal) -> None:
        self.bill(nth, amount)

    def bill(self, nth: int, amount: Decimal) -> None:
        bill: Bill = open_bill(self.hotel)
        bill.charge(str(amount))
        payment = PaymentInput(means="company", amount=amount, organisation_id=self.who(nth))
        posted = self.attempt(billing.take_payment, account_id=bill.account_id, payment=payment)
        if posted:
            self.items.append(posted.transaction_id)

    @rule(nth=NTH, amount=MONEY, oldest=st.booleans(), item=NTH, part=MONEY)
    def receive(self, nth: int, amount: Decimal, oldest: bool, item: int, part: Decimal) -> None:
        items = self.open_of(nth, credits=False)
        shares = None if oldest else [Share(items[item % len(items)], part)] if items else []
        receipt = ReceiptInput(means="bank", amount=amount, shares=shares)
        self.attempt(services.receive_from_company, organisation_id=self.who(nth), receipt=receipt)

    @rule(nth=NTH, credit=NTH, item=NTH, part=st.none() | MONEY, oldest=st.booleans())
    def use(self, nth: int, credit: int, item: int, part: Decimal | None, oldest: bool) -> None:
        credits, items = self.open_of(nth, credits=True), self.open_of(nth, credits=False)
        if credits and items:
            shares = None if oldest else [Share(items[item % len(items)], part)]
            self.attempt(
                services.allocate_credit, organisation_id=self.who(nth), credit_id=credits[credit % len(credits)],
                shares=shares,
            )  # fmt: skip

    @rule(nth=NTH, which=NTH)
    def take_back(self, nth: int, which: int) -> None:
        account = self.account(nth)
        used = used_rows(account_id=account) if account else []
        if used:
            self.attempt(services.take_back_allocation, allocation_id=used[which % len(used)].pk, reason="付错")

    @rule(which=NTH, amount=MONEY)
    def refund(self, which: int, amount: Decimal) -> None:
        if self.items:
            key = self.items[which % len(self.items)]
            self.attempt(billing.refund_payment, payment_id=key, amount=amount, reason="多收")

    @rule(nth=NTH, which=NTH)
    def reverse(self, nth: int, which: int) -> None:
        keys = [*self.items, *self.open_of(nth, credits=True)]
        if keys:
            self.attempt(billing.reverse_transaction, transaction_id=keys[which % len(keys)], reason="录错")

    @rule(nth=NTH, item=NTH, amount=st.none() | MONEY)
    def ask_write_off(self, nth: int, item: int, amount: Decimal | None) -> None:
        items = self.open_of(nth, credits=False)
        if items:
            self.attempt(
                services.ask_write_off, organisation_id=self.who(nth), item_id=items[item % len(items)],
                amount=amount, reason="倒闭",
            )  # fmt: skip

    @rule(which=NTH, approve=st.booleans())
    def decide(self, which: int, approve: bool) -> None:
        waiting = write_offs(hotel_id=self.hotel.pk)
        if waiting:
            self.attempt(services.decide_write_off, write_off_id=waiting[which % len(waiting)].pk, approve=approve)

    # ------------------------------------------------------------ what always holds

    @invariant()
    def laws(self) -> None:
        if not hasattr(self, "atomic"):
            return
        assert_books_hold(self.hotel)
        assert ledger_sum(hotel_id=self.hotel.pk) == 0
        assert broken(self.hotel) == []
        self.ageing_is_the_ledger()

    def ageing_is_the_ledger(self) -> None:
        balances = {
            row["id"]: row["balance"]
            for row in db.fetch_all(
                "SELECT id, balance FROM billing_account WHERE hotel_id = %s AND kind = 'receivable'"
                " AND organisation_id IS NOT NULL",
                [self.hotel.pk],
            )
        }
        for row in aged(hotel_id=self.hotel.pk):
            assert row.to_30 + row.to_60 + row.to_90 + row.older + row.unused == row.balance
            assert row.balance == balances.pop(row.account_id)
            assert row.unused <= 0 <= min(row.to_30, row.to_60, row.to_90, row.older)
        assert balances == {}
        assert all(row.balance == 0 for row in aged(hotel_id=self.hotel.pk, as_of=TODAY - timedelta(days=1)))


def live(*, examples: int, steps: int) -> tuple[int, int]:
    """Play so many lives; how many steps were taken, how many of them were not refused."""
    CompanyLife.hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    CompanyLife.companies = [
        Organisation.objects.create(
            group_id=CompanyLife.hotel.ref.group_id, name=name, code=code, credit_limit=LIMIT
        ).pk
        for name, code in (("明途资本", "LIFE1"), ("恒岳建设", "LIFE2"))
    ]  # fmt: skip
    CompanyLife.steps = CompanyLife.done = 0
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        CompanyLife,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return CompanyLife.steps, CompanyLife.done


@pytest.mark.django_db
def test_laws_hold_after_every_step_of_a_few_companies() -> None:
    steps, done = live(examples=4, steps=20)
    assert steps >= 20
    assert done > 0


@pytest.mark.slow
@pytest.mark.django_db
def test_laws_hold_after_every_step_of_many_companies() -> None:
    steps, done = live(examples=140, steps=50)
    print(f"{steps} steps, {done} of them done, the others refused")
    assert steps >= 2000
    assert done >= 500
