"""Full house: a denial noted, a guest waits and is offered what comes free, another is housed elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.kernel import clock, db
from binzhi.reservations.models import Denial, WaitlistEntry, Walk
from binzhi.reservations.requests import LimitChange
from binzhi.reservations.services import cancel_reservation, create_reservation, set_sell_limits
from binzhi.reservations.verify import differences, group_differences
from binzhi.reservations.waitlist.jobs import look
from tests.factories import SYSTEM, TestHotel, booking, make_hotel
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import CLERK, make_user

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]
RIGHTS = (
    *CLERK, "reservations.manage_waitlist", "reservations.walk_guest", "reservations.manage_partners",
    "billing.pay_out", "billing.approve_correction",
)  # fmt: skip


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), types={"std": 3}, with_billing=True)


@pytest.fixture
def clerk(hotel: TestHotel) -> Any:
    return make_user(hotel, RIGHTS)


@pytest.fixture
def desk(open_page: Callable[..., Page], clerk: Any) -> Page:
    return open_page(user=clerk)


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def test_denial_waitlist_offer_and_booking(
    hotel: TestHotel, desk: Page, open_page: Callable[..., Page], clerk: Any
) -> None:
    arrival = hotel.first_night + timedelta(days=5)
    full = create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=arrival, nights=2, rooms=3), actor=SYSTEM, now=clock.now()
    )
    db.enter_scope("*", "*")
    desk.goto(url(hotel, "reservations/new"))
    desk.fill("#id_arrival", arrival.isoformat())
    desk.locator("#id_arrival").dispatch_event("change")
    desk.fill("#id_departure", (arrival + timedelta(days=2)).isoformat())
    desk.locator("#id_departure").dispatch_event("change")
    desk.wait_for_load_state("networkidle")
    desk.fill("#id_guest_text", "贺振东")
    desk.fill("#id_booker_phone", "13805713391")
    desk.locator("#unsold").get_by_role("button", name="价格太高").click()
    expect(desk.locator(".bz-toast").last).to_contain_text("已记为未成交")
    assert list(Denial.objects.values_list("reason", "arrival")) == [("price", arrival)]
    desk.locator("#unsold").get_by_role("button", name="加入候补").click()
    expect(desk.locator("h1")).to_have_text("候补")
    expect(desk.locator("#id_guest_text")).to_have_value("贺振东")
    expect(desk.locator("#id_arrival")).to_have_value(arrival.isoformat())
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("已加入候补")
    axe(desk)
    cancel_reservation(
        hotel_id=hotel.pk, reservation_id=full.id, room_ids=[full.room_ids[0]], reason="guest", actor=SYSTEM,
        now=clock.now(),
    )  # fmt: skip
    assert look(now=clock.now()) == 1
    db.enter_scope("*", "*")
    phone = open_page(size=PHONE, user=clerk)
    phone.goto(url(hotel, "waitlist"))
    expect(phone.locator("#waiting")).to_contain_text("已留房")
    fits(phone)
    desk.goto(url(hotel, "waitlist"))
    desk.locator("#waiting").get_by_role("button", name="订房").click()
    expect(desk.locator(".bz-toast")).to_contain_text("已订好")
    assert WaitlistEntry.objects.get().status == "booked"
    desk.goto(url(hotel, "denials"))
    expect(desk.locator("#denials")).to_contain_text("价格太高")
    axe(desk)
    assert (differences(hotel_id=hotel.pk), group_differences(hotel_id=hotel.pk)) == ([], [])


def test_overbooked_night_one_guest_is_housed_elsewhere(hotel: TestHotel, desk: Page) -> None:
    today = hotel.first_night
    limit = LimitChange(room_type="std", first=today, last=today + timedelta(days=3), overbooking=1)
    set_sell_limits(hotel_id=hotel.pk, change=limit, actor=SYSTEM, now=clock.now())
    for name, nights in (("赵一", 1), ("钱二", 3), ("孙三", 3), ("李四", 3)):
        create_reservation(
            hotel_id=hotel.pk, booking=booking(arrival=today, nights=nights, booker_name=name),
            actor=SYSTEM, now=clock.now(),
        )  # fmt: skip
    db.enter_scope("*", "*")
    desk.goto(url(hotel, "walks"))
    expect(desk.locator("#risk")).to_contain_text("+1")
    axe(desk)
    desk.get_by_role("link", name="协作酒店").click()
    desk.fill("#id_name", "望湖宾馆")
    desk.fill("#id_address", "湖滨路 8 号")
    desk.fill("#id_price", "380")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("main")).to_contain_text("可接待")
    desk.goto(url(hotel, "walks"))
    desk.locator("#proposals").get_by_role("link", name="外送").first.click()
    desk.fill("#id_transport", "酒店专车")
    desk.fill("#id_transport_cost", "45")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-errors")).to_be_visible()
    expect(desk.locator("#id_transport")).to_have_value("酒店专车")
    desk.fill("#id_reason", "标准间超售一间")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("main")).to_contain_text("望湖宾馆")
    expect(desk.locator("main")).to_contain_text("赵一")
    axe(desk)
    desk.goto(url(hotel, "walks"))
    expect(desk.locator("#costs")).to_contain_text("425.00")
    expect(desk.locator("#risk")).not_to_contain_text("+1")
    # In the books it is owed; the driver is paid at once, the partner's bill later.
    expect(desk.locator("#costs")).to_contain_text("尚欠 425.00")
    desk.locator("#costs").get_by_role("link", name="费用").click()
    desk.fill("#id_other_cost", "20")
    desk.locator("#id_means").select_option("cash")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#costs")).to_contain_text("445.00")
    desk.locator("#costs").get_by_role("link", name="费用").click()
    axe(desk)
    desk.locator("#pay_means").select_option("bank")
    desk.locator("#owed").get_by_role("button", name="支付").click()
    expect(desk.locator("#costs")).not_to_contain_text("尚欠")
    assert Walk.objects.get().partner.name == "望湖宾馆"
    assert differences(hotel_id=hotel.pk) == []
