"""A bill's whole life at random: charged, routed, split, paid, lowered, invoiced, closed, opened again; the laws hold.

After every step: the books balance, every kept balance is the sum of its lines, no charge stands below nothing anywhere,
no payment is given back beyond itself, rules sent what they say and no more, invoices stay within what was paid, a closed
bill is at zero. A refusal leaves everything as it was.
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

from binzhi.billing import ledger, services
from binzhi.billing.counter import services as counter
from binzhi.billing.counter import settings as counter_settings
from binzhi.billing.counter.postings import ForeignInput
from binzhi.billing.counter.services import LateCharge
from binzhi.billing.invoices import sending
from binzhi.billing.invoices import services as invoicing
from binzhi.billing.invoices.buyers import Buyer
from binzhi.billing.invoices.services import Answer
from binzhi.billing.ledger import Posting
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.billing.queries import ledger_sum
from binzhi.billing.routing import services as routing
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.splitting import SplitInput
from binzhi.kernel import db
from binzhi.kernel.errors import DomainError
from binzhi.kernel.operations import unit_of_work
from tests.billing.conftest import Bill, assert_books_hold, open_bill
from tests.billing.test_invoices import sell
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel

MONEY = st.integers(1, 90_000).map(lambda cents: Decimal(cents) / 100)
SHARE = st.sampled_from([Decimal(100), Decimal(50), Decimal("33.33"), Decimal("0.01")])
CODES = st.sampled_from(["1000", "2010", "2040", "3020", "8030"])
WINDOW = st.integers(0, 3)
NTH = st.integers(0, 40)
MEANS = st.sampled_from(["cash", "card", "wechat"])

_LAWS = {
    "a charge stands below nothing in a window": """
        SELECT count(*) FROM (
            SELECT 1 FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
            JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id) AND r.kind = 'charge'
            JOIN billing_account a ON a.id = l.account_id AND a.kind = 'folio'
            WHERE l.hotel_id = %(hotel)s GROUP BY r.id, a.id HAVING sum(l.amount) < 0) x""",
    "more was given back than was paid": """
        SELECT count(*) FROM (
            SELECT 1 FROM billing_line l JOIN billing_transaction t ON t.id = l.transaction_id
            JOIN billing_transaction r ON r.id = coalesce(t.origin_id, t.id) AND r.kind = 'payment'
            JOIN billing_account a ON a.id = l.account_id AND a.kind <> 'folio'
            WHERE l.hotel_id = %(hotel)s GROUP BY r.id HAVING sum(l.amount) < 0) x""",
    "a rule did not send what it counts": """
        SELECT count(*) FROM billing_routingrule u WHERE u.hotel_id = %(hotel)s AND (u.used > u.amount_limit OR u.used <> (
            SELECT coalesce(sum(s.amount), 0) FROM billing_routed s WHERE s.rule_id = u.id
            AND NOT EXISTS (SELECT 1 FROM billing_transaction r WHERE r.reverses_id = s.transaction_id)))""",
    "an invoice is not paid": """
        SELECT count(*) FROM billing_account a WHERE a.hotel_id = %(hotel)s AND a.kind = 'folio'
        AND EXISTS (SELECT 1 FROM billing_invoice i WHERE i.account_id = a.id) AND billing_invoice_room(a.id) < 0""",
    "the lines are not the invoice": """
        SELECT count(*) FROM billing_invoice i WHERE i.hotel_id = %(hotel)s AND i.net + i.tax <> (
            SELECT coalesce(sum(l.amount + l.tax), 0) FROM billing_invoiceline l WHERE l.invoice_id = i.id)""",
    "a closed bill is not at zero": """
        SELECT count(*) FROM billing_account a JOIN billing_folio f ON f.id = a.folio_id
        WHERE f.hotel_id = %(hotel)s AND f.closed_at IS NOT NULL AND a.balance <> 0""",
}  # fmt: skip


class Tills:
    """A provider in this process: the first answer is lost, the second issues."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}

    def issue(self, request: Any) -> Answer:
        if request["serial"] not in self.numbers:
            self.numbers[request["serial"]] = f"{len(self.numbers) + 1:020d}"
            return Answer(state="asked", error="TimeoutError")
        return Answer(state="issued", number=self.numbers[request["serial"]], issued_at=NOW)


