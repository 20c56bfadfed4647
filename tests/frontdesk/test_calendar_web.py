"""The calendar over HTTP: the window as data, what a drop answers, the panel that does the same by keys."""

from __future__ import annotations

import gzip
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from binzhi.kernel import clock, db
from tests.factories import TestHotel, make_hotel
from tests.frontdesk.browser import PART, at, desk, text
from tests.frontdesk.conftest import row_of
from tests.journeys.test_desk import arrive, stay_in
from tests.reservations.desk import signed_in

DAY = timedelta(days=1)


def today_hotel() -> TestHotel:
    return make_hotel(today=clock.now().date(), documents_required=False, with_billing=True)


def wish(hotel: TestHotel, room: str, *, nights: int = 2, **more: Any) -> dict[str, Any]:
    return {"room": room, "arrival": hotel.first_night, "departure": hotel.first_night + nights * DAY, **more}


def test_calendar_data_is_compressed_and_silent_while_nothing_changes(db: None) -> None:
    hotel = today_hotel()
    stay = arrive(hotel, "101")
    client = desk(hotel)
    answer = client.get(at(hotel, "calendar/data"), HTTP_ACCEPT_ENCODING="gzip")
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
    assert f"[{stay},{hotel.rooms['101']},1,2,".encode() in gzip.decompress(answer.content)
    known = {"HTTP_X_BOARD_VERSION": answer["X-Board-Version"]}
    assert client.get(at(hotel, "calendar/data"), **known).status_code == 204
    arrive(hotel)
    assert client.get(at(hotel, "calendar/data"), **known).status_code == 200


def test_calendar_page_reads_any_window_asked_for(db: None) -> None:
    client = desk(hotel := today_hotel())
    for query in ("", "?first=nonsense&days=x", "?first=9999-12-31&days=99999", "?first=0001-01-01&days=0"):
        assert client.get(at(hotel, f"calendar{query}")).status_code == 200
        assert client.get(at(hotel, f"calendar/data{query}")).status_code == 200


def test_drop_says_what_was_done_and_its_undo_takes_it_back(db: None) -> None:
    hotel = today_hotel()
    stay = arrive(hotel)
    client = desk(hotel)
    answer = client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "102"))
    assert answer.status_code == 200
    assert row_of(stay)["room_id"] == hotel.rooms["102"]
    toasts = answer.json()["toasts"]
    assert "102" in toasts
    undo = toasts.split('action="')[1].split('"')[0].replace("&amp;", "&")
    assert client.post(undo).status_code == 200
    assert row_of(stay)["room_id"] is None


def test_drop_that_is_refused_says_why_and_what_is_asked(db: None) -> None:
    hotel = today_hotel()
    stay, inside = arrive(hotel, "101"), stay_in(hotel, "102")
    client = desk(hotel)
    taken = client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "102"))
    assert (taken.status_code, taken.json()["code"], taken.json()["asks"]) == (409, "room_taken", "")
    assert "102" in taken.json()["text"]
    other = client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "201"))
    assert (other.status_code, other.json()["asks"]) == (422, "change_type")
    why = client.post(at(hotel, f"calendar/{inside}/place"), wish(hotel, "103"))
    assert (why.status_code, why.json()["asks"]) == (422, "reason")
    longer = client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "101", nights=3))
    assert (longer.status_code, longer.json()["asks"], longer.json()["total"]) == (409, "expected_total", "1140.00")
    wrong = client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "101") | {"arrival": "soon"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "arrival")
    assert client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "999")).status_code == 404


def test_drop_sent_twice_is_done_once(db: None) -> None:
    hotel = today_hotel()
    stay = arrive(hotel, "101")
    client = desk(hotel)
    body = wish(hotel, "101", nights=3, expected_total="1140.00", idempotency_key="one-drop")
    assert client.post(at(hotel, f"calendar/{stay}/place"), body).status_code == 200
    version = row_of(stay)
    assert client.post(at(hotel, f"calendar/{stay}/place"), body).status_code == 200
    assert row_of(stay) == version


