"""The bill on screen: what is shown, what is done, what is refused at which field."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from binzhi.billing import services
from binzhi.billing.access import Permission
from binzhi.kernel import db as kernel_db
from tests.billing.conftest import Bill, open_bill, rows
from tests.billing.test_payments import company, owed_by
from tests.factories import NOW, SYSTEM, make_hotel
from tests.reservations.desk import signed_in

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
PAY = {"means": "cash", "amount": "10", "note": "", "company": "", "window": "1"}


@pytest.fixture
def client(bill: Bill) -> Client:
    return signed_in(bill.hotel, list(Permission))


def url(bill: Bill, rest: str = "") -> str:
    return f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}{rest}"


def page(client: Client, bill: Bill, rest: str = "") -> str:
    answer = client.get(url(bill, rest))
    assert answer.status_code == 200
    return answer.content.decode()


def said(client: Client, bill: Bill) -> str:
    """The page after a write, with its toast."""
    return page(client, bill)


# ---------------------------------------------------------------- looking


def test_bill_shows_lines_balance_and_deposit(bill: Bill, client: Client) -> None:
    bill.charge("628")
    bill.hold("500")
    html = page(client, bill)
    assert "628.00" in html
    assert "¥500.00" in html
    assert "Take the payment" in html


@pytest.mark.parametrize("lines", [1, 30])
def test_bill_costs_the_same_statements_with_one_line_and_thirty(bill: Bill, client: Client, lines: int) -> None:
    for _ in range(lines):
        bill.charge("10")
    page(client, bill)
    with CaptureQueriesContext(connection) as captured:
        html = page(client, bill)
    assert (html.count('name="transactions"'), len(captured)) == (lines, 14)


@pytest.mark.parametrize("bills", [1, 30])
def test_list_of_bills_costs_the_same_statements(bill: Bill, client: Client, bills: int) -> None:
    for _ in range(bills - 1):
        open_bill(bill.hotel)
    address = f"/h/{bill.hotel.ref.code}/folios"
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        html = client.get(address).content.decode()
    assert (html.count("<tr data-follow>"), len(captured)) == (bills, 7)


def test_second_window_is_shown_when_asked_for(bill: Bill, client: Client) -> None:
    bill.charge("58", code="2040", account_id=bill.window("明途资本"))
    assert "2040" not in page(client, bill)
    html = page(client, bill, "?window=2")
    assert "明途资本" in html
    assert "2040" in html


@pytest.mark.parametrize("window", ["9", "0", "-1", "x", "99999999999999999999"])
def test_window_that_does_not_exist_is_not_found_or_the_first(bill: Bill, client: Client, window: str) -> None:
    answer = client.get(url(bill, f"?window={window}"))
    assert answer.status_code == (404 if window in ("9", "0") else 200)


def test_bill_of_another_hotel_is_not_found(bill: Bill, client: Client) -> None:
    stranger = open_bill(make_hotel(with_billing=True, nights=2))
    assert client.get(f"/h/{bill.hotel.ref.code}/folios/{stranger.opened.number}").status_code == 404


def test_list_finds_a_bill_by_its_number(bill: Bill, client: Client) -> None:
    other = open_bill(bill.hotel)
    html = client.get(f"/h/{bill.hotel.ref.code}/folios?q={bill.opened.number.lower()}").content.decode()
    assert bill.opened.number in html
    assert other.opened.number not in html


def test_without_rights_the_screen_offers_nothing(bill: Bill) -> None:
    bill.charge("10")
    html = page(signed_in(bill.hotel, [Permission.VIEW]), bill)
    for offer in ("Take the payment", "Post a charge", "Reverse", "Move to a window", "Take a deposit", "New window"):
        assert offer not in html


# ---------------------------------------------------------------- doing


def test_payment_is_taken_and_told_with_its_undo(bill: Bill, client: Client) -> None:
    bill.charge("10")
    answer = client.post(url(bill, "/payments"), PAY)
    assert (answer.status_code, answer["Location"], bill.balance) == (302, url(bill), Decimal("0.00"))
    html = said(client, bill)
    assert "Paid: ¥10.00 for window 1" in html
    undo = html.split(f'action="{url(bill, "/undo/")}')[1].split('"')[0]
    client.post(url(bill, f"/undo/{undo}"))
    assert bill.balance == Decimal("10.00")
    assert "Taken back" in said(client, bill)


def test_payment_typed_as_people_type_it(bill: Bill, client: Client) -> None:
    bill.charge("1234.50")
    assert client.post(url(bill, "/payments"), PAY | {"amount": "￥１,234.50"}).status_code == 302
    assert bill.balance == Decimal("0.00")


def test_payment_sent_twice_under_one_token_is_taken_once(bill: Bill, client: Client) -> None:
    bill.charge("10")
    for _ in range(2):
        assert client.post(url(bill, "/payments"), PAY | {"idempotency_key": "once"}).status_code == 302
    assert (bill.balance, rows(bill.hotel)) == (Decimal("0.00"), 2)


def test_token_used_for_another_amount_is_refused(bill: Bill, client: Client) -> None:
    bill.charge("10")
    client.post(url(bill, "/payments"), PAY | {"idempotency_key": "once", "amount": "4"})
    answer = client.post(url(bill, "/payments"), PAY | {"idempotency_key": "once", "amount": "6"})
    assert (answer.status_code, bill.balance) == (422, Decimal("6.00"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": ""}, "This field is required"),
        ({"amount": "abc"}, "Enter a number"),
        ({"amount": "NaN"}, "Enter a number"),
        ({"amount": "-5"}, "above zero"),
        ({"amount": "0.005"}, "decimals"),
        ({"amount": "1e309"}, "larger than one posting"),
        ({"means": "bitcoin"}, "Select a valid choice"),
        ({"means": "company"}, "Select a valid choice"),
        ({"note": "x" * 121}, "At most 120 characters"),
    ],
)
def test_payment_refused_stands_at_its_field(bill: Bill, client: Client, change: dict[str, str], words: str) -> None:
    bill.charge("10")
    answer = client.post(url(bill, "/payments"), PAY | change, headers=PART)
    html = answer.content.decode()
    assert (answer.status_code, rows(bill.hotel)) == (422, 1)
    assert words in html
    assert 'aria-invalid="true"' in html or 'class="bz-field  err"' in html
    assert "<html" not in html


def test_payment_by_company_within_its_limit(bill: Bill, client: Client) -> None:
    organisation = company(bill.hotel, limit="100")
    bill.charge("150")
    form = PAY | {"means": "company", "company": str(organisation)}
    refused = client.post(url(bill, "/payments"), form | {"amount": "150"}, headers=PART)
    assert (refused.status_code, "credit limit" in refused.content.decode()) == (409, True)
    assert client.post(url(bill, "/payments"), form | {"amount": "100"}).status_code == 302
    assert (bill.balance, owed_by(organisation)) == (Decimal("50.00"), Decimal("100.00"))


def test_charge_is_posted_from_its_panel(bill: Bill, client: Client) -> None:
    panel = client.get(url(bill, "/charges"), headers=PART).content.decode()
    assert "2040 Minibar" in panel
    form = {"charge_code": "2040", "amount": "19.99", "quantity": "3", "description": "矿泉水", "window": "1"}
    answer = client.post(url(bill, "/charges"), form, headers=PART)
    assert (answer.status_code, answer["HX-Redirect"], bill.balance) == (204, url(bill), Decimal("59.97"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"charge_code": "0000"}, "charge_code"),
        ({"quantity": "0"}, "quantity"),
        ({"amount": "0"}, "amount"),
        ({"description": "x" * 200}, "description"),
    ],
)
def test_charge_refused_keeps_what_was_typed(bill: Bill, client: Client, change: dict[str, str], field: str) -> None:
    form = {"charge_code": "2040", "amount": "19.99", "quantity": "3", "description": "矿泉水", "window": "1"}
    answer = client.post(url(bill, "/charges"), form | change, headers=PART)
    html = answer.content.decode()
    assert (answer.status_code, rows(bill.hotel)) == (422, 0)
    assert f'id="charge_{field}-error"' in html
    assert 'value="19.99"' in html or field == "amount"


def test_charge_without_script_is_a_whole_page_with_the_panel(bill: Bill, client: Client) -> None:
    html = client.post(url(bill, "/charges"), {"amount": "x"}).content.decode()
    assert "<html" in html
    assert "Enter a number" in html


def test_reversal_asks_for_a_reason_then_keeps_both(bill: Bill, client: Client) -> None:
    charge = bill.charge("58").transaction_id
    form = {"transaction": str(charge), "reason": "", "window": "1"}
    assert client.post(url(bill, "/reversals"), form, headers=PART).status_code == 422
    assert client.post(url(bill, "/reversals"), form | {"reason": "录错"}).status_code == 302
    html = said(client, bill)
    assert (bill.balance, html.count(">58.00<"), html.count(">−58.00<")) == (Decimal("0.00"), 1, 1)
    assert "reversed" in html


def test_reversal_of_a_posting_on_another_bill_is_not_found(bill: Bill, client: Client) -> None:
    other = open_bill(bill.hotel)
    charge = other.charge("58").transaction_id
    answer = client.post(url(bill, "/reversals"), {"transaction": str(charge), "reason": "录错"}, headers=PART)
    assert (answer.status_code, other.balance) == (422, Decimal("58.00"))


def test_refund_from_its_panel(bill: Bill, client: Client) -> None:
    payment = bill.pay("100")
    panel = client.get(url(bill, f"/refunds?payment={payment}"), headers=PART).content.decode()
    assert 'value="100.00"' in panel
    form = {"payment": str(payment), "amount": "100.01", "reason": "多收", "window": "1"}
    assert client.post(url(bill, "/refunds"), form, headers=PART).status_code == 409
    assert client.post(url(bill, "/refunds"), form | {"amount": "40"}).status_code == 302
    assert bill.balance == Decimal("-60.00")


def test_transfer_of_ticked_charges(bill: Bill, client: Client) -> None:
    first, second = bill.charge("10").transaction_id, bill.charge("20").transaction_id
    bill.window()
    panel = client.get(url(bill, f"/transfers?window=1&transactions={first}&transactions={second}"), headers=PART)
    assert panel.content.decode().count('name="transactions"') == 2
    form = {"transactions": [str(first), str(second)], "target": "2", "window": "1"}
    assert client.post(url(bill, "/transfers"), form).status_code == 302
    balances = kernel_db.fetch_all(
        "SELECT balance FROM billing_account WHERE folio_id = %s ORDER BY id", [bill.folio_id]
    )
    assert [row["balance"] for row in balances] == [Decimal("0.00"), Decimal("30.00")]


@pytest.mark.parametrize(
    "form",
    [{}, {"target": "2"}, {"other": "F999999"}, {"target": "9"}, {"target": "1"}, {"transactions": "x", "target": "2"}],
)
def test_transfer_that_makes_no_sense_is_refused(bill: Bill, client: Client, form: dict[str, str]) -> None:
    bill.charge("10")
    bill.window()
    answer = client.post(url(bill, "/transfers"), {"window": "1"} | form, headers=PART)
    assert (answer.status_code, rows(bill.hotel)) == (422, 1)


def test_deposit_taken_used_and_returned(bill: Bill, client: Client) -> None:
    bill.charge("30")
    form = {"means": "cash", "amount": "100", "note": "", "window": "1"}
    assert client.post(url(bill, "/deposits"), form).status_code == 302
    assert client.post(url(bill, "/deposit-use"), {"amount": "30", "window": "1"}).status_code == 302
    assert client.post(url(bill, "/deposit-return"), form, headers=PART).status_code == 409
    assert client.post(url(bill, "/deposit-return"), form | {"amount": "70"}).status_code == 302
    assert (bill.balance, bill.deposit) == (Decimal("0.00"), Decimal("0.00"))


def test_window_added_bill_closed_and_reopened(bill: Bill, client: Client) -> None:
    assert client.post(url(bill, "/windows"), {"payee": ""}, headers=PART).status_code == 422
    assert client.post(url(bill, "/windows"), {"payee": "明途资本"}).status_code == 302
    assert client.post(url(bill, "/close")).status_code == 302
    assert "Reopen the bill" in page(client, bill)
    assert client.post(url(bill, "/payments"), PAY, headers=PART).status_code == 409
    assert client.post(url(bill, "/reopen"), {"reason": "补收"}).status_code == 302
    bill.charge("10")
    assert client.post(url(bill, "/close"), headers=PART).status_code == 409


def test_undo_of_what_cannot_be_undone_is_said(bill: Bill, client: Client) -> None:
    charge = bill.charge("10").transaction_id
    services.reverse_transaction(hotel_id=bill.hotel.pk, transaction_id=charge, reason="x", actor=SYSTEM, now=NOW)
    assert client.post(url(bill, f"/undo/{charge}")).status_code == 302
    assert "reversed already" in said(client, bill)


@pytest.mark.parametrize("name", ["王小明", "<script>alert(1)</script>", "𠮷野家", "عمر", "O'Brien & Söhne"])
def test_words_of_a_posting_are_shown_as_typed_and_never_run(bill: Bill, client: Client, name: str) -> None:
    services.post_charge(
        hotel_id=bill.hotel.pk, account_id=bill.account_id, charge_code="2040", amount=Decimal(1), description=name,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    html = page(client, bill)
    assert "<script>alert" not in html
    assert name in html or "&lt;script&gt;" in html or "O&#x27;Brien &amp; Söhne" in html
