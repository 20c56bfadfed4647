"""What the database itself refuses, whatever the program says: raw SQL as the owner of the tables."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from psycopg import errors as pg

from binzhi.billing import ledger
from binzhi.billing.errors import BusinessDayClosed
from binzhi.billing.ledger import typed_refusals
from binzhi.kernel import db as kernel_db
from tests.billing.conftest import Bill, assert_books_hold, open_bill, rows
from tests.factories import NOW, TestHotel, make_hotel

HEADER = """
INSERT INTO billing_transaction (hotel_id, business_date, kind, posted_at) VALUES (%s, %s, 'charge', %s) RETURNING id
"""
LINE = "INSERT INTO billing_line (hotel_id, transaction_id, account_id, amount) VALUES (%s, %s, %s, %s)"


def header(hotel: TestHotel) -> int:
    key: int = kernel_db.fetch_value(HEADER, [hotel.pk, hotel.ref.business_date, NOW])
    return key


def refused(error: IntegrityError) -> str | None:
    assert isinstance(error.__cause__, pg.Error)
    return error.__cause__.diag.constraint_name


def test_line_that_does_not_balance_is_refused(bill: Bill) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kernel_db.execute(LINE, [bill.hotel.pk, header(bill.hotel), bill.account_id, Decimal("1.00")])
    assert refused(refusal.value) == "lines_add_up_to_zero"
    assert (rows(bill.hotel), bill.balance) == (0, Decimal("0.00"))


def test_lines_that_balance_are_taken(bill: Bill) -> None:
    """The control of the test above: the same hand-written SQL passes once the lines add up."""
    other = open_bill(bill.hotel)
    key = header(bill.hotel)
    kernel_db.execute(
        LINE + ", (%s, %s, %s, %s)",
        [bill.hotel.pk, key, bill.account_id, Decimal("1.00"), bill.hotel.pk, key, other.account_id, Decimal("-1.00")],
    )
    assert (bill.balance, other.balance) == (Decimal("1.00"), Decimal("-1.00"))


def test_line_on_the_account_of_another_hotel_is_refused(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    key = header(bill.hotel)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kernel_db.execute(
            LINE + ", (%s, %s, %s, %s)",
            [bill.hotel.pk, key, bill.account_id, Decimal(1), bill.hotel.pk, key, stranger.account_id, Decimal(-1)],
        )
    assert refused(refusal.value) == "lines_of_one_hotel"
    assert (bill.balance, stranger.balance) == (Decimal("0.00"), Decimal("0.00"))


def test_line_on_an_account_that_never_was_is_refused(bill: Bill) -> None:
    key = header(bill.hotel)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kernel_db.execute(
            LINE + ", (%s, %s, %s, %s)",
            [bill.hotel.pk, key, bill.account_id, Decimal(1), bill.hotel.pk, key, 2**40, Decimal(-1)],
        )
    assert refused(refusal.value) == "lines_of_one_hotel"
    assert bill.balance == Decimal("0.00")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM billing_account WHERE hotel_id = %s",
        "UPDATE billing_account SET id = id + 1000000 WHERE hotel_id = %s",
        "UPDATE billing_account SET hotel_id = hotel_id + 1 WHERE hotel_id = %s",
    ],
)
def test_account_that_lines_may_point_to_stays_where_it_is(bill: Bill, sql: str) -> None:
    bill.charge("100")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kernel_db.execute(sql, [bill.hotel.pk])
    assert refused(refusal.value) == "accounts_stay"
    assert bill.balance == Decimal("100.00")
    assert_books_hold(bill.hotel)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_line SET amount = amount + 1",
        "DELETE FROM billing_line",
        "UPDATE billing_transaction SET description = 'x'",
        "DELETE FROM billing_transaction",
    ],
)
def test_posted_rows_are_never_changed_not_even_by_the_owner(bill: Bill, sql: str) -> None:
    bill.charge("100")
    with pytest.raises(IntegrityError, match="insert-only"), transaction.atomic():
        kernel_db.execute(sql)
    assert (rows(bill.hotel), bill.balance) == (1, Decimal("100.00"))


def test_posting_on_a_closed_day_is_refused(bill: Bill) -> None:
    kernel_db.execute("UPDATE property_businessday SET closed_at = %s WHERE hotel_id = %s", [NOW, bill.hotel.pk])
    with pytest.raises(BusinessDayClosed), transaction.atomic(), typed_refusals():
        header(bill.hotel)
    with pytest.raises(BusinessDayClosed), transaction.atomic():
        bill.charge("100")
    assert (rows(bill.hotel), bill.balance) == (0, Decimal("0.00"))


def test_posting_on_a_day_that_never_was_open_is_refused(bill: Bill) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kernel_db.execute(HEADER, [bill.hotel.pk, "2031-01-01", NOW])
    assert refused(refusal.value) == "posting_on_open_day"
    assert rows(bill.hotel) == 0


def test_posting_of_a_hotel_that_never_was_is_refused(bill: Bill) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        kernel_db.execute(HEADER, [2**30, bill.hotel.ref.business_date, NOW])
    assert refused(refusal.value) == "posting_on_open_day"
    assert rows(bill.hotel) == 0


def test_closed_day_is_never_reopened(bill: Bill) -> None:
    kernel_db.execute("UPDATE property_businessday SET closed_at = %s WHERE hotel_id = %s", [NOW, bill.hotel.pk])
    with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
        kernel_db.execute("UPDATE property_businessday SET closed_at = NULL WHERE hotel_id = %s", [bill.hotel.pk])


def test_hotel_day_is_never_deleted(bill: Bill) -> None:
    bill.charge("100")
    with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
        kernel_db.execute("DELETE FROM property_businessday WHERE hotel_id = %s", [bill.hotel.pk])
    bill.charge("100")
    assert bill.balance == Decimal("200.00")


def test_ledger_of_another_hotel_is_not_seen(bill: Bill) -> None:
    bill.charge("100")
    kernel_db.enter_scope("0", "0")
    seen = kernel_db.fetch_value("SELECT count(*) FROM billing_line")
    kernel_db.enter_scope("*", "*")
    assert (seen, kernel_db.fetch_value("SELECT count(*) FROM billing_line WHERE hotel_id = %s", [bill.hotel.pk])) == (
        0,
        3,
    )


def test_balances_follow_their_lines(bill: Bill) -> None:
    bill.charge("628")
    bill.hold("500")
    bill.pay("100")
    assert (bill.balance, bill.deposit) == (Decimal("528.00"), Decimal("500.00"))
    assert_books_hold(bill.hotel)


def test_posting_takes_one_statement(bill: Bill, django_assert_num_queries: object) -> None:
    posting = ledger.Posting(
        kind="payment", lines=[(bill.account_id, Decimal("-10"))], means="cash", means_amount=Decimal(10)
    )
    with django_assert_num_queries(1):  # type: ignore[operator]
        ledger.post(hotel_id=bill.hotel.pk, posting=posting, user_id=None, now=NOW)
    with django_assert_num_queries(1):  # type: ignore[operator]
        ledger.charge(
            hotel_id=bill.hotel.pk, account_id=bill.account_id, charge_code="1000", amount=Decimal(10), now=NOW
        )
    with django_assert_num_queries(1):  # type: ignore[operator]
        ledger.open_folio(hotel_id=bill.hotel.pk, guest_id=None, now=NOW)
