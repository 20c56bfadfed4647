"""Screens of groups: a list, a grid that loses nothing that was typed, people by hand and by file."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from binzhi.reservations.access import Permission
from binzhi.reservations.models import Block
from tests.factories import TestHotel, fingerprint
from tests.reservations.desk import CLERK, signed_in
from tests.reservations.groups import FIRST, NIGHTS, counters, group, of_group, pick, picked

# Session, user, posts; the groups.
STATEMENTS = 4


@pytest.fixture
def clerk(hotel: TestHotel) -> Client:
    return signed_in(hotel, [*CLERK, Permission.MANAGE_BLOCKS])


def url(hotel: TestHotel, rest: str = "") -> str:
    return f"/h/{hotel.ref.code}/groups{rest}"


@pytest.mark.parametrize("groups", [1, 12])
def test_list_costs_the_same_however_many_groups(hotel: TestHotel, clerk: Client, groups: int) -> None:
    for _n in range(groups):
        group(hotel, status="tentative")
    with CaptureQueriesContext(connection) as captured:
        answer = clerk.get(url(hotel))
    assert (answer.status_code, len(captured)) == (200, STATEMENTS)
    assert answer.content.decode().count("data-follow") == groups


def test_list_finds_by_name_number_and_state(hotel: TestHotel, clerk: Client) -> None:
    kept = group(hotel, name="杭州考察团")
    other = group(hotel, name="医学年会", status="inquiry")

    def shown(**query: str) -> list[bool]:
        html = clerk.get(url(hotel), query).content.decode()
        return [ref.number in html for ref in (kept, other)]

    assert shown() == [True, True]
    assert shown(q="年会") == [False, True]
    assert shown(q=kept.number.lower()) == [True, False]
    assert shown(status="inquiry") == [False, True]
    assert shown(q="%") == [False, False]


def form(**more: Any) -> dict[str, Any]:
    given = {
        "name": "医学年会", "arrival": FIRST, "departure": FIRST + timedelta(days=2), "rate_plan": "bar",
        "status": "definite", "cut_off": FIRST - timedelta(days=3),
    }  # fmt: skip
    return given | more


def test_new_group_then_its_rooms(hotel: TestHotel, clerk: Client) -> None:
    answer = clerk.post(url(hotel, "/new"), form())
    block = Block.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(hotel, f"/{block.pk}"))
    cells = {
        f"n-std-{FIRST}": "3",
        f"n-std-{FIRST + timedelta(days=1)}": "2",
        "price-std": "330",
        "version": block.version,
    }
    assert clerk.post(url(hotel, f"/{block.pk}/rooms"), cells).status_code == 302
    assert counters(hotel, nights=2) == [(0, 3), (0, 2)]
    page = clerk.get(url(hotel, f"/{block.pk}")).content.decode()
    assert 'value="330.00"' in page


def test_new_group_refused_keeps_what_was_typed(hotel: TestHotel, clerk: Client) -> None:
    answer = clerk.post(url(hotel, "/new"), form(departure=FIRST, note="两位素食"))
    page = answer.content.decode()
    assert (answer.status_code, Block.objects.count()) == (422, 0)
    assert "两位素食" in page
    assert "at least one night" in page


def test_grid_refused_keeps_what_was_typed_and_names_the_cell(hotel: TestHotel, clerk: Client) -> None:
    ref = group(hotel, rooms=3)
    before = fingerprint(hotel)
    day = FIRST + timedelta(days=1)
    answer = clerk.post(
        url(hotel, f"/{ref.id}/rooms"), {f"n-std-{FIRST}": "4", f"n-std-{day}": "9", "price-std": "330.00"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert fingerprint(hotel) == before
    assert re.search(rf'name="n-std-{day}" value="9"[^>]*aria-invalid', page)
    assert f'name="n-std-{FIRST}" value="4"' in page
    answer = clerk.post(url(hotel, f"/{ref.id}/rooms"), {f"n-std-{FIRST}": "two", "price-std": "-1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="two"' in page
    assert 'value="-1"' in page


def test_grid_on_an_old_version_is_refused(hotel: TestHotel, clerk: Client) -> None:
    ref = group(hotel, rooms=3)
    answer = clerk.post(url(hotel, f"/{ref.id}/rooms"), {f"n-std-{FIRST}": "1", "version": "1"})
    assert (answer.status_code, of_group(ref)[0]) == (412, (3, 3, 0))


def test_person_by_hand(hotel: TestHotel, clerk: Client) -> None:
    ref = group(hotel, rooms=1)
    data = {
        "guest_text": "贺振东", "room_type": "std", "arrival": FIRST, "departure": FIRST + timedelta(days=NIGHTS),
        "adults": "2", "idempotency_key": "one-token",
    }  # fmt: skip
    for _again in range(2):
        assert clerk.post(url(hotel, f"/{ref.id}/pick-up"), data).status_code == 302
    assert counters(hotel) == [(1, 0)] * 3
    full = clerk.post(url(hotel, f"/{ref.id}/pick-up"), data | {"idempotency_key": "two", "guest_text": "周敏"})
    assert full.status_code == 409
    assert "周敏" in full.content.decode()


def test_state_release_and_wash(hotel: TestHotel, clerk: Client) -> None:
    ref = group(hotel, rooms=4)
    picked(hotel, ref, pick())
    clerk.post(url(hotel, f"/{ref.id}/wash"), {"percent": "50"})
    assert counters(hotel) == [(1, 2)] * 3
    clerk.post(url(hotel, f"/{ref.id}/release"))
    assert counters(hotel) == [(1, 0)] * 3
    missing = clerk.post(url(hotel, f"/{ref.id}/state"), {"status": "cancelled"})
    assert missing.status_code == 422
    assert clerk.post(url(hotel, f"/{ref.id}/state"), {"status": "cancelled", "reason": "改期"}).status_code == 302
    assert Block.objects.get().status == "cancelled"


def test_rooming_list_is_checked_mended_and_taken_once(hotel: TestHotel, clerk: Client) -> None:
    ref = group(hotel, rooms=2)
    place = url(hotel, f"/{ref.id}/rooming")
    sent = SimpleUploadedFile("list.csv", "姓名,房型\n贺振东,std\n周敏,suite\n".encode("gb18030"))
    answer = clerk.post(place, {"file": sent})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The room type is not known: suite." in page
    table = re.search(r'name="table" value="([^"]*)"', page)
    assert table is not None
    kept = table[1].replace("&quot;", '"')
    mended = {"table": kept, "room_type-3": "std", "name-3": "周敏"}
    assert "Everything can be taken" in clerk.post(place, mended | {"what": "check"}).content.decode()
    assert counters(hotel) == [(0, 2)] * 3
    for _again in range(2):
        assert clerk.post(place, mended | {"what": "take", "idempotency_key": "k"}).status_code == 302
    assert counters(hotel) == [(2, 0)] * 3
    paper = clerk.get(url(hotel, f"/{ref.id}/list")).content.decode()
    assert "贺振东" in paper
    assert "周敏" in paper


@pytest.mark.parametrize("data", [{}, {"table": "nonsense"}, {"table": '[["x",1]]'}, {"table": "[]"}])
def test_rooming_list_without_a_file_is_refused(hotel: TestHotel, clerk: Client, data: dict[str, str]) -> None:
    ref = group(hotel, rooms=1)
    answer = clerk.post(url(hotel, f"/{ref.id}/rooming"), data)
    assert answer.status_code in (200, 422)
    assert counters(hotel) == [(0, 1)] * 3
