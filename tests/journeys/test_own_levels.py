"""A second hotel makes its own levels and its own protocol in the browser, and receives a guest by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from binzhi.guests import services as guests
from binzhi.kernel import clock, db
from binzhi.people import setup as people_setup
from binzhi.people.models import User
from binzhi.promises.models import Protocol, Task
from binzhi.vip.models import Level, Visit
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel
from tests.journeys.conftest import DESK, PHONE, axe, fits
from tests.vip.house import LONG_AGO

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)

# From the lowest: code, name, sealed, fruit, banner.
LEVELS = (
    ("V1", "贵客", False, "C", False), ("V2", "尊客", True, "B", True), ("V3", "上宾", True, "A", True),
    ("V4", "国宾", True, "特A", True),
)  # fmt: skip
PROTOCOL = """protocol: lake-reception
name: 湖畔迎宾
name_en: Lakeside reception
subject: visit
anchors:
  arrival: {name: 抵店, name_en: Arrival}
  departure: {name: 离店, name_en: Departure}
ladder:
  - {after: 0min, to: "@person"}
  - {after: 5min, to: "@manager"}
tasks:
  - key: boat
    clause: 甲
    name: 游船备好
    name_en: Boat ready
    department: front-office
    when: {level: [V2, V3]}
    due: arrival - 2h
  - key: lanterns
    clause: 乙
    name: 挂灯笼
    name_en: Lanterns hung
    department: sales
    when: {banner: true}
    due: arrival - 3h
  - key: fireworks
    clause: 丙
    name: 放焰火
    name_en: Fireworks
    department: security
    when: {rank: {least: 4}}
    due: arrival + 1h
  - key: room-sealed
    clause: 丁
    name: 封房
    name_en: Room sealed
    department: quality
    posts: [quality-assistant-manager]
    when: {sealed: true}
    due: arrival - 1h
    evidence: [signature]
"""
PEOPLE = ("general-manager", "quality-assistant-manager", "front-office-manager")


@pytest.fixture
def hotel(live: str) -> TestHotel:
    """A hotel of the group's second kind: departments and people, no level and no protocol yet."""
    made = make_hotel()
    people_setup.create_departments(hotel_id=made.pk)
    for post in PEOPLE:
        people_setup.create_staff(
            hotel_id=made.pk, username=f"{post}-2", name=post, password=None, post=post, since=LONG_AGO
        )
    details = guests.GuestDetails(name="陈致远")
    guests.create_guest(hotel_id=made.pk, details=details, actor=SYSTEM, now=NOW)
    return made


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def write_protocol(desk: Page, hotel: TestHotel) -> None:
    """First with a slip, named with its line; looked at in the rehearsal; then made the version in use."""
    desk.goto(url(hotel, "protocols/new"))
    desk.locator("#source").fill(PROTOCOL.replace("due: arrival - 3h", "due: arival - 3h"))
    expect(desk.locator("#check [data-line]")).to_have_text("第 25 行")
    expect(desk.locator("#check")).to_contain_text("arrival")
    desk.locator("#source").fill(PROTOCOL)
    # Nobody has named the levels yet: it can be kept, and says so at the line.
    expect(desk.locator("#check")).to_contain_text("没有“V2”")
    expect(desk.locator("#check [data-line]").first).to_have_text("第 17 行")
    desk.get_by_role("button", name="用这份文本预演").click()
    expect(desk.locator("h1")).to_have_text("预演：湖畔迎宾")
    expect(desk.locator(".tk-axis .tk-card", has_text="游船备好")).to_be_visible()
    desk.goto(url(hotel, "protocols/new"))
    desk.locator("#source").fill(PROTOCOL)
    desk.get_by_role("button", name="启用为新版本").click()
    expect(desk.locator("h1")).to_have_text("湖畔迎宾")


def write_level(desk: Page, hotel: TestHotel, code: str, name: str, sealed: bool, fruit: str, banner: bool) -> None:
    form: Locator = desk.locator("#level-form form")
    form.get_by_label("代号").fill(code)
    form.get_by_label("中文名称").fill(name)
    form.get_by_label("水果", exact=True).fill(fruit)
    form.get_by_label("最后检查后封房").set_checked(sealed)
    form.get_by_label("横幅").set_checked(banner)
    form.get_by_role("button", name="保存级别").click()
    expect(desk.locator(".bz-toast").last).to_contain_text(f"{code} 级已保存")


def test_second_hotel_receives_by_its_own_levels_and_protocol(hotel: TestHotel, open_page: Callable[..., Page]) -> None:
    desk = open_page(size=DESK, user=User.objects.get(username="general-manager-2"))
    write_protocol(desk, hotel)
    desk.goto(url(hotel, "vip/levels"))
    axe(desk)
    for level in LEVELS:
        write_level(desk, hotel, *level)
    rows = desk.locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("国宾")
    expect(rows.first).to_contain_text("水果 特A")
    axe(desk)
    db.enter_scope("*", "*")
    assert list(Level.objects.filter(hotel_id=hotel.pk).order_by("rank").values_list("code", "rank", "protocol")) == [
        ("V1", 1, "lake-reception"), ("V2", 2, "lake-reception"), ("V3", 3, "lake-reception"),
        ("V4", 4, "lake-reception"),
    ]  # fmt: skip
    desk.goto(url(hotel, "protocols/lake-reception"))
    expect(desk.locator("#check")).not_to_contain_text("没有“V2”")

    arrival = hotel.ref.local(clock.now() + timedelta(days=1)).replace(hour=15, minute=0)
    desk.goto(url(hotel, "vip/new"))
    desk.get_by_role("combobox", name="客人").type("陈致", delay=20)
    desk.locator("bz-typeahead [role=option]:not(.new)").first.click()
    desk.get_by_label("称呼").fill("陈总")
    desk.get_by_label("抵店").fill(f"{arrival:%Y-%m-%dT%H:%M}")
    desk.get_by_label("离店").fill(f"{arrival + timedelta(days=2):%Y-%m-%dT%H:%M}")
    desk.get_by_role("button", name="提出").click()
    expect(desk.locator("h1")).to_have_text("陈总")
    desk.get_by_label("尊客").check()
    desk.locator("#level").get_by_label("原因").fill("集团客人")
    desk.locator("#level").get_by_role("button", name="确定").click()
    expect(desk.locator("#level .bz-vip").first).to_have_text("V2")

    db.enter_scope("*", "*")
    visit = Visit.objects.get(title="陈总")
    assert dict(Task.objects.filter(run_id=visit.run_id).values_list("key", "due_at")) == {
        "boat": visit.arrival_at - timedelta(hours=2), "lanterns": visit.arrival_at - timedelta(hours=3),
        "room-sealed": visit.arrival_at - timedelta(hours=1),
    }  # fmt: skip
    assert Protocol.objects.filter(hotel_id=hotel.pk).count() == 1
    desk.goto(url(hotel, "tasks"))
    for name in ("游船备好", "挂灯笼", "封房"):
        expect(desk.locator("#board .tk-card", has_text=name)).to_contain_text("陈总")
    expect(desk.locator("#board")).not_to_contain_text("放焰火")


def test_levels_screen_fits_a_phone(hotel: TestHotel, open_page: Callable[..., Page]) -> None:
    phone = open_page(size=PHONE, theme="dark", user=User.objects.get(username="general-manager-2"))
    desk = open_page(size=DESK, user=User.objects.get(username="general-manager-2"))
    write_protocol(desk, hotel)
    phone.goto(url(hotel, "vip/levels"))
    fits(phone)
    axe(phone)
