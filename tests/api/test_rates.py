"""The book of rates for programs: seen, painted, listed, taken back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from binzhi.reservations.conditions.services import ConditionsInput, create_conditions, set_plan_conditions
from binzhi.reservations.fees import Fee
from binzhi.reservations.models import RateNight
from binzhi.reservations.ratebook.rule_services import set_base_price
from tests.api.conftest import Api, booking_body
from tests.factories import NOW, SYSTEM, TODAY, TestHotel


def test_rates_are_previewed_painted_and_taken_back(api: Api, hotel: TestHotel) -> None:
    body = {"first": str(TODAY), "last": str(TODAY + timedelta(days=1)), "room_types": ["std"], "rate_plans": ["bar"],
            "price": "512.00", "min_nights": 2}  # fmt: skip
    base = "/rates"
    effect = api.post(f"{base}/preview", body).json()
    assert (effect["changed"], effect["nights"], effect["below_floor"]) == (2, 2, [])
    made = api.post(f"{base}/paintings", body)
    assert made.status_code == 201
    assert RateNight.objects.filter(price=512, min_nights=2).count() == 2
    again = api.post(f"{base}/paintings", body)
    assert (again.status_code, again.json()["code"]) == (422, "nothing_painted")
    key = made.json()["painting_id"]
    assert api.post(f"{base}/paintings/{key}/undo", {}).status_code == 201
    assert RateNight.objects.filter(price=512).count() == 0
    refused = api.post(f"{base}/paintings/{key}/undo", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "already_undone")
    assert [one["source"] for one in api.get(f"{base}/paintings").json()["items"]] == ["undo", "hand"]


def test_deposit_of_a_reservation_is_listed_and_held_once(api: Api, hotel: TestHotel) -> None:
    wanted = ConditionsInput(code="paid", name="预付", deposit=Fee("first_night"), deposit_before=1)
    create_conditions(hotel_id=hotel.pk, conditions=wanted, actor=SYSTEM, now=NOW)
    set_plan_conditions(hotel_id=hotel.pk, rate_plan="bar", code="paid", actor=SYSTEM, now=NOW)
    number = api.post("/reservations", booking_body()).json()["number"]
    (asked,) = api.get("/deposits").json()["items"]
    assert (asked["number"], asked["asked"], asked["held"]) == (number, "400.00", "0.00")
    body = {"amount": "400.00", "means": "cash", "currency": "CNY"}
    for _time in range(2):
        done = api.post(f"/reservations/{number}/deposits", body, idempotency_key="k")
        assert (done.status_code, done.json()["held"]) == (201, "400.00")


def test_rules_are_applied_and_calendar_days_corrected(api: Api, hotel: TestHotel) -> None:
    set_base_price(hotel_id=hotel.pk, rate_plan="bar", room_type="std", price=Decimal(450), floor=None, actor=SYSTEM,
                   now=NOW)  # fmt: skip
    body = {"rate_plan": "bar", "room_types": ["std"], "first": str(TODAY), "last": str(TODAY)}
    assert api.post("/rates/apply-rules", body).json()["changed"] == 1
    day = {"first": "2027-01-01", "last": "2027-01-03", "kind": "holiday", "name": "元旦"}
    assert api.send("PUT", "/calendar-days", day).json() == {"changed": 3}
