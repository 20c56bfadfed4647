"""The life of a company's credit by Hypothesis: whatever clerks do, nothing of it passes the limit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from binzhi.billing import services as billing
from binzhi.billing.errors import CreditLimitExceeded
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables import credit
from binzhi.billing.routing import services as routing
from binzhi.billing.routing.splitting import SplitInput
from binzhi.kernel.errors import DomainError
from tests.billing.conftest import Bill, assert_books_hold, open_bill
from tests.billing.test_credit import window_of
from tests.billing.test_payments import company
from tests.billing.test_receivables import given, receive
from tests.factories import TestHotel, make_hotel

LIMIT = Decimal(300)
AMOUNTS = st.integers(40, 400).map(Decimal)
BILLS = st.integers(0, 2)
COUNTED = {"done": 0, "stopped": 0}


class Credit(RuleBasedStateMachine):
    """Three bills with a window of one company each; charges, transfers, splits, payments by anybody."""

    hotel: TestHotel
    who: int
    bills: list[tuple[Bill, int]]

    @initialize()
    def begin(self) -> None:
        self.hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
        self.who = company(self.hotel, limit=str(LIMIT))
        bills = [open_bill(self.hotel) for _ in range(3)]
        self.bills = [(bill, window_of(bill, self.who)) for bill in bills]

    def _try(self, deed: Any, **asked: Any) -> None:
        COUNTED["done"] += 1
        try:
            with transaction.atomic():
                deed(**asked, **given(self.hotel))
        except DomainError as refusal:
            COUNTED["stopped"] += isinstance(refusal, CreditLimitExceeded)

    @rule(place=BILLS, amount=AMOUNTS, code=st.sampled_from(["1000", "2020"]), own=st.booleans())
    def charge(self, place: int, amount: Decimal, code: str, own: bool) -> None:
        bill, window = self.bills[place]
        account = bill.account_id if own else window
        self._try(billing.post_charge, account_id=account, charge_code=code, amount=amount)

    @rule(place=BILLS, percent=st.integers(1, 100).map(Decimal), back=st.booleans())
    def split(self, place: int, percent: Decimal, back: bool) -> None:
        bill, window = self.bills[place]
        source, target = (window, bill.account_id) if back else (bill.account_id, window)
        self._try(routing.split_charges, source_id=source, target_id=target, split=SplitInput(percent=percent))

    @rule(place=BILLS, amount=AMOUNTS, own=st.booleans(), means=st.sampled_from(["cash", "company"]))
    def pay(self, place: int, amount: Decimal, own: bool, means: str) -> None:
        bill, window = self.bills[place]
        payment = PaymentInput(
            means=means, amount=amount, organisation_id=self.who if means == "company" else None, in_advance=True
        )
        self._try(billing.take_payment, account_id=bill.account_id if own else window, payment=payment)

    @rule(amount=st.integers(1, 50))
    def company_pays(self, amount: int) -> None:
        COUNTED["done"] += 1
        receive(self.hotel, self.who, str(amount))

    @invariant()
    def nothing_passes_the_limit(self) -> None:
        if not hasattr(self, "hotel"):
            return
        found = credit.exposure_of(hotel_id=self.hotel.pk, organisation_id=self.who)
        assert found.owed <= LIMIT
        assert_books_hold(self.hotel)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_way_of_clerks_passes_the_limit() -> None:
    run_state_machine_as_test(
        Credit,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
    assert COUNTED["done"] > 500
    assert COUNTED["stopped"] > 20
