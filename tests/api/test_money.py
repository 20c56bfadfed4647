"""Limits of companies, refunds of pre-authorisations and costs of walks for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from binzhi.billing.holds import sending
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import add_routing_rule
from binzhi.kernel import clock
from binzhi.reservations.walks.services import WalkCosts, WalkInput, walk_guest
from tests.api.conftest import Api
from tests.billing.acquiring import bank_on_loopback, connect
from tests.billing.conftest import open_bill
from tests.billing.test_payments import company
from tests.factories import NOW, SYSTEM, TestHotel
from tests.reservations.test_walks import due, house, partner

WHO: dict[str, Any] = {"actor": SYSTEM, "now": NOW}


def test_a_companys_limit_is_named_and_passed_on_purpose(api: Api, hotel: TestHotel) -> None:
    bill = open_bill(hotel)
    rule = RuleInput(groups=["food"], organisation_id=company(hotel))
    add_routing_rule(
        hotel_id=hotel.pk, folio_id=bill.folio_id, account_id=bill.account_id, rule=rule, actor=SYSTEM, now=NOW
    )
    asked = {"code": "2020", "amount": "1200.00", "currency": "CNY"}
    refused = api.post(f"/folios/{bill.opened.number}/charges", asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "credit_limit_exceeded")
    done = api.post(f"/folios/{bill.opened.number}/charges", asked | {"exceed_limit": True})
    assert (done.status_code, done.json()["balance"]) == (201, "1200.00")


def test_the_bank_gives_back_what_it_took(api: Api, hotel: TestHotel) -> None:
    bill = open_bill(hotel)
    bill.charge("300")
    with bank_on_loopback() as (bank, url):
        connect(hotel, url)
        base = f"/folios/{bill.opened.number}/holds"
        key = api.post(base, {"amount": "500.00"}).json()["id"]
        sending.send_due(now=clock.now())
        assert api.post(f"{base}/{key}/capture", {"amount": "300.00"}).status_code == 201
        sending.send_due(now=clock.now())
        assert api.post(f"{base}/{key}/refund", {"amount": "120.00", "reason": "多收"}).status_code == 201
        again = api.post(f"{base}/{key}/refund", {"amount": "1.00", "reason": "多收"})
        assert (again.status_code, again.json()["code"]) == (409, "hold_busy")
        sending.send_due(now=clock.now())
        assert list(bank.returned.values()) == [Decimal(120)]
    (row,) = api.get(base).json()["holds"]
    assert (row["state"], row["captured"], row["given_back"]) == ("captured", "300.00", "120.00")


def test_costs_of_a_walk_are_written_and_paid(api: Api, hotel: TestHotel) -> None:
    given = WalkInput(partner_id=partner(hotel), reason="超售", costs=WalkCosts(room_cost=Decimal(380)))
    walk_id = walk_guest(hotel_id=hotel.pk, room_reservation_id=due(hotel), walk=given, **WHO)
    costs = {"room_cost": "400.00", "transport_cost": "35.00"}
    done = api.post(f"/walks/{walk_id}/costs", costs).json()
    assert done == {"id": walk_id, "total": "435.00", "owed": "435.00"}
    assert api.post(f"/walks/{walk_id}/payments", {"means": "bank"}).json()["owed"] == "0.00"
    twice = api.post(f"/walks/{walk_id}/payments", {"means": "bank"})
    assert (twice.status_code, twice.json()["code"]) == (409, "nothing_owed")
    assert house(hotel) == {"walk_room": Decimal(400), "walk_transport": Decimal(35), "bank": Decimal(-435)}
