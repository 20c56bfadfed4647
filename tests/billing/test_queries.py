from __future__ import annotations

from decimal import Decimal

import pytest

from binzhi.billing import queries, services
from binzhi.billing.setup import create_chart
from binzhi.kernel import db as kernel_db
from binzhi.kernel.errors import NotFound
from tests.billing.conftest import Bill, open_bill
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, make_hotel


def view(bill: Bill) -> queries.FolioView:
    return queries.folio_view(hotel_id=bill.hotel.pk, number=bill.opened.number)


@pytest.mark.parametrize("lines", [1, 30])
def test_folio_view_takes_two_statements_whatever_stands_on_it(
    bill: Bill, lines: int, django_assert_num_queries: object
) -> None:
    for _ in range(lines):
        bill.charge("10")
    bill.window()
    bill.hold("5")
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = view(bill)
    assert (len(found.windows[0].lines), len(found.windows), found.deposit) == (lines, 2, Decimal("5.00"))


def test_folio_view_separates_charges_from_money(bill: Bill) -> None:
    charge = bill.charge("628").transaction_id
    bill.charge("58", code="2040")
    payment = bill.pay("500")
    bill.reverse(charge)
    bill.refund(payment, "100")
    window = view(bill).windows[0]
    assert [line.kind for line in window.charge_lines] == ["charge", "charge", "reversal"]
    assert [line.kind for line in window.money_lines] == ["payment", "refund"]
    assert (window.charged, window.paid, window.balance) == (Decimal("58.00"), Decimal("400.00"), Decimal("-342.00"))


def test_folio_view_tells_what_can_be_done_with_each_line(bill: Bill) -> None:
    gone = bill.charge("628").transaction_id
    bill.charge("58")
    payment = bill.pay("500")
    bill.refund(payment, "100")
    bill.reverse(gone)
    can = [
        (line.kind, line.is_reversible, line.is_transferable, line.is_refundable and line.refundable)
        for line in view(bill).windows[0].lines
    ]
    assert can == [
        ("charge", False, False, False),
        ("charge", True, True, False),
        ("payment", False, False, Decimal("400.00")),
        ("refund", True, False, False),
        ("reversal", False, False, False),
    ]


def test_folio_view_of_another_hotel_is_not_found(bill: Bill) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    with pytest.raises(NotFound):
        queries.folio_view(hotel_id=bill.hotel.pk, number=stranger.opened.number)
    with pytest.raises(NotFound):
        queries.folio_view(hotel_id=bill.hotel.pk, number="F\x00")


def test_trial_balance_adds_up_to_zero_and_names_every_account(bill: Bill) -> None:
    bill.charge("628")
    bill.charge("19.99", code="2040")
    bill.pay("300")
    bill.hold("200", means="cash")
    books = queries.trial_balance(hotel_id=bill.hotel.pk, business_date=TODAY)
    assert {(line.kind, line.code): line.amount for line in books} == {
        ("deposit", ""): Decimal("-200.00"), ("folio", ""): Decimal("347.99"), ("means", "cash"): Decimal("200.00"),
        ("means", "wechat"): Decimal("300.00"), ("revenue", "1000"): Decimal("-592.45"),
        ("revenue", "2040"): Decimal("-17.69"), ("tax", "0600"): Decimal("-35.55"), ("tax", "1300"): Decimal("-2.30"),
    }  # fmt: skip
    assert sum(line.amount for line in books) == queries.ledger_sum(hotel_id=bill.hotel.pk) == 0


def test_revenue_and_payments_of_a_day_net_of_corrections(bill: Bill) -> None:
    bill.reverse(bill.charge("628").transaction_id)
    bill.charge("106")
    bill.refund(bill.pay("100"), "30")
    assert queries.revenue_of_day(hotel_id=bill.hotel.pk, business_date=TODAY) == {"1000": Decimal("100.00")}
    assert queries.payments_of_day(hotel_id=bill.hotel.pk, business_date=TODAY) == {"wechat": Decimal("70.00")}


def test_create_chart_again_changes_nothing(bill: Bill) -> None:
    count = "SELECT count(*) FROM billing_account WHERE hotel_id = %s"
    before = kernel_db.fetch_value(count, [bill.hotel.pk])
    create_chart(hotel_id=bill.hotel.pk)
    assert kernel_db.fetch_value(count, [bill.hotel.pk]) == before
    assert [means.code for means in queries.means_of_payment(hotel_id=bill.hotel.pk)] == [
        "wechat", "alipay", "card", "cash", "bank", "company",
    ]  # fmt: skip
    assert "9010" not in [code.code for code in queries.charge_codes(hotel_id=bill.hotel.pk)]


def test_open_folios_tells_the_open_ones_among_the_named(bill: Bill) -> None:
    bill.charge("10")
    other, closed = open_bill(bill.hotel), open_bill(bill.hotel)
    services.close_folio(hotel_id=bill.hotel.pk, folio_id=closed.folio_id, actor=SYSTEM, now=NOW)
    found = queries.open_folios(hotel_id=bill.hotel.pk, folio_ids=[bill.folio_id, closed.folio_id])
    assert [(row.number, row.balance, row.deposit) for row in found] == [
        (bill.opened.number, Decimal("10.00"), Decimal("0.00"))
    ]
    assert other.opened.number not in {row.number for row in found}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("", ["credit", "deposit", "owing", "zero"]),
        ("owing", ["owing"]),
        ("credit", ["credit"]),
        ("deposit", ["deposit"]),
        ("closed", ["closed"]),
        ("nonsense' OR 1=1", ["credit", "deposit", "owing", "zero"]),
    ],
)
def test_folio_list_by_state_with_sums(hotel: TestHotel, state: str, expected: list[str]) -> None:
    bills = {name: open_bill(hotel) for name in ("zero", "owing", "deposit", "credit", "closed")}
    bills["owing"].charge("10")
    bills["deposit"].hold("7")
    bills["credit"].pay("3")
    services.close_folio(hotel_id=hotel.pk, folio_id=bills["closed"].folio_id, actor=SYSTEM, now=NOW)
    names = {bill.opened.number: name for name, bill in bills.items()}
    page = queries.folio_list(hotel_id=hotel.pk, state=state)
    assert sorted(names[row.number] for row in page.rows) == expected
    assert (page.total, page.balance) == (len(expected), sum(row.balance for row in page.rows))


@pytest.mark.parametrize("bills", [1, 30])
def test_folio_list_takes_one_statement(hotel: TestHotel, bills: int, django_assert_num_queries: object) -> None:
    for _ in range(bills):
        open_bill(hotel)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert queries.folio_list(hotel_id=hotel.pk).total == bills
