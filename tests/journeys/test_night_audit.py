"""Item 10, the night audit: a blocker and its way out, the preview, the close, the pack, days nobody closed, a free room."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.frontdesk.models import AuditReport, NightAudit
from binzhi.frontdesk.night_audit import recover
from binzhi.kernel import clock, db
from binzhi.people import setup as people_setup
from binzhi.people.models import User
from binzhi.property.models import Hotel
from tests.factories import SYSTEM, TODAY, TestHotel, make_hotel
from tests.frontdesk.audit_house import NIGHT, arrive, reserve
from tests.journeys.conftest import DESK, PHONE, axe, fits
from tests.vip.house import LONG_AGO

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]
TOMORROW = TODAY + timedelta(days=1)
POSTS = ("night-auditor", "duty-manager", "general-manager", "receptionist")


@pytest.fixture
def hotel(live: str) -> TestHotel:
    made = make_hotel(with_billing=True, nights=30, booking_horizon=29)
    people_setup.create_departments(hotel_id=made.pk)
    for post in POSTS:
        people_setup.create_staff(
            hotel_id=made.pk, username=f"{post}-10", name=post, password=None, post=post, since=LONG_AGO
        )
    return made


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def put(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    put(NIGHT)
    return put


@pytest.fixture
def colleague(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """A page of somebody of that post that waits longer than a clerk would."""

    def make(post: str, **more: Any) -> Page:
        page = open_page(user=User.objects.get(username=f"{post}-10"), **more)
        page.set_default_timeout(60_000)
        return page

    return make


def picture(page: Page, name: str) -> None:
    """For whoever wants to look at the screens: BINZHI_PICTURES names a folder."""
    folder = os.environ.get("BINZHI_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def open_day(hotel: TestHotel) -> object:
    db.enter_scope("*", "*")
    return Hotel.objects.get(pk=hotel.pk).business_date


def test_a_day_is_settled_closed_and_read(
    hotel: TestHotel, at: Callable[[datetime], None], colleague: Callable[..., Page]
) -> None:
    arrive(hotel, reserve(hotel, nights=2), "101")
    leaving = reserve(hotel, nights=0, booker_name="王该走")
    arrive(hotel, leaving, "102")
    reserve(hotel, booker_name="周没来")
    page = colleague("night-auditor", size=DESK)
    place = f"/h/{hotel.ref.code}"
    page.goto(f"{place}/night-audit")
    expect(page.locator("h2", has_text="预离未退房")).to_be_visible()
    expect(page.get_by_role("button", name="执行夜审")).to_be_disabled()
    axe(page)
    picture(page, "audit-blocked")
    page.get_by_role("link", name="续住").click()
    panel = page.locator(".dk-panel")
    panel.get_by_label("新离店日").fill(str(TOMORROW))
    panel.get_by_role("button", name="修改").click()
    expect(page.locator(".bz-toast").last).to_be_visible()
    page.goto(f"{place}/night-audit")
    by_code = page.locator("#by-code")
    expect(by_code).to_contain_text("1000")
    expect(by_code).to_contain_text("8020")
    expect(page.locator("#audit-steps li")).to_have_count(7)
    picture(page, "audit-preview")
    page.get_by_role("button", name="执行夜审").click()
    page.locator("dialog[open]").get_by_role("button", name="结束营业日").click()
    expect(page.locator(".bz-toast").last).to_contain_text(str(TOMORROW))
    assert open_day(hotel) == TOMORROW
    page.get_by_role("link", name="当日报表").click()
    expect(page.locator("h1")).to_have_text("经营日报")
    axe(page)
    picture(page, "report-manager")
    for kind in ("试算平衡", "房费报表", "高余额", "当日未到", "价格差异", "免费房/自用房"):
        page.get_by_role("navigation", name="报表").get_by_role("link", name=kind).click()
        expect(page.locator("h1")).to_have_text(kind)
    page.goto(f"{place}/reports/{TODAY}/no_shows")
    expect(page.locator("main")).to_contain_text("周没来")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == f"{hotel.ref.code}-no_shows-{TODAY}.csv"
    paper = page.request.get(f"{place}/reports/{TODAY}/pack.pdf")
    assert (paper.status, paper.body()[:4]) == (200, b"%PDF")


def test_days_that_nobody_closed_are_closed_one_by_one(
    hotel: TestHotel, at: Callable[[datetime], None], colleague: Callable[..., Page]
) -> None:
    arrive(hotel, reserve(hotel, nights=9), "101")
    at(NIGHT + timedelta(days=3))
    page = colleague("night-auditor", size=DESK)
    page.goto(f"/h/{hotel.ref.code}/night-audit")
    overdue = page.locator("#overdue")
    expect(overdue.locator("tbody tr")).to_have_count(4)
    expect(overdue.locator("h2")).to_have_text("有 4 天未做夜审")
    picture(page, "audit-overdue")
    overdue.get_by_role("button", name="逐日补做夜审").click()
    expect(page.locator(".bz-toast").last).to_contain_text("逐日补做")
    until = TODAY + timedelta(days=3)
    assert recover(hotel_id=hotel.pk, until=until, actor=SYSTEM, now=clock.now()) == [
        TODAY + timedelta(days=offset) for offset in range(4)
    ]
    # The page that stayed open learns of it by itself.
    expect(page.locator("#audit-steps")).to_contain_text(str(until + timedelta(days=1)))
    db.enter_scope("*", "*")
    assert NightAudit.objects.filter(hotel_id=hotel.pk, status="done").count() == 4
    assert AuditReport.objects.filter(hotel_id=hotel.pk).count() == 24


def test_a_free_room_is_asked_for_at_the_desk_and_approved_on_a_phone(
    hotel: TestHotel, at: Callable[[datetime], None], colleague: Callable[..., Page]
) -> None:
    stay = reserve(hotel, nights=2, booker_name="钱贵客")
    arrive(hotel, stay, "101")
    desk = colleague("receptionist", size=DESK)
    place = f"/h/{hotel.ref.code}"
    desk.goto(f"{place}/rooms/101")
    desk.get_by_role("link", name="免费房").click()
    panel = desk.locator(".dk-panel")
    panel.get_by_role("button", name="提交申请").click()
    expect(panel.locator(".bz-field.err")).to_have_count(1)
    panel.get_by_label("原因").fill("总经理招待")
    picture(desk, "free-room-asked")
    panel.get_by_role("button", name="提交申请").click()
    expect(desk.locator(".bz-toast").last).to_contain_text("等待他人审批")
    expect(desk.locator("#free-rooms")).to_contain_text("总经理招待")
    phone = colleague("duty-manager", size=PHONE)
    phone.goto(f"{place}/free-rooms")
    fits(phone)
    axe(phone)
    picture(phone, "free-rooms-phone")
    phone.get_by_role("button", name="批准").click()
    expect(phone.locator("#free-rooms")).to_contain_text("已批准")
    db.enter_scope("*", "*")
    prices = db.fetch_values("SELECT price FROM reservations_staynight WHERE room_reservation_id = %s", [stay])
    assert prices == [0, 0]
    # And from a booking to come, which says how it stands.
    later = reserve(hotel, nights=2, arrival=TODAY + timedelta(days=3), booker_name="孙先遣")
    number = db.fetch_value(
        "SELECT v.number FROM reservations_reservation v JOIN reservations_roomreservation r"
        " ON r.reservation_id = v.id WHERE r.id = %s", [later],
    )  # fmt: skip
    desk.goto(f"{place}/reservations/{number}")
    desk.get_by_role("link", name="免费房").click()
    desk.locator("#side").get_by_label("原因").fill("考察团先遣")
    desk.locator("#side").get_by_role("button", name="提交申请").click()
    expect(desk.locator(".rz-roomhead")).to_contain_text("待审批")
    picture(desk, "free-room-of-a-booking")
