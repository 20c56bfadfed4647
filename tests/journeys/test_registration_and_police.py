"""Item 6, registration and police: a passport by its lines, a minor alone, the card signed on the screen, a visitor on
the phone; reports that come through, lack something and are completed, ring when the other side is down."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.frontdesk import services
from binzhi.frontdesk.police import sending
from binzhi.frontdesk.police.simulator import Simulator
from binzhi.frontdesk.registration.rules import Rules, set_registration_rules
from binzhi.kernel import clock, db
from binzhi.people import setup as people_setup
from binzhi.people.models import User
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TestHotel, booking, make_hotel
from tests.frontdesk.conftest import POLICE_KEY
from tests.frontdesk.police.house import LI, WANG, number_of, reporting
from tests.frontdesk.registration.test_registration_web import lines_of
from tests.journeys.conftest import DESK, PHONE, axe, fits
from tests.vip.house import LONG_AGO

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]
BOY = number_of("11010520120101003")
TOAST = ".bz-toast"


@pytest.fixture
def police() -> Iterator[Simulator]:
    with Simulator(key=POLICE_KEY) as started:
        yield started


@pytest.fixture
def hotel(live: str, police: Simulator, monkeypatch: pytest.MonkeyPatch) -> TestHotel:
    # The afternoon of the hotel day, so that visits are on at whatever hour the test runs.
    monkeypatch.setattr(clock, "now", lambda: NOW)
    made = make_hotel(with_billing=True)
    people_setup.create_departments(hotel_id=made.pk)
    for post in ("front-office-manager", "receptionist", "security-guard"):
        people_setup.create_staff(
            hotel_id=made.pk, username=f"{post}-6", name=post, password=None, post=post, since=LONG_AGO
        )
    reporting(made, police.url)
    return made


def staff(post: str) -> Any:
    return User.objects.get(username=f"{post}-6")


def picture(page: Page, name: str) -> None:
    """For whoever wants to look at the screens: BINZHI_PICTURES names a folder."""
    folder = os.environ.get("BINZHI_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def coming(hotel: TestHotel, room: str, **more: Any) -> int:
    (stay,) = create_reservation(hotel_id=hotel.pk, booking=booking(**more), actor=SYSTEM, now=NOW).room_ids
    services.assign_room(hotel_id=hotel.pk, room_reservation_id=stay, room_id=hotel.rooms[room], actor=SYSTEM, now=NOW)
    db.enter_scope("*", "*")
    return stay


def passport_by_its_lines(page: Page, place: str, stay: int) -> None:
    """What the lines say fills in the row; wrong lines are said at their field and nothing typed is lost."""
    page.goto(f"{place}/stays/{stay}/check-in")
    page.fill("#id_r0-guest_text", "安娜")
    page.select_option("#id_r0-kind", "passport")
    lines = page.locator("#id_r0-mrz")
    lines.fill(lines_of().replace("7408122", "7408123"))
    lines.dispatch_event("change")
    expect(page.locator("#more-0")).to_contain_text("校验位不符")
    expect(page.locator("#id_r0-guest_text")).to_have_value("安娜")
    page.locator("#id_r0-mrz").fill(lines_of().replace("\n", ""))
    page.locator("#id_r0-mrz").dispatch_event("change")
    expect(page.locator("#id_r0-number")).to_have_value("L898902C3")
    expect(page.locator("#id_r0-latin_name")).to_have_value("ERIKSSON ANNA MARIA")
    expect(page.locator("#id_r0-birth_date")).to_have_value("1974-08-12")
    axe(page)
    picture(page, "registration-passport")
    page.keyboard.press("Control+Enter")
    expect(page.locator(TOAST).last).to_contain_text("已入住")


def minor_alone(page: Page, place: str, stay: int) -> None:
    """The check-in does not finish before everything was asked; then somebody is told."""
    page.goto(f"{place}/stays/{stay}/check-in")
    page.fill("#id_r0-guest_text", "王小宝")
    page.fill("#id_r0-number", BOY)
    with page.expect_response("**/documents/check"):
        page.keyboard.press("Tab")
    expect(page.locator("#id_r0-room_relation")).to_be_visible()
    page.fill("#id_r0-guardian_name", "王伟")
    page.fill("#id_r0-guardian_phone", "13800138000")
    page.select_option("#id_r0-guardian_relation", "parent")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-errors").first).to_contain_text("同住人员")
    expect(page.locator("#id_r0-guardian_name")).to_have_value("王伟")
    axe(page)
    picture(page, "registration-minor")
    page.select_option("#id_r0-guardian_reached", "yes")
    page.select_option("#id_r0-room_relation", "alone")
    page.keyboard.press("Control+Enter")
    expect(page.locator(TOAST).last).to_contain_text("已入住")
    page.goto(f"{place}/minors")
    expect(page.locator(".bz-card").first).to_contain_text("未成年人独自入住")
    page.get_by_label("巡查情况").fill("已熄灯休息")
    page.get_by_role("button", name="登记巡查").click()
    expect(page.locator(".bz-card").first).to_contain_text("已巡查 1 次")
    axe(page)
    picture(page, "minors")
    page.get_by_text("已报公安机关").click()
    page.get_by_role("button", name="确认处理").click()
    expect(page.locator(".bz-field.err")).to_be_visible()
    page.get_by_label("报警编号或民警").fill("110-7")
    page.locator("form[action$='/close'] button.pri").click()
    expect(page.locator(TOAST).last).to_contain_text("已处理并存档")


def sign_on_the_screen(page: Page, place: str, stay: int) -> None:
    """Drawn with the mouse, kept, shown again; the paper is there without a printer."""
    page.goto(f"{place}/stays/{stay}/registration")
    send = page.locator("[data-sign-send]")
    expect(send).to_be_disabled()
    box = page.locator(".rg-sheet").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 40 + step * 12, box["y"] + 60 + (step % 3) * 14)
    page.mouse.up()
    expect(send).to_be_enabled()
    axe(page)
    picture(page, "card-signing")
    page.keyboard.press("Control+Enter")
    expect(page.locator(TOAST).last).to_contain_text("登记单已签名并保存")
    expect(page.locator(".rg-sheet.kept polyline")).to_have_count(1)
    picture(page, "card-signed")
    answer = page.request.get(f"{place}/stays/{stay}/registration/card.pdf?number=1")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")


def on_the_phone(open_page: Callable[..., Page], pages: list[str]) -> None:
    """The same in the hand: nothing sticks out, nothing that axe calls serious."""
    phone = open_page(size=PHONE, user=staff("front-office-manager"))
    phone.set_default_timeout(60_000)
    for number, address in enumerate(pages):
        phone.goto(address)
        fits(phone)
        axe(phone)
        picture(phone, f"phone-{address.rpartition('/')[2].partition('?')[0]}-{number}")


def test_registration_of_all_kinds_and_what_the_police_hear_of_it(
    hotel: TestHotel, police: Simulator, open_page: Callable[..., Page]
) -> None:
    place = f"/h/{hotel.ref.code}"
    foreign, child = coming(hotel, "101", adults=1), coming(hotel, "102", adults=1)
    desk = open_page(size=DESK, user=staff("receptionist"))
    desk.set_default_timeout(60_000)
    passport_by_its_lines(desk, place, foreign)
    minor_alone(desk, place, child)
    sign_on_the_screen(desk, place, foreign)
    on_the_phone(open_page, [f"{place}/stays/{foreign}/registration", f"{place}/minors"])

    sending.send_due(now=NOW)
    desk.goto(f"{place}/police")
    row = desk.locator("tbody tr").filter(has_text="101")
    expect(row).to_contain_text("缺：签证、停留期至、入境日期")
    axe(desk)
    picture(desk, "police-owed")
    row.get_by_role("link", name="补全").click()
    desk.select_option("#id_visa_kind", "free")
    desk.fill("#id_stay_until", "2026-12-20")
    desk.fill("#id_entered_on", "2026-11-20")
    picture(desk, "registration-completing")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(TOAST).last).to_contain_text("等待补全的上报即将发出")
    sending.send_due(now=NOW)
    assert sorted(said["person"]["number"] for said in police.received.reports.values()) == sorted(["L898902C3", BOY])
    desk.goto(f"{place}/police?tab=received")
    expect(desk.locator("tbody tr")).to_have_count(2)
    picture(desk, "police-received")


def test_police_down_for_an_hour_rings_and_a_receipt_is_noted_by_hand(
    hotel: TestHotel, police: Simulator, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.frontdesk.police.house import begin, person

    place = f"/h/{hotel.ref.code}"
    police.fails_with = 503
    begin(hotel, person())
    begin(hotel, person("李娜", LI), room="102")
    for minute in range(0, 60, 5):
        sending.send_due(now=NOW + timedelta(minutes=minute))
    assert sending.ring_overdue(now=NOW + timedelta(minutes=60)) == 2
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=60))
    desk = open_page(size=DESK, user=staff("front-office-manager"))
    desk.set_default_timeout(60_000)
    desk.goto(f"{place}/police")
    expect(desk.get_by_role("alert").first).to_contain_text("2 条上报已超时")
    axe(desk)
    picture(desk, "police-overdue")
    desk.locator("tbody tr").filter(has_text="101").get_by_role("link", name="登记回执").click()
    desk.fill("#id_receipt", "电话 8817 张警官")
    picture(desk, "police-report")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(TOAST).last).to_contain_text("已登记为接收")
    police.fails_with = None
    while sending.send_due(now=NOW + timedelta(minutes=75)):
        pass
    assert [said["person"]["number"] for said in police.received.reports.values()] == [LI]
    assert WANG not in str(police.received.reports)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=80))
    desk.goto(f"{place}/police/settings")
    axe(desk)
    picture(desk, "police-settings")
    desk.get_by_role("button", name="试一下").click()
    expect(desk.locator(TOAST).last).to_contain_text("公安系统应答正常")
    expect(desk).to_have_url(f"{place}/police/settings")
    police.fails_with = 503
    desk.goto(f"{place}/partners")
    row = desk.get_by_role("row", name="公安系统")
    row.get_by_role("button", name="试一下").click()
    expect(row).to_contain_text("没有应答")
    desk.reload()
    axe(desk)
    picture(desk, "partners")
    dark = open_page(size=DESK, theme="dark", user=staff("front-office-manager"))
    dark.set_default_timeout(60_000)
    dark.goto(f"{place}/police?tab=")
    picture(dark, "police-dark")
    on_the_phone(open_page, [f"{place}/police?tab=", f"{place}/partners", f"{place}/today"])


def test_visitor_is_let_in_and_out_on_the_phone(hotel: TestHotel, open_page: Callable[..., Page]) -> None:
    from tests.frontdesk.police.house import begin, person

    begin(hotel, person())
    set_registration_rules(hotel_id=hotel.pk, rules=Rules(), actor=SYSTEM, now=NOW)
    place = f"/h/{hotel.ref.code}"
    guard = open_page(size=PHONE, user=staff("security-guard"))
    guard.set_default_timeout(60_000)
    guard.goto(f"{place}/visitors?room=101")
    guard.get_by_label("访客姓名").fill("李娜")
    guard.get_by_label("证件号码").fill(LI)
    guard.get_by_role("button", name="登记来访").click()
    expect(guard.locator(".bz-field.err")).to_contain_text("请先征得住客同意")
    expect(guard.get_by_label("访客姓名")).to_have_value("李娜")
    fits(guard)
    axe(guard)
    picture(guard, "visitor-phone")
    guard.get_by_label("已征得住客同意").check()
    guard.get_by_role("button", name="登记来访").click()
    expect(guard.locator("tbody tr")).to_contain_text("李娜")
    picture(guard, "visitors-phone")
    guard.get_by_role("button", name="已离开").click()
    expect(guard.locator(TOAST).last).to_contain_text("访客已离开")
    expect(guard.locator("tbody tr")).to_contain_text("李*")
    desk = open_page(size=DESK, user=staff("receptionist"))
    desk.set_default_timeout(60_000)
    desk.goto(f"{place}/visitors")
    picture(desk, "visitors-desk")
