"""今日 as a screen: rights, statements, links that lead somewhere, a part for the poll."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from binzhi.frontdesk.access import Permission
from binzhi.reservations.access import Permission as Reservations
from tests.factories import TestHotel
from tests.frontdesk.today_house import next_day, open_house, reserve
from tests.reservations.desk import signed_in

RIGHTS = [Permission.VIEW, Permission.WALK_IN, Reservations.VIEW, Reservations.CREATE]


@pytest.fixture
def house(db: None) -> TestHotel:
    return next_day(open_house(types={"std": 40}))


def address(hotel: TestHotel) -> str:
    return f"/h/{hotel.ref.code}/today"


@pytest.mark.parametrize("arrivals", [1, 30])
def test_today_screen_statements_are_a_handful(house: TestHotel, arrivals: int, django_assert_num_queries: Any) -> None:
    client = signed_in(house, RIGHTS)
    for _ in range(arrivals):
        reserve(house, expected_at=time(14, 30), vip="vip")
    # Session, user, posts; the nine of the board.
    with django_assert_num_queries(13):
        assert client.get(address(house)).status_code == 200


def test_today_every_figure_links_to_a_screen_that_exists(house: TestHotel) -> None:
    reserve(house, vip="vvip", expected_at=time(16, 30), name="陈国梁")
    html = signed_in(house, RIGHTS).get(address(house)).content.decode()
    main = html[html.index('id="today"') : html.index('<aside class="bz-side"')]
    links = set(re.findall(r'href="(/h/[^"?#]*)', main))
    assert {
        f"/h/{house.ref.code}/{name}" for name in ("arrivals", "departures", "in-house", "rooms", "reservations")
    } <= links
    for link in links:
        resolve(link)
    assert 'href=""' not in main


def test_today_poll_gets_the_board_alone(house: TestHotel) -> None:
    client = signed_in(house, RIGHTS)
    part = client.get(address(house), headers={"HX-Request": "true"}).content.decode()
    assert "<!doctype" not in part
    assert "bz-counts" in part
    assert f'hx-get="{address(house)}"' in client.get(address(house)).content.decode()


def test_today_in_chinese_has_no_english_left(house: TestHotel) -> None:
    reserve(house, vip="vvip", expected_at=time(16, 30), name="陈国梁")
    html = signed_in(house, RIGHTS, language="zh-hans").get(address(house)).content.decode()
    main = re.sub(r"<[^>]*>", " ", html[html.index("<main") : html.index('<aside class="bz-side"')])
    allowed = {"ADR", "RevPAR", "VVIP", "VC", "VD", "OC", "OD", "OOO", "OOS", "F", "std"}
    assert set(re.findall(r"[A-Za-z]+", main)) - allowed == set()


def test_today_asks_for_the_right_to_see_the_desk(house: TestHotel) -> None:
    assert Client().get(address(house)).status_code == 302
    assert signed_in(house, [Reservations.VIEW]).get(address(house)).status_code == 403
    assert signed_in(open_house(), RIGHTS).get(address(house)).status_code == 404


def test_search_finds_rooms_and_reservations_for_who_may_see_them(house: TestHotel) -> None:
    made = reserve(house, name="贺振东")
    search = f"/h/{house.ref.code}/search"
    both = signed_in(house, RIGHTS)
    assert f"/h/{house.ref.code}/rooms/101" in both.get(search, {"q": "101"}).content.decode()
    assert f"/reservations/{made.number}" in both.get(search, {"q": made.number}).content.decode()
    assert f"/reservations/{made.number}" in both.get(search, {"q": "贺振东"}).content.decode()
    nobody = signed_in(house, ["guests.view_guest"])
    html = nobody.get(search, {"q": made.number}).content.decode()
    assert f"/reservations/{made.number}" not in html
    assert "/rooms/101" not in nobody.get(search, {"q": "101"}).content.decode()
