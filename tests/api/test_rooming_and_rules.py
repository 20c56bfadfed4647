"""Rooming lists and the rules behind prices, for programs: tried first, written whole, taken back."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from binzhi.kernel import db
from binzhi.reservations.models import RoomReservation
from tests.api.conftest import Api
from tests.factories import TODAY, TestHotel, fingerprint
from tests.reservations.groups import group

DAY = timedelta(days=1)


def person(row: int, name: str, **more: Any) -> dict[str, Any]:
    return {"row": row, "name": name, "room_type": "std", **more}


def test_rooming_list_is_tried_with_its_wrong_cells_then_taken_once(api: Api, hotel: TestHotel) -> None:
    place = f"/groups/{group(hotel, rooms=2).id}/rooming-list"
    rows = [person(2, "陈国梁", share="1"), person(3, "周敏", share="1"), person(4, "贺振东", phone="12")]
    before = fingerprint(hotel)
    tried = api.post(f"{place}/check", {"rows": [*rows, person(5, "", room_type="亭子")]}).json()
    assert [(one["row"], one["field"]) for one in tried["errors"]] == [(4, "phone"), (5, "name"), (5, "room_type")]
    refused = api.post(place, {"rows": rows}, idempotency_key="first")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "rows.4.phone")
    assert fingerprint(hotel) == before
    rows[2]["phone"] = ""
    assert api.post(f"{place}/check", {"rows": rows}).json() == {"rooms": 2, "people": 3, "known": 0, "errors": []}
    assert fingerprint(hotel) == before
    for _time in range(2):
        done = api.post(place, {"rows": rows}, idempotency_key="k")
        assert done.json() == {"rooms": 2, "people": 3, "new_files": 3, "known": 0}
    # Under another key too: who is there already is left alone, and needs no room of the group.
    assert api.post(f"{place}/check", {"rows": rows}).json() == {"rooms": 0, "people": 0, "known": 2, "errors": []}
    again = api.post(place, {"rows": rows}, idempotency_key="other").json()
    assert (again["rooms"], again["known"], RoomReservation.objects.count()) == (0, 2, 2)


def test_rooming_list_comes_as_the_file_it_is_too(api: Api, hotel: TestHotel) -> None:
    place = f"/groups/{group(hotel, rooms=1).id}/rooming-list"
    file = base64.b64encode("姓名,房型\n陈国梁,std\n周敏,std\n".encode()).decode()
    tried = api.post(f"{place}/check", {"file": file}).json()
    assert [(one["row"], one["field"]) for one in tried["errors"]] == [(3, "room_type")]
    assert api.post(f"{place}/check", {"file": file, "extra": True}).json()["errors"] == []
    for body, field in (
        ({}, "rows"), ({"rows": [person(2, "周")], "file": file}, "rows"), ({"file": "%%"}, "file"),
        ({"file": base64.b64encode(b"\x00\x01").decode()}, "file"), ({"rows": [person(2, "周")] * 2}, "rows"),
    ):  # fmt: skip
        answer = api.post(f"{place}/check", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"].split(".")[-1]) == (422, field)


def test_rules_are_made_seen_first_applied_as_seen_and_taken_back(api: Api, hotel: TestHotel) -> None:
    season = {"code": "peak", "name": "旺季", "first": str(TODAY), "last": str(TODAY + 3 * DAY)}
    season_id = api.send("PUT", "/rate-seasons", season).json()["id"]
    assert api.send("PUT", "/rate-seasons", season).json()["id"] == season_id
    base = {"rate_plan": "bar", "room_type": "std", "price": "500.00", "floor": None}
    assert api.send("PUT", "/base-prices", base).json() == base
    rule = {"rate_plan": "bar", "name": "旺季加价", "action": "percent", "value": "20", "season": "peak"}
    for _time in range(2):
        rule_id = api.post("/rate-rules", rule, idempotency_key="r").json()["id"]
    (shown,) = api.get("/rate-rules").json()["items"]
    assert (shown["id"], shown["value"], shown["weekdays"]) == (rule_id, "20.00", [1, 2, 3, 4, 5, 6, 7])
    asked = {"rate_plan": "bar", "room_types": ["std"], "first": str(TODAY), "last": str(TODAY)}
    before = fingerprint(hotel)
    seen = api.post("/rates/preview-rules", asked).json()
    assert (seen["changed"], seen["changes"][0]["after"]["price"]) == (1, "600.00")
    assert fingerprint(hotel) == before
    # The rule changed since: what was seen is not what would be written.
    assert api.send("PUT", f"/rate-rules/{rule_id}", rule | {"value": "10"}).status_code == 200
    stale = api.post("/rates/apply-rules", asked | {"effect": seen["effect"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "effect_changed")
    seen = api.post("/rates/preview-rules", asked).json()
    made = api.post("/rates/apply-rules", asked | {"effect": seen["effect"]}).json()
    assert price_of(hotel) == 550
    assert api.post(f"/rates/paintings/{made['painting_id']}/undo", {}).status_code == 201
    assert price_of(hotel) == 400
    assert api.send("DELETE", f"/rate-seasons/{season_id}").json()["code"] == "season_in_use"
    assert api.send("DELETE", f"/rate-rules/{rule_id}").status_code == 204
    assert api.send("DELETE", f"/rate-seasons/{season_id}").status_code == 204
    assert api.get("/rate-seasons").json() == {"items": []}


def price_of(hotel: TestHotel) -> Any:
    sql = "SELECT price FROM reservations_ratenight WHERE hotel_id = %s AND night = %s AND room_type_id = %s"
    return db.fetch_value(sql, [hotel.pk, TODAY, hotel.room_types["std"]])


def test_painting_is_written_as_it_was_previewed_or_not(api: Api, hotel: TestHotel) -> None:
    body = {"first": str(TODAY), "last": str(TODAY), "room_types": ["std"], "rate_plans": ["bar"], "price": "512.00"}
    effect = api.post("/rates/preview", body).json()["effect"]
    refused = api.post("/rates/paintings", body | {"price": "513.00", "effect": effect})
    assert (refused.status_code, refused.json()["code"]) == (409, "effect_changed")
    assert api.post("/rates/paintings", body | {"effect": effect}).status_code == 201
