"""Packages and rooms by the hour in a real browser: what a rate contains, a family quoted in words, hours sold and charged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing.access import Permission as Money
from binzhi.frontdesk.access import Permission as Desk
from binzhi.guests import services as guests
from binzhi.kernel import clock
from binzhi.reservations.access import Permission
from binzhi.reservations.commissions.services import set_commission
from binzhi.reservations.day_use.services import HourPriceInput, TermsInput, set_day_use
from binzhi.reservations.models import Commission, HourlyUse, PackagePart, RoomReservation
from binzhi.reservations.packages.queries import parts_of_stay
from tests.factories import SYSTEM, TestHotel, make_hotel
from tests.frontdesk.audit_house import arrive, close_day, leave, reserve
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import CLERK, make_user

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]
SELLER = (
    *CLERK, Permission.SET_RATES, Permission.MANAGE_PROMOTIONS, Permission.SETTLE_COMMISSION, Desk.VIEW, Desk.CHECK_IN,
    Desk.CHECK_OUT, Money.VIEW, Money.TAKE_PAYMENT,
)  # fmt: skip
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def hotel(live: str, monkeypatch: pytest.MonkeyPatch) -> TestHotel:
    """It is ten in the morning at the hotel, whatever the clock here says."""
    today = clock.now().astimezone(SHANGHAI).date()
    ten = datetime.combine(today, time(10), SHANGHAI)
    shift = ten - clock.now()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + shift)
    return make_hotel(today=today, with_billing=True, documents_required=False)


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def common(hotel: TestHotel) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": clock.now()}


def test_package_is_furnished_and_a_family_is_quoted_in_words_and_booked(
    hotel: TestHotel, open_page: Callable[..., Page]
) -> None:
    page = open_page(user=make_user(hotel, SELLER))
    page.goto(url(hotel, "rate-contents"))
    axe(page)
    page.locator("#parts-bb").click()
    page.locator("#side input[name=part-0-name]").fill("双早")
    page.locator("#side select[name=part-0-charge_code]").select_option("2010")
    page.locator("#side input[name=part-0-amount]").fill("0")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#side")).to_contain_text("包含项须有金额")
    expect(page.locator("#side input[name=part-0-name]")).to_have_value("双早")
    assert not PackagePart.objects.exists()
    page.locator("#side input[name=part-0-amount]").fill("68")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast")).to_contain_text("已保存")
    page.locator("#extras-bar").click()
    page.locator("#side input[name=bed_price]").fill("200")
    page.locator("#side input[name=band-0-from_age]").fill("6")
    page.locator("#side input[name=band-0-until_age]").fill("12")
    page.locator("#side select[name=band-0-kind]").select_option("bed")
    page.locator("#side input[name=band-0-amount]").fill("100")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main")).to_contain_text("6–12 岁")
    page.goto(url(hotel, "reservations/new"))
    page.locator("input[name=adults]").fill("1")
    page.locator("input[name=child_ages]").fill("7")
    page.locator("input[name=extra_beds]").fill("1")
    page.locator("input[name=extra_beds]").press("Tab")
    page.locator("input[name=offer][value='king:bb']").check(force=True)
    # 380 + 10 % rounded to 5 is 420; a child of 100 and a bed of 200 on top.
    expect(page.locator("#quote")).to_contain_text("720.00")
    expect(page.locator("#quote")).to_contain_text("儿童 7 岁")
    expect(page.locator("#quote")).to_contain_text("双早")
    axe(page)
    page.locator("#id_guest_text").fill("陈国梁")
    page.locator("input[name=booker_phone]").fill("13800138000")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main")).to_contain_text("年龄 7 岁", timeout=20_000)
    stay = RoomReservation.objects.get()
    assert (stay.child_ages, stay.extra_beds) == ([7], 1)
    assert [part.amount for part in parts_of_stay(hotel_id=hotel.pk, room_reservation_id=stay.pk)] == [Decimal(68)]


def sells_hours(hotel: TestHotel) -> None:
    price = HourPriceInput(room_type="std", hours=3, price=Decimal("128.80"), overtime_price=Decimal(40))
    terms = TermsInput(rate_plan="bar", opens=time(8), closes=time(20))
    set_day_use(terms=terms, prices=[price], **common(hotel))


def test_hours_are_sold_checked_in_shown_over_and_charged(
    hotel: TestHotel, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    sells_hours(hotel)
    page = open_page(user=make_user(hotel, SELLER))
    page.goto(url(hotel, "day-use"))
    axe(page)
    page.locator("#sell-hours input[name=name]").fill("周小姐")
    page.locator("#sell-hours input[name=room]").fill("201")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sell-hours")).to_contain_text("不按这个钟点数销售")
    expect(page.locator("#sell-hours input[name=name]")).to_have_value("周小姐")
    page.locator("#sell-hours input[name=room]").fill("101")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast")).to_contain_text("已开钟点房 3 小时")
    stay = HourlyUse.objects.get().pk
    from binzhi.frontdesk import services

    services.check_in(room_reservation_id=stay, **common(hotel))
    before = clock.now
    monkeypatch.setattr(clock, "now", lambda: before() + timedelta(hours=4, minutes=20))
    page.goto(url(hotel, "day-use"))
    expect(page.locator("#hours tr.late")).to_contain_text("超时")
    page.locator("#hours").get_by_role("link", name="退房").click()
    expect(page.locator("#check-out")).to_contain_text("计 2 小时")
    expect(page.locator("#check-out")).to_contain_text("208.80")
    axe(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast")).to_contain_text("已退房")
    assert HourlyUse.objects.get().closed_at is not None


def test_commission_is_owed_after_departure_and_paid_with_a_press(
    hotel: TestHotel, open_page: Callable[..., Page]
) -> None:
    firm = guests.create_organisation(organisation=guests.NewOrganisation(name="澜海旅行社"), **common(hotel))
    set_commission(organisation_id=firm, percent=Decimal(10), from_date=hotel.first_night, **common(hotel))
    stay = reserve(hotel, nights=1, arrival=hotel.first_night, organisation_id=firm)
    arrive(hotel, stay, "101", at=clock.now())
    close_day(hotel, hotel.first_night, now=clock.now() + timedelta(hours=16))
    leave(hotel, stay, at=clock.now() + timedelta(hours=23))
    page = open_page(user=make_user(hotel, SELLER))
    page.goto(url(hotel, "commissions"))
    axe(page)
    expect(page.locator("#commissions")).to_contain_text("37.74")
    page.locator("#commissions").get_by_role("button", name="登记已付").click()
    expect(page.locator("#commissions")).to_contain_text("请先选择住宿")
    page.locator("#commissions input[name=stay]").check()
    page.locator("#commissions").get_by_role("button", name="登记已付").click()
    expect(page.locator(".bz-toast")).to_contain_text("已登记付款")
    assert Commission.objects.get().amount == Decimal("37.74")


@pytest.mark.parametrize("page_of", ["day-use", "rate-contents", "commissions"])
def test_screens_fit_a_phone(hotel: TestHotel, open_page: Callable[..., Page], page_of: str) -> None:
    sells_hours(hotel)
    page = open_page(user=make_user(hotel, SELLER), size=PHONE)
    page.goto(url(hotel, page_of))
    fits(page)
    axe(page)
