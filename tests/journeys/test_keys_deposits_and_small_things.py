"""Keys, pre-authorisation and the desk's small things, walked at the desk and on the phone: a stay with all of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.billing import ledger
from binzhi.billing.holds import sending as hold_sending
from binzhi.billing.holds import services as holding
from binzhi.billing.holds.services import AcquirerInput
from binzhi.billing.holds.simulator import KEY as BANK_KEY
from binzhi.billing.holds.simulator import Bank
from binzhi.billing.holds.simulator import serve as serve_bank
from binzhi.billing.services import post_charge
from binzhi.frontdesk import services
from binzhi.frontdesk.keys import sending as key_sending
from binzhi.frontdesk.keys import services as keys
from binzhi.frontdesk.keys.services import LocksInput
from binzhi.frontdesk.keys.simulator import KEY as DOOR_KEY
from binzhi.frontdesk.keys.simulator import Doors
from binzhi.frontdesk.keys.simulator import serve as serve_doors
from binzhi.frontdesk.requests import RegistrationInput
from binzhi.frontdesk.services.leaving import DAY_USE
from binzhi.frontdesk.wake_up.jobs import escalate_due
from binzhi.guests import services as guests
from binzhi.kernel import clock, db
from binzhi.kernel.operations import unit_of_work
from binzhi.reservations.services import create_reservation
from tests.factories import SYSTEM, TestHotel, booking, make_hotel, run_audit_day
from tests.frontdesk.browser import ALL
from tests.frontdesk.conftest import row_of
from tests.journeys.conftest import PHONE, axe, fits
from tests.journeys.test_desk import arrive, stay_in, url
from tests.reservations.desk import make_user

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, serialized_rollback=False)]


def what(hotel: TestHotel) -> dict[str, Any]:
    return {"hotel_id": hotel.pk, "actor": SYSTEM, "now": clock.now()}


@pytest.fixture
def hotel(live: str) -> TestHotel:
    return make_hotel(today=clock.now().date(), with_billing=True)


@pytest.fixture
def user(hotel: TestHotel) -> Any:
    return make_user(hotel, ALL)


@pytest.fixture
def desk(open_page: Callable[..., Page], user: Any) -> Page:
    return open_page(user=user)


@pytest.fixture
def bank(hotel: TestHotel) -> Iterator[Bank]:
    there = Bank()
    server = serve_bank(there)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    acquirer = AcquirerInput(
        merchant_no="898330154110001",
        provider_key=BANK_KEY,
        provider_url=f"http://127.0.0.1:{server.server_address[1]}",
    )
    holding.set_acquirer(acquirer=acquirer, **what(hotel))
    yield there
    server.shutdown()
    server.server_close()


@pytest.fixture
def doors(hotel: TestHotel) -> Iterator[Doors]:
    there = Doors()
    server = serve_doors(there)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    locks = LocksInput(provider_key=DOOR_KEY, provider_url=f"http://127.0.0.1:{server.server_address[1]}")
    keys.set_locks(locks=locks, **what(hotel))
    yield there
    server.shutdown()
    server.server_close()


def told(page: Page, words: str) -> None:
    expect(page.locator(".bz-toast").filter(has_text=words).first).to_be_visible()


def bill_of(stay: int) -> str:
    return str(db.fetch_value("SELECT number FROM billing_folio WHERE id = %s", [row_of(stay)["folio_id"]]))


def charge(hotel: TestHotel, stay: int, amount: str) -> None:
    account = row_of(stay)["charge_account_id"]
    post_charge(account_id=account, charge_code="1000", amount=Decimal(amount), **what(hotel))


def test_card_is_held_and_the_bill_is_taken_from_it(hotel: TestHotel, desk: Page, bank: Bank) -> None:
    stay = stay_in(hotel, "101")
    charge(hotel, stay, "628")
    desk.goto(url(hotel, f"folios/{bill_of(stay)}"))
    desk.keyboard.press("a")
    desk.locator("#hold_amount").fill("1000")
    desk.locator("#hold_note").fill("4111 1111 1111 1111")
    desk.locator("#hold_amount").press("Enter")
    # A whole card number is kept nowhere; what was typed is still there.
    expect(desk.locator("#side .err .msg")).to_contain_text("完整卡号")
    expect(desk.locator("#hold_amount")).to_have_value("1000")
    desk.locator("#hold_note").fill("两晚")
    desk.locator("#hold_note").press("Enter")
    told(desk, "已向银行申请冻结")
    expect(desk.locator("#holds")).to_contain_text("等待银行")
    bank.mute = True
    hold_sending.send_due(now=clock.now())
    bank.mute = False
    hold_sending.send_due(now=clock.now() + timedelta(minutes=5))
    # The page asks by itself.
    expect(desk.locator("#holds")).to_contain_text("冻结中")
    desk.locator("#holds").get_by_role("link", name="完成扣款").click()
    expect(desk.locator("#hold_amount")).to_have_value("628.00")
    desk.locator("#hold_amount").press("Enter")
    told(desk, "已向银行请款")
    hold_sending.send_due(now=clock.now())
    expect(desk.locator("#holds")).to_contain_text("已完成")
    assert (list(bank.taken.values()), bank.standing) == ([628], {})
    desk.reload()
    expect(desk.locator(".fo-windows [aria-current]")).to_contain_text("0.00")
    desk.locator("#holds").get_by_role("link", name="退款").click()
    desk.locator("#refund_amount").fill("628.01")
    desk.locator("#refund_reason").fill("多收")
    desk.locator("#refund_reason").press("Enter")
    expect(desk.locator("#side .err .msg")).to_contain_text("628.00")
    desk.locator("#refund_amount").fill("28")
    desk.locator("#refund_amount").press("Enter")
    told(desk, "已请银行退回")
    expect(desk.locator("#holds")).to_contain_text("正在退回 28.00")
    hold_sending.send_due(now=clock.now())
    expect(desk.locator("#holds")).to_contain_text("已退 28.00")
    assert list(bank.returned.values()) == [28]
    axe(desk)


def test_cards_are_written_at_check_in_and_void_when_lost(hotel: TestHotel, desk: Page, doors: Doors) -> None:
    db.execute("UPDATE property_hotel SET documents_required = false WHERE id = %s", [hotel.pk])
    stay = arrive(hotel, "101")
    desk.goto(url(hotel, f"stays/{stay}/check-in"))
    desk.locator("[name=r0-guest_text]").fill("贺振东")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(re.compile(f"/stays/{stay}/keys"))
    desk.locator("#id_count").fill("2")
    desk.locator("#id_count").press("Control+Enter")
    told(desk, "正在制卡")
    key_sending.send_due(now=clock.now())
    expect(desk.locator("#keys .bz-list li").filter(has_text="有效")).to_have_count(2)
    desk.locator("#keys").get_by_role("button", name="遗失").first.click()
    told(desk, "这张卡已失效")
    key_sending.send_due(now=clock.now())
    expect(desk.locator("#keys")).to_contain_text("遗失，已注销")
    assert len(doors.opens("101", at=clock.now())) == 1
    # Down: it is said, and made by hand.
    doors.down = True
    desk.locator("#id_count").fill("1")
    desk.locator("#id_count").press("Control+Enter")
    told(desk, "正在制卡")
    for seconds in (0, 60):
        key_sending.send_due(now=clock.now() + timedelta(seconds=seconds))
    expect(desk.locator("#keys")).to_contain_text("门锁系统没有应答")
    axe(desk)


def test_two_share_a_room_and_joined_rooms_leave_together(hotel: TestHotel, desk: Page) -> None:
    one, two = stay_in(hotel, "101"), stay_in(hotel, "102")
    for name in ("王伟", "李娜"):
        registration = RegistrationInput(name=name)
        services.register_guest(room_reservation_id=one, registration=registration, **what(hotel))
    db.execute(
        "UPDATE frontdesk_registration SET is_main = true WHERE id = (SELECT min(id) FROM frontdesk_registration"
        " WHERE room_reservation_id = %s)",
        [one],
    )
    db.execute("UPDATE reservations_roomreservation SET arrival = arrival - 1 WHERE hotel_id = %s", [hotel.pk])
    desk.goto(url(hotel, "rooms/101"))
    desk.keyboard.press("j")
    expect(desk.locator("h1")).to_have_text("同住与联房")
    share = desk.locator("input[id^=shares_share_]")
    share.fill("120")
    share.press("Enter")
    expect(desk.locator(".err .msg").first).to_contain_text("100")
    share.fill("50")
    share.press("Enter")
    told(desk, "分摊已设定")
    charge(hotel, one, "628")
    desk.locator("#join_room").fill("102")
    desk.locator("#join_room").press("Enter")
    told(desk, "已联房")
    charge(hotel, two, "300")
    desk.reload()
    expect(desk.locator("tfoot")).to_contain_text("928.00")
    axe(desk)
    desk.get_by_role("button", name="其余各房退房").click()
    desk.locator("dialog[open]").get_by_role("button", name="退房").click()
    expect(desk.locator("main")).to_contain_text("102")
    assert row_of(two)["status"] == "checked_out"
    desk.get_by_role("link", name="办理统付房 101 退房").click()
    expect(desk.locator("h1")).to_have_text("退房结账")


def test_message_call_and_luggage_at_the_desk_and_in_the_hand(
    hotel: TestHotel, desk: Page, open_page: Callable[..., Page], user: Any
) -> None:
    stay = stay_in(hotel, "101")
    desk.goto(url(hotel, "notes"))
    desk.locator("#id_room").fill("101")
    desk.locator("#id_text").fill("请回电 0571-88001122")
    desk.locator("#id_text").press("Control+Enter")
    told(desk, "留言已保存")
    desk.goto(url(hotel, "rooms/101"))
    expect(desk.locator("#side")).to_contain_text("1 条待转")
    desk.goto(url(hotel, "wake-ups"))
    desk.locator("#id_room").fill("101")
    local = hotel.ref.local(clock.now())
    desk.locator("#id_day").fill((local.date() + timedelta(days=1)).isoformat())
    desk.locator("#id_at").fill("06:30")
    desk.locator("#id_at").press("Enter")
    told(desk, "已登记 1 个叫醒")
    axe(desk)
    # In the hand: nobody answers, once more, somebody goes up.
    phone = open_page(size=PHONE, user=user)
    db.execute("UPDATE frontdesk_wakeupcall SET at = %s, next_at = %s", [clock.now() - timedelta(minutes=6)] * 2)
    assert escalate_due(now=clock.now()) == 1
    phone.goto(url(hotel, f"wake-ups?day={local.date().isoformat()}"))
    expect(phone.locator("#wake-ups")).to_contain_text("请上楼查看")
    phone.get_by_role("button", name="已查看").click()
    expect(phone.locator("#wake-ups")).not_to_contain_text("请上楼查看")
    fits(phone)
    axe(phone)
    phone.goto(url(hotel, "kept"))
    phone.locator("#id_room").fill("101")
    phone.locator("#id_name").fill("贺振东")
    phone.locator("#id_pieces").fill("2")
    phone.locator("#id_place").fill("A-3")
    phone.locator("#id_place").press("Enter")
    told(phone, "L000001")
    paper = phone.request.get(url(hotel, "kept/1/receipt.pdf").replace("/1/", f"/{thing()}/"))
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")
    phone.locator("#id_receipt").fill("L000002")
    phone.locator("#id_collected_by").fill("贺振东")
    phone.get_by_role("button", name="领取", exact=False).click()
    expect(phone.locator(".err .msg").first).to_contain_text("寄存单号不符")
    phone.locator("#id_receipt").fill("L000001")
    phone.get_by_role("button", name="领取", exact=False).click()
    told(phone, "已领取")
    fits(phone)
    assert row_of(stay)["status"] == "in_house"


def thing() -> int:
    found: int = db.fetch_value("SELECT id FROM frontdesk_keptthing")
    return found


def test_guest_with_the_next_booking_stays_on_without_leaving(live: str, open_page: Callable[..., Page]) -> None:
    """续住 at the desk: the bill that is open is settled on the way; taken back; and again with one press on a phone."""
    today = clock.now().date()
    hotel = make_hotel(today=today - timedelta(days=1), documents_required=False, with_billing=True)
    stay, following = stays_on(hotel, today)
    place = f"/h/{hotel.ref.code}"
    desk = open_page(user=make_user(hotel, ALL))
    desk.goto(f"{place}/arrivals")
    expect(desk.locator(f"#arrival-{following}")).to_contain_text("续住 101")
    axe(desk, within="#board")
    desk.goto(f"{place}/departures")
    desk.locator(f"#stay-{stay}").get_by_role("button", name="接单续住").click()
    desk.wait_for_url(re.compile("/check-out"))
    desk.get_by_role("button", name="收款并接单续住").click()
    told(desk, "续住")
    assert row_of(following)["status"] == "in_house"
    desk.keyboard.press("z")
    told(desk, "已撤销")
    assert (row_of(stay)["status"], row_of(following)["status"]) == ("in_house", "reserved")
    phone = open_page(user=make_user(hotel, ALL), size=PHONE)
    phone.goto(f"{place}/departures")
    fits(phone)
    phone.locator(f"#stay-{stay}").get_by_role("button", name="接单续住").click()
    told(phone, "续住")
    assert row_of(following)["status"] == "in_house"


def stays_on(hotel: TestHotel, today: date) -> tuple[int, int]:
    """Somebody due out today with a night on the bill, and his next booking."""
    guest_id = guests.create_guest(details=guests.GuestDetails(name="陈国梁"), **what(hotel))
    stay, following = (
        create_reservation(
            booking=booking(arrival=today - timedelta(days=back), nights=1 + (not back), adults=1, guest_id=guest_id),
            **what(hotel),
        ).room_ids[0]
        for back in (1, 0)
    )
    services.check_in(
        room_reservation_id=stay, room_id=hotel.rooms["101"], registrations=[RegistrationInput(guest_id=guest_id)],
        **what(hotel),
    )  # fmt: skip
    run_audit_day(hotel)
    with unit_of_work():
        ledger.charge(
            hotel_id=hotel.pk, account_id=row_of(stay)["charge_account_id"], charge_code=DAY_USE, amount=Decimal(380),
            currency="CNY", source_key=f"night:{stay}", user_id=None, now=clock.now(),
        )  # fmt: skip
    return stay, following
