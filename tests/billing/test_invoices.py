"""E-invoices: complete, to the fen, never more than was paid, issued once whatever happens to the provider."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from binzhi.billing import services as billing
from binzhi.billing.folio_errors import (
    BuyerRequired,
    InvoiceNotWaiting,
    MoreThanCharged,
    MoreThanPaid,
    NothingToInvoice,
    NotInGbk,
    NotRedable,
    RedInvoiceFirst,
    SellerMissing,
    TaxNumberRequired,
    TaxNumberWrong,
    TooManyBytes,
)
from binzhi.billing.invoices import sending, services
from binzhi.billing.invoices.buyers import Buyer
from binzhi.billing.invoices.composing import Pool, draft
from binzhi.billing.invoices.provider import HttpProvider
from binzhi.billing.invoices.queries import InvoiceRow, invoices
from binzhi.billing.invoices.services import SellerInput
from binzhi.billing.invoices.simulator import KEY, Office, serve
from binzhi.billing.invoices.words import capitals
from binzhi.kernel import db as kernel_db
from binzhi.kernel.calls import UnsafeAddress
from tests.billing.conftest import Bill, open_bill, rows
from tests.billing.racing import run_all
from tests.factories import NOW, SYSTEM, TODAY, make_hotel

COMPANY = Buyer(name="明途资本管理有限公司", tax_no="91330106MA27Y8K93X")


@pytest.fixture
def office() -> Iterator[Office]:
    """A provider on this machine, at `office.url`."""
    there = Office()
    server = serve(there)
    there.url = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield there
    server.shutdown()
    server.server_close()


def sell(bill: Bill, url: str = "") -> None:
    seller = SellerInput(
        name="湖畔酒店有限公司", tax_no="91330100MA2AXYZ12X", issuer="钱多多", provider_url=url, provider_key=KEY
    )
    services.set_seller(hotel_id=bill.hotel.pk, seller=seller, actor=SYSTEM, now=NOW)


@pytest.fixture
def paid(bill: Bill, office: Office) -> Bill:
    """Room 1,256 and minibar 58, all paid."""
    sell(bill, office.url)  # type: ignore[attr-defined]
    bill.charge("628", quantity=2)
    bill.charge("58", code="2040")
    bill.pay("1314")
    return bill


def ask(bill: Bill, amount: str | None = None, buyer: Buyer = COMPANY, kind: str = "81", **more: Any) -> int:
    return services.request_invoice(
        hotel_id=bill.hotel.pk, account_id=more.pop("account_id", bill.account_id), kind=kind, buyer=buyer,
        amount=Decimal(amount) if amount else None, actor=SYSTEM, now=NOW, **more,
    )  # fmt: skip


def of(bill: Bill, key: int) -> InvoiceRow:
    (row,) = invoices(hotel_id=bill.hotel.pk, invoice_id=key)
    return row


def send(minutes: int = 0) -> int:
    return sending.send_due(now=NOW + timedelta(minutes=minutes))


def count() -> int:
    found: int = kernel_db.fetch_value("SELECT count(*) FROM billing_invoice")
    return found


# ---------------------------------------------------------------- what stands on it


def test_invoice_has_lines_by_code_and_rate_that_add_up(paid: Bill) -> None:
    key = ask(paid)
    lines = kernel_db.fetch_all(
        "SELECT item, unit, quantity, price, amount, rate, tax FROM billing_invoiceline WHERE invoice_id = %s"
        " ORDER BY position",
        [key],
    )
    assert lines == [
        {"item": "*住宿服务*住宿费", "unit": "间夜", "quantity": 2, "price": Decimal("592.45500000"),
         "amount": Decimal("1184.91"), "rate": Decimal("0.0600"), "tax": Decimal("71.09")},
        {"item": "*软饮料*饮品", "unit": "", "quantity": 1, "price": Decimal("51.33000000"), "amount": Decimal("51.33"),
         "rate": Decimal("0.1300"), "tax": Decimal("6.67")},
    ]  # fmt: skip
    row = of(paid, key)
    assert (row.net, row.tax, row.total, row.state) == (
        Decimal("1236.24"), Decimal("77.76"), Decimal("1314.00"), "asked",
    )  # fmt: skip
    assert kernel_db.fetch_value("SELECT total_words FROM billing_invoice") == "壹仟叁佰壹拾肆圆整"


def test_tax_code_holds_from_its_day_on(paid: Bill) -> None:
    what: dict[str, Any] = {
        "hotel_id": paid.hotel.pk, "charge_code": "2040", "classification": "1030307000000000000", "unit": "份",
        "rate": Decimal("0.13"), "is_invoiced": True, "actor": SYSTEM, "now": NOW,
    }  # fmt: skip
    services.set_tax_code(first_date=TODAY, item="*饮料*矿泉水", **what)
    services.set_tax_code(first_date=TODAY + timedelta(days=1), item="*饮料*汽水", **what)
    ask(paid)
    assert "*饮料*矿泉水" in kernel_db.fetch_values("SELECT item FROM billing_invoiceline")


def test_fees_without_supply_and_deposits_are_not_invoiced(bill: Bill) -> None:
    sell(bill)
    bill.charge("100", code="8030")
    bill.charge("200")
    bill.hold("500")
    with pytest.raises(NothingToInvoice):
        ask(bill)
    billing.use_deposit(
        hotel_id=bill.hotel.pk, folio_id=bill.folio_id, account_id=bill.account_id, amount=Decimal(300), actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    assert of(bill, ask(bill)).total == Decimal(200)


def test_window_is_invoiced_to_several_buyers_to_the_fen(paid: Bill) -> None:
    keys = [ask(paid, "438.00"), ask(paid, "438.01", Buyer(name="王小明", is_person=True), "82"), ask(paid)]
    assert [of(paid, key).total for key in keys] == [Decimal("438.00"), Decimal("438.01"), Decimal("437.99")]
    with pytest.raises(NothingToInvoice):
        ask(paid)


def test_invoice_for_more_than_charged_or_paid_is_refused_at_its_field(bill: Bill) -> None:
    with pytest.raises(SellerMissing):
        ask(bill)
    sell(bill)
    bill.charge("300")
    bill.pay("100")
    for amount, refusal, most in (("100.01", MoreThanPaid, 100), ("300.01", MoreThanCharged, 300)):
        with pytest.raises(refusal) as caught:
            ask(bill, amount)
        assert (caught.value.field, caught.value.params) == ("amount", {"amount": Decimal(most)})
    assert count() == 0
    assert of(bill, ask(bill)).total == Decimal(100)


@pytest.mark.parametrize(
    ("buyer", "kind", "refusal", "field"),
    [
        (Buyer(name=""), "82", BuyerRequired, "buyer_name"),
        (Buyer(name="明途"), "82", TaxNumberRequired, "tax_no"),
        (Buyer(name="王", is_person=True), "81", TaxNumberRequired, "tax_no"),
        (Buyer(name="明途", tax_no="91330106MA27"), "82", TaxNumberWrong, "tax_no"),
        (Buyer(name="明途", tax_no="91330106MA27Y8K93–"), "82", TaxNumberWrong, "tax_no"),
        (Buyer(name="𠮷野家", is_person=True), "82", NotInGbk, "buyer_name"),
        (Buyer(name="王", is_person=True, address_phone="路" * 51), "82", TooManyBytes, "address_phone"),
        (Buyer(name="王", is_person=True, bank_account="行" * 49 + "123"), "82", TooManyBytes, "bank_account"),
    ],
)
def test_buyer_that_cannot_be_is_refused_at_its_field(
    paid: Bill, buyer: Buyer, kind: str, refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        ask(paid, buyer=buyer, kind=kind)
    assert (caught.value.field, count()) == (field, 0)  # type: ignore[attr-defined]


def test_hundred_bytes_of_gbk_fit(paid: Bill) -> None:
    ask(paid, buyer=Buyer(name="王", is_person=True, address_phone="路" * 50), kind="82")
    assert count() == 1


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "零圆整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("1.05", "壹圆零伍分"), ("10.00", "壹拾圆整"),
        ("1024.50", "壹仟零贰拾肆圆伍角整"), ("100000.00", "壹拾万圆整"), ("100001.23", "壹拾万零壹圆贰角叁分"),
        ("10203040.00", "壹仟零贰拾万叁仟零肆拾圆整"), ("100000001.00", "壹亿零壹圆整"), ("-628.00", "负陆佰贰拾捌圆整"),
        ("120000000.00", "壹亿贰仟万圆整"),
    ],
)  # fmt: skip
def test_amount_in_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


@given(st.lists(st.integers(1, 500_000), min_size=1, max_size=4), st.integers(1, 99))
def test_lines_add_up_to_what_was_asked(grosses: list[int], share: int) -> None:
    pools = [
        Pool(n, str(n), "住宿费", "间夜", rate, "3", Decimal(gross) / 100, 2)
        for n, (gross, rate) in enumerate(zip(grosses, map(Decimal, ("0.06", "0.13", "0.09", "0")), strict=False))
    ]
    charged = sum(pool.gross for pool in pools)
    wanted = max((charged * share / 100).quantize(Decimal("0.01")), Decimal("0.01"))
    lines = draft(pools, amount=wanted, paid=charged, currency="CNY")
    assert sum(line.amount + line.tax for line in lines) == wanted
    assert all(line.amount >= 0 and line.tax >= 0 for line in lines)


# ---------------------------------------------------------------- sending


def test_invoice_is_issued_by_the_provider_over_http(paid: Bill, office: Office) -> None:
    key = ask(paid)
    assert send() == 1
    row = of(paid, key)
    assert (row.state, len(row.number), row.attempts) == ("issued", 20, 1)
    assert send(600) == 0


def test_provider_down_loses_and_doubles_nothing(paid: Bill, office: Office) -> None:
    key = ask(paid)
    office.down = True
    tried = sum(send(minutes) for minutes in range(0, 60, 5))
    row = of(paid, key)
    assert (row.state, row.error, row.attempts) == ("asked", "HTTP 503", tried)
    assert 3 <= tried < 12
    office.down = False
    send(600)
    assert (of(paid, key).state, len(office.issued)) == ("issued", 1)


def test_answer_that_got_lost_is_asked_again_and_the_same(paid: Bill, office: Office) -> None:
    key = ask(paid)

    class Lost(HttpProvider):
        def issue(self, request: Any) -> Any:
            super().issue(request)
            raise KeyboardInterrupt  # the worker dies with the answer in its hand

    with pytest.raises(KeyboardInterrupt):
        sending.send_due(now=NOW, choose=lambda _hotel: Lost(url=office.url, key=KEY))  # type: ignore[attr-defined]
    assert of(paid, key).state == "asked"
    assert send(5) == 1
    assert (of(paid, key).state, len(office.issued), len(office.asked)) == ("issued", 1, 2)


def test_provider_that_works_on_it_is_asked_again(paid: Bill, office: Office) -> None:
    key = ask(paid)
    office.slow = True
    send()
    assert of(paid, key).state == "sent"
    office.slow = False
    send(5)
    assert of(paid, key).state == "issued"


def test_refused_invoice_says_why_and_frees_what_it_took(paid: Bill, office: Office) -> None:
    kernel_db.execute("UPDATE billing_invoiceseller SET tax_no = '1'")
    key = ask(paid)
    send()
    assert (of(paid, key).state, of(paid, key).error) == ("refused", "销方税号有误")
    sell(paid, office.url)  # type: ignore[attr-defined]
    again = ask(paid)
    send(1)
    assert (of(paid, again).state, of(paid, again).total) == ("issued", Decimal(1314))
    with pytest.raises(InvoiceNotWaiting):
        services.retry_invoice(hotel_id=paid.hotel.pk, invoice_id=again, actor=SYSTEM, now=NOW)


def test_wrong_key_is_not_a_refusal(paid: Bill, office: Office) -> None:
    office.key = "another"
    key = ask(paid)
    send()
    assert (of(paid, key).state, of(paid, key).error) == ("asked", "HTTP 401")


# ---------------------------------------------------------------- red


def red(bill: Bill, key: int) -> int:
    return services.take_back_invoice(hotel_id=bill.hotel.pk, invoice_id=key, reason="抬头有误", actor=SYSTEM, now=NOW)


def test_red_invoice_names_its_original_and_frees_it_once_issued(paid: Bill, office: Office) -> None:
    key = ask(paid)
    with pytest.raises(NotRedable):
        red(paid, key)
    send()
    taken = red(paid, key)
    with pytest.raises(NothingToInvoice):
        ask(paid)
    with pytest.raises(NotRedable):
        red(paid, key)
    send(1)
    row = of(paid, taken)
    assert (row.state, row.red_of, row.total) == ("issued", of(paid, key).number, Decimal(-1314))
    with pytest.raises(NotRedable):
        red(paid, taken)
    assert of(paid, ask(paid)).total == Decimal(1314)


def test_invoiced_payment_is_not_given_back_before_the_red_invoice(paid: Bill, office: Office) -> None:
    payment = kernel_db.fetch_value("SELECT id FROM billing_transaction WHERE kind = 'payment'")
    key = ask(paid)
    before = rows(paid.hotel)
    with pytest.raises(RedInvoiceFirst):
        paid.refund(payment, "0.01")
    with pytest.raises(RedInvoiceFirst):
        paid.reverse(payment)
    assert rows(paid.hotel) == before
    send()
    red(paid, key)
    send(1)
    paid.refund(payment, "1314")


# ---------------------------------------------------------------- the database has the last word


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_invoice SET total = total + 1, net = net + 1",
        "UPDATE billing_invoice SET buyer_name = '别人'",
        "DELETE FROM billing_invoice",
        "UPDATE billing_invoiceline SET amount = 1",
        "UPDATE billing_invoice SET state = 'issued'",
        "INSERT INTO billing_invoiceline (hotel_id, invoice_id, position, charge_code_id, item, quantity, price, amount,"
        " rate, tax, classification) SELECT hotel_id, invoice_id, 99, charge_code_id, 'x', 1, 1, 1, 0, 0, ''"
        " FROM billing_invoiceline LIMIT 1",
    ],
)
def test_database_keeps_what_an_invoice_says(paid: Bill, statement: str) -> None:
    ask(paid)
    with pytest.raises(IntegrityError), transaction.atomic():
        kernel_db.execute(statement)


@pytest.mark.parametrize(
    "url", ["http://tax.example.com", "ftp://x", "https://", "file:///etc/passwd", "http://127.0.0.1@x"]
)
def test_provider_is_called_over_https_or_on_this_machine_only(bill: Bill, url: str) -> None:
    with pytest.raises(UnsafeAddress):
        sell(bill, url)


@pytest.mark.django_db(transaction=True)
def test_many_asking_at_once_invoice_no_more_than_was_paid(transactional_db: None) -> None:
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
    sell(bill)
    bill.charge("500")
    bill.pay("250")

    def work() -> None:
        kernel_db.enter_scope("*", "*")
        ask(bill, "100")

    assert run_all([work] * 5) == {"ok": 2, "MoreThanPaid": 3}


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_an_invoice_once(transactional_db: None, office: Office) -> None:
    bill = open_bill(make_hotel(with_billing=True, types={"std": 1}, nights=1))
    sell(bill, office.url)  # type: ignore[attr-defined]
    bill.charge("500")
    bill.pay("500")
    for _ in range(5):
        ask(bill, "100")
    assert run_all([lambda: sending.send_due(now=NOW)] * 3) == {"ok": 3}
    assert (len(office.asked), len(office.issued)) == (5, 5)
