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

    charged = api.post(
        f"/folios/{folio}/charges", {"code": "2010", "amount": "68.00", "currency": "CNY", "quantity": 2}
    )
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
    assert read(answer) == {"items": [], "next": None}


def test_desk_lists_page_by_cursor(api: Api) -> None:
    for _ in range(3):
        api.post("/reservations", booking_body())
    first = read(api.get("/arrivals?limit=2"))
    rest = read(api.get(f"/arrivals?limit=2&cursor={first['next']}"))
    assert (first["total"], len(first["items"]), len(rest["items"]), rest["next"]) == (3, 2, 1, None)
    assert read(api.get("/in-house"))["items"] == []
    assert read(api.get("/departures?day=2026-11-23"))["total"] == 0


def test_rooms_conditions_and_out_of_order(api: Api, hotel: TestHotel) -> None:
    assert api.send("PUT", "/rooms/101/condition", {"housekeeping": "dirty"}).status_code == 200
    states = {room["number"]: room["state"] for room in read(api.get("/rooms"))["items"]}
    assert (states["101"], states["102"]) == ("vd", "vc")
    taken = api.post("/rooms/102/out-of-order", {"start": TODAY, "until": "2026-11-24", "reason": "漏水"})
    assert taken.status_code == 201
    assert {r["number"]: r["state"] for r in read(api.get("/rooms"))["items"]}["102"] == "ooo"
    left = read(api.get(f"/availability?arrival={TODAY}&departure=2026-11-23"))["offers"][0]["left"]
    assert left == 4
    assert api.post(f"/out-of-order/{read(taken)['id']}/return").status_code == 200
    assert (
        api.post("/rooms/999/out-of-order", {"start": TODAY, "until": "2026-11-24", "reason": "x"}).status_code == 404
    )


def test_night_audit_posts_once_and_opens_the_next_day(api: Api, hotel: TestHotel) -> None:
    stay = read(api.post("/reservations", booking_body()))["room_ids"][0]
    entered = api.post(
        f"/stays/{stay}/check-in", {"room": "101", "registrations": [{"name": "王小明"}], "coming_later": 1}
    )
    folio = read(entered)["folio"]
    assert read(api.get("/night-audit")) == {
        "business_date": str(TODAY), "blockers": [], "rooms": 1, "room_revenue": "377.36",
    }  # fmt: skip
    done = api.post("/night-audit", {"business_date": TODAY})
    assert read(done)["next_date"] == "2026-11-22"
    assert read(done)["posted"] == 1
    again = api.post("/night-audit", {"business_date": TODAY})
    assert again.status_code == 409
    assert read(api.get(f"/folios/{folio}"))["balance"] == "400.00"


def test_guest_files_are_found_masked(api: Api) -> None:
    made = api.post("/guests", {"name": "欧阳娜娜", "phone": "13912348806"})
    assert made.status_code == 201
    found = read(api.post("/guests/search", {"q": "oynn"}))
    assert found["items"], found
    hit = found["items"][0]
    assert (hit["id"], hit["phone"]) == (read(made)["id"], "139****8806")
    card = api.get(f"/guests/{hit['id']}")
    changed = api.send("PUT", f"/guests/{hit['id']}", {"name": "欧阳娜"}, if_match=card["ETag"])
    assert changed.status_code == 200
    stale = api.send("PUT", f"/guests/{hit['id']}", {"name": "欧阳"}, if_match=card["ETag"])
    assert stale.status_code == 412
    wrong = api.post(f"/guests/{hit['id']}/documents", {"kind": "resident_id", "number": "11010519491231002Y"})
    assert (wrong.status_code, read(wrong)["errors"][0]["field"]) == (422, "number")
    right = api.post(f"/guests/{hit['id']}/documents", {"kind": "resident_id", "number": "11010519491231002X"})
    assert right.status_code == 201
