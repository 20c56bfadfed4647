"""Routing rules and splits on the bill's screen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from binzhi.billing.access import Permission
from binzhi.billing.routing.queries import rules_of
from tests.billing.conftest import Bill
from tests.billing.test_routing import balance, route
from tests.billing.test_web import PART, page, url
from tests.reservations.desk import signed_in


@pytest.fixture
def client(bill: Bill) -> Client:
    return signed_in(bill.hotel, list(Permission))


def test_rule_is_made_shown_and_ended(bill: Bill, client: Client) -> None:
    window = bill.window("明途资本")
    form = {
        "window": "1",
        "groups": ["room"],
        "codes": ["3020"],
        "percent": "50",
        "amount_limit": "1,000",
        "target": "2",
    }
    assert client.post(url(bill, "/routing"), form).status_code == 302
    (rule,) = rules_of(folio_id=bill.folio_id)
    assert (rule.groups, rule.codes, rule.percent, rule.amount_limit, rule.target_window) == (
        ("room",), ("3020",), Decimal(50), Decimal(1000), 2,
    )  # fmt: skip
    bill.charge("628")
    html = page(client, bill)
    assert "314.00 of at most 1,000.00" in html
    assert "314.00 by rule to window 2" in html
    assert balance(window) == Decimal(314)
    assert client.post(url(bill, f"/rules/{rule.pk}/end"), {"window": "1"}).status_code == 302
    assert rules_of(folio_id=bill.folio_id) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"percent": "101"}, "Enter a share above 0 and up to 100 per cent."),
        ({"other": "F999999", "target": ""}, "Not found."),
        ({"other": "F1"}, "Choose one: a window, a company, another bill or a new window."),
        ({"first_date": "2026-11-30", "last_date": "2026-11-29"}, "The last day lies before the first."),
    ],
)
def test_refused_rule_keeps_what_was_typed(bill: Bill, client: Client, typed: dict[str, str], told: str) -> None:
    bill.window()
    form = {"window": "1", "percent": "50", "target": "2", "note": "公司付房费"} | typed
    answer = client.post(url(bill, "/routing"), form, headers=PART)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert told in html
    assert "公司付房费" in html
    assert rules_of(folio_id=bill.folio_id) == []


def test_rules_cannot_be_made_without_the_right(bill: Bill) -> None:
    window = bill.window()
    rule = route(bill, window)
    clerk = signed_in(bill.hotel, [Permission.VIEW])
    assert clerk.get(url(bill, "/routing")).status_code == 403
    assert clerk.post(url(bill, f"/rules/{rule}/end")).status_code == 403
    assert len(rules_of(folio_id=bill.folio_id)) == 1


def test_split_moves_a_share_and_says_so(bill: Bill, client: Client) -> None:
    window = bill.window()
    bill.charge("200")
    form = {"window": "1", "percent": "25", "target": "2", "amount": ""}
    assert client.post(url(bill, "/splits"), form).status_code == 302
    assert balance(window) == Decimal(50)
    refused = client.post(url(bill, "/splits"), form | {"amount": "151", "percent": ""}, headers=PART)
    assert refused.status_code == 422
    assert "The charges that fit come to 150.00." in refused.content.decode()
