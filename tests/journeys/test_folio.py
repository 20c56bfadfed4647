"""The folio, walked at the desk and looked at on the phone: rules, splits, allowances, damage, payment, invoice, paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing.access import Permission
from binzhi.billing.counter import settings as counter_settings
from binzhi.billing.invoices import sending
from binzhi.billing.invoices import services as invoicing
from binzhi.billing.invoices.services import SellerInput
from binzhi.billing.invoices.simulator import KEY, Office, serve
from binzhi.kernel import clock, db
from tests.billing.conftest import Bill, open_bill
from tests.factories import SYSTEM, TestHotel, make_hotel
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), with_billing=True)


@pytest.fixture
def provider(hotel: TestHotel) -> Iterator[Office]:
    """The simulator, speaking HTTP on this machine."""
    import threading

    office = Office()
    server = serve(office)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    seller = SellerInput(
        name="湖畔酒店有限公司", tax_no="91330100MA2AXYZ12X", issuer="钱多多", provider_key=KEY,
        provider_url=f"http://127.0.0.1:{server.server_address[1]}",
    )  # fmt: skip
    invoicing.set_seller(hotel_id=hotel.pk, seller=seller, actor=SYSTEM, now=clock.now())
    yield office
    server.shutdown()
    server.server_close()


@pytest.fixture
def bill(hotel: TestHotel) -> Bill:
    given: dict[str, Any] = {"hotel_id": hotel.pk, "actor": SYSTEM, "now": clock.now()}
    counter_settings.save_compensation_item(
        item_id=None, name="浴袍", name_en="Bathrobe", price=Decimal(280), is_active=True, **given
    )
    counter_settings.set_currency_rate(currency="USD", rate=Decimal("7.12"), **given)
    return open_bill(hotel)


@pytest.fixture
def desk(open_page: Callable[..., Page], hotel: TestHotel) -> Page:
    return open_page(user=make_user(hotel, list(Permission)))


def url(bill: Bill, rest: str = "") -> str:
    return f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}{rest}"


def told(page: Page, words: str) -> None:
    expect(page.locator(".bz-toast").filter(has_text=words).first).to_be_visible()


def begin_rule(desk: Page) -> None:
    """By keyboard: R, families, half of it, a new window for the company."""
    desk.keyboard.press("r")
    side = desk.locator("#side")
    expect(side.locator("h2").first).to_have_text("分账规则")
    side.get_by_label("客房").check()
    side.locator("#route_percent").fill("50")
    side.locator("#route_payee").fill("明途资本")
    desk.keyboard.press("Enter")
    told(desk, "规则自下一笔消费起生效")


def post(desk: Page, code: str, amount: str) -> None:
    desk.keyboard.press("p")
    desk.locator("#charge_charge_code").select_option(code)
    desk.locator("#charge_amount").fill(amount)
    desk.locator("#charge_amount").press("Enter")
    told(desk, "已入账")


def test_folio_from_rule_to_red_invoice(desk: Page, bill: Bill, provider: Office) -> None:
    desk.goto(url(bill))
    begin_rule(desk)
    post(desk, "1000", "628")
    expect(desk.locator("#folio")).to_contain_text("314.00 按规则入窗口 2")
    lower_and_charge(desk)
    pay_too_much_then_exactly(desk)
    ask_for_invoice(desk, bill)
    take_invoice_back(desk, bill)
    paper = desk.request.get(url(bill, "/bill.pdf?lang=en&reversed=1"))
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    axe(desk)


def lower_and_charge(desk: Page) -> None:
    desk.locator("#folio tbody").get_by_role("link", name="减免").first.click()
    desk.locator("#adjust_amount").fill("400")
    desk.locator("#adjust_reason").fill("空调不冷")
    desk.locator("#adjust_reason").press("Enter")
    # More than stands: at its field, and what was typed is still there.
    expect(desk.locator("#side .err .msg")).to_contain_text("314.00")
    expect(desk.locator("#adjust_reason")).to_have_value("空调不冷")
    desk.locator("#adjust_amount").fill("14")
    desk.locator("#adjust_amount").press("Enter")
    told(desk, "已减免")
    desk.get_by_role("link", name="赔偿").click()
    desk.locator("#damage_item").select_option(label="浴袍 280.00")
    desk.locator("#damage_quantity").press("Enter")
    told(desk, "已入账")
    expect(desk.locator(".bz-due")).to_contain_text("580.00")


def pay_too_much_then_exactly(desk: Page) -> None:
    desk.locator("#id_amount").fill("600")
    desk.locator("#id_amount").press("Enter")
    expect(desk.locator("#pay .err .msg")).to_contain_text("本窗口应付 580.00")
    desk.locator("#id_amount").fill("580")
    desk.locator("#id_amount").press("Enter")
    told(desk, "已收")


def ask_for_invoice(desk: Page, bill: Bill) -> None:
    desk.keyboard.press("i")
    desk.locator("#invoice_buyer_name").fill("王小明")
    desk.locator("#invoice_is_person").check()
    # The damage carries no supply: 300 of room is what can be invoiced.
    expect(desk.locator("#invoice_amount")).to_have_value("300.00")
    desk.locator("#invoice_amount").press("Enter")
    told(desk, "已申请开票")
    sending.send_due(now=clock.now())
    desk.goto(url(bill))
    expect(desk.locator("#invoices")).to_contain_text("已开具")


def take_invoice_back(desk: Page, bill: Bill) -> None:
    number = db.fetch_value("SELECT number FROM billing_invoice WHERE number <> ''")
    desk.locator("#invoices").get_by_role("link", name="红冲").click()
    desk.locator("#id_reason").fill("抬头有误")
    desk.locator("#id_reason").press("Enter")
    told(desk, "已申请红字发票")
    sending.send_due(now=clock.now())
    desk.reload()
    expect(desk.locator("main")).to_contain_text(f"红冲 {number}")
    axe(desk)
    desk.goto(url(bill))


def test_folio_on_the_phone(open_page: Callable[..., Page], hotel: TestHotel, bill: Bill) -> None:
    phone = open_page(size=PHONE, user=make_user(hotel, list(Permission)))
    bill.charge("628")
    for page in (
        url(bill),
        url(bill, "/routing"),
        url(bill, "/splits"),
        url(bill, "/foreign-cash"),
        url(bill, "/invoices"),
    ):
        phone.goto(page)
        fits(phone)
        axe(phone)


def test_second_person_and_settings_pages(desk: Page, hotel: TestHotel, bill: Bill) -> None:
    for page in ("approvals", "house-accounts", "counter-settings", "invoices", "invoices/seller"):
        desk.goto(f"/h/{hotel.ref.code}/{page}")
        expect(desk.locator("h1")).to_have_text(re.compile("."))
        axe(desk)
        fits(desk)
    desk.goto(f"/h/{hotel.ref.code}/house-accounts")
    desk.locator("#id_number").fill("9001")
    desk.locator("#id_name").fill("会务假房")
    desk.locator("#id_name").press("Enter")
    told(desk, "假房已开立")
    expect(desk.locator("table")).to_contain_text("会务假房")
