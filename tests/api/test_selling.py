"""Codes, agreed prices, conditions and groups for programs: the same operations as on the screens."""

from __future__ import annotations

from datetime import timedelta

from binzhi.guests import organisations as guests
from binzhi.reservations.models import Promotion, RatePlan
from tests.api.conftest import Api
from tests.factories import NOW, SYSTEM, TODAY, TestHotel


def test_promotion_is_made_once_by_its_key_listed_and_ended(api: Api, hotel: TestHotel) -> None:
    derived = RatePlan.objects.filter(hotel_id=hotel.pk, kind="derived").values_list("code", flat=True)[0]
    body = {"name": "春游", "rate_plan": derived, "code": "spring26", "most_uses": 5}
    for _time in range(2):
        made = api.post("/promotions", body, idempotency_key="k")
        assert (made.status_code, made.json()) == (201, {"code": "SPRING26"})
    (one,) = api.get("/promotions").json()["items"]
    assert (one["code"], one["uses"], one["is_active"]) == ("SPRING26", 0, True)
    taken = api.post("/promotions", body, idempotency_key="other")
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (422, "code")
    assert api.send("DELETE", f"/promotions/{one['id']}").status_code == 200
    assert not Promotion.objects.get().is_active
    assert api.send("DELETE", "/promotions/999999").status_code == 404


def test_conditions_are_made_and_given_to_a_rate(api: Api, hotel: TestHotel) -> None:
    body = {
        "code": "strict26", "name": "提前三天", "deposit": {"kind": "first_night"}, "deposit_before": 2,
        "deadlines": [{"days_before": 3, "until": "18:00", "fee": {"kind": "percent", "percent": 50}}],
    }  # fmt: skip
    assert api.post("/conditions", body, idempotency_key="k").status_code == 201
    wrong = body | {"code": "wrong", "deadlines": [{"days_before": 3, "fee": {"kind": "percent", "percent": 0}}]}
    refused = api.post("/conditions", wrong, idempotency_key="w")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "deadlines.0.percent")
    assert api.send("PUT", "/rates/bar/conditions", {"code": "strict26"}).json() == {"kept": 0}
    found = {one["code"]: one["plans"] for one in api.get("/conditions").json()["items"]}
    assert "bar" in found["strict26"]
    assert RatePlan.objects.get(hotel_id=hotel.pk, code="bar").cancellation_policy.code == "strict26"


def test_organisation_gets_its_price_and_a_rate_its_members(api: Api, hotel: TestHotel) -> None:
    plan = RatePlan.objects.filter(hotel_id=hotel.pk, parent__isnull=False).first()
    assert plan is not None
    assert api.send("PUT", "/members-rate", {"rate_plan": plan.code, "members_only": True}).status_code == 200
    plan.refresh_from_db()
    assert plan.kind == "member"
    RatePlan.objects.filter(pk=plan.pk).update(kind="negotiated")
    wanted = guests.NewOrganisation(name="澜海集团")
    company = guests.create_organisation(hotel_id=hotel.pk, organisation=wanted, actor=SYSTEM, now=NOW)
    body = {"organisation_id": company, "rate_plan": plan.code, "percent": "-18.5"}
    assert api.send("PUT", "/agreed-prices", body).status_code == 200
    (one,) = api.get("/agreed-prices").json()["items"]
    assert (one["organisation"], one["percent"], one["amount"]) == ("澜海集团", "-18.50", None)


def test_group_comes_and_goes_in_one_request_with_its_bill(api: Api, hotel: TestHotel) -> None:
    night = {"night": str(TODAY), "room_type": "std", "rooms": 2, "price": "380.00"}
    group = {
        "name": "摄影学会", "arrival": str(TODAY), "departure": str(TODAY + timedelta(days=1)), "rate_plan": "bar",
        "status": "definite", "rooms": [night],
    }  # fmt: skip
    made = api.post("/groups", group, idempotency_key="g")
    assert made.status_code == 201, made.content
    at = f"/groups/{made.json()['id']}"
    folio = api.send("PUT", f"{at}/master", {"room_to_master": True, "to_master": ["food"]}).json()["folio"]
    assert folio.startswith("F")
    people = {"rooms": [{"arrival": str(TODAY), "departure": str(TODAY + timedelta(days=1)), "room_type": "std",
                         "guest_name": name, "adults": 1} for name in ("赵一", "钱二")]}  # fmt: skip
    picked = api.post(f"{at}/pick-up", people, idempotency_key="p")
    assert picked.status_code == 201, picked.content
    done = api.post(f"{at}/check-in", {}).json()
    assert (done["rooms"], {one["code"] for one in done["refused"]}) == ([], {"no_room_assigned"})
    assert api.post(f"{at}/check-out", {}).json() == {"rooms": [], "refused": []}
