"""A company with an agreement sends a group: block, rooming list with faults, master bill, everybody in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing.ledger import balance_of
from binzhi.frontdesk import services as frontdesk
from binzhi.frontdesk.night_audit.attempts import attempt
from binzhi.guests.models import Organisation
from binzhi.kernel import clock, db
from binzhi.reservations.models import Block, RoomReservation
from binzhi.reservations.verify import differences, group_differences
from tests.factories import SYSTEM, TestHotel, make_hotel
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import CLERK, make_user

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]
RIGHTS = (
    *CLERK, "reservations.manage_blocks", "guests.manage_organisations", "guests.update_guest", "frontdesk.view_desk",
    "frontdesk.check_in", "frontdesk.check_out", "billing.view_folio", "billing.take_payment",
)  # fmt: skip


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date() - timedelta(days=2), with_billing=True)


@pytest.fixture
def clerk(hotel: TestHotel) -> Any:
    return make_user(hotel, RIGHTS)


@pytest.fixture
def desk(open_page: Callable[..., Page], clerk: Any) -> Page:
    return open_page(user=clerk)


def url(hotel: TestHotel, rest: str) -> str:
    return f"/h/{hotel.ref.code}/{rest}"


def test_agreement_block_rooming_list_master_bill_and_group_in_and_out(
    hotel: TestHotel, desk: Page, open_page: Callable[..., Page], clerk: Any
) -> None:
    today = hotel.first_night
    _agreement(hotel, desk)
    _block(hotel, desk)
    _rooming_list(hotel, desk)
    block = Block.objects.get()
    desk.goto(url(hotel, f"groups/{block.pk}"))
    desk.get_by_role("checkbox", name="餐饮").check()
    desk.get_by_role("button", name="开团队总账").click()
    expect(desk.locator(".bz-toast")).to_contain_text("团队付费项目已设定")
    _everybody_in(hotel, desk, block)
    for n in range(2):
        attempt(hotel_id=hotel.pk, business_date=today + timedelta(days=n), actor=SYSTEM, now=clock.now())
    db.enter_scope("*", "*")
    desk.goto(url(hotel, f"groups/{block.pk}"))
    desk.get_by_role("button", name="全部办理退房").click()
    expect(desk.locator("main")).to_contain_text("完成 2 间")
    folio = Block.objects.get().folio_id
    assert folio is not None
    assert balance_of(folio) == Decimal("1320.00")
    assert set(RoomReservation.objects.values_list("status", flat=True)) == {"checked_out"}
    assert (differences(hotel_id=hotel.pk), group_differences(hotel_id=hotel.pk)) == ([], [])
    phone = open_page(size=PHONE, user=clerk)
    phone.goto(url(hotel, f"groups/{block.pk}"))
    fits(phone)
    phone.goto(url(hotel, "groups?status=all"))
    expect(phone.locator("main")).to_contain_text("杭州考察团")
    fits(phone)


def _agreement(hotel: TestHotel, desk: Page) -> None:
    desk.goto(url(hotel, "organisations/new"))
    desk.fill("#id_name", "浙江远航旅行社")
    desk.fill("#id_contract_no", "XY-2026-18")
    desk.fill("#id_contract_from", (hotel.first_night - timedelta(days=300)).isoformat())
    desk.fill("#id_contract_until", (hotel.first_night + timedelta(days=12)).isoformat())
    desk.fill("#id_credit_limit", "50000")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("浙江远航旅行社")
    desk.goto(url(hotel, "organisations?expiring=1"))
    expect(desk.locator("main")).to_contain_text("即将到期")
    axe(desk)
    assert Organisation.objects.get().contract_no == "XY-2026-18"


def _block(hotel: TestHotel, desk: Page) -> None:
    today = hotel.first_night
    desk.goto(url(hotel, "groups"))
    desk.keyboard.press("n")
    desk.fill("#id_name", "杭州考察团")
    desk.fill("#id_arrival", today.isoformat())
    desk.fill("#id_departure", (today + timedelta(days=2)).isoformat())
    desk.locator("#id_organisation_text").focus()
    desk.keyboard.type("浙江")
    expect(desk.locator("[role=option]").first).to_contain_text("远航")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("已建立")
    for n in range(2):
        desk.fill(f"[name='n-std-{today + timedelta(days=n)}']", "9")
    desk.fill("[name='price-std']", "330")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".bz-toast")).to_contain_text("用房已保存")
    # Nine of five: refused when it would become definite, and nothing is taken out of the sale.
    desk.get_by_role("button", name="确认", exact=True).click()
    expect(desk.locator("[role=alert]").first).to_contain_text("满房")
    for n in range(2):
        desk.fill(f"[name='n-std-{today + timedelta(days=n)}']", "2")
    desk.get_by_role("button", name="保存房数和价格").click()
    desk.get_by_role("button", name="确认", exact=True).click()
    expect(desk.locator(".bz-head")).to_contain_text("确认")
    axe(desk)
    assert Block.objects.get().status == "definite"


def _rooming_list(hotel: TestHotel, desk: Page) -> None:
    desk.get_by_role("link", name="入住名单").click()
    text = (
        "杭州考察团名单,,,\n姓名,证件号码,房号,房型\n陈国梁,11010519491231002X,1,std\n周敏,E12345678,1,\n"
        "贺振东,E87654321,2,豪华海景\n"
    )
    desk.set_input_files("#id_file", {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")})
    desk.get_by_role("button", name="检查文件").click()
    expect(desk.locator("#list")).to_contain_text("没有这种房型：豪华海景")
    axe(desk)
    desk.fill("[name='room_type-5']", "std")
    desk.get_by_role("button", name="再检查").click()
    expect(desk.locator("#list")).to_contain_text("全部可以导入")
    desk.get_by_role("button", name="导入 2 间").click()
    expect(desk.locator(".bz-toast")).to_contain_text("名单已导入 2 间")
    expect(desk.locator("#people")).to_contain_text("贺振东")


def _everybody_in(hotel: TestHotel, desk: Page, block: Block) -> None:
    stays = list(RoomReservation.objects.order_by("id").values_list("pk", flat=True))
    frontdesk.assign_room(
        hotel_id=hotel.pk, room_reservation_id=stays[0], room_id=hotel.rooms["101"], actor=SYSTEM, now=clock.now()
    )
    db.enter_scope("*", "*")
    desk.reload()
    desk.get_by_role("button", name="全部办理入住").click()
    expect(desk.locator("main")).to_contain_text("完成 1 间")
    expect(desk.locator("#refused")).to_contain_text("贺振东")
    frontdesk.assign_room(
        hotel_id=hotel.pk, room_reservation_id=stays[1], room_id=hotel.rooms["102"], actor=SYSTEM, now=clock.now()
    )
    db.enter_scope("*", "*")
    desk.get_by_role("link", name="返回团队").click()
    desk.get_by_role("button", name="全部办理入住").click()
    expect(desk.locator("main")).to_contain_text("完成 1 间")
    desk.get_by_role("link", name="打印名单").click()
    expect(desk.locator("main")).to_contain_text("陈国梁、周敏")
