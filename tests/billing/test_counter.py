"""Beyond charge and payment: allowances and their second person, paid-outs, foreign cash, damage, late charges."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from binzhi.billing import services as billing
from binzhi.billing.access import Permission
from binzhi.billing.counter import services, settings
from binzhi.billing.counter.authority import Asked, approvals
from binzhi.billing.counter.postings import ForeignInput
from binzhi.billing.counter.services import LateCharge
from binzhi.billing.errors import CreditLimitExceeded, FolioOpen, PartlyUsed, ReasonRequired, RefundTooLarge
from binzhi.billing.folio_errors import (
    AdjustmentTooLarge,
    AlreadyDecided,
    BeyondAuthority,
    CompanyCannotPayOut,
    ForeignTooSmall,
    LateChargeTooLate,
    NoCurrencyRate,
    NotACharge,
    NumberTaken,
    OwnApproval,
    PaidTooMuch,
)
from binzhi.billing.headings import find_folios, headings_of
from binzhi.billing.ledger import Posted
from binzhi.billing.payments import PaymentInput
from binzhi.billing.queries import folio_view
from binzhi.kernel import db as kernel_db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import NotFound
from binzhi.people.queries import actor_for_user
from tests.billing.conftest import Bill, assert_books_hold, lines_of, open_bill, rows
from tests.billing.test_payments import company, owed_by
from tests.factories import NOW, SYSTEM, make_hotel
from tests.reservations.desk import make_user

RIGHTS = [
    Permission.ADJUST,
    Permission.PAY_OUT,
    Permission.POST_CHARGE,
    Permission.TAKE_PAYMENT,
    Permission.LATE_CHARGE,
]


def clerk(bill: Bill, limit: str | None = None, *more: Permission) -> Actor:
    actor, _hotels = actor_for_user(make_user(bill.hotel, [*RIGHTS, *more]))
    if limit is not None:
        post = kernel_db.fetch_value("SELECT post_id FROM people_staff WHERE id = %s", [actor.staff_id])
        for kind in ("adjustment", "paid_out"):
            settings.set_authority(
                hotel_id=bill.hotel.pk, post_id=post, kind=kind, amount=Decimal(limit), actor=SYSTEM, now=NOW
            )
    return actor


def adjust(bill: Bill, key: int, amount: str, actor: Actor = SYSTEM, account: int | None = None) -> Posted | Asked:
    return services.adjust_charge(
        hotel_id=bill.hotel.pk, transaction_id=key, account_id=account or bill.account_id, amount=Decimal(amount),
        reason="空调不冷", actor=actor, now=NOW,
    )  # fmt: skip


def pay_out(bill: Bill, amount: str, actor: Actor = SYSTEM, means: str = "cash") -> Posted | Asked:
    return services.pay_out(
        hotel_id=bill.hotel.pk, account_id=bill.account_id, amount=Decimal(amount), means=means, reason="代买药",
        actor=actor, now=NOW,
    )  # fmt: skip


def decide(bill: Bill, asked: Posted | Asked, actor: Actor, *, approve: bool = True) -> Posted | None:
    assert isinstance(asked, Asked)
    return services.decide_approval(
        hotel_id=bill.hotel.pk, approval_id=asked.approval_id, approve=approve, actor=actor, now=NOW
    )


# ---------------------------------------------------------------- allowances


def test_allowance_lowers_revenue_and_tax_by_their_shares(bill: Bill) -> None:
    key = bill.charge("106.00").transaction_id
    done = adjust(bill, key, "53.00")
    assert isinstance(done, Posted)
    assert lines_of(done.transaction_id) == {
        ("folio", ""): Decimal("-53.00"), ("revenue", "1000"): Decimal("50.00"), ("tax", "0600"): Decimal("3.00"),
    }  # fmt: skip
    assert bill.balance == Decimal("53.00")
    assert_books_hold(bill.hotel)


@pytest.mark.django_db
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_allowances_of_all_that_stands_leave_no_tax_behind(db: None, parts: list[int]) -> None:
    with transaction.atomic():
        bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
        key = bill.charge(str(Decimal(sum(parts)) / 100)).transaction_id
        for part in parts:
            adjust(bill, key, str(Decimal(part) / 100))
        left = kernel_db.fetch_values(
            "SELECT sum(l.amount) FROM billing_line l JOIN billing_account a ON a.id = l.account_id"
            " WHERE l.hotel_id = %s GROUP BY a.id",
            [bill.hotel.pk],
        )
        assert set(left) == {Decimal(0)}
        transaction.set_rollback(True)


def test_allowance_above_what_stands_or_on_no_charge_is_refused(bill: Bill) -> None:
    key = bill.charge("100").transaction_id
    paid = bill.pay("10")
    adjust(bill, key, "40")
    before = rows(bill.hotel)
    with pytest.raises(AdjustmentTooLarge) as caught:
        adjust(bill, key, "60.01")
    assert caught.value.params == {"amount": Decimal(60)}
    with pytest.raises(NotACharge):
        adjust(bill, paid, "1")
    with pytest.raises(NotFound):
        adjust(bill, 2**40, "1")
    with pytest.raises(PartlyUsed):
        bill.reverse(key)
    assert rows(bill.hotel) == before


def test_allowance_can_be_reversed_and_then_the_charge(bill: Bill) -> None:
    key = bill.charge("100").transaction_id
    done = adjust(bill, key, "40")
    assert isinstance(done, Posted)
    bill.reverse(done.transaction_id)
    bill.reverse(key)
    assert bill.balance == Decimal(0)


def test_allowance_above_the_limit_waits_for_a_second_person(bill: Bill) -> None:
    key = bill.charge("500").transaction_id
    small = clerk(bill, "100")
    assert isinstance(adjust(bill, key, "100", small), Posted)
    asked = adjust(bill, key, "100.01", small)
    assert isinstance(asked, Asked)
    assert bill.balance == Decimal(400)
    with pytest.raises(OwnApproval):
        decide(bill, asked, Actor(**_with(small, Permission.APPROVE, bill)))
    with pytest.raises(BeyondAuthority):
        decide(bill, asked, clerk(bill, "100", Permission.APPROVE))
    boss = clerk(bill, None, Permission.APPROVE)
    posted = decide(bill, asked, boss)
    assert posted is not None
    assert bill.balance == Decimal("299.99")
    with pytest.raises(AlreadyDecided):
        decide(bill, asked, boss)
    (row,) = approvals(hotel_id=bill.hotel.pk)
    assert (row.state, row.amount, row.reason) == ("approved", Decimal("100.01"), "空调不冷")


def _with(actor: Actor, right: Permission, bill: Bill) -> dict[str, Any]:
    return {
        "user_id": actor.user_id, "staff_id": actor.staff_id, "group_ids": actor.group_ids,
        "grants": {bill.hotel.pk: actor.grants[bill.hotel.pk] | {right}},
    }  # fmt: skip


def test_without_a_limit_a_clerk_decides_nothing_alone(bill: Bill) -> None:
    key = bill.charge("500").transaction_id
    asked = adjust(bill, key, "0.01", clerk(bill))
    before = rows(bill.hotel)
    assert decide(bill, asked, clerk(bill, None, Permission.APPROVE), approve=False) is None
    assert (rows(bill.hotel), approvals(hotel_id=bill.hotel.pk)[0].state) == (before, "refused")


def test_approval_of_what_no_longer_stands_is_refused_and_waits_on(bill: Bill) -> None:
    key = bill.charge("500").transaction_id
    asked = adjust(bill, key, "300", clerk(bill))
    adjust(bill, key, "400")
    with pytest.raises(AdjustmentTooLarge):
        decide(bill, asked, clerk(bill, None, Permission.APPROVE))
    assert approvals(hotel_id=bill.hotel.pk)[0].state == "asked"


def test_database_refuses_an_approval_by_who_asked(bill: Bill) -> None:
    key = bill.charge("500").transaction_id
    adjust(bill, key, "300", clerk(bill))
    with pytest.raises(IntegrityError), transaction.atomic():
        kernel_db.execute("UPDATE billing_approval SET state = 'approved', decided_at = now(), decided_by = asked_by")


# ---------------------------------------------------------------- paid-outs, foreign cash


def test_paid_out_stands_on_the_bill_and_leaves_the_till(bill: Bill) -> None:
    done = pay_out(bill, "35.50")
    assert isinstance(done, Posted)
    assert lines_of(done.transaction_id) == {("folio", ""): Decimal("35.50"), ("means", "cash"): Decimal("-35.50")}
    assert isinstance(pay_out(bill, "1", clerk(bill)), Asked)
    with pytest.raises(CompanyCannotPayOut):
        pay_out(bill, "1", means="company")
    bill.pay("35.50")
    assert bill.balance == Decimal(0)


def test_paid_out_above_the_limit_is_posted_when_approved(bill: Bill) -> None:
    asked = pay_out(bill, "300", clerk(bill, "50"))
    assert bill.balance == Decimal(0)
    decide(bill, asked, clerk(bill, None, Permission.APPROVE))
    assert bill.balance == Decimal(300)


def take(bill: Bill, foreign: str, amount: str | None = None, currency: str = "USD") -> Any:
    cash = ForeignInput(currency=currency, foreign_amount=Decimal(foreign), amount=Decimal(amount) if amount else None)
    return services.take_foreign_cash(
        hotel_id=bill.hotel.pk, account_id=bill.account_id, given=cash, actor=SYSTEM, now=NOW
    )


@pytest.fixture
def dollars(bill: Bill) -> None:
    settings.set_currency_rate(hotel_id=bill.hotel.pk, currency="usd", rate=Decimal("7.1234"), actor=SYSTEM, now=NOW)


def test_foreign_cash_pays_at_the_noted_rate_and_gives_change(bill: Bill, dollars: None) -> None:
    bill.charge("628")
    done = take(bill, "100")
    assert (done.value, done.paid, done.change, bill.balance) == (
        Decimal("712.34"), Decimal("628.00"), Decimal("84.34"), Decimal(0),
    )  # fmt: skip
    tills = kernel_db.fetch_all(
        "SELECT a.code, sum(l.amount) AS amount FROM billing_line l JOIN billing_account a ON a.id = l.account_id"
        " WHERE a.hotel_id = %s AND a.kind = 'means' GROUP BY a.code ORDER BY a.code",
        [bill.hotel.pk],
    )
    assert tills == [
        {"code": "cash", "amount": Decimal("-84.34")}, {"code": "cash:USD", "amount": Decimal("712.34")},
    ]  # fmt: skip
    note = kernel_db.fetch_one("SELECT currency, foreign_amount, rate, value, change FROM billing_currencynote")
    assert note == {
        "currency": "USD", "foreign_amount": Decimal(100), "rate": Decimal("7.1234"), "value": Decimal("712.34"),
        "change": Decimal("84.34"),
    }  # fmt: skip
    assert_books_hold(bill.hotel)


def test_foreign_cash_that_does_not_fit_is_refused_at_its_field(bill: Bill, dollars: None) -> None:
    bill.charge("100")
    before = rows(bill.hotel)
    with pytest.raises(NoCurrencyRate):
        take(bill, "10", currency="EUR")
    with pytest.raises(ForeignTooSmall):
        take(bill, "10", amount="100")
    with pytest.raises(PaidTooMuch):
        take(bill, "100", amount="100.01")
    assert rows(bill.hotel) == before


# ---------------------------------------------------------------- too much


def test_overpayment_is_refused_at_its_field_unless_paid_ahead(bill: Bill) -> None:
    bill.charge("100")
    before = rows(bill.hotel)

    def pay(amount: str, **more: Any) -> Posted:
        return billing.take_payment(
            hotel_id=bill.hotel.pk, account_id=bill.account_id,
            payment=PaymentInput(means="cash", amount=Decimal(amount), **more), actor=SYSTEM, now=NOW,
        )  # fmt: skip

    with pytest.raises(PaidTooMuch) as caught:
        pay("100.01")
    assert (caught.value.field, caught.value.params, rows(bill.hotel)) == ("amount", {"amount": Decimal(100)}, before)
    payment = pay("100.01", in_advance=True)
    assert bill.balance == Decimal("-0.01")
    with pytest.raises(RefundTooLarge) as refund:
        bill.refund(payment.transaction_id, "100.02")
    assert refund.value.field == "amount"


# ---------------------------------------------------------------- damage, late charges, house accounts


def test_damage_is_charged_at_its_list_price(bill: Bill) -> None:
    item = settings.save_compensation_item(
        hotel_id=bill.hotel.pk, item_id=None, name="浴袍", name_en="Bathrobe", price=Decimal(280), is_active=True,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    what: dict[str, Any] = {
        "hotel_id": bill.hotel.pk, "account_id": bill.account_id, "item_id": item, "actor": SYSTEM, "now": NOW,
    }  # fmt: skip
    services.charge_compensation(quantity=2, **what)
    (line,) = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number).windows[0].lines
    assert (line.code, line.amount, line.description) == ("8030", Decimal(560), "浴袍")
    with pytest.raises(ReasonRequired) as caught:
        services.charge_compensation(quantity=1, amount=Decimal(100), **what)
    assert caught.value.field == "note"
    services.charge_compensation(quantity=1, amount=Decimal(100), note="旧的", **what)
    assert bill.balance == Decimal(660)


def late(bill: Bill, actor: Actor = SYSTEM, days: int = 1, **more: Any) -> Any:
    given: dict[str, Any] = {"charge_code": "2040", "amount": Decimal(58), "means": "card"} | more
    return services.post_late_charge(
        hotel_id=bill.hotel.pk, folio_id=bill.folio_id, late=LateCharge(**given), actor=actor,
        now=NOW + timedelta(days=days),
    )  # fmt: skip


def closed(bill: Bill) -> Bill:
    billing.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    return bill


def test_late_charge_is_paid_and_the_bill_closed_again(bill: Bill) -> None:
    late(closed(bill))
    organisation = company(bill.hotel)
    late(bill, means="company", organisation_id=organisation)
    view = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)
    assert (view.is_open, view.balance, len(view.windows[0].lines)) == (False, Decimal(0), 4)
    assert owed_by(organisation) == Decimal(58)
    assert_books_hold(bill.hotel)


def test_late_charge_after_its_days_needs_the_right_to_reverse(bill: Bill) -> None:
    actor = clerk(closed(bill))
    late(bill, actor, days=30)
    settings.set_late_charge_days(hotel_id=bill.hotel.pk, days=3, actor=SYSTEM, now=NOW)
    kernel_db.execute("UPDATE billing_folio SET closed_at = %s WHERE id = %s", [NOW, bill.folio_id])
    before = rows(bill.hotel)
    with pytest.raises(LateChargeTooLate):
        late(bill, actor, days=4)
    assert rows(bill.hotel) == before
    late(bill, clerk(bill, None, Permission.REVERSE), days=4)


def test_late_charge_that_cannot_be_paid_leaves_the_bill_closed(bill: Bill) -> None:
    organisation = company(closed(bill).hotel, limit="10")
    with pytest.raises(CreditLimitExceeded):
        late(bill, means="company", organisation_id=organisation)
    view = folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)
    assert (view.is_open, view.windows[0].lines) == (False, ())


def test_late_charge_on_an_open_bill_is_refused(bill: Bill) -> None:
    with pytest.raises(FolioOpen):
        late(bill)


def test_house_account_is_a_bill_with_a_name_and_found_by_it(bill: Bill) -> None:
    what: dict[str, Any] = {"hotel_id": bill.hotel.pk, "purpose": "年会", "actor": SYSTEM, "now": NOW}
    opened = services.open_house_account(number="9001", name="会务假房", **what)
    assert headings_of(hotel_id=bill.hotel.pk, folio_ids=[opened.folio_id])[opened.folio_id].title == "9001 会务假房"
    assert list(find_folios(hotel_id=bill.hotel.pk, text="9001")) == [opened.folio_id]
    with pytest.raises(NumberTaken):
        services.open_house_account(number="9001", name="另一个", **what)
    assert len(find_folios(hotel_id=bill.hotel.pk, text="另一个")) == 0
