"""Cashier and receivables: a payment that asks for a shift, the blind count handed over; a company's account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing.access import Permission
from binzhi.billing.cashier import settings
from binzhi.billing.routing.rules import RuleInput
from binzhi.billing.routing.services import add_routing_rule
from binzhi.billing.services import reverse_transaction
from binzhi.kernel import clock, db
from binzhi.people.models import User
from tests.billing.conftest import Bill, open_bill
from tests.billing.test_payments import company
from tests.factories import SYSTEM, TestHotel, make_hotel
from tests.journeys.conftest import PHONE, axe, fits
from tests.journeys.test_folio import told
from tests.journeys.test_messages import picture
from tests.reservations.desk import make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=False)]
PASSWORD = "lakeside-demo"
CLERK = [Permission.VIEW, Permission.TAKE_PAYMENT, Permission.TAKE_DEPOSIT, Permission.POST_CHARGE]


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), with_billing=True)


@pytest.fixture
def given(hotel: TestHotel) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": clock.now()}


@pytest.fixture
def bill(hotel: TestHotel, given: dict[str, Any]) -> Bill:
    for code, name in (("A", "总台一号"), ("B", "总台二号")):
        settings.save_till(till_id=None, code=code, name=name, is_active=True, **given)
    settings.require_shifts(must_be_open=True, **given)
    return open_bill(hotel)


def colleague(hotel: TestHotel, name: str) -> User:
    user = make_user(hotel, CLERK, name=name)
    user.set_password(PASSWORD)
    user.save()
    return user


def test_shift_from_the_first_payment_to_the_hand_over(
    open_page: Callable[..., Page], hotel: TestHotel, bill: Bill
) -> None:
    first, second = colleague(hotel, "钱多多"), colleague(hotel, "赵四海")
    bill.charge("628")
    desk = open_page(user=first)
    desk.goto(f"/h/{hotel.ref.code}/folios/{bill.opened.number}")
    desk.locator("label", has_text="现金").first.click()
    desk.locator("#id_note").fill("客人付整")
    desk.locator("#id_amount").press("Enter")
    # No shift is open: asked for here, and what was typed is still there.
    expect(desk.locator("#shift_till")).to_be_visible()
    expect(desk.locator("#pay")).to_contain_text("请先开班")
    expect(desk.locator("#id_note")).to_have_value("客人付整")
    axe(desk)
    picture(desk, "shift-asked")
    desk.locator("#shift_float").fill("1000")
    desk.locator("#shift_float").press("Enter")
    told(desk, "已收")
    desk.goto(f"/h/{hotel.ref.code}/cashier")
    expect(desk.locator("main")).to_contain_text("总台一号")
    desk.locator("#id_amount").fill("600")
    desk.locator("#id_amount").press("Enter")
    told(desk, "现金已投柜")
    axe(desk)
    picture(desk, "cashier")
    count_and_hand_over(desk, second)
    theirs = open_page(user=second)
    theirs.goto(f"/h/{hotel.ref.code}/cashier")
    expect(theirs.locator("h1 ~ .bz-chip").first).to_contain_text("当班中")
    phone = open_page(size=PHONE, user=second)
    phone.goto(f"/h/{hotel.ref.code}/cashier")
    fits(phone)
    axe(phone)
    picture(phone, "cashier-phone")


def count_and_hand_over(desk: Page, second: User) -> None:
    """1,028 should be there; 1,020 are."""
    desk.keyboard.press("c")
    expect(desk.locator("#id_pieces_0")).to_be_visible()
    # Blind: what the books say stands nowhere.
    expect(desk.locator("main")).not_to_contain_text("1,028")
    desk.locator("#id_pieces_0").fill("10")
    desk.locator("#id_pieces_2").fill("1")
    desk.locator("#id_successor").fill(second.username)
    desk.locator("#id_password").fill("wrong")
    desk.locator("#id_password").press("Control+Enter")
    expect(desk.locator(".bz-field.err .msg")).to_contain_text("登录名与密码不符")
    expect(desk.locator("#id_pieces_0")).to_have_value("10")
    axe(desk)
    picture(desk, "shift-count")
    desk.locator("#id_password").fill(PASSWORD)
    desk.locator("#id_password").press("Control+Enter")
    told(desk, "清点有差额")
    expect(desk.locator("main")).to_contain_text("−8.00")
    expect(desk.locator("main")).to_contain_text("赵四海")
    axe(desk)
    fits(desk)
    picture(desk, "shift-report")
    assert desk.request.get(desk.url + "/report.pdf?lang=en").body()[:5] == b"%PDF-"


def test_two_at_one_till_the_second_is_told_who_has_it(
    open_page: Callable[..., Page], hotel: TestHotel, bill: Bill
) -> None:
    first, second = colleague(hotel, "钱多多"), colleague(hotel, "赵四海")
    one, other = open_page(user=first), open_page(user=second)
    for page in (one, other):
        page.goto(f"/h/{hotel.ref.code}/cashier")
        page.locator("#id_opening_float").fill("500")
    one.locator("#id_opening_float").press("Enter")
    told(one, "已开班")
    other.locator("#id_opening_float").press("Enter")
    expect(other.locator(".bz-field.err .msg")).to_contain_text("该收银台已有他人当班")
    expect(other.locator("#id_opening_float")).to_have_value("500")
    other.locator("#id_till").select_option(index=1)
    other.locator("#id_opening_float").press("Enter")
    told(other, "已开班")


def test_company_account_from_the_stop_at_the_limit_to_the_write_off(
    open_page: Callable[..., Page], hotel: TestHotel, given: dict[str, Any]
) -> None:
    who = company(hotel)
    first = open_bill(hotel)
    first.charge("900")
    first.pay("900", means="company", organisation_id=who)
    second = open_bill(hotel)
    second.charge("300")
    desk = open_page(user=make_user(hotel, list(Permission), name="周经理"))
    exceed_at_the_bill(desk, second)
    charge_above_the_limit(desk, open_bill(hotel), who, given)
    desk.goto(f"/h/{hotel.ref.code}/receivables")
    expect(desk.locator("tbody")).to_contain_text("1,200.00")
    axe(desk)
    picture(desk, "receivables")
    fits(desk)
    desk.get_by_role("link", name="明途资本").click()
    desk.locator("#id_amount").fill("1000")
    desk.get_by_label("按左侧填写的核销").check()
    desk.locator(".fo-part").nth(1).fill("300.01")
    desk.locator(".fo-part").nth(1).press("Enter")
    expect(desk.locator(".fo-why")).to_contain_text("只剩 300.00")
    expect(desk.locator(".fo-part").nth(1)).to_have_value("300.01")
    axe(desk)
    picture(desk, "company")
    desk.get_by_label("先销最早的").check()
    desk.locator("#id_amount").press("Enter")
    told(desk, "核销 1000.00")
    expect(desk.locator("main")).to_contain_text("200.00")
    papers = desk.request.get(f"{desk.url}/statement.pdf?lang=en")
    assert papers.body()[:5] == b"%PDF-"
    write_off(desk, open_page(user=make_user(hotel, list(Permission), name="吴总监")), hotel)
    phone = open_page(size=PHONE, user=make_user(hotel, list(Permission)))
    for rest in ("", f"/{who}"):
        phone.goto(f"/h/{hotel.ref.code}/receivables{rest}")
        fits(phone)
        axe(phone)
        picture(phone, f"receivables-phone{rest and '-company'}")


def exceed_at_the_bill(desk: Page, bill: Bill) -> None:
    """The company's limit is 1,000: refused, then taken over by who may exceed it."""
    desk.goto(f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}")
    desk.locator("label", has_text="公司挂账").first.click()
    desk.locator("#id_company").select_option(label="明途资本")
    desk.locator("#id_amount").press("Enter")
    expect(desk.locator("#pay .err .msg")).to_contain_text("100.00")
    desk.get_by_label("超出单位信用额度仍挂账").check()
    desk.locator("#id_amount").press("Enter")
    told(desk, "已收")


