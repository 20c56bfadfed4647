"""A guest's way through the desk in a real browser, by keyboard; and every desk screen for everybody's eyes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing.ledger import balance_of
from binzhi.frontdesk import services
from binzhi.kernel import clock, db
from binzhi.reservations.models import RoomReservation
from binzhi.reservations.services import create_reservation
from tests.factories import SYSTEM, TestHotel, booking, make_hotel
from tests.frontdesk.browser import ALL
from tests.frontdesk.test_registering import LI, WANG
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import make_user

ON_SCREEN = "(selector => [...document.querySelectorAll(selector)].map(found => found.getBoundingClientRect()))"
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), with_billing=True)


@pytest.fixture
def desk(open_page: Callable[..., Page], hotel: TestHotel) -> Page:
    return open_page(user=make_user(hotel, ALL))


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def arrive(hotel: TestHotel, room: str = "", **more: Any) -> int:
    wanted = booking(arrival=hotel.first_night, adults=1, **more)
    (stay,) = create_reservation(hotel_id=hotel.pk, booking=wanted, actor=SYSTEM, now=clock.now()).room_ids
    if room:
        services.assign_room(
            hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms[room], actor=SYSTEM, now=clock.now()
        )
    return stay


def stay_in(hotel: TestHotel, room: str, **more: Any) -> int:
    db.execute("UPDATE property_hotel SET documents_required = false WHERE id = %s", [hotel.pk])
    stay = arrive(hotel, room, **more)
    services.check_in(hotel_id=hotel.pk, room_reservation_id=stay, actor=SYSTEM, now=clock.now())
    return stay


def book(desk: Page) -> None:
    desk.keyboard.press("F2")
    expect(desk.locator("h1")).to_have_text("新预订")
    desk.locator("#id_adults").fill("1")
    desk.locator("#id_adults").press("Tab")
    expect(desk.locator("#offers")).to_contain_text("380")
    desk.locator("input[name=offer]").first.focus()
    desk.keyboard.press("Space")
    desk.locator("#id_guest_text").focus()
    desk.keyboard.type("贺振东")
    desk.keyboard.press("Tab")
    desk.keyboard.type("13805713391")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_be_visible()


def assign_all(desk: Page) -> None:
    desk.keyboard.press("F4")
    expect(desk.locator("h1")).to_have_text("预抵")
    expect(desk.locator("#board tbody tr")).to_have_count(1)
    desk.keyboard.press("a")
    expect(desk.locator("h1")).to_have_text("一键排房")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("已排 1 间")


def receive(desk: Page) -> str:
    """Check the first arrival in; the number of the room that was proposed."""
    desk.locator("#board a[data-item]").first.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text("入住登记")
    room = desk.locator("input[name=room]:checked").get_attribute("value") or ""
    desk.locator("#id_r0-number").focus()
    desk.keyboard.type(WANG)
    desk.keyboard.press("Tab")
    expect(desk.locator("#more-0")).to_contain_text("号码有效")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("已入住")
    return room


def charge(desk: Page, room: str) -> None:
    desk.keyboard.press("F7")
    expect(desk.locator("h1")).to_have_text("房态图")
    desk.locator(f"#room-{room}").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#side h2")).to_have_text(room)
    desk.keyboard.press("p")
    desk.wait_for_url(re.compile("/folios/"))
    desk.keyboard.press("p")
    desk.locator("#side select[name=charge_code]").select_option("2040")
    desk.locator("#side input[name=amount]").fill("58.00")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("58.00")


def test_book_assign_check_in_charge_pay_and_check_out_by_keyboard(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "arrivals"))
    book(desk)
    assign_all(desk)
    room = receive(desk)
    stay = RoomReservation.objects.get()
    assert stay.status == "in_house"
    charge(desk, room)
    desk.goto(url(hotel, f"rooms/{room}"))
    desk.keyboard.press("o")
    expect(desk.locator("h1")).to_have_text("退房结账")
    expect(desk.locator("#id_amount")).to_have_value("438.00")
    desk.locator("#id_amount").focus()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("已退房")
    stay.refresh_from_db()
    assert (stay.status, balance_of(stay.folio_id or 0)) == ("checked_out", Decimal("0.00"))
    desk.keyboard.press("z")
    expect(desk.locator(".bz-toast").first).to_contain_text("已撤销退房")
    stay.refresh_from_db()
    assert stay.status == "in_house"


def test_walk_in_on_one_screen_then_move_and_take_the_move_back(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "arrivals"))
    desk.keyboard.press("F3")
    expect(desk.locator("h1")).to_have_text("散客上门")
    desk.locator("input[name=offer][value='king:bar']").focus()
    desk.keyboard.press("Space")
    expect(desk.locator("input[name=room]:checked")).to_have_value("201")
    desk.locator("#id_r0-guest_text").focus()
    desk.keyboard.type("李娜")
    desk.keyboard.press("Escape")
    desk.locator("#id_r0-number").focus()
    desk.keyboard.type(LI)
    desk.locator("#id_deposit_amount").focus()
    desk.keyboard.type("500")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("201 已入住")
    stay = RoomReservation.objects.get()
    assert (stay.status, stay.walk_in, stay.room_id) == ("in_house", True, hotel.rooms["201"])

    desk.keyboard.press("m")
    expect(desk.locator("#side h2")).to_have_text("换房")
    desk.locator("#side input[value='202']").focus()
    desk.keyboard.press("Space")
    desk.locator("#id_reason").focus()
    desk.keyboard.type("空调有异响")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("201 换到 202")
    desk.keyboard.press("z")
    expect(desk.locator(".bz-toast").first).to_contain_text("202 换到 201")
    stay.refresh_from_db()
    assert stay.room_id == hotel.rooms["201"]


def test_check_in_error_stands_at_its_field_and_what_was_typed_stays(hotel: TestHotel, desk: Page) -> None:
    stay = arrive(hotel, "101")
    desk.goto(url(hotel, f"stays/{stay}/check-in"))
    desk.fill("#id_r0-number", "110105199003070011")
    desk.fill("#id_note", "晚到")
    desk.locator("#id_note").press("Control+Enter")
    expect(desk.locator(".bz-errors")).to_contain_text("证件号码")
    desk.locator(".bz-errors a").first.click()
    expect(desk.locator("#id_r0-number")).to_be_focused()
    expect(desk.locator("#id_r0-number")).to_have_attribute("aria-invalid", "true")
    assert desk.input_value("#id_note") == "晚到"
    assert RoomReservation.objects.get().status == "reserved"
    desk.fill("#id_r0-number", WANG)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast").first).to_contain_text("已入住")


def test_rack_arrows_move_between_tiles_and_escape_returns_the_focus(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "rooms"))
    desk.locator("#room-201").focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("#room-202")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#room-102")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#side h2")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#room-102")).to_be_focused()
    assert desk.url.endswith("/rooms")


def test_rack_learns_what_another_desk_did(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "rooms"))
    expect(desk.locator("#room-103")).to_have_class(re.compile(r"\bvc\b"))
    stay_in(hotel, "103", nights=1)
    desk.locator("#rack").dispatch_event("bz:look")
    expect(desk.locator("#room-103")).to_have_class(re.compile(r"\boc\b"))


def test_rack_of_two_hundred_rooms_fits_a_desk_screen(live: str, open_page: Callable[..., Page]) -> None:
    floors = {f"type{floor}": 20 for floor in range(10)}
    hotel = make_hotel(today=clock.now().date(), types=floors, nights=5)
    page = open_page(user=make_user(hotel, ALL))
    page.goto(url(hotel, "rooms"))
    expect(page.locator(".bz-tile")).to_have_count(200)
    hidden = f"{ON_SCREEN}('.bz-tile').filter(box => box.bottom > innerHeight).length"
    assert page.evaluate(hidden) == 0
    page.goto(url(hotel, "rooms/101"))
    assert page.evaluate(hidden) == 0


def test_arrivals_show_twenty_five_rows_on_a_desk_screen(live: str, open_page: Callable[..., Page]) -> None:
    hotel = make_hotel(today=clock.now().date(), types={"std": 40}, nights=5)
    for _ in range(30):
        arrive(hotel)
    page = open_page(user=make_user(hotel, ALL))
    page.goto(url(hotel, "arrivals"))
    shown = f"{ON_SCREEN}('#board tbody tr').filter(box => box.bottom <= innerHeight).length"
    assert page.evaluate(shown) >= 25


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_desk_screens_hold_for_everybody(hotel: TestHotel, open_page: Callable[..., Page], theme: str) -> None:
    guest = stay_in(hotel, "101", nights=1)
    due = arrive(hotel, "102")
    arrive(hotel, expected_at=(clock.now() + timedelta(hours=8)).time())
    screens = [
        "arrivals", "arrivals/rooms", "in-house", "departures", "rooms", "rooms/101", "rooms?by=list", "rooms?by=type",
        "walk-in", f"stays/{due}/check-in", f"stays/{due}/room", f"stays/{guest}/move", f"stays/{guest}/dates",
        f"stays/{guest}/guests", f"stays/{guest}/check-out",
    ]  # fmt: skip
    user = make_user(hotel, ALL)
    page, phone = open_page(user=user, theme=theme), open_page(size=PHONE, user=user, theme=theme)
    for path in screens:
        page.goto(url(hotel, path))
        axe(page)
        phone.goto(url(hotel, path))
        fits(phone)
