"""What a company owes and what stands in its windows stay within its limit, whichever way a charge gets there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.counter import services as counter
from binzhi.billing.counter import settings
from binzhi.billing.errors import CreditLimitExceeded
from binzhi.billing.payments import PaymentInput
from binzhi.billing.receivables import credit
from binzhi.billing.receivables.queries import company_account
from binzhi.billing.routing import services as routing
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.splitting import SplitInput
from binzhi.kernel import db as kernel_db
from binzhi.kernel.models import AuditEntry
from tests.billing.conftest import Bill, assert_books_hold, open_bill, rows
from tests.billing.racing import run_all
from tests.billing.test_payments import company
from tests.billing.test_receivables import given, owe, person
from tests.factories import TestHotel, make_hotel
from tests.reservations.desk import signed_in


@pytest.fixture
def who(hotel: TestHotel) -> int:
    return company(hotel)


def window_of(bill: Bill, who: int, *, groups: tuple[str, ...] = ("food",)) -> int:
    """The company's window on the bill, to which a family of charges is sent."""
    rule = RuleInput(groups=groups, organisation_id=who)
    routing.add_routing_rule(folio_id=bill.folio_id, account_id=bill.account_id, rule=rule, **given(bill.hotel))
    found: int = kernel_db.fetch_value(
        "SELECT id FROM billing_account WHERE folio_id = %s AND organisation_id = %s", [bill.folio_id, who]
    )
    return found


def refused(hotel: TestHotel, deed: Callable[[], object]) -> CreditLimitExceeded:
    before = rows(hotel)
    with pytest.raises(CreditLimitExceeded) as refusal, transaction.atomic():
        deed()
    assert rows(hotel) == before
    return refusal.value


def test_debt_and_open_windows_count_together_and_a_fen_more_is_refused(bill: Bill, who: int) -> None:
    owe(open_bill(bill.hotel), who, "300")
    other = open_bill(bill.hotel)
    other.charge("200", account_id=window_of(other, who))
    window = window_of(bill, who)
    bill.charge("500", account_id=window)
    found = refused(bill.hotel, lambda: bill.charge("0.01", account_id=window))
    assert found.params == {"limit": Decimal(1000), "left": Decimal("0.00")}
    bill.charge("800")  # the guest's own window is not the company's
    row = company_account(hotel_id=bill.hotel.pk, organisation_id=who)
    assert (row.balance, row.windows, row.left) == (Decimal(300), Decimal(700), Decimal(0))
    assert_books_hold(bill.hotel)


def test_every_way_into_the_window_asks(bill: Bill, who: int) -> None:
    hotel, window = bill.hotel, window_of(bill, who)
    bill.charge("900", account_id=window)
    mine = bill.charge("150").transaction_id
    item = settings.save_compensation_item(
        item_id=None, name="浴袍", name_en="", price=Decimal(200), is_active=True, **given(hotel)
    )
    ways: list[Callable[[], object]] = [
        lambda: bill.charge("101", code="2020"),  # by the rule
        lambda: billing.transfer_charges(
            transaction_ids=[mine], source_id=bill.account_id, target_id=window, **given(hotel)
        ),
        lambda: routing.split_charges(
            source_id=bill.account_id, target_id=window, split=SplitInput(percent=Decimal(90)), **given(hotel)
        ),
        lambda: counter.charge_compensation(account_id=window, item_id=item, quantity=1, **given(hotel)),
        lambda: counter.pay_out(
            account_id=window, amount=Decimal(101), means="cash", reason="出租车", **given(hotel)
        ),
    ]  # fmt: skip
    for way in ways:
        assert refused(hotel, way).params["left"] == Decimal(100)
    billing.transfer_charges(
        transaction_ids=[mine], source_id=bill.account_id, target_id=window, amount=Decimal(100), **given(hotel)
    )
    assert credit.exposure_of(hotel_id=hotel.pk, organisation_id=who).left == 0


