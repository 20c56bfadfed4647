"""Companies' accounts on screen: ageing, receipts by hand and oldest first, statements, write-offs, the limit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from binzhi.billing.access import Permission
from binzhi.billing.receivables.queries import write_offs
from tests.billing.conftest import Bill, open_bill
from tests.billing.test_payments import company, owed_by
from tests.billing.test_receivables import is_open, owe, receive
from tests.factories import TestHotel
from tests.reservations.desk import signed_in


@pytest.fixture
def who(hotel: TestHotel) -> int:
    return company(hotel)


@pytest.fixture
def client(hotel: TestHotel) -> Client:
    return signed_in(hotel, list(Permission))


def url(hotel: TestHotel, rest: str = "") -> str:
    return f"/h/{hotel.ref.code}/receivables{rest}"


def test_list_shows_companies_and_gives_csv(bill: Bill, who: int, client: Client) -> None:
    owe(bill, who, "300")
    html = client.get(url(bill.hotel)).content.decode()
    assert html.count("<tr data-follow>") == 1
    assert "700.00" in html
    table = client.get(url(bill.hotel, "?format=csv")).content.decode()
    assert "明途资本,300.00,0,0,0,0,300.00" in table
    assert "明途资本" not in client.get(url(bill.hotel, "?show=overdue")).content.decode()


def test_receipt_by_hand_is_refused_at_what_is_wrong_and_keeps_what_was_typed(
    bill: Bill, who: int, client: Client
) -> None:
    item, second = owe(bill, who, "300"), owe(open_bill(bill.hotel), who, "200")
    asked = {"means": "bank", "amount": "250", "note": "ref 88", "how": "by_hand", f"item_{item}": "300.01"}
    refused = client.post(url(bill.hotel, f"/{who}"), asked)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Only 300.00 of this item is open" in html
    assert 'value="ref 88"' in html
    assert 'value="300.01"' in html
    asked |= {f"item_{item}": "", f"item_{second}": "180"}
    assert client.post(url(bill.hotel, f"/{who}"), asked).status_code == 302
    assert sorted(is_open(bill.hotel, who).values()) == [Decimal(-70), Decimal(20), Decimal(300)]


def test_account_page_uses_takes_back_reminds_and_prints(bill: Bill, who: int, client: Client) -> None:
    item = owe(bill, who, "300")
    done = receive(bill.hotel, who, "100")
    client.post(url(bill.hotel, f"/{who}/use"), {"credit": str(done.transaction_id)})
    assert is_open(bill.hotel, who) == {item: Decimal(200)}
    html = client.get(url(bill.hotel, f"/{who}")).content.decode()
    assert "200.00" in html
    client.post(url(bill.hotel, f"/{who}/terms"), {"days": "10"})
    assert "Nothing of this company is overdue" in _after(client, bill, who, "remind")
    for language in ("zh-hans", "en"):
        paper = client.get(url(bill.hotel, f"/{who}/statement.pdf?lang={language}&first=2026-01-01"))
        assert paper.content[:5] == b"%PDF-"
    assert client.get(url(bill.hotel, f"/{2**40}")).status_code == 404


def _after(client: Client, bill: Bill, who: int, what: str) -> str:
    client.post(url(bill.hotel, f"/{who}/{what}"), {})
    return client.get(url(bill.hotel, f"/{who}")).content.decode()


def test_write_off_is_asked_and_decided_by_somebody_else(bill: Bill, who: int, client: Client) -> None:
    item = owe(bill, who, "300")
    address = url(bill.hotel, f"/{who}/items/{item}/write-off")
    assert client.post(address, {"amount": "301", "reason": "倒闭"}).status_code == 422
    assert client.post(address, {"amount": "300", "reason": "倒闭"}).status_code == 302
    (asked,) = write_offs(hotel_id=bill.hotel.pk)
    decision = f"/h/{bill.hotel.ref.code}/write-offs/{asked.pk}"
    client.post(decision, {"decision": "yes"})
    assert owed_by(who) == Decimal(300)
    boss = signed_in(bill.hotel, list(Permission))
    boss.post(decision, {"decision": "yes"})
    assert owed_by(who) == Decimal(0)


def test_the_bill_offers_to_exceed_the_limit_to_who_may(bill: Bill, who: int, client: Client) -> None:
    bill.charge("1500")
    address = f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}/payments"
    paid = {"means": "company", "company": str(who), "amount": "1500", "note": "", "window": "1"}
    refused = client.post(address, paid)
    assert refused.status_code == 409
    assert 'name="exceed_limit"' in refused.content.decode()
    clerk = signed_in(bill.hotel, [Permission.VIEW, Permission.TAKE_PAYMENT])
    assert 'name="exceed_limit"' not in clerk.post(address, paid).content.decode()
    assert clerk.post(address, paid | {"exceed_limit": "on"}).status_code == 409
    assert client.post(address, paid | {"exceed_limit": "on"}).status_code == 302
    assert owed_by(who) == Decimal(1500)
