"""The lists and the rack as screens and files: rights, statements, masks, nonsense in the address."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from binzhi.frontdesk.access import Permission
from binzhi.guests import files
from binzhi.guests.details import GuestDetails
from binzhi.kernel.csv import safe_cell
from tests.factories import NOW, TODAY, TestHotel, make_hotel
from tests.frontdesk.browser import PART, at, desk, text
from tests.frontdesk.conftest import arrive, housekeeping, nothing_changes, stay_in


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def statements_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as sent:
        assert client.get(url).status_code == 200
    return len([query for query in sent if "SAVEPOINT" not in query["sql"]])


@pytest.mark.parametrize(
    ("path", "statements"),
    # Session, user and standing are three; then the list, its counts, types, floors, and words for the requests.
    [("arrivals", 8), ("in-house", 7), ("departures", 7), ("rooms", 4), ("arrivals/rooms", 8)],
)
def test_list_screens_take_the_same_statements_for_1_and_30_rows(db: None, path: str, statements: int) -> None:
    counts = []
    for rows in (1, 30):
        house = make_hotel(types={"std": 70}, documents_required=False, with_billing=True)
        for number in range(rows):
            stay_in(house, f"{101 + number}", nights=0)
            arrive(house)
        counts.append(statements_of(desk(house), at(house, path)))
    assert counts == [statements, statements]


def screens() -> list[str]:
    """Every address of the desk that a colleague without rights might try."""
    found = []
    for pattern in get_resolver().url_patterns:
        if getattr(pattern, "app_name", "") == "frontdesk":
            found = [part.name for part in pattern.url_patterns]
    return found


def test_every_screen_asks_for_a_right_and_for_signing_in(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    paths = {
        "arrivals": "arrivals", "propose": "arrivals/rooms", "in_house": "in-house", "departures": "departures",
        "walk_in": "walk-in", "rack": "rooms", "room": "rooms/101", "check_in": f"stays/{stay}/check-in",
        "register": f"stays/{stay}/guests", "assign": f"stays/{stay}/room", "move": f"stays/{stay}/move",
        "dates": f"stays/{stay}/dates", "check_out": f"stays/{stay}/check-out",
    }  # fmt: skip
    nobody, colleague, elsewhere = Client(), desk(house, []), desk(make_hotel())
    for name, path in paths.items():
        assert name in screens()
        assert nobody.get(at(house, path)).status_code == 302, name
        assert colleague.get(at(house, path)).status_code == 403, name
        assert elsewhere.get(at(house, path)).status_code == 404, name
    posts = {
        "walk_in_parts": "walk-in/parts", "condition": "rooms/101/condition",
        "do_not_disturb": "rooms/101/do-not-disturb",
        "undo_check_in": f"stays/{stay}/check-in/undo", "unassign": f"stays/{stay}/room/take-back",
        "undo_dates": f"stays/{stay}/dates/undo", "undo_check_out": f"stays/{stay}/check-out/undo",
        "document_check": "documents/check",
    }  # fmt: skip
    with nothing_changes():
        for path in posts.values():
            assert nobody.post(at(house, path)).status_code == 302, path
            assert colleague.post(at(house, path)).status_code == 403, path
            assert elsewhere.post(at(house, path)).status_code == 404, path
    own = {*paths, *posts}
    assert own <= set(screens())


def test_arrivals_show_rows_and_actions_by_right(house: TestHotel) -> None:
    stay = arrive(house)
    check_in = f"stays/{stay}/check-in"
    assert check_in in text(desk(house).get(at(house, "arrivals")))
    assert check_in not in text(desk(house, [Permission.VIEW]).get(at(house, "arrivals")))


def test_arrivals_answer_htmx_with_the_list_alone(house: TestHotel) -> None:
    arrive(house)
    page = text(desk(house).get(at(house, "arrivals"), **PART))
    assert "<!doctype" not in page.lower()
    assert 'id="board"' in page


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=abc", "page=99999999999999", "page=٣", "day=x", "sort=%00", "q=%00", "status='"],
)
def test_arrivals_with_a_nonsense_address_still_answer(house: TestHotel, query: str) -> None:
    arrive(house)
    for path in ("arrivals", "in-house", "departures", "rooms"):
        assert desk(house).get(at(house, f"{path}?{query}")).status_code == 200


def rows_of(answer: Any) -> list[list[str]]:
    content = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_arrivals_file_masks_names_and_disarms_formulas(house: TestHotel) -> None:
    guest = files.create(group_id=house.ref.group_id, details=GuestDetails(name="=HYPERLINK(1) 伟", sex=""), now=NOW)
    arrive(house, guest_id=guest)
    answer = desk(house).get(at(house, "arrivals?format=csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{house.ref.code}-arrivals-{TODAY}.csv"'
    head, row = rows_of(answer)
    assert head[:3] == ["Reservation", "Guest", "VIP"]
    assert row[1] == "'=hyperlink(1)*"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-5", "'-5"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("张", "张"),
        (-5, "-5"),
        (None, ""),
    ],
)
def test_safe_cell(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_files_hold_every_row_not_only_the_page(db: None) -> None:
    house = make_hotel(types={"std": 70}, documents_required=False, with_billing=True)
    for _ in range(55):
        arrive(house, nights=1)
    assert len(rows_of(desk(house).get(at(house, "arrivals?format=csv&page=2")))) == 56


def test_rack_shows_every_room_and_the_panel_of_one(house: TestHotel) -> None:
    stay_in(house, "101")
    client = desk(house)
    assert text(client.get(at(house, "rooms"))).count('class="bz-tile') == 8
    panel = text(client.get(at(house, "rooms/101"), **PART))
    assert ("<!doctype" in panel.lower(), "王*" in panel, "王小明" in panel) == (False, True, False)
    assert client.get(at(house, "rooms/999")).status_code == 404
    for by in ("type", "list", "nonsense"):
        assert client.get(at(house, f"rooms?by={by}")).status_code == 200


def test_room_condition_is_set_and_taken_back(house: TestHotel) -> None:
    client = desk(house)
    url = at(house, "rooms/101/condition")
    assert client.post(url, {"housekeeping": "dirty"}).status_code == 302
    assert housekeeping(house, "101") == "dirty"
    assert f"{url}?housekeeping=inspected" in text(client.get(at(house, "rooms/101")))
    assert client.post(f"{url}?housekeeping=inspected").status_code == 302
    assert housekeeping(house, "101") == "inspected"
    with nothing_changes():
        assert client.post(url, {"housekeeping": "sparkling"}).status_code == 302


@pytest.mark.parametrize("path", ["arrivals", "in-house", "departures", "rooms"])
def test_a_board_is_drawn_again_only_when_something_on_it_changed(house: TestHotel, path: str) -> None:
    client = desk(house)
    shown = re.search(r'X-Board-Version": "(\w+)"', text(client.get(at(house, path))))
    assert shown is not None
    asked = PART | {"HTTP_X_BOARD_VERSION": shown[1]}
    assert client.get(at(house, path), **asked).status_code == 204
    stay_in(house, "101", nights=0)
    arrive(house, room="102")
    assert client.get(at(house, path), **asked).status_code == 200