@pytest.mark.django_db
def test_split_over_http_and_back() -> None:
    hotel = today_hotel()
    stay = arrive(hotel, "101", nights=3)
    client = desk(hotel)
    body = {"night": hotel.first_night + DAY, "split_room": "103"}
    answer = client.post(at(hotel, f"calendar/{stay}/split"), body)
    assert answer.status_code == 200
    undo = answer.json()["toasts"].split('action="')[1].split('"')[0].replace("&amp;", "&")
    assert "split_room=101" in undo
    assert client.post(undo).status_code == 200
    # Into another type the price is asked first; at that type's, what is taken back is the price too.
    king = hotel.room_types["king"]
    db.execute("UPDATE reservations_ratenight SET price = 700, single_price = 700 WHERE room_type_id = %s", [king])
    asked = client.post(at(hotel, f"calendar/{stay}/split"), body | {"split_room": "201"})
    assert (asked.status_code, asked.json()["asks"], asked.json()["priced"]) == (422, "type_price", True)
    new_total = asked.json()["total"]
    dearer = body | {"split_room": "201", "type_price": "ask", "expected_total": new_total}
    done = client.post(at(hotel, f"calendar/{stay}/split"), dearer)
    assert new_total in done.json()["toasts"]
    undo = done.json()["toasts"].split('action="')[1].split('"')[0].replace("&amp;", "&")
    assert client.post(undo).status_code == 200
    total = db.fetch_value("SELECT sum(price) FROM reservations_staynight WHERE room_reservation_id = %s", [stay])
    assert total < Decimal(new_total)
    panel = {"what": "split", **body, "split_room": "201"}
    shown = client.post(at(hotel, f"calendar/{stay}"), panel, **PART)
    assert (shown.status_code, f'name="expected_total" value="{new_total}"' in text(shown)) == (422, True)
    assert 'name="type_price"' in text(shown)
    kept = client.post(at(hotel, f"calendar/{stay}"), panel | {"type_price": "keep"}, **PART)
    assert (kept.status_code, row_of(stay)["types_mixed"]) == (200, True)


def test_panel_does_by_keys_what_a_drag_does_and_keeps_what_was_typed(db: None) -> None:
    hotel = today_hotel()
    stay = arrive(hotel, "101", nights=3)
    client = desk(hotel)
    opened = client.get(at(hotel, f"calendar/{stay}"), **PART)
    assert opened.status_code == 200
    assert 'value="101"' in text(opened)
    asked = client.post(at(hotel, f"calendar/{stay}"), wish(hotel, "101", nights=4) | {"what": "place"}, **PART)
    assert asked.status_code == 409
    assert "1,520.00" in text(asked) or "1520" in text(asked)
    assert f'value="{hotel.first_night + 4 * DAY}"' in text(asked)
    done = client.post(
        at(hotel, f"calendar/{stay}"),
        wish(hotel, "104", nights=4) | {"what": "place", "expected_total": "1520.00"}, **PART,
    )  # fmt: skip
    assert done.status_code == 200
    assert row_of(stay)["room_id"] == hotel.rooms["104"]
    cut = client.post(
        at(hotel, f"calendar/{stay}"),
        {"what": "split", "night": hotel.first_night, "split_room": "105"}, **PART,
    )  # fmt: skip
    assert cut.status_code == 422


def test_calendar_asks_for_the_right_to_see_bookings(db: None) -> None:
    hotel = today_hotel()
    stay = arrive(hotel)
    stranger, only_desk = desk(make_hotel()), signed_in(hotel, ["frontdesk.view_desk"])
    for path in ("calendar", "calendar/data", f"calendar/{stay}"):
        assert stranger.get(at(hotel, path)).status_code == 404
        assert only_desk.get(at(hotel, path)).status_code == 403


def test_panel_fixes_a_room_and_lets_it_go(db: None) -> None:
    hotel = today_hotel()
    stay = arrive(hotel, "101")
    client, panel = desk(hotel), at(hotel, f"calendar/{stay}")
    empty = client.post(panel, {"what": "fix", "why": ""}, **PART)
    assert (empty.status_code, row_of(stay)["room_fixed"]) == (422, "")
    fixed = text(client.post(panel, {"what": "fix", "why": "答应过的湖景房"}, **PART))
    assert ("答应过的湖景房" in fixed, row_of(stay)["room_fixed"]) == (True, "答应过的湖景房")
    dropped = client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "102"))
    assert (dropped.status_code, dropped.json()["code"]) == (409, "room_fixed")
    assert "答应过的湖景房" in dropped.json()["text"]
    client.post(panel, {"what": "fix", "why": ""}, **PART)
    assert client.post(at(hotel, f"calendar/{stay}/place"), wish(hotel, "102")).status_code == 200
