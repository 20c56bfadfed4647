"""One press proposes rooms for all arrivals, says why and what stands against a wish, keeps what the clerk fixed, and
gives them; the guest is told of the room. At the desk, and read on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from binzhi.kernel import clock, db
from tests.factories import TestHotel, make_hotel
from tests.frontdesk.browser import ALL
from tests.frontdesk.conftest import row_of
from tests.journeys.conftest import PHONE, axe, fits
from tests.journeys.test_desk import arrive, stay_in, url
from tests.reservations.desk import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def hotel(live: str) -> TestHotel:
    hotel = make_hotel(today=clock.now().date(), types={"std": 4, "king": 2}, with_billing=True)
    db.execute("UPDATE property_hotel SET documents_required = false WHERE id = %s", [hotel.pk])
    db.execute(
        "UPDATE property_room SET features = '{quiet}' WHERE hotel_id = %s AND number IN ('101', '102')", [hotel.pk]
    )
    return hotel


def test_proposals_are_explained_fixed_proposed_again_taken_and_told(
    hotel: TestHotel, open_page: Callable[..., Page]
) -> None:
    stay_in(hotel, "101", nights=3)
    lucky, other = arrive(hotel, special_requests=("quiet",)), arrive(hotel, special_requests=("quiet",))
    user = make_user(hotel, ALL)
    page = open_page(user=user)
    page.goto(url(hotel, "arrivals"))
    page.keyboard.press("a")
    expect(page.locator("h1")).to_have_text("一键排房")
    expect(page.locator("#propose")).to_contain_text("已证明为最优")
    expect(page.locator("#propose")).to_contain_text("可对调")
    expect(page.locator("#propose")).to_contain_text("101 符合，住客")
    axe(page)
    # The clerk gives the quiet room to the other one and lets the rest follow.
    rows = page.locator(f"select[name=room-{other}]")
    rows.select_option(str(hotel.rooms["102"]))
    page.locator(f"input[name=lock-{other}]").check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="重新排房").click()
    expect(page.locator("#propose")).to_contain_text("由您指定")
    expect(page.locator(f"select[name=room-{other}]")).to_have_value(str(hotel.rooms["102"]))
    expect(page.locator(f"select[name=room-{lucky}]")).not_to_have_value(str(hotel.rooms["102"]))
    assert (row_of(lucky)["room_id"], row_of(other)["room_id"]) == (None, None)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast").first).to_contain_text("已排 2 间")
    assert row_of(other)["room_id"] == hotel.rooms["102"]
    # The guest is told.
    page.goto(url(hotel, f"stays/{other}/arrangement"))
    assert "房号：102" in page.locator("#notice-zh-hans").input_value()
    page.get_by_role("tab", name="English").click()
    assert "Room: 102" in page.locator("#notice-en").input_value()
    axe(page)
    phone = open_page(size=PHONE, user=user)
    for path in (f"stays/{other}/arrangement", "arrivals/rooms", "arrivals/rooms/weights"):
        phone.goto(url(hotel, path))
        fits(phone)


def test_weights_are_set_and_the_next_proposal_goes_by_them(hotel: TestHotel, open_page: Callable[..., Page]) -> None:
    arrive(hotel, special_requests=("quiet",))
    db.execute("UPDATE property_room SET housekeeping = 'dirty' WHERE id = ANY (%s)", [
        [hotel.rooms["101"], hotel.rooms["102"]],
    ])  # fmt: skip
    page = open_page(user=make_user(hotel, ALL))
    page.goto(url(hotel, "arrivals/rooms"))
    expect(page.locator("#propose option:checked").first).to_contain_text("10")
    page.get_by_role("link", name="权重").click()
    page.fill("input[name=wish]", "0")
    page.fill("input[name=ready]", "200")
    axe(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast").first).to_contain_text("权重已保存")
    expect(page.locator("#propose option:checked").first).not_to_contain_text("101")
    expect(page.locator("#propose option:checked").first).not_to_contain_text("102")