def charge_above_the_limit(desk: Page, bill: Bill, who: int, given: dict[str, Any]) -> None:
    """Nothing is left of the limit: a charge into the company's window is stopped, and taken back again."""
    rule = RuleInput(groups=["food"], organisation_id=who)
    add_routing_rule(folio_id=bill.folio_id, account_id=bill.account_id, rule=rule, **given)
    desk.goto(f"/h/{bill.hotel.ref.code}/folios/{bill.opened.number}/charges?window=2")
    desk.locator("#charge_charge_code").select_option("2020")
    desk.locator("#charge_amount").fill("58")
    desk.locator("#charge_description").fill("宴请")
    desk.locator("#charge_description").press("Enter")
    expect(desk.locator("#side .err .msg")).to_contain_text("0.00")
    expect(desk.locator("#charge_description")).to_have_value("宴请")
    axe(desk)
    desk.get_by_label("超出单位信用额度仍挂账").check()
    desk.locator("#charge_amount").press("Enter")
    told(desk, "已入账")
    # Taken back, so that the account is as it was.
    charged = db.fetch_value("SELECT max(id) FROM billing_transaction WHERE kind = 'charge'")
    reverse_transaction(transaction_id=charged, reason="录错", **given)


def write_off(desk: Page, boss: Page, hotel: TestHotel) -> None:
    desk.get_by_role("link", name="申请坏账").first.click()
    desk.locator("#id_reason").fill("公司注销")
    desk.locator("#id_reason").press("Enter")
    told(desk, "待第二人批准")
    boss.goto(f"/h/{hotel.ref.code}/receivables")
    boss.get_by_role("button", name="批准").click()
    told(boss, "坏账核销")
    expect(boss.locator("tfoot")).to_contain_text("0.00")
