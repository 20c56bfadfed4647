"""The shell around a real page: signing in, finding, changing hotels, leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.frontdesk.access import Permission as Desk
from binzhi.kernel import db
from binzhi.people import setup as people
from binzhi.people.models import User
from binzhi.reservations.access import Permission as Booking
from tests.factories import make_hotel
from tests.journeys.conftest import PHONE, axe, fits, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "lake-side-2026"


@dataclass
class Clerk:
    user: Any
    codes: list[str]


@pytest.fixture
def clerk() -> Clerk:
    """A receptionist of two hotels who may see the desk and book, but not touch money."""
    first, second = make_hotel(), make_hotel()
    user_id = people.create_user(username="lin.xiao", password=PASSWORD, name="林晓")
    db.enter_scope("*", "*")
    for hotel in (first, second):
        people.create_post(
            hotel_id=hotel.pk, code="desk", name="前台接待", permissions=[str(right) for right in (*Desk, *Booking)]
        )
        people.employ(hotel_id=hotel.pk, user_id=user_id, post="desk", since=date(2026, 1, 1))
    return Clerk(User.objects.get(pk=user_id), [first.ref.code, second.ref.code])


def test_clerk_signs_in_and_stands_at_today(page: Page, clerk: Clerk) -> None:
    sign_in(page, "lin.xiao", PASSWORD)
    page.wait_for_url(f"**/h/{clerk.codes[0]}/today")
    expect(page.locator(".bz-top")).to_contain_text("营业日")
    expect(page.locator(".bz-top")).to_contain_text("林晓")
    expect(page.locator(".bz-top")).to_contain_text("前台接待")
    axe(page)
    fits(page)


def test_wrong_password_is_said_and_the_name_stays(page: Page, clerk: Clerk) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "lin.xiao")
    page.fill("input[name=password]", "guess")
    page.press("input[name=password]", "Enter")
    expect(page.locator(".bz-banner.late")).to_be_visible()
    expect(page.locator("input[name=login]")).to_have_value("lin.xiao")
    axe(page)


def test_rail_shows_only_what_the_post_includes(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/today")
    rail = page.get_by_role("navigation", name="部门")
    expect(rail.get_by_role("link", name="前厅")).to_be_visible()
    # Nobody gave this post a guest file or a folio.
    expect(rail.get_by_role("link", name="客户")).to_have_count(0)
    expect(rail.get_by_role("link", name="账单")).to_have_count(0)


def test_department_opens_its_screens_on_hover_and_by_key(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/today")
    page.get_by_role("navigation", name="部门").get_by_role("link", name="前厅").hover()
    expect(page.locator(".bz-fly").first.get_by_role("link", name="预离")).to_be_visible()
    page.keyboard.press("F6")
    page.wait_for_url("**/departures")


def test_command_is_found_by_initials_and_opened_with_enter(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/today")
    page.keyboard.press("Control+k")
    expect(page.locator("#bz-palette [role=option]").first).to_be_visible()
    page.keyboard.type("ftt", delay=30)
    expect(page.locator("#bz-palette [role=option]")).to_have_count(1)
    axe(page, within="#bz-palette")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/h/{clerk.codes[0]}/rooms")


def test_search_is_a_page_without_the_script(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/search?q=ftt")
    expect(page.get_by_role("option", name="房态图")).to_be_visible()


def test_other_hotel_is_one_click_away(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/today")
    page.locator(".bz-top summary").click()
    page.locator(".bz-top .pop a").nth(1).click()
    page.wait_for_url(f"**/h/{clerk.codes[1]}/today")


def test_hotel_of_strangers_is_not_there(open_page: Callable[..., Page], clerk: Clerk) -> None:
    foreign = make_hotel()
    page = open_page(user=clerk.user)
    answer = page.goto(f"/h/{foreign.ref.code}/today")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("这里没有内容")


def test_signing_out_leads_to_the_door_and_closes_it(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/today")
    page.locator(".bz-top summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/accounts/login/**")
    page.goto(f"/h/{clerk.codes[0]}/today")
    page.wait_for_url("**/accounts/login/**")


def test_thumb_reaches_every_screen_on_a_phone(open_page: Callable[..., Page], clerk: Clerk) -> None:
    page = open_page(size=PHONE, user=clerk.user)
    page.goto(f"/h/{clerk.codes[0]}/today")
    tabs = page.get_by_role("navigation", name="主要页面")
    expect(tabs.locator(":scope > a")).to_have_count(4)
    tabs.locator("summary").tap()
    tabs.locator(".pop").get_by_role("link", name="预离").tap()
    page.wait_for_url("**/departures")
    fits(page)
    axe(page)
