"""A company's limit and its payments under many hands at once; each guard has a control without it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from binzhi.billing import payments
from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.errors import CreditLimitExceeded
from binzhi.billing.ledger import LockedAccount
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables import services
from binzhi.billing.receivables.accounts import Share
from binzhi.kernel import db as kernel_db
from tests.billing.conftest import Bill, open_bill
from tests.billing.racing import run_all
from tests.billing.test_payments import company, owed_by
from tests.billing.test_receivables import age_of, given, is_open, owe, person, receive
from tests.factories import SYSTEM, TestHotel, make_hotel


@pytest.fixture
def who(hotel: TestHotel) -> int:
    return company(hotel)


def test_above_the_limit_only_with_the_right_and_the_wish(bill: Bill, who: int) -> None:
    bill.charge("1500")
    payment = PaymentInput(means="company", amount=Decimal(1500), organisation_id=who)
    rights = [Permission.TAKE_PAYMENT]
    for actor, asked in (
        (SYSTEM, payment),
        (person(bill.hotel, *rights), replace(payment, exceed_limit=True)),
        (person(bill.hotel, *rights, Permission.EXCEED_CREDIT), payment),
    ):
        with pytest.raises(CreditLimitExceeded), transaction.atomic():
            billing.take_payment(account_id=bill.account_id, payment=asked, **given(bill.hotel, actor))
    assert owed_by(who) == Decimal(0)
    boss = person(bill.hotel, *rights, Permission.EXCEED_CREDIT)
    billing.take_payment(
        account_id=bill.account_id, payment=replace(payment, exceed_limit=True), **given(bill.hotel, boss)
    )
    assert (owed_by(who), age_of(bill.hotel, who).left) == (Decimal(1500), Decimal(-500))


@pytest.mark.django_db(transaction=True)
def test_two_settlements_together_do_not_pass_the_limit(transactional_db: None) -> None:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    who, bills = company(hotel), [open_bill(hotel) for _ in range(3)]
    for bill in bills:
        bill.charge("600")
    calls = [lambda bill=bill: bill.pay("600", means="company", organisation_id=who) for bill in bills]
    assert run_all(calls) == {"ok": 1, "CreditLimitExceeded": 2}
    assert owed_by(who) == Decimal(600)


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_two_pass_the_limit(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    who, bills = company(hotel), [open_bill(hotel) for _ in range(2)]
    bills[0].charge("1")
    bills[0].pay("1", means="company", organisation_id=who)
    for bill in bills:
        bill.charge("600")
    meeting = threading.Barrier(2)

    def read_then_meet(*, hotel_id: int, account_ids: Sequence[int]) -> dict[int, LockedAccount]:
        found = kernel_db.fetch_all(
            'SELECT id AS pk, kind, folio_id, "window", balance, is_open, organisation_id, credit_limit'
            " FROM billing_account WHERE id = ANY(%s)",
            [list(account_ids)],
        )
        meeting.wait(5)
        return {row["pk"]: LockedAccount(**row) for row in found}

    monkeypatch.setattr(payments.ledger, "lock_accounts", read_then_meet)
    calls = [lambda bill=bill: bill.pay("600", means="company", organisation_id=who) for bill in bills]
    assert run_all(calls) == {"ok": 2}
    assert owed_by(who) == Decimal(1201)


@pytest.mark.django_db(transaction=True)
def test_one_payment_used_by_many_at_once_is_used_once(transactional_db: None) -> None:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    who = company(hotel)
    owe(open_bill(hotel), who, "900")
    done = receive(hotel, who, "100")
    share = [Share(next(iter(is_open(hotel, who))), Decimal(60))]

    def use() -> object:
        return services.allocate_credit(
            organisation_id=who, credit_id=done.transaction_id, shares=share, **given(hotel)
        )

    assert run_all([use] * 4) == {"ok": 1, "MoreThanReceived": 3}
    assert is_open(hotel, who)[done.transaction_id] == Decimal(-40)
