"""What one desk does appears on another by itself, told by the live process and not found by looking every two seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.property.services import set_room_condition
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel
from tests.frontdesk.browser import ALL
from tests.live.stream import living
from tests.reservations.desk import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(types={"std": 4}, with_billing=True, documents_required=False, nights=10)


@pytest.fixture
def told(settings: Any) -> Iterator[None]:
    with living() as port:
        settings.BINZHI_LIVE_PORT = str(port)
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | {"connect-src": ["'self'", f"*:{port}"]}}
        yield


def test_rack_hears_of_a_change_without_asking(hotel: TestHotel, told: None, open_page: Callable[..., Page]) -> None:
    rack = open_page(user=make_user(hotel, ALL))
    asked: list[str] = []
    with rack.expect_response(lambda answer: "/live/" in answer.url and answer.status == 200):
        rack.goto(f"/h/{hotel.ref.code}/rooms")
    # Told once to look at everything, it is still.
    rack.wait_for_timeout(1500)
    rack.on("request", lambda request: asked.append(request.url) if "/rooms" in request.url else None)
    rack.wait_for_timeout(5000)
    assert asked == []
    expect(rack.locator("#room-101")).to_have_class(re.compile(r"\bvc\b"))
    set_room_condition(hotel_id=hotel.pk, room_id=hotel.rooms["101"], housekeeping="dirty", actor=SYSTEM, now=NOW)
    expect(rack.locator("#room-101")).to_have_class(re.compile(r"\bvd\b"))
    assert len(asked) == 1
