"""The desk's screens: who may open them, how many statements they take, refusals beside their fields, files."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from binzhi.billing.access import Permission as Money
from binzhi.frontdesk.access import Permission
from binzhi.guests import files
from binzhi.guests.access import Permission as Guests
from binzhi.guests.details import GuestDetails
from binzhi.kernel import db
from binzhi.kernel.csv import safe_cell
from binzhi.property.access import Permission as Property
from binzhi.reservations.access import Permission as Booking
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from tests.factories import NOW, TODAY, TestHotel, make_hotel
from tests.frontdesk.audit_house import close_day
from tests.frontdesk.conftest import arrive, housekeeping, nothing_changes, row_of, set_housekeeping, stay_in
from tests.frontdesk.test_registering import WANG
from tests.reservations.desk import signed_in

ALL = [*Permission, *Money, *Booking, *Guests, *Property]
PART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def at(hotel: TestHotel, path: str) -> str:
    return f"/h/{hotel.ref.code}/{path}"


def desk(hotel: TestHotel, rights: Iterable[str] = tuple(ALL)) -> Client:
    return signed_in(hotel, rights)


def text(answer: Any) -> str:
    return answer.content.decode()


def statements_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as sent:
        assert client.get(url).status_code == 200
    return len([query for query in sent if "SAVEPOINT" not in query["sql"]])


@pytest.mark.parametrize(
    ("path", "statements"),
    # Session, user and standing are three; then the list, its counts, types, floors, and words for the requests.
    [("arrivals", 8), ("in-house", 7), ("departures", 7), ("rooms", 4), ("arrivals/rooms", 7)],
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
        "walk_in_parts": "walk-in/parts", "condition": "rooms/101/condition", "do_not_disturb": "rooms/101/do-not-disturb",
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


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=abc", "page=99999999999999", "page=٣", "day=x", "sort=%00", "q=%00", "status='"])
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
    [("=1+1", "'=1+1"), ("+86", "'+86"), ("-5", "'-5"), ("@x", "'@x"), ("\tx", "'\tx"), ("＝1", "'＝1"), ("张", "张"), (-5, "-5"), (None, "")],
)
def test_safe_cell(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_files_hold_every_row_not_only_the_page(db: None) -> None:
    house = make_hotel(types={"std": 70}, documents_required=False, with_billing=True)
    for _ in range(55):
        arrive(house, nights=1)
    assert len(rows_of(desk(house).get(at(house, "arrivals?format=csv&page=2")))) == 56


def post_check_in(client: Client, hotel: TestHotel, stay: int, **given: str) -> Any:
    fields = {
        "room": "101", "r0-guest_text": "王伟", "r0-kind": "resident_id", "r0-number": WANG, "deposit_means": "cash",
        "idempotency_key": uuid.uuid4().hex,
    }  # fmt: skip
    return client.post(at(hotel, f"stays/{stay}/check-in"), fields | given)


def test_check_in_page_checks_in_and_offers_undo(strict: TestHotel) -> None:
    stay, client = arrive(strict, adults=1), desk(strict)
    answer = post_check_in(client, strict, stay, deposit_amount="500")
    assert (answer.status_code, answer["Location"]) == (302, at(strict, "arrivals"))
    assert row_of(stay)["status"] == "in_house"
    assert at(strict, f"stays/{stay}/check-in/undo") in text(client.get(at(strict, "arrivals")))


def test_check_in_page_sent_twice_checks_in_once(strict: TestHotel) -> None:
    stay, client, key = arrive(strict, adults=1), desk(strict), uuid.uuid4().hex
    for _ in range(2):
        assert post_check_in(client, strict, stay, idempotency_key=key).status_code == 302
    assert db.fetch_value("SELECT count(*) FROM frontdesk_registration") == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"r0-number": "123"}, "id_r0-number"),
        ({"r0-number": ""}, "id_r0-number"),
        ({"r0-guest_text": ""}, "id_r0-guest_text"),
        ({"room": "", "room_other": ""}, "id_room"),
        ({"room": "999"}, "id_room"),
        ({"room_other": "201"}, "id_room"),
        ({"deposit_amount": "-5"}, "id_deposit_amount"),
        ({"deposit_amount": "abc"}, "id_deposit_amount"),
        ({"deposit_amount": "0.001"}, "id_deposit_amount"),
        ({"r0-birth_date": "1990-02-30"}, "id_r0-birth_date"),
        ({"r0-phone": "12"}, "id_r0-phone"),
        ({"r0-guest_text": "长" * 121}, "id_r0-guest_text"),
    ],
)
def test_check_in_page_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(
    strict: TestHotel, given: dict[str, str], field: str
) -> None:
    stay, client = arrive(strict, adults=1), desk(strict)
    with nothing_changes():
        answer = post_check_in(client, strict, stay, note="迟到", **given)
    page = text(answer)
    assert answer.status_code in (409, 422)
    assert f'href="#{field}"' in page
    assert 'value="迟到"' in page
    for value in given.values():
        assert not value or value in page


def test_check_in_page_names_the_second_guest_who_is_missing(strict: TestHotel) -> None:
    stay = arrive(strict, adults=2)
    answer = post_check_in(desk(strict), strict, stay)
    assert answer.status_code == 422
    assert 'href="#id_r1-guest_text"' in text(answer)
    assert post_check_in(desk(strict), strict, stay, **{"r1-later": "on"}).status_code == 302


def test_check_in_page_offers_the_override_to_who_may(strict: TestHotel) -> None:
    set_housekeeping(strict, "101", "dirty")
    stay = arrive(strict, adults=1)
    refused = post_check_in(desk(strict), strict, stay)
    assert refused.status_code == 409
    assert 'name="accept_as_it_is"' in text(refused)
    clerk = [right for right in ALL if right != Permission.OVERRIDE_READINESS]
    assert 'name="accept_as_it_is"' not in text(post_check_in(desk(strict, clerk), strict, stay))
    assert post_check_in(desk(strict), strict, stay, accept_as_it_is="on").status_code == 302


def test_check_in_page_proposes_the_assigned_room_first(strict: TestHotel) -> None:
    stay = arrive(strict, room="104")
    page = text(desk(strict).get(at(strict, f"stays/{stay}/check-in")))
    assert page.index('value="104" checked') < page.index('value="101"')


def test_check_in_page_of_an_unknown_stay_is_404(strict: TestHotel) -> None:
    assert desk(strict).get(at(strict, "stays/999999/check-in")).status_code == 404


@pytest.mark.parametrize(
    ("number", "said"),
    [(WANG, "born 1990-03-07"), ("110105199003070011", "does not fit"), ("", "")],
)
def test_document_check_tells_at_once(strict: TestHotel, number: str, said: str) -> None:
    answer = desk(strict).post(
        at(strict, "documents/check"), {"row": "0", "r0-kind": "resident_id", "r0-number": number}, **PART
    )
    assert answer.status_code == 200
    assert said in " ".join(text(answer).split())


def test_document_check_asks_for_the_guardian_of_a_minor(strict: TestHotel) -> None:
    from tests.frontdesk.test_registering import BOY

    answer = desk(strict).post(at(strict, "documents/check"), {"row": "1", "r1-kind": "resident_id", "r1-number": BOY})
    assert 'name="r1-guardian_phone"' in text(answer)


def test_walk_in_screen_books_and_checks_in(strict: TestHotel) -> None:
    client = desk(strict)
    shown = text(client.get(at(strict, "walk-in")))
    assert 'value="std:bar" checked' in shown
    answer = client.post(
        at(strict, "walk-in"),
        {
            "departure": str(TODAY + timedelta(days=1)), "adults": "1", "children": "0", "offer": "std:bar",
            "room": "101", "total": "380.00", "r0-guest_text": "王伟", "r0-kind": "resident_id", "r0-number": WANG,
            "deposit_means": "cash", "idempotency_key": uuid.uuid4().hex,
        },
    )  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, at(strict, "rooms/101"))
    assert db.fetch_value("SELECT count(*) FROM reservations_roomreservation WHERE walk_in AND status = 'in_house'") == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"departure": ""}, "id_departure"), ({"departure": str(TODAY - timedelta(days=1))}, "id_departure"),
        ({"adults": "0"}, "id_adults"), ({"adults": "9"}, "id_adults"), ({"offer": ""}, "id_offer"),
        ({"offer": "std:nonsense"}, "id_offer"), ({"total": "1.00"}, "id_offer"), ({"room": "201"}, "id_room"),
        ({"r0-number": "1"}, "id_r0-number"),
    ],
)  # fmt: skip
def test_walk_in_screen_says_what_is_wrong_and_books_nothing(strict: TestHotel, given: dict[str, str], field: str) -> None:
    fields = {
        "departure": str(TODAY + timedelta(days=1)), "adults": "1", "children": "0", "offer": "std:bar", "room": "101",
        "r0-guest_text": "王伟", "r0-kind": "resident_id", "r0-number": WANG, "deposit_means": "cash",
    }  # fmt: skip
    client = desk(strict)
    with nothing_changes():
        answer = client.post(at(strict, "walk-in"), fields | given)
    assert answer.status_code in (409, 422)
    assert f'href="#{field}"' in text(answer)


def test_walk_in_parts_keep_what_was_typed(strict: TestHotel) -> None:
    fields = {
        "departure": str(TODAY + timedelta(days=3)), "adults": "2", "children": "1", "offer": "king:bar", "r0-guest_text": "王伟",
        "r1-guest_text": "李娜", "note": "高层",
    }  # fmt: skip
    page = text(desk(strict).post(at(strict, "walk-in/parts"), fields, **PART))
    for kept in ('value="王伟"', 'value="李娜"', 'value="高层"', 'value="king:bar" checked', 'name="r2-guardian_name"'):
        assert kept in page


def test_propose_page_assigns_what_is_confirmed(house: TestHotel) -> None:
    stays = [arrive(house) for _ in range(2)]
    client = desk(house)
    page = text(client.get(at(house, "arrivals/rooms")))
    assert all(f'name="room-{stay}"' in page for stay in stays)
    answer = client.post(at(house, "arrivals/rooms"), {f"room-{stays[0]}": house.rooms["103"], f"room-{stays[1]}": ""})
    assert answer.status_code == 302
    assert [row_of(stay)["room_id"] for stay in stays] == [house.rooms["103"], None]


def test_assign_panel_refuses_another_type_until_it_is_asked_for(house: TestHotel) -> None:
    stay, client = arrive(house), desk(house)
    url = at(house, f"stays/{stay}/room")
    assert client.post(url, {"room": "201"}).status_code == 422
    assert client.post(url, {"room": "201", "change_type": "on"}).status_code == 302
    assert row_of(stay)["room_id"] == house.rooms["201"]


def test_assign_panel_goes_only_to_our_own_pages(house: TestHotel) -> None:
    stay = arrive(house)
    answer = desk(house).post(at(house, f"stays/{stay}/room"), {"room": "101", "next": "https://evil.example/"})
    assert answer["Location"] == at(house, "arrivals")


def test_move_panel_moves_and_the_toast_moves_back(house: TestHotel) -> None:
    stay, client = stay_in(house, "101"), desk(house)
    url = at(house, f"stays/{stay}/move")
    assert client.post(url, {"room": "102", "reason": ""}).status_code == 422
    assert client.post(url, {"room": "102", "reason": "噪音"}).status_code == 302
    assert client.post(f"{url}?undo=101").status_code == 302
    assert row_of(stay)["room_id"] == house.rooms["101"]


def test_dates_panel_extends_shortens_and_takes_back(house: TestHotel) -> None:
    stay, client = stay_in(house, "101", nights=2), desk(house)
    url = at(house, f"stays/{stay}/dates")
    assert client.post(url, {"departure": str(TODAY + timedelta(days=5))}).status_code == 302
    assert client.post(f"{url}/undo?departure={TODAY + timedelta(days=2)}").status_code == 302
    assert row_of(stay)["departure"] == TODAY + timedelta(days=2)
    assert client.post(url, {"departure": str(TODAY + timedelta(days=1))}).status_code == 302
    assert client.post(f"{url}/undo?departure={TODAY + timedelta(days=2)}").status_code == 302
    assert row_of(stay)["departure"] == TODAY + timedelta(days=2)
    assert client.post(url, {"departure": "2026-02-30"}).status_code == 422


def test_check_out_page_pays_and_leaves_and_offers_undo(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=1)
    close_day(house)
    client = desk(house)
    url = at(house, f"stays/{stay}/check-out")
    assert 'value="400.00"' in text(client.get(url))
    refused = client.post(url, {"amount": "399", "means": "cash"})
    assert (refused.status_code, 'id="id_amount-error"' in text(refused)) == (409, True)
    assert client.post(url, {"amount": "400.00", "means": "cash"}).status_code == 302
    assert row_of(stay)["status"] == "checked_out"
    assert client.post(f"{url}/undo").status_code == 302
    assert row_of(stay)["status"] == "in_house"


def test_check_out_page_of_a_day_guest_names_the_charge_to_come(house: TestHotel) -> None:
    stay = stay_in(house, "101", nights=0)
    page = text(desk(house).get(at(house, f"stays/{stay}/check-out")))
    assert "charged at check-out" in page
    assert 'value="400.00"' in page


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
