"""Rates and rules in a real browser: painted by keys, seen before they are saved, refused under the floor, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing.access import Permission as Billing
from binzhi.kernel import clock, db
from binzhi.reservations.access import Permission
from binzhi.reservations.conditions.services import ConditionsInput, create_conditions, set_plan_conditions
from binzhi.reservations.fees import Fee
from binzhi.reservations.models import Promotion, RateNight
from binzhi.reservations.ratebook.rule_services import set_base_price
from binzhi.reservations.services import create_reservation
from tests.factories import SYSTEM, TestHotel, booking, make_hotel
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import CLERK, make_user

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]
SELLER = (Permission.VIEW, Permission.SET_RATES, Permission.SET_SELL_LIMITS, "frontdesk.view_desk")


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), with_billing=True)


@pytest.fixture
def seller(open_page: Callable[..., Page], hotel: TestHotel) -> Page:
    return open_page(user=make_user(hotel, SELLER))


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def cell(page: Page, hotel: TestHotel, offset: int, plan: str = "bar", room_type: str = "std") -> Any:
    day = hotel.first_night + timedelta(days=offset)
    return page.locator(f'a.rg-cell[data-type="{room_type}"][data-plan="{plan}"][data-day="{day}"]')


def prices(hotel: TestHotel, room_type: str = "std", nights: int = 6) -> list[Decimal | None]:
    rows = RateNight.objects.filter(
        rate_plan_id=hotel.plans["bar"], room_type_id=hotel.room_types[room_type]
    ).order_by("night")[:nights]  # fmt: skip
    return [row.price for row in rows]


def test_prices_are_painted_by_keys_seen_saved_and_taken_back(hotel: TestHotel, seller: Page) -> None:
    seller.goto(url(hotel, "rates"))
    cell(seller, hotel, 1).focus()
    seller.keyboard.press("Shift+ArrowRight")
    seller.keyboard.press("Shift+ArrowRight")
    expect(seller.locator(".rg-cell.sel")).to_have_count(3)
    seller.keyboard.press("5")
    expect(seller.locator("#side input[name=price]")).to_be_focused()
    seller.keyboard.type("12")
    expect(seller.locator("#paint-effect")).to_contain_text("400")
    expect(seller.locator("#paint-effect b").last).to_have_text("512")
    assert prices(hotel) == [400] * 6
    axe(seller)
    seller.keyboard.press("Control+Enter")
    expect(seller.locator(".bz-toast")).to_contain_text("已改 3 晚")
    expect(cell(seller, hotel, 2)).to_contain_text("512")
    assert prices(hotel) == [400, 512, 512, 512, 400, 400]
    seller.locator(".bz-toast").get_by_role("button", name="撤销").click()
    expect(cell(seller, hotel, 2)).to_contain_text("400")
    assert prices(hotel) == [400] * 6


def test_price_under_the_floor_is_refused_at_its_nights_and_nothing_is_lost(hotel: TestHotel, seller: Page) -> None:
    set_base_price(hotel_id=hotel.pk, rate_plan="bar", room_type="std", price=None, floor=Decimal(350), actor=SYSTEM,
                   now=clock.now())  # fmt: skip
    seller.goto(url(hotel, "rates"))
    cell(seller, hotel, 0).focus()
    seller.keyboard.press("3")
    seller.keyboard.type("00")
    expect(seller.locator("#paint-effect .late")).to_contain_text("低于底价 350")
    seller.keyboard.press("Control+Enter")
    expect(seller.locator("#side .err").first).to_contain_text("低于底价")
    expect(seller.locator("#side input[name=price]")).to_have_value("300")
    assert prices(hotel) == [400] * 6


def test_rules_are_written_applied_over_a_range_and_undone(hotel: TestHotel, seller: Page) -> None:
    set_base_price(hotel_id=hotel.pk, rate_plan="bar", room_type="std", price=Decimal(500), floor=None, actor=SYSTEM,
                   now=clock.now())  # fmt: skip
    seller.goto(url(hotel, "rate-rules"))
    axe(seller)
    seller.keyboard.press("n")
    seller.locator("#side input[name=name]").fill("周末加价")
    seller.locator("#side select[name=action]").select_option("percent")
    seller.locator("#side input[name=value]").fill("20")
    seller.locator("#side input[name=night_kinds][value=weekend]").check()
    seller.keyboard.press("Control+Enter")
    expect(seller.locator(".bz-toast")).to_contain_text("规则已保存")
    expect(seller.locator("#main")).to_contain_text("周末加价")
    seller.get_by_role("link", name="房价", exact=True).last.click()
    expect(seller.locator("h1")).to_have_text("房价")
    seller.keyboard.press("a")
    seller.locator("#side input[name=last]").fill(str(hotel.first_night + timedelta(days=6)))
    # What is written must be what was last seen: of these nights, not of those that stood there first.
    expect(seller.locator("#paint-effect")).to_contain_text("改 7 处")
    expect(seller.locator("#paint-effect")).to_contain_text("600")
    seller.keyboard.press("Control+Enter")
    expect(seller.locator(".bz-toast")).to_contain_text("已改 7 晚")
    assert sorted(set(prices(hotel, nights=7))) == [500, 600]
    seller.keyboard.press("h")
    seller.locator("#side").get_by_role("button", name="撤回").first.click()
    expect(seller.locator(".bz-toast")).to_contain_text("已撤回")
    assert prices(hotel) == [400] * 6


def test_overdue_deposit_is_found_in_its_list_and_taken(hotel: TestHotel, open_page: Callable[..., Page]) -> None:
    now = clock.now()
    wanted = ConditionsInput(code="paid", name="预付", deposit=Fee("first_night"), deposit_after=0)
    create_conditions(hotel_id=hotel.pk, conditions=wanted, actor=SYSTEM, now=now)
    set_plan_conditions(hotel_id=hotel.pk, rate_plan="bar", code="paid", actor=SYSTEM, now=now)
    stay = booking(arrival=hotel.first_night + timedelta(days=5))
    made = create_reservation(hotel_id=hotel.pk, booking=stay, actor=SYSTEM, now=now - timedelta(days=3))
    db.execute("UPDATE reservations_reservation SET booked_on = booked_on - 3 WHERE id = %s", [made.id])
    page = open_page(user=make_user(hotel, (*SELLER, Billing.TAKE_DEPOSIT, Billing.VIEW)))
    page.goto(url(hotel, "deposits?show=overdue"))
    axe(page)
    page.get_by_role("link", name=made.number).click()
    expect(page.locator("#main")).to_contain_text("逾期")
    page.keyboard.press("t")
    expect(page.locator("#side input[name=amount]")).to_have_value("400.00")
    page.locator("#side input[name=means][value=cash]").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast")).to_contain_text("定金已收")
    page.goto(url(hotel, "deposits"))
    expect(page.locator("#main")).to_contain_text("没有未付的定金")


def test_code_is_made_and_opens_its_rate_while_booking(hotel: TestHotel, open_page: Callable[..., Page]) -> None:
    page = open_page(user=make_user(hotel, (*SELLER, *CLERK, Permission.MANAGE_PROMOTIONS)))
    page.goto(url(hotel, "rate-access"))
    axe(page)
    page.keyboard.press("n")
    page.locator("#side input[name=name]").fill("湖畔优惠")
    page.locator("#side input[name=code]").fill("LAKE2026")
    page.locator("#side select[name=rate_plan]").select_option("bb")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast")).to_contain_text("LAKE2026")
    page.goto(url(hotel, "reservations/new"))
    expect(page.locator('input[value="std:bb"]')).to_have_count(0)
    page.locator("#id_promotion_code").fill("lake2026")
    page.locator("#id_promotion_code").press("Tab")
    expect(page.locator('input[value="std:bb"]')).to_have_count(1)
    page.locator('input[value="std:bb"]').check()
    expect(page.locator("#quote .tot")).to_contain_text("440")
    page.locator("#id_guest_text").fill("王小明")
    page.locator("#id_booker_phone").fill("13805713391")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda address: "/new" not in address)
    assert Promotion.objects.get().uses == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rates_on_a_phone_fit_and_have_no_barriers(
    hotel: TestHotel, open_page: Callable[..., Page], theme: str
) -> None:
    page = open_page(user=make_user(hotel, SELLER), size=PHONE, theme=theme)
    for rest in ("rates", "rate-rules", "deposits", "rate-access"):
        page.goto(url(hotel, rest))
        fits(page)
        axe(page)
