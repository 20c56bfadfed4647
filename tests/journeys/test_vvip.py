"""A VVIP's visit on a fast clock, played in a browser from the standing list to the compliance report; and the
exceptions of the rule: a late notice, an arrival that moves, a general manager who is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from binzhi.people.posts import POSTS
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, booking
from tests.journeys import scenes
from tests.journeys.reception import Play
from tests.vip.house import DAY, HOUR, House, make_house

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)
THREE_DAYS = 72


def everybody_at_work(house: House, *, but: str = "") -> None:
    for begun in range(0, THREE_DAYS, 24):
        house.on_duty(*(post for post in POSTS if post != but), start=NOW + (begun - 1) * HOUR, hours=24)


@pytest.fixture
def house(live: str) -> House:
    return make_house()


@pytest.fixture
def play(house: House, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> Play:
    return Play(house, open_page, monkeypatch)


def stay(house: House, **more: Any) -> int:
    made = create_reservation(hotel_id=house.pk, booking=booking(**more), actor=SYSTEM, now=NOW)
    return made.room_ids[0]


def test_vvip_visit_from_the_standing_list_to_the_compliance_report(house: House, play: Play) -> None:
    everybody_at_work(house)
    house.guest("陈国栋", sex="male")
    play.work()
    scenes.listed_guest_books(play)
    scenes.asked_and_approved(play)
    scenes.met_and_notified(play)
    scenes.signed_by_departments(play)
    scenes.ineligible_is_refused(play)
    scenes.prepared(play)
    scenes.checked_and_sealed(play, stay(house, arrival=TODAY + 3 * DAY, nights=1))
    scenes.received(play)
    scenes.tea_and_dinner(play)
    scenes.followed(play)
    scenes.departed(play)
    scenes.reported(play)
