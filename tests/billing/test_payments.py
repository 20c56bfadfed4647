from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from binzhi.billing import payments, services
from binzhi.billing.errors import (
    AmountNotPositive,
    CompanyRequired,
    CreditLimitExceeded,
    CurrencyMismatch,
    DepositTooSmall,
    FolioClosed,
    MoreThanOwed,
    NotAPayment,
    ReasonRequired,
    RefundTooLarge,
    UnknownMeans,
)
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.guests.models import Organisation
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import DomainError, NotFound
from tests.billing.conftest import Bill, assert_books_hold, lines_of, open_bill, rows
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel


def company(hotel: TestHotel, *, limit: str = "1000") -> int:
    return Organisation.objects.create(
        group_id=hotel.ref.group_id, name="明途资本", code=f"c{hotel.pk}", credit_limit=Decimal(limit)
    ).pk


def owed_by(organisation_id: int) -> Decimal:
    owed: Decimal | None = kernel_db.fetch_value(
        "SELECT balance FROM billing_account WHERE organisation_id = %s", [organisation_id]
    )
    return owed if owed is not None else Decimal("0.00")


def test_payment_lowers_the_window_and_fills_the_till(bill: Bill) -> None:
    bill.charge("628")
    key = bill.pay("500", means="wechat")
    assert lines_of(key) == {("folio", ""): Decimal("-500.00"), ("means", "wechat"): Decimal("500.00")}
    assert bill.balance == Decimal("128.00")


def test_payment_of_more_than_owed_leaves_a_credit(bill: Bill) -> None:
    bill.charge("100")
    bill.pay("150", means="cash")
    assert bill.balance == Decimal("-50.00")


@pytest.mark.parametrize("means", ["", "bitcoin", "现金", "cash\x00", "a b"])
def test_payment_by_unknown_means_is_refused(bill: Bill, means: str) -> None:
    with pytest.raises(UnknownMeans) as refusal:
        bill.pay("10", means=means)
    assert (refusal.value.field, rows(bill.hotel)) == ("means", 0)


def test_payment_by_retired_means_is_refused(bill: Bill) -> None:
    kernel_db.execute("UPDATE billing_paymentmeans SET is_active = false WHERE hotel_id = %s", [bill.hotel.pk])
    with pytest.raises(UnknownMeans):
        bill.pay("10")
    assert rows(bill.hotel) == 0


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "0.001", "1e12"])
def test_payment_of_an_impossible_amount_is_refused(bill: Bill, amount: str) -> None:
    with pytest.raises(DomainError) as refusal:
        bill.pay(amount)
    assert (refusal.value.field, rows(bill.hotel)) == ("amount", 0)


def test_payment_in_another_currency_is_refused(bill: Bill) -> None:
    with pytest.raises(CurrencyMismatch):
        services.take_payment(
            hotel_id=bill.hotel.pk, account_id=bill.account_id, payment=PaymentInput(means="cash", amount=Decimal(10)),
            currency="EUR", actor=SYSTEM, now=NOW,
        )  # fmt: skip
    assert rows(bill.hotel) == 0


