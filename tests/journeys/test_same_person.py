"""A table from an earlier system in the browser: columns named, faults shown, taken over; a suspicion, a merge, undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from binzhi.guests.importing.running import advance
from binzhi.guests.models import Guest, Import
from binzhi.guests.services import GuestDetails, create_guest
from binzhi.kernel import clock, db
from binzhi.people.models import User
from binzhi.people.setup import create_departments
from tests.factories import NOW, SYSTEM, TestHotel, make_hotel
from tests.journeys.conftest import axe, fits
from tests.people.conftest import staff_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)
TABLE = """湖畔旧系统客人表
客人姓名*,电话号码,生日,备忘
王伟,13912340001,1985-06-07,靠窗
歐陽娜娜,13912348806,1990-02-03,左撇子
李静,13912340002,昨天,
,13912340003,,
"""


@pytest.fixture
def hotel(live: str) -> TestHotel:
    made = make_hotel()
    create_departments(hotel_id=made.pk)
    staff_of(made, "shen.liqun", "general-manager")
    details = GuestDetails(name="欧阳娜娜", phone="13912348806", note="喝绿茶")
    create_guest(hotel_id=made.pk, details=details, actor=SYSTEM, now=NOW)
    return made


def work(hotel: TestHotel) -> None:
    """What the worker does."""
    db.enter_scope("*", "*")
    advance(hotel_id=hotel.pk, import_id=Import.objects.get().pk, actor=SYSTEM, now=clock.now)


def found(page: Page, hotel: TestHotel, text: str, name: str) -> None:
    page.goto(f"/h/{hotel.ref.code}/guests")
    page.get_by_role("searchbox", name="查找客人").fill(text)
    expect(page.locator("table a.name")).to_have_text([name])


def test_table_is_taken_over_and_one_person_joined_and_taken_apart(
    hotel: TestHotel, open_page: Callable[..., Page]
) -> None:
    page = open_page(user=User.objects.get(username="shen.liqun"))
    page.goto(f"/h/{hotel.ref.code}/guests/imports")
    page.set_input_files("input[name=file]", {"name": "旧系统.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/imports/*")
    work(hotel)
    # The page asks every second where the work stands.
    expect(page.get_by_label("客人姓名*")).to_have_value("name")
    expect(page.get_by_label("电话号码")).to_have_value("phone")
    page.get_by_label("备忘").select_option("note")
    page.get_by_role("button", name="检查全部行").click()
    page.wait_for_load_state()
    work(hotel)
    faults = page.locator("section", has=page.get_by_role("heading", name="无法采用的单元格")).locator("tbody tr")
    expect(faults).to_have_count(2)
    expect(faults.nth(0)).to_contain_text("昨天")
    axe(page, within="#main")
    fits(page)
    page.locator("button[value=start]").click()
    page.wait_for_load_state()
    work(hotel)
    page.locator("dl.gf-counts a").click()
    row = page.locator("tbody tr")
    expect(row).to_contain_text("电话相同")
    row.locator("a.name").click()
    expect(page.locator(".gf-reasons")).to_contain_text("姓名")
    page.locator("input[name=survivor][value=first]").check()
    page.locator("button[value=same]").click()
    page.wait_for_url("**/guests/*")
    db.enter_scope("*", "*")
    assert Guest.objects.filter(merged_into__isnull=True).count() == 3
    for text in ("欧阳娜娜", "歐陽", "13912348806"):
        found(page, hotel, text, "欧阳娜娜")
    page.locator("table a.name").click()
    page.locator("form[action$='/undo'] button").first.click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    page.wait_for_load_state()
    expect(page.locator("h1")).to_be_visible()
    db.enter_scope("*", "*")
    assert Guest.objects.filter(merged_into__isnull=True).count() == 4
