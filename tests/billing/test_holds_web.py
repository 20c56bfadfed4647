"""Pre-authorisations on the bill's screen, in the list, the bank's settings, the deposit's receipt; by the API."""

from __future__ import annotations

import pytest
from django.test import Client

from binzhi.billing.access import Permission
from binzhi.billing.holds.queries import acquirer, holds
from binzhi.billing.web import holding
from tests.billing.acquiring import SLIP, connect, given, of, place
from tests.billing.conftest import Bill, open_bill
from tests.billing.test_web import PART, page, url
from tests.reservations.desk import signed_in

assert holding.ACTIONS


@pytest.fixture
def client(bill: Bill) -> Client:
    return signed_in(bill.hotel, list(Permission))


def test_hold_by_hand_is_entered_shown_taken_and_listed(bill: Bill, client: Client) -> None:
    bill.charge("628")
    typed = {"window": "1", "amount": "1,000", "auth_code": "873201", "card_tail": "6222", "note": "两晚"}
    assert client.post(url(bill, "/holds"), typed).status_code == 302
    (row,) = holds(hotel_id=bill.hotel.pk)
    assert (row.state, row.amount, row.note) == ("held", 1000, "两晚")
    html = page(client, bill)
    assert "6222" in html
    assert 'hx-trigger="every 2s"' not in html
    listed = client.get(f"/h/{bill.hotel.ref.code}/holds").content.decode()
    assert bill.opened.number in listed
    panel = client.get(url(bill, f"/hold-captures?hold={row.pk}"), headers=PART).content.decode()
    assert 'value="628.00"' in panel
    taken = {"window": "1", "hold": str(row.pk), "amount": "628", "auth_code": "873202"}
    assert client.post(url(bill, "/hold-captures"), taken).status_code == 302
    assert (of(bill, row.pk).state, bill.balance) == ("captured", 0)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"amount": "0"}, "hold_amount"),
        ({"card_tail": "12345"}, "Enter the last four digits of the card, no more."),
        ({"auth_code": ""}, "An authorisation code has 4 to 12 letters and digits."),
        ({"auth_code": "", "card_tail": ""}, "No bank is connected"),
        ({"note": "4111111111111111"}, "This looks like a whole card number."),
    ],
)
def test_refused_hold_keeps_what_was_typed(bill: Bill, client: Client, typed: dict[str, str], told: str) -> None:
    form = {"window": "1", "amount": "777", "auth_code": "873201", "card_tail": "6222", "note": "两晚"} | typed
    answer = client.post(url(bill, "/holds"), form, headers=PART)
    html = answer.content.decode()
    assert (answer.status_code, holds(hotel_id=bill.hotel.pk)) == (422, [])
    assert told in html
    assert form["amount"] in html


def test_bill_asks_while_the_bank_has_not_answered(bill: Bill, client: Client) -> None:
    connect(bill.hotel, "http://127.0.0.1:9")
    key = place(bill)
    assert 'hx-trigger="every 2s"' in page(client, bill)
    part = client.get(url(bill, "/holds/card")).content.decode()
    assert "waits for the bank" in part
    assert client.post(url(bill, f"/holds/{key}/again")).status_code == 302
    assert client.post(url(bill, f"/holds/{key}/give-up")).status_code == 302
    assert of(bill, key).step_state == "giving_up"
    other = open_bill(bill.hotel)
    assert client.post(url(other, f"/holds/{key}/give-up")).status_code == 404


def test_bank_is_entered_and_its_key_never_shown(bill: Bill, client: Client) -> None:
    address = f"/h/{bill.hotel.ref.code}/holds/bank"
    form = {
        "merchant_no": "898330154110001", "provider_url": "https://bank.example/", "provider_key": "s3cret-key",
        "hold_days": "25", "warn_days": "5",
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    assert acquirer(hotel_id=bill.hotel.pk).hold_days == 25
    assert "s3cret-key" not in client.get(address).content.decode()
    refused = client.post(address, form | {"provider_url": "http://bank.example/", "hold_days": "26"}, headers=PART)
    assert (refused.status_code, acquirer(hotel_id=bill.hotel.pk).hold_days) == (422, 25)
    assert "https:" in refused.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_deposit_has_a_receipt(bill: Bill, client: Client, language: str) -> None:
    made = bill.hold("500")
    answer = client.get(url(bill, f"/receipts/{made}.pdf?lang={language}"))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert client.get(url(bill, "/receipts/1.pdf")).status_code == 404


def test_clerk_without_the_right_holds_nothing(bill: Bill) -> None:
    key = place(bill, slip=SLIP)
    clerk = signed_in(bill.hotel, [Permission.VIEW])
    assert clerk.post(url(bill, "/holds"), {"amount": "5"}).status_code == 403
    assert clerk.post(url(bill, f"/holds/{key}/give-up")).status_code == 403
    assert "hold-releases" not in page(clerk, bill)
    assert given(bill)["hotel_id"] == bill.hotel.pk
