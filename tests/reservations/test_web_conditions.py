"""Conditions and deposits as a browser asks for them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.billing.access import Permission as Billing
from binzhi.kernel import clock, db
from binzhi.reservations.access import Permission
from binzhi.reservations.conditions.services import ConditionsInput, create_conditions, set_plan_conditions
from binzhi.reservations.fees import Fee
from binzhi.reservations.models import CancellationPolicy, RatePlan
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking
from tests.reservations.desk import signed_in

SELLER = (Permission.VIEW, Permission.SET_RATES)
LADDER = {
    "code": "ladder", "name": "阶梯", "d1_days": "3", "d1_until": "12:00", "d1_kind": "percent", "d1_value": "30",
    "d2_days": "0", "d2_until": "18:00", "d2_kind": "all", "d3_until": "18:00", "d3_kind": "none",
    "no_show_kind": "nights", "no_show_value": "2", "deposit_kind": "first_night", "deposit_after": "2",
}  # fmt: skip


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The clock: the first entry is now."""
    at = [NOW]
    monkeypatch.setattr(clock, "now", lambda: at[0])
    return at


def url(hotel: TestHotel, tail: str) -> str:
    return f"/h/{hotel.ref.code}/{tail}"


def test_conditions_are_made_and_given_to_a_rate(hotel: TestHotel, moment: list[Any]) -> None:
    client = signed_in(hotel, SELLER)
    create_reservation(hotel_id=hotel.pk, booking=booking(), actor=SYSTEM, now=NOW)
    assert client.post(url(hotel, "rate-rules/conditions"), LADDER).status_code == 302
    page = client.get(url(hotel, "rate-rules")).content.decode()
    assert "after that 30% of the stay, ¥900.00 per room" in page
    told = client.post(url(hotel, "rate-rules/conditions/of-rate"), {"rate_plan": "bar", "code": "ladder"}, follow=True)
    assert "1 booked room keeps its own" in told.content.decode()
    assert RatePlan.objects.get(pk=hotel.plans["bar"]).cancellation_policy.code == "ladder"


def test_conditions_unreadable_are_answered_at_their_field_and_nothing_is_lost(
    hotel: TestHotel, moment: list[Any]
) -> None:
    client = signed_in(hotel, SELLER)
    before = CancellationPolicy.objects.count()
    for of, said in (
        ({"code": "flex"}, "This code is taken"), ({"d1_value": ""}, "How much?"), ({"d1_days": ""}, "From when on?"),
        ({"d1_value": "130"}, "From 1 to 100 per cent."), ({"d2_days": "3", "d2_until": "12:00"}, "stands there twice"),
    ):  # fmt: skip
        answer = client.post(url(hotel, "rate-rules/conditions"), LADDER | of)
        assert answer.status_code == 422, of
        assert said in answer.content.decode(), of
        assert 'value="阶梯"' in answer.content.decode()
    refused = client.post(url(hotel, "rate-rules/conditions/of-rate"), {"rate_plan": "x", "code": "flex"}, follow=True)
    assert "The code x is not known" in refused.content.decode()
    assert CancellationPolicy.objects.count() == before


def test_deposit_is_taken_once_and_the_overdue_one_is_first(hotel: TestHotel, moment: list[Any]) -> None:
    wanted = ConditionsInput(code="paid", name="预付", deposit=Fee("first_night"), deposit_after=2)
    create_conditions(hotel_id=hotel.pk, conditions=wanted, actor=SYSTEM, now=NOW)
    set_plan_conditions(hotel_id=hotel.pk, rate_plan="bar", code="paid", actor=SYSTEM, now=NOW)
    made = create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=TODAY + timedelta(days=9)), actor=SYSTEM, now=NOW
    )
    cashier = signed_in(hotel, [Permission.VIEW, Billing.TAKE_DEPOSIT, Billing.VIEW])
    assert "¥400.00 asked for by" in cashier.get(url(hotel, f"reservations/{made.number}")).content.decode()
    assert made.number not in cashier.get(url(hotel, "deposits?show=overdue")).content.decode()
    moment[0] = NOW + timedelta(days=3)
    assert made.number in cashier.get(url(hotel, "deposits?show=overdue")).content.decode()
    assert "missing since" in cashier.get(url(hotel, f"reservations/{made.number}")).content.decode()
    panel = url(hotel, f"reservations/{made.number}/deposit")
    assert 'value="400.00"' in cashier.get(panel).content.decode()
    refused = cashier.post(panel, {"amount": "0", "means": "cash", "note": "先付"})
    assert (refused.status_code, "先付" in refused.content.decode()) == (422, True)
    for _time in range(2):
        done = cashier.post(panel, {"amount": "400", "means": "cash", "idempotency_key": "k1"})
        assert done.status_code == 302
    held = db.fetch_value(
        "SELECT -sum(balance) FROM billing_account WHERE hotel_id = %s AND kind = 'deposit'", [hotel.pk]
    )
    assert held == Decimal(400)
    assert made.number not in cashier.get(url(hotel, "deposits")).content.decode()
    assert made.number in cashier.get(url(hotel, "deposits?show=all")).content.decode()
    assert signed_in(hotel, [Permission.VIEW]).post(panel, {}).status_code == 403