def test_payment_into_the_window_of_another_hotel_is_not_found(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    with pytest.raises(NotFound):
        services.take_payment(
            hotel_id=bill.hotel.pk, account_id=stranger.account_id,
            payment=PaymentInput(means="cash", amount=Decimal(10)), actor=SYSTEM, now=NOW,
        )  # fmt: skip
    assert (rows(bill.hotel), rows(stranger.hotel)) == (0, 0)


# ---------------------------------------------------------------- companies


def test_company_takes_over_what_the_window_owes(bill: Bill) -> None:
    organisation = company(bill.hotel)
    bill.charge("628")
    key = bill.pay("628", means="company", organisation_id=organisation)
    assert lines_of(key) == {
        ("folio", ""): Decimal("-628.00"),
        ("receivable", f"org:{organisation}"): Decimal("628.00"),
    }
    assert (bill.balance, owed_by(organisation)) == (Decimal("0.00"), Decimal("628.00"))


def test_company_pays_up_to_its_credit_limit_and_not_a_fen_more(bill: Bill) -> None:
    organisation = company(bill.hotel, limit="1000")
    bill.charge("2000")
    bill.pay("600", means="company", organisation_id=organisation)
    with pytest.raises(CreditLimitExceeded) as refusal:
        bill.pay("400.01", means="company", organisation_id=organisation)
    assert refusal.value.params == {"limit": Decimal("1000.00"), "left": Decimal("400.00")}
    bill.pay("400", means="company", organisation_id=organisation)
    assert (bill.balance, owed_by(organisation)) == (Decimal("1000.00"), Decimal("1000.00"))


def test_company_without_credit_is_refused(bill: Bill) -> None:
    organisation = company(bill.hotel, limit="0")
    bill.charge("10")
    with pytest.raises(CreditLimitExceeded):
        bill.pay("10", means="company", organisation_id=organisation)
    assert (bill.balance, owed_by(organisation)) == (Decimal("10.00"), Decimal("0.00"))


def test_limit_agreed_with_this_hotel_goes_before_the_groups(bill: Bill) -> None:
    organisation = company(bill.hotel, limit="1000")
    bill.charge("100")
    bill.pay("10", means="company", organisation_id=organisation)
    kernel_db.execute("UPDATE billing_account SET credit_limit = 50 WHERE organisation_id = %s", [organisation])
    with pytest.raises(CreditLimitExceeded):
        bill.pay("41", means="company", organisation_id=organisation)
    bill.pay("40", means="company", organisation_id=organisation)
    assert owed_by(organisation) == Decimal("50.00")


def test_company_does_not_take_over_more_than_is_owed(bill: Bill) -> None:
    organisation = company(bill.hotel)
    bill.charge("100")
    with pytest.raises(MoreThanOwed):
        bill.pay("100.01", means="company", organisation_id=organisation)
    assert (bill.balance, owed_by(organisation)) == (Decimal("100.00"), Decimal("0.00"))


def test_company_account_without_a_company_is_refused(bill: Bill) -> None:
    bill.charge("100")
    with pytest.raises(CompanyRequired):
        bill.pay("100", means="company")
    assert bill.balance == Decimal("100.00")


def test_company_of_another_group_is_not_known_here(bill: Bill) -> None:
    organisation = company(make_hotel(with_billing=True, nights=2))
    bill.charge("100")
    with pytest.raises(CompanyRequired):
        bill.pay("100", means="company", organisation_id=organisation)
    assert (bill.balance, owed_by(organisation)) == (Decimal("100.00"), Decimal("0.00"))


# ---------------------------------------------------------------- refunds


def test_refund_goes_back_the_way_the_payment_came(bill: Bill) -> None:
    bill.charge("100")
    payment = bill.pay("150", means="alipay")
    key = bill.refund(payment, "50")
    assert lines_of(key) == {("folio", ""): Decimal("50.00"), ("means", "alipay"): Decimal("-50.00")}
    assert bill.balance == Decimal("0.00")


def test_refunds_never_exceed_what_was_paid(bill: Bill) -> None:
    payment = bill.pay("100")
    bill.pay("900")
    bill.refund(payment, "60")
    with pytest.raises(RefundTooLarge) as refusal:
        bill.refund(payment, "40.01")
    assert refusal.value.params == {"amount": Decimal("40.00")}
    bill.refund(payment, "40")
    with pytest.raises(RefundTooLarge):
        bill.refund(payment, "0.01")
    assert bill.balance == Decimal("-900.00")


def test_refund_that_was_reversed_can_be_made_again(bill: Bill) -> None:
    payment = bill.pay("100")
    bill.reverse(bill.refund(payment, "100"))
    bill.refund(payment, "100")
    assert bill.balance == Decimal("0.00")


def test_refund_of_a_company_payment_lowers_the_receivable(bill: Bill) -> None:
    organisation = company(bill.hotel)
    bill.charge("100")
    payment = bill.pay("100", means="company", organisation_id=organisation)
    bill.refund(payment, "30")
    assert (bill.balance, owed_by(organisation)) == (Decimal("30.00"), Decimal("70.00"))


def test_refund_of_what_is_no_payment_is_refused(bill: Bill) -> None:
    charge = bill.charge("100").transaction_id
    for key in (charge, 999_999_999):
        with pytest.raises(NotAPayment):
            bill.refund(key, "10")
    assert bill.balance == Decimal("100.00")


def test_refund_of_another_hotels_payment_is_refused(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    payment = stranger.pay("100")
    with pytest.raises(NotAPayment):
        bill.refund(payment, "10")
    assert stranger.balance == Decimal("-100.00")


def test_refund_without_a_reason_is_refused(bill: Bill) -> None:
    payment = bill.pay("100")
    with pytest.raises(ReasonRequired):
        services.refund_payment(
            hotel_id=bill.hotel.pk, payment_id=payment, amount=Decimal(10), reason=" ", actor=SYSTEM, now=NOW
        )
    assert bill.balance == Decimal("-100.00")


# ---------------------------------------------------------------- deposits


def use(bill: Bill, amount: str, *, account_id: int | None = None) -> int:
    return services.use_deposit(
        hotel_id=bill.hotel.pk, folio_id=bill.folio_id, account_id=account_id or bill.account_id,
        amount=Decimal(amount), actor=SYSTEM, now=NOW,
    ).transaction_id  # fmt: skip


def give_back(bill: Bill, amount: str, *, means: str = "cash") -> int:
    return services.refund_deposit(
        hotel_id=bill.hotel.pk, folio_id=bill.folio_id, deposit=DepositInput(means=means, amount=Decimal(amount)),
        actor=SYSTEM, now=NOW,
    ).transaction_id  # fmt: skip


def test_deposit_is_a_debt_to_the_guest_and_not_a_payment(bill: Bill) -> None:
    bill.charge("628")
    key = bill.hold("500", means="wechat")
    assert lines_of(key) == {("deposit", ""): Decimal("-500.00"), ("means", "wechat"): Decimal("500.00")}
    assert (bill.balance, bill.deposit) == (Decimal("628.00"), Decimal("500.00"))


def test_deposit_used_pays_the_window(bill: Bill) -> None:
    bill.charge("628")
    bill.hold("500")
    use(bill, "500")
    assert (bill.balance, bill.deposit) == (Decimal("128.00"), Decimal("0.00"))
    assert_books_hold(bill.hotel)


def test_deposit_is_never_overdrawn(bill: Bill) -> None:
    bill.charge("628")
    bill.hold("500")
    for overdraw in (lambda: use(bill, "500.01"), lambda: give_back(bill, "500.01")):
        with pytest.raises(DepositTooSmall), transaction.atomic():
            overdraw()
    assert (bill.balance, bill.deposit, rows(bill.hotel)) == (Decimal("628.00"), Decimal("500.00"), 2)


def test_deposit_never_taken_cannot_be_used(bill: Bill) -> None:
    bill.charge("628")
    with pytest.raises(DepositTooSmall), transaction.atomic():
        use(bill, "0.01")
    assert (bill.balance, rows(bill.hotel)) == (Decimal("628.00"), 1)


def test_deposit_used_for_the_window_of_another_bill_is_not_found(bill: Bill) -> None:
    other = open_bill(bill.hotel)
    bill.hold("500")
    with pytest.raises(NotFound):
        use(bill, "100", account_id=other.account_id)
    assert (bill.deposit, other.balance) == (Decimal("500.00"), Decimal("0.00"))


def test_deposit_given_back_empties_it(bill: Bill) -> None:
    bill.hold("500", means="cash")
    key = give_back(bill, "500", means="cash")
    assert lines_of(key) == {("deposit", ""): Decimal("500.00"), ("means", "cash"): Decimal("-500.00")}
    assert bill.deposit == Decimal("0.00")


def test_deposit_by_company_account_is_refused(bill: Bill) -> None:
    with pytest.raises(UnknownMeans):
        bill.hold("500", means="company")
    assert rows(bill.hotel) == 0


def test_deposit_of_nothing_is_refused(bill: Bill) -> None:
    with pytest.raises(AmountNotPositive):
        bill.hold("0")
    assert rows(bill.hotel) == 0


def test_deposit_for_a_closed_bill_is_refused(bill: Bill) -> None:
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=bill.folio_id, actor=SYSTEM, now=NOW)
    with pytest.raises(FolioClosed):
        bill.hold("10")
    assert rows(bill.hotel) == 0


def test_settle_from_deposit_pays_window_after_window(bill: Bill) -> None:
    second = bill.window()
    bill.charge("300")
    bill.charge("400", account_id=second)
    bill.hold("500")
    with transaction.atomic():
        used = payments.settle_from_deposit(
            hotel_id=bill.hotel.pk, folio_id=bill.folio_id, currency="CNY", user_id=None, now=NOW
        )
    assert (len(used), bill.balance, bill.deposit) == (2, Decimal("200.00"), Decimal("0.00"))
