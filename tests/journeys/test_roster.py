"""The roster filled by keys at the desk, looked at on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.kernel import clock, db
from binzhi.people.models import Duty, User
from binzhi.people.roster import monday_of
from binzhi.people.services import ShiftInput, set_shift
from binzhi.people.setup import create_departments, create_staff
from binzhi.property.queries import HotelRef
from tests.factories import SYSTEM, TODAY
from tests.guests.conftest import new_hotel
from tests.journeys.conftest import PHONE, axe, fits

pytestmark = pytest.mark.django_db(transaction=True)
OpenPage = Callable[..., Page]
NEXT_MONDAY = monday_of(clock.now().date()) + timedelta(days=7)


@pytest.fixture
def house() -> HotelRef:
    hotel = new_hotel()
    create_departments(hotel_id=hotel.pk)
    for code, name, starts, ends in (("a", "早班", 7, 15), ("p", "中班", 15, 23), ("n", "夜班", 23, 7)):
        shift = ShiftInput(name=name, starts=time(starts), ends=time(ends))
        set_shift(hotel_id=hotel.pk, code=code, shift=shift, actor=SYSTEM, now=clock.now())
    for name, post in (("秦悦", "duty-manager"), ("林晓", "receptionist"), ("吴凯", "engineer")):
        create_staff(
            hotel_id=hotel.pk, username=name, name=name, password=None, post=post, since=TODAY - timedelta(400)
        )
    return hotel


def planned(hotel: HotelRef) -> list[tuple[str, int, str]]:
    """Who, which day of the week, which shift."""
    db.enter_scope("*", "*")
    rows = Duty.objects.filter(hotel_id=hotel.pk).order_by("staff_id", "starts_at")
    return [
        (name, hotel.local(starts).weekday(), code)
        for name, starts, code in rows.values_list("staff__user__name", "starts_at", "shift__code")
    ]


def cell(page: Page, name: str, day: int) -> Any:
    return page.locator(f'tr:has(.nm:text-is("{name}")) a.ro-cell').nth(day)


def user(name: str) -> User:
    return User.objects.get(username=name)


def test_keys_plan_one_day_after_the_other_and_a_block_at_once(house: HotelRef, open_page: OpenPage) -> None:
    page = open_page(user=user("秦悦"))
    page.goto(f"/h/{house.code}/roster?day={NEXT_MONDAY}")
    cell(page, "秦悦", 0).focus()
    for key in "apn":
        page.keyboard.press(key)
    expect(cell(page, "秦悦", 3)).to_be_focused()
    expect(page.locator(".ro-cell.wait")).to_have_count(0)
    assert planned(house) == [("秦悦", 0, "a"), ("秦悦", 1, "p"), ("秦悦", 2, "n")]
    cell(page, "林晓", 5).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".ro-cell.sel")).to_have_count(4)
    page.keyboard.press("p")
    expect(page.locator(".bz-toast")).to_contain_text("已改 4 个班")
    cell(page, "秦悦", 1).focus()
    page.keyboard.press("Delete")
    expect(cell(page, "秦悦", 1)).to_have_text("休")
    expect(page.locator(".ro-cell.wait")).to_have_count(0)
    assert planned(house) == [
        ("秦悦", 0, "a"), ("秦悦", 2, "n"), ("林晓", 5, "p"), ("林晓", 6, "p"), ("吴凯", 5, "p"), ("吴凯", 6, "p"),
    ]  # fmt: skip


def test_enter_opens_the_person_and_the_form_says_what_is_wrong(house: HotelRef, open_page: OpenPage) -> None:
    page = open_page(user=user("秦悦"))
    page.goto(f"/h/{house.code}/roster?day={NEXT_MONDAY}")
    cell(page, "林晓", 1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side h2")).to_have_text("林晓")
    page.locator("#side input[name=until]").fill(str(NEXT_MONDAY))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#side .msg")).to_have_text("请至少选一天。")
    axe(page)
    page.locator("#side input[name=until]").fill(str(NEXT_MONDAY + timedelta(days=3)))
    page.locator("#side input[name=shift][value=a]").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast")).to_contain_text("排班已改。")
    assert planned(house) == [("林晓", 1, "a"), ("林晓", 2, "a"), ("林晓", 3, "a")]


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_roster_has_no_barriers(house: HotelRef, open_page: OpenPage, theme: str) -> None:
    page = open_page(user=user("秦悦"), theme=theme)
    page.goto(f"/h/{house.code}/roster?day={NEXT_MONDAY}")
    cell(page, "秦悦", 0).focus()
    for key in "apn":
        page.keyboard.press(key)
    expect(page.locator(".ro-cell.wait")).to_have_count(0)
    axe(page)


def test_phone_shows_one_day_and_the_others_a_press_away(house: HotelRef, open_page: OpenPage) -> None:
    page = open_page(user=user("林晓"), size=PHONE)
    page.goto(f"/h/{house.code}/roster?day={NEXT_MONDAY}")
    expect(page.locator("td.d0 .ro-cell:visible")).to_have_count(3)
    expect(page.locator("td.d1 .ro-cell:visible")).to_have_count(0)
    fits(page)
    axe(page)
    page.locator(".ro-days a").nth(1).click()
    expect(page.locator("td.d1 .ro-cell:visible")).to_have_count(3)
