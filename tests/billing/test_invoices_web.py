"""Invoices on the bill's screen, in the list, and the hotel as seller."""

from __future__ import annotations

import pytest
from django.test import Client

from binzhi.billing.access import Permission
from binzhi.billing.invoices.queries import invoices, seller_of
from tests.billing.conftest import Bill
from tests.billing.test_invoices import ask, sell
from tests.billing.test_web import PART, page, url
from tests.reservations.desk import signed_in


@pytest.fixture
def client(bill: Bill) -> Client:
    return signed_in(bill.hotel, list(Permission))


def test_invoice_is_asked_for_shown_and_listed(bill: Bill, client: Client) -> None:
    sell(bill)
    bill.charge("628")
    bill.pay("628")
    form = {"window": "1", "kind": "81", "buyer_name": "明途资本", "tax_no": "91330106ma27y8k93x", "amount": "628"}
    assert client.post(url(bill, "/invoices"), form).status_code == 302
    (row,) = invoices(hotel_id=bill.hotel.pk)
    assert (row.buyer_tax_no, row.kind, row.total) == ("91330106MA27Y8K93X", "81", 628)
    assert "On its way" in page(client, bill)
    listed = client.get(f"/h/{bill.hotel.ref.code}/invoices?state=waiting").content.decode()
    assert "明途资本" in listed
    assert "No provider is entered: invoices wait." in listed


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"amount": "628.01"}, "At most 628.00 of this window can be invoiced."),
        ({"tax_no": "12"}, "A tax number has 15 to 20 capital letters and digits."),
        ({"buyer_name": "𠮷野家", "is_person": "on", "tax_no": "", "kind": "82"}, "cannot stand on an e-invoice"),
        ({"address_phone": "路" * 51}, "An e-invoice takes 100 bytes here"),
    ],
)
def test_refused_invoice_keeps_what_was_typed(bill: Bill, client: Client, typed: dict[str, str], told: str) -> None:
    sell(bill)
    bill.charge("628")
    bill.pay("628")
    form = {
        "window": "1", "kind": "81", "buyer_name": "明途资本", "tax_no": "91330106MA27Y8K93X", "amount": "628",
        "remark": "会议",
    } | typed  # fmt: skip
    answer = client.post(url(bill, "/invoices"), form, headers=PART)
    html = answer.content.decode()
    assert (answer.status_code, invoices(hotel_id=bill.hotel.pk)) == (422, [])
    assert told in html
    assert "会议" in html


def test_seller_is_entered_and_its_key_never_shown(bill: Bill, client: Client) -> None:
    address = f"/h/{bill.hotel.ref.code}/invoices/seller"
    form = {
        "name": "湖畔酒店有限公司", "tax_no": "91330100MA2AXYZ12X", "issuer": "钱", "provider_url": "https://tax.example.com",
        "provider_key": "secret-of-the-provider",
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    found = seller_of(hotel_id=bill.hotel.pk)
    assert found is not None
    assert (found.name, found.has_key) == ("湖畔酒店有限公司", True)
    assert "secret-of-the-provider" not in client.get(address).content.decode()
    assert client.post(address, form | {"provider_url": "http://tax.example.com"}).status_code == 422


def test_red_invoice_of_one_that_is_not_issued_is_refused(bill: Bill, client: Client) -> None:
    sell(bill)
    bill.charge("628")
    bill.pay("628")
    key = ask(bill)
    address = f"/h/{bill.hotel.ref.code}/invoices/{key}/red"
    answer = client.post(address, {"reason": "抬头有误"})
    assert "Only an issued invoice is taken back, once." in answer.content.decode()
    assert client.get(f"/h/{bill.hotel.ref.code}/invoices/{2**40}/red").status_code == 404
    assert len(invoices(hotel_id=bill.hotel.pk)) == 1


def test_invoices_need_their_rights(bill: Bill) -> None:
    clerk = signed_in(bill.hotel, [Permission.VIEW])
    assert clerk.get(url(bill, "/invoices")).status_code == 403
    assert clerk.get(f"/h/{bill.hotel.ref.code}/invoices/seller").status_code == 403
    assert clerk.get(f"/h/{bill.hotel.ref.code}/invoices").status_code == 200