def test_a_manager_goes_over_it_with_the_right_and_the_wish_and_is_named(bill: Bill, who: int) -> None:
    hotel, window = bill.hotel, window_of(bill, who)

    def post(actor: Any, *, exceed: bool) -> Callable[[], object]:
        return lambda: billing.post_charge(
            account_id=window, charge_code="2020", amount=Decimal(1200), exceed_limit=exceed, **given(hotel, actor)
        )

    boss = person(hotel, Permission.POST_CHARGE, Permission.EXCEED_CREDIT)
    refused(hotel, post(person(hotel, Permission.POST_CHARGE), exceed=True))
    refused(hotel, post(boss, exceed=False))
    post(boss, exceed=True)()
    entry = AuditEntry.objects.filter(operation="folio.charge_posted").latest("id")
    assert (entry.user_id, entry.after["over_limit"]) == (boss.user_id, str(who))
    assert [(one.organisation_id, one.over) for one in credit.over_limit(hotel_id=hotel.pk)] == [(who, Decimal(200))]


def test_taking_over_a_guests_window_counts_what_stands_in_its_own(bill: Bill, who: int) -> None:
    bill.charge("700", account_id=window_of(bill, who))
    bill.charge("301")
    payment = PaymentInput(means="company", amount=Decimal(301), organisation_id=who)
    refused(
        bill.hotel,
        lambda: billing.take_payment(account_id=bill.account_id, payment=payment, **given(bill.hotel)),
    )
    # Its own window becomes debt: nothing is added.
    own = kernel_db.fetch_value('SELECT id FROM billing_account WHERE folio_id = %s AND "window" = 2', [bill.folio_id])
    payment = PaymentInput(means="company", amount=Decimal(700), organisation_id=who)
    billing.take_payment(account_id=own, payment=payment, **given(bill.hotel))
    found = credit.exposure_of(hotel_id=bill.hotel.pk, organisation_id=who)
    assert (found.debt, found.windows) == (Decimal(700), Decimal(0))


def test_a_company_without_a_limit_settles_at_the_desk_and_is_never_stopped(bill: Bill) -> None:
    who = company(bill.hotel, limit="0")
    bill.charge("5000", account_id=window_of(bill, who))
    assert credit.over_limit(hotel_id=bill.hotel.pk) == []


def two_windows() -> tuple[TestHotel, int, list[tuple[Bill, int]]]:
    hotel = make_hotel(with_billing=True, types={"std": 1}, nights=1)
    who = company(hotel)
    bills = [open_bill(hotel) for _ in range(3)]
    return hotel, who, [(bill, window_of(bill, who)) for bill in bills]


@pytest.mark.django_db(transaction=True)
def test_charges_on_different_bills_at_once_do_not_pass_the_limit_together(transactional_db: None) -> None:
    hotel, who, pairs = two_windows()
    calls = [lambda bill=bill, window=window: bill.charge("600", account_id=window) for bill, window in pairs]
    assert run_all(calls) == {"ok": 1, "CreditLimitExceeded": 2}
    assert credit.exposure_of(hotel_id=hotel.pk, organisation_id=who).windows == Decimal(600)


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_lock_two_charges_pass_the_limit(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotel, who, pairs = two_windows()
    read = credit.exposure_of
    meeting = threading.Barrier(2)

    def read_then_meet(**asked: Any) -> credit.Exposure:
        found = read(**asked)
        meeting.wait(5)
        return found

    monkeypatch.setattr(credit, "hold_credit", lambda organisation_id: None)
    monkeypatch.setattr(credit, "exposure_of", read_then_meet)
    calls = [lambda bill=bill, window=window: bill.charge("600", account_id=window) for bill, window in pairs[:2]]
    assert run_all(calls) == {"ok": 2}
    assert read(hotel_id=hotel.pk, organisation_id=who).windows == Decimal(1200)


def test_the_panel_keeps_what_was_typed_and_asks_only_who_may(bill: Bill, who: int) -> None:
    window_of(bill, who)
    address = f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}/charges"
    typed = {"window": "2", "charge_code": "2020", "amount": "1200", "quantity": "1", "description": "晚宴"}
    rights = [right for right in Permission if right != Permission.EXCEED_CREDIT]
    clerk, boss = signed_in(bill.hotel, rights), signed_in(bill.hotel, list(Permission))
    answer = clerk.post(address, typed)
    html = answer.content.decode()
    assert (answer.status_code, "晚宴" in html, 'name="exceed_limit"' in html.split("fo-payform")[0]) == (
        409,
        True,
        False,
    )
    html = boss.post(address, typed).content.decode()
    assert 'name="exceed_limit"' in html
    assert rows(bill.hotel) == 0
    assert boss.post(address, typed | {"exceed_limit": "on"}).status_code == 302
    assert rows(bill.hotel) == 1