class FolioLife(RuleBasedStateMachine):
    """Two bills: the guest's with three windows, and a master."""

    hotel: ClassVar[TestHotel]
    steps: ClassVar[int] = 0
    done: ClassVar[int] = 0

    @initialize()
    def open(self) -> None:
        db.forget_scope()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        db.enter_scope("*", "*")
        self.bill: Bill = open_bill(self.hotel)
        self.master: Bill = open_bill(self.hotel)
        self.windows = [
            self.bill.account_id, self.bill.window("甲"), self.bill.window("乙"), self.master.account_id
        ]  # fmt: skip
        self.tills, self.minute = Tills(), 0

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            db.forget_scope()

    def attempt(self, deed: Callable[..., object], **given: Any) -> None:
        """Do it; refused, everything is as it was."""
        type(self).steps += 1
        before = self.written()
        try:
            deed(hotel_id=self.hotel.pk, actor=SYSTEM, now=NOW, **given)
            type(self).done += 1
        except DomainError:
            assert self.written() == before

    def written(self) -> list[Any]:
        return db.fetch_tuples(
            "SELECT (SELECT count(*) FROM billing_transaction), (SELECT count(*) FROM billing_line),"
            " (SELECT count(*) FROM billing_invoice), (SELECT coalesce(sum(used), 0) FROM billing_routingrule),"
            " (SELECT count(*) FROM kernel_audit_entry)"
        )

    def nth(self, what: str, n: int) -> int:
        """The id of the n-th posting of a kind, or one that nobody has."""
        keys = db.fetch_values(
            "SELECT id FROM billing_transaction WHERE hotel_id = %s AND kind = ANY(%s) ORDER BY id",
            [self.hotel.pk, what.split()],
        )
        return keys[n % len(keys)] if keys else 2**40

    # ------------------------------------------------------------ what is done

    @rule(window=WINDOW, code=CODES, amount=MONEY, quantity=st.integers(1, 3))
    def charge(self, window: int, code: str, amount: Decimal, quantity: int) -> None:
        given = {"account_id": self.windows[window], "charge_code": code, "amount": amount, "quantity": quantity}
        self.attempt(services.post_charge, **given)

    @rule(source=st.integers(0, 2), to=WINDOW, share=SHARE, limit=st.none() | MONEY, codes=st.lists(CODES, max_size=2))
    def begin_rule(self, source: int, to: int, share: Decimal, limit: Decimal | None, codes: list[str]) -> None:
        wanted = RuleInput(codes=codes, percent=share, amount_limit=limit, target_id=self.windows[to])
        self.attempt(
            routing.add_routing_rule, folio_id=self.bill.folio_id, account_id=self.windows[source], rule=wanted
        )

    @rule(n=NTH)
    def end_rule(self, n: int) -> None:
        keys = db.fetch_values("SELECT id FROM billing_routingrule WHERE hotel_id = %s ORDER BY id", [self.hotel.pk])
        key = keys[n % len(keys)] if keys else 2**40
        self.attempt(routing.end_routing_rule, folio_id=self.bill.folio_id, rule_id=key, reason="")

    @rule(source=WINDOW, to=WINDOW, amount=st.none() | MONEY, share=st.none() | SHARE)
    def split(self, source: int, to: int, amount: Decimal | None, share: Decimal | None) -> None:
        wanted = SplitInput(amount=amount, percent=share)
        self.attempt(routing.split_charges, source_id=self.windows[source], target_id=self.windows[to], split=wanted)

    @rule(source=WINDOW, to=WINDOW, n=NTH, amount=st.none() | MONEY)
    def move(self, source: int, to: int, n: int, amount: Decimal | None) -> None:
        self.attempt(
            services.transfer_charges, transaction_ids=[self.nth("charge transfer", n)], amount=amount,
            source_id=self.windows[source], target_id=self.windows[to],
        )  # fmt: skip

    @rule(window=WINDOW, means=MEANS, amount=st.none() | MONEY, ahead=st.booleans())
    def pay(self, window: int, means: str, amount: Decimal | None, ahead: bool) -> None:
        owed = db.fetch_value("SELECT balance FROM billing_account WHERE id = %s", [self.windows[window]])
        payment = PaymentInput(means=means, amount=owed if amount is None else amount, in_advance=ahead)
        self.attempt(services.take_payment, account_id=self.windows[window], payment=payment)

    @rule(n=NTH, amount=MONEY)
    def refund(self, n: int, amount: Decimal) -> None:
        self.attempt(services.refund_payment, payment_id=self.nth("payment", n), amount=amount, reason="多收")

    @rule(amount=MONEY, means=MEANS)
    def hold(self, amount: Decimal, means: str) -> None:
        deposit = DepositInput(means=means, amount=amount)
        self.attempt(services.take_deposit, folio_id=self.bill.folio_id, deposit=deposit)

    @rule(window=st.integers(0, 2), amount=MONEY)
    def use(self, window: int, amount: Decimal) -> None:
        given = {"folio_id": self.bill.folio_id, "account_id": self.windows[window], "amount": amount}
        self.attempt(services.use_deposit, **given)

    @rule(amount=MONEY)
    def give_back(self, amount: Decimal) -> None:
        deposit = DepositInput(means="cash", amount=amount)
        self.attempt(services.refund_deposit, folio_id=self.bill.folio_id, deposit=deposit)

    @rule(n=NTH)
    def reverse(self, n: int) -> None:
        kinds = "charge payment refund transfer deposit deposit_use adjustment paid_out"
        self.attempt(services.reverse_transaction, transaction_id=self.nth(kinds, n), reason="录错")

    @rule(window=WINDOW, n=NTH, amount=MONEY)
    def lower(self, window: int, n: int, amount: Decimal) -> None:
        self.attempt(
            counter.adjust_charge, transaction_id=self.nth("charge transfer", n), account_id=self.windows[window],
            amount=amount, reason="不满意",
        )  # fmt: skip

    @rule(window=WINDOW, amount=MONEY)
    def lay_out(self, window: int, amount: Decimal) -> None:
        given = {"account_id": self.windows[window], "amount": amount, "means": "cash", "reason": "代买"}
        self.attempt(counter.pay_out, **given)

    @rule(window=WINDOW, notes=st.integers(1, 200), amount=st.none() | MONEY)
    def foreign(self, window: int, notes: int, amount: Decimal | None) -> None:
        cash = ForeignInput(currency="USD", foreign_amount=Decimal(notes), amount=amount)
        self.attempt(counter.take_foreign_cash, account_id=self.windows[window], given=cash)

    @rule(window=WINDOW, amount=st.none() | MONEY)
    def invoice(self, window: int, amount: Decimal | None) -> None:
        buyer = Buyer(name="王小明", is_person=True)
        given = {"account_id": self.windows[window], "kind": "82", "buyer": buyer, "amount": amount}
        self.attempt(invoicing.request_invoice, **given)

    @rule()
    def send(self) -> None:
        self.minute += 60
        sending.send_due(now=NOW + timedelta(minutes=self.minute), choose=lambda _hotel: self.tills)

    @rule(n=NTH)
    def take_back(self, n: int) -> None:
        keys = db.fetch_values("SELECT id FROM billing_invoice WHERE hotel_id = %s ORDER BY id", [self.hotel.pk])
        key = keys[n % len(keys)] if keys else 2**40
        self.attempt(invoicing.take_back_invoice, invoice_id=key, reason="抬头有误")

    @rule(master=st.booleans())
    def close(self, master: bool) -> None:
        self.attempt(services.close_folio, folio_id=(self.master if master else self.bill).folio_id)

    @rule(master=st.booleans())
    def reopen(self, master: bool) -> None:
        self.attempt(services.reopen_folio, folio_id=(self.master if master else self.bill).folio_id, reason="补账")

    @rule(amount=MONEY, code=CODES)
    def late(self, amount: Decimal, code: str) -> None:
        wanted = LateCharge(charge_code=code, amount=amount, means="card")
        self.attempt(counter.post_late_charge, folio_id=self.bill.folio_id, late=wanted)

    # ------------------------------------------------------------ what always holds

    @invariant()
    def laws(self) -> None:
        if not hasattr(self, "atomic"):
            return
        assert_books_hold(self.hotel)
        assert ledger_sum(hotel_id=self.hotel.pk) == 0
        assert broken(self.hotel) == []


