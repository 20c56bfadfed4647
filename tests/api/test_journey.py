"""The life of a stay as a program sees it."""

from __future__ import annotations

from tests.api.conftest import Api, booking_body, read
from tests.factories import TODAY, TestHotel, sold


def test_stay_from_search_to_check_out_leaves_a_settled_bill(api: Api, hotel: TestHotel) -> None:
    found = read(api.get(f"/availability?arrival={TODAY}&departure=2026-11-23"))
    offer = next(o for o in found["offers"] if (o["room_type"], o["rate_plan"]) == ("std", "bar"))
    assert (offer["total"], offer["left"], offer["refusal"]) == ("800.00", 5, "")

    made = api.post("/reservations", booking_body(room={"expected_total": offer["total"]}))
    assert made.status_code == 201
    created = read(made)
    assert created["total"] == "800.00"
    stay = created["room_ids"][0]

    assert api.post(f"/stays/{stay}/room", {"room": "101"}).status_code == 200
    entered = api.post(
        f"/stays/{stay}/check-in",
        {
            "registrations": [{"name": "王小明"}],
            "coming_later": 1,
            "deposit": {"means": "cash", "amount": "500.00", "currency": "CNY"},
        },
    )
    assert entered.status_code == 201, entered.content
    folio = read(entered)["folio"]

    charged = api.post(f"/folios/{folio}/charges", {"code": "2010", "amount": "68.00", "currency": "CNY", "quantity": 2})
    assert (charged.status_code, read(charged)["balance"]) == (201, "136.00")
    refused = api.post(f"/stays/{stay}/check-out", {})
    assert refused.status_code == 409
    # Leaving on the day of arrival is a day use: 400 for the room, 136 for breakfast, 500 held as a deposit goes first.
    left = api.post(
        f"/stays/{stay}/check-out",
        {"deposit_means": "cash", "payments": [{"means": "wechat", "amount": "36.00", "currency": "CNY"}]},
    )
    assert left.status_code == 201, left.content
    assert read(left) == {
        "id": stay, "status": "checked_out", "paid": "36.00", "returned": "0.00", "freed_nights": 2,
    }  # fmt: skip
    bill = read(api.get(f"/folios/{folio}"))
    assert (bill["balance"], bill["deposit"], bill["closed"]) == ("0.00", "0.00", True)
    assert sold(hotel)[:2] == [0, 0]


def test_change_and_cancel_with_version_frees_the_nights(api: Api, hotel: TestHotel) -> None:
    created = read(api.post("/reservations", booking_body()))
    number, room = created["number"], created["room_ids"][0]
    shown = api.get(f"/reservations/{number}")
    etag = shown["ETag"]
    assert read(shown)["allowed_actions"] == ["update_details", "confirm", "cancel"]
    assert api.get(f"/reservations/{number}", if_none_match=etag).status_code == 304

    changed = api.send(
        "PUT",
        f"/reservations/{number}/rooms/{room}",
        {"arrival": TODAY, "departure": "2026-11-24", "room_type": "std", "rate_plan": "bar", "adults": 2},
        if_match=etag,
    )
    assert changed.status_code == 200
    stale = api.post(f"/reservations/{number}/cancel", {"reason": "guest"}, if_match=etag)
    assert (stale.status_code, read(stale)["code"]) == (412, "edit_conflict")
    assert sold(hotel)[:4] == [1, 1, 1, 0]

    ended = api.post(f"/reservations/{number}/cancel", {"reason": "guest"}, if_match=changed["ETag"])
    assert ended.status_code == 200
    assert sold(hotel)[:4] == [0, 0, 0, 0]


def test_list_reservations_pages_by_cursor_without_gaps(api: Api) -> None:
    numbers = [read(api.post("/reservations", booking_body()))["number"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = read(api.get(f"/reservations?limit=2&cursor={cursor}"))
        seen += [row["number"] for row in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(numbers)


def test_read_events_from_a_cursor_gives_what_came_after(api: Api) -> None:
    api.post("/reservations", booking_body())
    # Events of transactions that still run (as the test's own does) are not final and not shown.
    answer = api.get("/events")
    assert (answer.status_code, read(answer)) == (200, {"items": [], "next": None})
