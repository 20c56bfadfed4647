"""Booking in a real browser: by keyboard, with a mistake, changed, cancelled; 今日 that refreshes itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.guests.models import Guest
from binzhi.kernel import clock
from binzhi.reservations.models import Reservation, RoomReservation
from binzhi.reservations.services import create_reservation
from tests.factories import SYSTEM, TestHotel, booking, make_hotel
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import CLERK, make_user

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), with_billing=True)


@pytest.fixture
def clerk(hotel: TestHotel) -> Any:
    return make_user(hotel, [*CLERK, "frontdesk.view_desk", "frontdesk.walk_in"])


@pytest.fixture
def desk(open_page: Callable[..., Page], clerk: Any) -> Page:
    return open_page(user=clerk)


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def settled(page: Page) -> None:
    """Nothing is being fetched any more."""
    page.wait_for_load_state("networkidle")


def made(hotel: TestHotel, **more: Any) -> Any:
    arrival = hotel.first_night + timedelta(days=3)
    return create_reservation(
        hotel_id=hotel.pk, booking=booking(**({"arrival": arrival} | more)), actor=SYSTEM, now=clock.now()
    )


def test_new_reservation_by_keyboard_with_a_new_guest(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "today"))
    desk.keyboard.press("F2")
    expect(desk.locator("h1")).to_have_text("新预订")
    arrival = hotel.first_night + timedelta(days=5)
    expect(desk.locator("#id_arrival")).to_be_focused()
    desk.locator("#id_arrival").fill(arrival.isoformat())
    desk.locator("#id_arrival").dispatch_event("change")
    expect(desk.locator("#id_departure")).to_have_value((arrival + timedelta(days=1)).isoformat())
    expect(desk.locator("#offers thead")).to_contain_text(f"{arrival:%m-%d}")
    desk.locator("input[name=offer]").first.focus()
    desk.keyboard.press("Space")
    expect(desk.locator("#quote")).to_contain_text("¥400.00")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#quote")).to_contain_text("¥440.00")
    expect(desk.locator("input[value='std:bb']")).to_be_focused()
    desk.locator("#id_guest_text").focus()
    desk.keyboard.type("贺振东")
    expect(desk.locator("[role=option].new")).to_contain_text("贺振东")
    desk.keyboard.press("Enter")
    expect(desk.locator("[role=option]")).to_have_count(1)
    desk.keyboard.press("Tab")
    desk.keyboard.type("13805713391")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("已订好")
    reservation = Reservation.objects.get()
    expect(desk).to_have_url(f"{desk.url.split('/h/')[0]}{url(hotel, f'reservations/{reservation.number}')}")
    room = RoomReservation.objects.get()
    assert (room.arrival, room.rate_plan.code, room.nights.get().price) == (arrival, "bb", 440)
    assert Guest.objects.get().name == "贺振东"


def test_new_reservation_error_keeps_the_input_and_names_the_field(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "reservations/new"))
    desk.locator("label[for='offer-king:bar']").first.click()
    expect(desk.locator("#quote")).to_contain_text("king")
    desk.fill("#id_guest_text", "贺振东")
    desk.fill("#id_booker_phone", "138 0571 33")
    desk.fill("#id_remarks", "高楼层，远离电梯")
    desk.locator("button.pri.tall").click()
    expect(desk.locator(".bz-errors")).to_contain_text("还有 1 处需改")
    desk.locator(".bz-errors a").click()
    expect(desk.locator("#id_booker_phone")).to_have_attribute("aria-invalid", "true")
    assert desk.input_value("#id_guest_text") == "贺振东"
    assert desk.input_value("#id_booker_phone") == "138 0571 33"
    assert desk.input_value("#id_remarks") == "高楼层，远离电梯"
    assert desk.is_checked("input[value='king:bar']")
    assert Reservation.objects.count() == 0
    desk.fill("#id_booker_phone", "13805713391")
    desk.locator("button.pri.tall").click()
    expect(desk.locator(".bz-toast")).to_contain_text("已订好")


def test_new_reservation_draft_survives_leaving_the_page(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "reservations/new"))
    desk.fill("#id_guest_text", "何志达")
    desk.fill("#id_remarks", "轻声")
    expect(desk.locator("[data-draft-note]")).to_contain_text("草稿")
    desk.goto(url(hotel, "today"))
    desk.goto(url(hotel, "reservations/new"))
    expect(desk.locator("#id_remarks")).to_have_value("轻声")
    expect(desk.locator("#id_guest_text")).to_have_value("何志达")


def test_new_reservation_of_two_kinds_of_rooms(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "reservations/new"))
    desk.locator("label[for='offer-std:bar']").first.click()
    expect(desk.locator("#quote")).to_contain_text("¥400.00")
    desk.locator(".rz-add").click()
    expect(desk.locator(".rz-added")).to_have_count(1)
    expect(desk.locator("input[name=offer]:checked")).to_have_count(0)
    desk.locator("label[for='offer-king:bar']").first.click()
    expect(desk.locator("#quote .tot")).to_contain_text("¥800.00")
    desk.fill("#id_guest_text", "贺振东")
    desk.fill("#id_booker_phone", "13805713391")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("已订好")
    kinds = sorted(RoomReservation.objects.values_list("room_type__code", flat=True))
    assert (kinds, Reservation.objects.count()) == (["king", "std"], 1)


def test_change_of_dates_shows_the_new_price_before_saving(hotel: TestHotel, desk: Page) -> None:
    ref = made(hotel, nights=1)
    desk.goto(url(hotel, f"reservations/{ref.number}"))
    desk.keyboard.press("d")
    departure = hotel.first_night + timedelta(days=6)
    expect(desk.locator("#side h2")).to_be_focused()
    desk.locator("#side #id_departure").fill(departure.isoformat())
    expect(desk.locator("#change-quote")).to_contain_text("¥1,200.00")
    expect(desk.locator("#change-quote")).to_contain_text("+¥800.00")
    desk.locator("#side #id_departure").press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("已变更")
    assert RoomReservation.objects.get().departure == departure


def test_cancel_shows_its_fee_and_can_be_taken_back(hotel: TestHotel, desk: Page) -> None:
    ref = made(hotel, rate_plan="bb", arrival=hotel.first_night + timedelta(days=1), nights=2)
    desk.goto(url(hotel, f"reservations/{ref.number}"))
    desk.keyboard.press("x")
    expect(desk.locator("#side .bz-box")).to_contain_text("¥440.00")
    desk.locator("#side select[name=reason]").select_option("guest")
    desk.locator("#side button.dan").click()
    expect(desk.locator(".bz-toast")).to_contain_text("收费 ¥440.00")
    assert RoomReservation.objects.get().status == "cancelled"
    desk.locator(".bz-toast .undo").click()
    expect(desk.locator(".bz-toast").last).to_contain_text("已按原定房价恢复")
    assert RoomReservation.objects.get().status == "reserved"


def test_escape_closes_the_panel_and_gives_the_focus_back(hotel: TestHotel, desk: Page) -> None:
    ref = made(hotel)
    desk.goto(url(hotel, f"reservations/{ref.number}"))
    desk.locator("#act-cancel").click()
    expect(desk.locator("#side h2")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#side")).to_be_empty()
    expect(desk.locator("#act-cancel")).to_be_focused()


def test_today_refreshes_itself_without_taking_the_focus(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "today"))
    counter = desk.locator(".bz-counts.five .bz-count .whole").first
    expect(counter.locator(".bz-big")).to_contain_text("0")
    counter.focus()
    made(hotel, arrival=hotel.first_night, nights=1)
    with desk.expect_response(lambda answer: answer.url.endswith("/today")):
        desk.locator("#today").dispatch_event("bz:look")
    expect(counter.locator(".bz-big")).to_contain_text("1")
    expect(counter).to_be_focused()


SCREENS = [
    "today", "reservations", "reservations/new", "reservations/{number}", "reservations/{number}/cancel",
    "reservations/{number}/rooms/1/change", "reservations/{number}/details",
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_screens_hold_against_axe_and_fit_on_desk_and_phone(
    hotel: TestHotel, clerk: Any, open_page: Callable[..., Page], theme: str
) -> None:
    ref = made(hotel, rooms=2, special_requests=("quiet",), booker_phone="13805713391", expected_at=None)
    for size in ({"width": 1440, "height": 900}, PHONE):
        page = open_page(size=size, theme=theme, user=clerk)
        for screen in SCREENS:
            page.goto(url(hotel, screen.format(number=ref.number)))
            settled(page)
            axe(page)
            fits(page)