def live(*, examples: int, steps: int) -> tuple[int, int]:
    """Play so many lives; how many steps were taken, how many of them were not refused."""
    FolioLife.hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    FolioLife.steps = FolioLife.done = 0
    counter_settings.set_currency_rate(
        hotel_id=FolioLife.hotel.pk, currency="USD", rate=Decimal("7.1234"), actor=SYSTEM, now=NOW
    )
    sell(open_bill(FolioLife.hotel))
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        FolioLife,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return FolioLife.steps, FolioLife.done


@pytest.mark.django_db
def test_laws_hold_after_every_step_of_a_few_lives() -> None:
    steps, done = live(examples=4, steps=20)
    assert steps >= 20
    assert done > 0


@pytest.mark.slow
@pytest.mark.django_db
def test_laws_hold_after_every_step_of_many_lives() -> None:
    steps, done = live(examples=140, steps=50)
    print(f"{steps} steps, {done} of them done, the others refused")
    assert steps >= 2000
    assert done >= 500


def broken(hotel: TestHotel) -> list[str]:
    return [law for law, sql in _LAWS.items() if db.fetch_value(sql, {"hotel": hotel.pk})]


@pytest.mark.django_db
def test_negative_control_laws_see_what_is_broken_past_the_services() -> None:
    """Postings that no service makes, and a count that nobody sent: each is seen by its law."""
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
    window = bill.window()
    charge, payment = bill.charge("10").transaction_id, bill.pay("10")
    wanted = RuleInput(target_id=window, codes=["3020"])
    given: dict[str, Any] = {"hotel_id": bill.hotel.pk, "actor": SYSTEM, "now": NOW}
    routing.add_routing_rule(folio_id=bill.folio_id, account_id=bill.account_id, rule=wanted, **given)
    assert broken(bill.hotel) == []
    cash = db.fetch_value(
        "SELECT account_id FROM billing_paymentmeans WHERE hotel_id = %s AND code = 'cash'", [bill.hotel.pk]
    )
    for kind, origin, lines in (
        ("transfer", charge, [(bill.account_id, Decimal(-11)), (window, Decimal(11))]),
        ("refund", payment, [(bill.account_id, Decimal(11)), (cash, Decimal(-11))]),
    ):
        posting = Posting(kind=kind, lines=lines, origin_id=origin)
        with unit_of_work():
            ledger.post(hotel_id=bill.hotel.pk, posting=posting, user_id=None, now=NOW)
    db.execute("UPDATE billing_routingrule SET used = 1")
    assert broken(bill.hotel) == [
        "a charge stands below nothing in a window", "more was given back than was paid",
        "a rule did not send what it counts",
    ]  # fmt: skip
