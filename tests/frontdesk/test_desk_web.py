"""The desk's forms: refusals beside their fields, what was typed stays, undo after every write."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from binzhi.frontdesk.access import Permission
from binzhi.kernel import db
from tests.factories import NOW, TODAY, TestHotel
from tests.frontdesk.audit_house import close_day
from tests.frontdesk.browser import ALL, PART, at, desk, text
from tests.frontdesk.conftest import arrive, nothing_changes, row_of, set_housekeeping, stay_in
from tests.frontdesk.test_registering import WANG


@pytest.fixture(autouse=True)
def two_in_the_afternoon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


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
    assert (
        db.fetch_value("SELECT count(*) FROM reservations_roomreservation WHERE walk_in AND status = 'in_house'") == 1
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"departure": ""}, "id_departure"), ({"departure": str(TODAY - timedelta(days=1))}, "id_departure"),
        ({"adults": "0"}, "id_adults"), ({"adults": "9"}, "id_adults"), ({"offer": ""}, "id_offer"),
        ({"offer": "std:nonsense"}, "id_offer"), ({"total": "1.00"}, "id_offer"), ({"room": "201"}, "id_room"),
        ({"r0-number": "1"}, "id_r0-number"),
    ],
)  # fmt: skip
def test_walk_in_screen_says_what_is_wrong_and_books_nothing(
    strict: TestHotel, given: dict[str, str], field: str
) -> None:
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
        "departure": str(TODAY + timedelta(days=3)), "adults": "2", "children": "1", "offer": "king:bar",
        "r0-guest_text": "王伟",
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


def test_move_of_a_guest_who_has_not_arrived_is_the_choice_of_his_room(house: TestHotel) -> None:
    stay = arrive(house, room="101")
    assert desk(house).get(at(house, f"stays/{stay}/move"))["Location"] == at(house, f"stays/{stay}/room")


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
