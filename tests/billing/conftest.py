from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from binzhi.billing import ledger, services
from binzhi.billing.ledger import Charged, OpenFolio
from binzhi.billing.payments import DepositInput, PaymentInput
from binzhi.kernel import db as kernel_db
from binzhi.kernel.operations import unit_of_work
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel


@dataclass(frozen=True)
class Bill:
    """An open bill of a hotel and short ways to post to it."""

    hotel: TestHotel
    opened: OpenFolio

    @property
    def folio_id(self) -> int:
        return self.opened.folio_id

    @property
    def account_id(self) -> int:
        return self.opened.account_id

    def charge(self, amount: str, *, code: str = "1000", quantity: int = 1, account_id: int | None = None) -> Charged:
        return services.post_charge(
            hotel_id=self.hotel.pk, account_id=account_id or self.account_id, charge_code=code, amount=Decimal(amount),
            quantity=quantity, actor=SYSTEM, now=NOW,
        )  # fmt: skip

    def pay(self, amount: str, *, means: str = "wechat", organisation_id: int | None = None) -> int:
        payment = PaymentInput(means=means, amount=Decimal(amount), organisation_id=organisation_id, in_advance=True)
        return services.take_payment(
            hotel_id=self.hotel.pk, account_id=self.account_id, payment=payment, actor=SYSTEM, now=NOW
        ).transaction_id

    def refund(self, payment_id: int, amount: str) -> int:
        return services.refund_payment(
            hotel_id=self.hotel.pk, payment_id=payment_id, amount=Decimal(amount), reason="多收", actor=SYSTEM, now=NOW
        ).transaction_id

    def hold(self, amount: str, *, means: str = "cash") -> int:
        deposit = DepositInput(means=means, amount=Decimal(amount))
        return services.take_deposit(
            hotel_id=self.hotel.pk, folio_id=self.folio_id, deposit=deposit, actor=SYSTEM, now=NOW
        ).transaction_id

    def reverse(self, transaction_id: int) -> int:
        return services.reverse_transaction(
            hotel_id=self.hotel.pk, transaction_id=transaction_id, reason="录错", actor=SYSTEM, now=NOW
        ).transaction_id

    def window(self, payee: str = "明途资本") -> int:
        return services.add_window(
            hotel_id=self.hotel.pk, folio_id=self.folio_id, payee=payee, actor=SYSTEM, now=NOW
        ).account_id

    @property
    def balance(self) -> Decimal:
        return ledger.balance_of(self.folio_id)

    @property
    def deposit(self) -> Decimal:
        return ledger.deposit_of(self.folio_id)


def open_bill(hotel: TestHotel) -> Bill:
    kernel_db.enter_scope("*", "*")
    with unit_of_work():
        return Bill(hotel, ledger.open_folio(hotel_id=hotel.pk, guest_id=None, now=NOW))


def rows(hotel: TestHotel) -> int:
    """How many transactions the hotel has: what a refusal must not change."""
    count: int = kernel_db.fetch_value("SELECT count(*) FROM billing_transaction WHERE hotel_id = %s", [hotel.pk])
    return count


def lines_of(transaction_id: int) -> dict[tuple[str, str], Decimal]:
    """The lines of a transaction by kind and code of their account."""
    found = kernel_db.fetch_all(
        "SELECT a.kind, a.code, l.amount FROM billing_line l JOIN billing_account a ON a.id = l.account_id"
        " WHERE l.transaction_id = %s ORDER BY l.id",
        [transaction_id],
    )
    return {(row["kind"], row["code"]): row["amount"] for row in found}


def assert_books_hold(hotel: TestHotel) -> None:
    """Every transaction adds up to zero and every kept balance is the sum of its lines."""
    unbalanced = kernel_db.fetch_value(
        "SELECT count(*) FROM (SELECT transaction_id FROM billing_line WHERE hotel_id = %s"
        " GROUP BY transaction_id HAVING sum(amount) <> 0) x",
        [hotel.pk],
    )
    wrong = kernel_db.fetch_value(
        "SELECT count(*) FROM billing_account a WHERE a.hotel_id = %s AND a.kind IN ('folio', 'deposit', 'receivable')"
        " AND a.balance <> (SELECT coalesce(sum(l.amount), 0) FROM billing_line l WHERE l.account_id = a.id)",
        [hotel.pk],
    )
    assert (unbalanced, wrong) == (0, 0)


@pytest.fixture
def hotel(db: None) -> TestHotel:
    return make_hotel(with_billing=True, types={"std": 3}, nights=2)


@pytest.fixture
def bill(hotel: TestHotel) -> Bill:
    return open_bill(hotel)
