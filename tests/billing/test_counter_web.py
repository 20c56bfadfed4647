"""The counter's settings and a rule that is changed, on screen."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

from django.test import Client

from binzhi.billing.access import Permission
from binzhi.billing.cashier import settings as cashier
from binzhi.billing.counter import services as counter
from binzhi.billing.counter import settings
from binzhi.billing.counter.authority import Asked
from binzhi.billing.counter.queries import compensation_items, late_fees
from binzhi.billing.routing import services as routing
from binzhi.billing.routing.queries import rules_of
from binzhi.billing.routing.rules import RuleInput
from binzhi.people.queries import actor_for_user
from tests.billing.conftest import Bill
from tests.factories import NOW, SYSTEM
from tests.reservations.desk import make_user, signed_in


def client(bill: Bill) -> Client:
    return signed_in(bill.hotel, list(Permission))


def given(bill: Bill) -> dict[str, Any]:
    return {"hotel_id": bill.hotel.pk, "actor": SYSTEM, "now": NOW}


def test_late_steps_of_a_rate_are_shown_kept_and_an_unknown_rate_is_named(bill: Bill) -> None:
    desk, address = client(bill), f"/h/{bill.hotel.ref.code}/counter-settings"
    typed = "14:00 50\n16:00 0 V1\n15:00 20 @corp"
    assert desk.post(address, {"form": "late", "steps": typed}).status_code == 302
    corp = bill.hotel.plans["corp"]
    assert [(row.from_time, row.percent, row.level, row.plan_id) for row in late_fees(hotel_id=bill.hotel.pk)] == [
        (time(14), Decimal(50), None, None), (time(15), Decimal(20), None, corp), (time(16), Decimal(0), "V1", None),
    ]  # fmt: skip
    assert "15:00 20 @corp" in desk.get(address).content.decode()
    refused = desk.post(address, {"form": "late", "steps": "15:00 20 @nobody"})
    assert refused.status_code == 422
    assert "There is no rate “nobody”" in refused.content.decode()
    assert len(late_fees(hotel_id=bill.hotel.pk)) == 3


def test_a_thing_on_the_price_list_is_changed(bill: Bill) -> None:
    key = settings.save_compensation_item(
        item_id=None, name="浴袍", name_en="", price=Decimal(200), is_active=True, **given(bill)
    )
    desk, address = client(bill), f"/h/{bill.hotel.ref.code}/counter-settings"
    assert f'name="item_id" value="{key}"' in desk.get(f"{address}?item={key}").content.decode()
    changed = {"form": "item", "item_id": str(key), "name": "浴袍", "name_en": "Bathrobe", "price": "260"}
    assert desk.post(address, changed).status_code == 302
    (row,) = compensation_items(hotel_id=bill.hotel.pk, with_inactive=True)
    assert (row.pk, row.price, row.name_en, row.is_active) == (key, Decimal(260), "Bathrobe", False)


def test_a_rule_is_changed_where_it_stands(bill: Bill) -> None:
    target = bill.window("明途资本")
    rule = RuleInput(groups=["room"], percent=Decimal(50), target_id=target, note="公司一半")
    key = routing.add_routing_rule(folio_id=bill.folio_id, account_id=bill.account_id, rule=rule, **given(bill))
    desk = client(bill)
    address = f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}/routing"
    html = desk.get(f"{address}?window=1&rule={key}").content.decode()
    assert f'name="rule" value="{key}"' in html
    assert "Change the rule" in html
    changed = {"rule": str(key), "groups": ["room"], "percent": "80", "target": "2", "window": "1", "note": "公司八成"}
    assert desk.post(address, changed).status_code == 302
    (row,) = rules_of(folio_id=bill.folio_id)
    assert (row.percent, row.note, row.pk == key) == (Decimal(80), "公司八成", False)


def test_a_paid_out_is_approved_with_the_shift_that_it_needs(bill: Bill) -> None:
    boss, clerk = client(bill), actor_for_user(make_user(bill.hotel, [Permission.PAY_OUT]))[0]
    till = cashier.save_till(till_id=None, code="A", name="总台", is_active=True, **given(bill))
    cashier.require_shifts(must_be_open=True, **given(bill))
    asked = counter.pay_out(
        account_id=bill.account_id, amount=Decimal(300), means="cash", reason="出租车", **given(bill) | {"actor": clerk}
    )
    assert isinstance(asked, Asked)
    address = f"/h/{bill.hotel.ref.code}/approvals/{asked.approval_id}"
    met = boss.post(address, {"decision": "yes"})
    assert (met.status_code, 'name="shift_till"' in met.content.decode(), bill.balance) == (422, True, 0)
    done = boss.post(address, {"decision": "yes", "shift_till": str(till), "shift_float": "1,000"})
    assert (done.status_code, bill.balance) == (302, 300)
