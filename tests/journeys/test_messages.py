"""Item 11, messages: words written, a mistake named, sent by hand, given up, sent again; at the desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.engagement.models import Message
from binzhi.engagement.sending import send_due
from binzhi.engagement.services import set_up_messages
from binzhi.engagement.transport.simulator import Simulator
from binzhi.kernel import clock, db
from binzhi.people import setup as people_setup
from binzhi.people.models import User
from binzhi.reservations import services as reservations
from tests.engagement.conftest import EMAIL, Mailbox, a_guest, gateway, mailbox, settings_for
from tests.factories import NOW, SYSTEM, TODAY, TestHotel, booking, make_hotel
from tests.journeys.conftest import DESK, PHONE, axe, fits
from tests.vip.house import LONG_AGO

__all__ = ["gateway", "mailbox"]
pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=False), pytest.mark.slow]


@pytest.fixture
def hotel(live: str, mailbox: Mailbox, gateway: Simulator) -> TestHotel:
    made = make_hotel(with_billing=True)
    people_setup.create_departments(hotel_id=made.pk)
    for post in ("front-office-manager", "receptionist"):
        people_setup.create_staff(
            hotel_id=made.pk, username=f"{post}-3", name=post, password=None, post=post, since=LONG_AGO
        )
    settings = settings_for(mailbox, gateway, automatic=("confirmation",))
    set_up_messages(hotel_id=made.pk, messaging=settings, actor=SYSTEM, now=NOW)
    return made


@pytest.fixture
def open_patient(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Pages that wait longer than a clerk would: the first answer of a server loads it whole."""

    def make(**given: Any) -> Page:
        page = open_page(**given)
        page.set_default_timeout(60_000)
        return page

    return make


def picture(page: Page, name: str) -> None:
    """For whoever wants to look at the screens: BINZHI_PICTURES names a folder."""
    folder = os.environ.get("BINZHI_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def write_words(desk: Page, place: str) -> None:
    """A field nobody knows is named with its place and nothing is lost; then previewed and kept."""
    desk.goto(f"{place}/messages/templates?kind=note&way=sms&language=zh-hans")
    axe(desk)
    desk.get_by_label("正文").fill("{客人姓名}您好，{车号}已到")
    desk.get_by_role("button", name="保存措辞").click()
    expect(desk.locator(".bz-field.err")).to_contain_text("第 1 行第 10 个字：“{车号}”无法填入")
    expect(desk.get_by_label("正文")).to_have_value("{客人姓名}您好，{车号}已到")
    picture(desk, "template-mistake")
    desk.get_by_label("正文").fill("{客人姓名}您好，预订{预订号}的专车已到。")
    desk.get_by_role("button", name="预览").click()
    expect(desk.locator("#preview")).to_contain_text("陈国梁您好，预订1")
    desk.get_by_role("button", name="保存措辞").click()
    expect(desk.locator(".bz-toast").last).to_contain_text("已保存")
    desk.goto(f"{place}/messages/templates?kind=confirmation&way=email&language=zh-hans")
    picture(desk, "templates")


def test_message_is_written_sent_given_up_and_sent_again(
    hotel: TestHotel, mailbox: Mailbox, gateway: Simulator, open_patient: Callable[..., Page]
) -> None:
    made = reservations.create_reservation(
        hotel_id=hotel.pk, booking=booking(arrival=TODAY + timedelta(days=3), guest_id=a_guest(hotel)), actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    place = f"/h/{hotel.ref.code}"
    desk = open_patient(size=DESK, user=User.objects.get(username="front-office-manager-3"))
    write_words(desk, place)
    desk.goto(f"{place}/messages/settings")
    axe(desk)
    picture(desk, "settings")

    clerk = open_patient(size=DESK, user=User.objects.get(username="receptionist-3"))
    clerk.goto(f"{place}/reservations/{made.number}")
    clerk.keyboard.press("m")
    expect(clerk.locator("h1")).to_have_text("给客人发消息")
    axe(clerk)
    picture(clerk, "write")
    clerk.get_by_role("link", name="短信").click()
    clerk.get_by_role("link", name="自拟消息").click()
    expect(clerk.get_by_label("正文")).to_have_value(f"陈国梁您好，预订{made.number}的专车已到。")
    clerk.get_by_role("button", name="发送").click()
    expect(clerk.locator(".bz-toast").last).to_contain_text("正在发送")
    clerk.get_by_role("link", name="邮件").first.click()
    clerk.get_by_role("link", name="预订确认书").first.click()
    mailbox.answers[EMAIL] = "550 no such user"
    clerk.get_by_role("button", name="发送").click()
    expect(clerk.locator(".bz-toast").last).to_contain_text("正在发送")
    while send_due(now=clock.now()):
        pass
    assert [one["text"] for one in gateway.taken.messages.values()] == [
        f"【测试酒店】陈国梁您好，预订{made.number}的专车已到。"
    ]

    desk.goto(f"{place}/messages")
    picture(desk, "log")
    desk.goto(f"{place}/messages?state=dead")
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator("tbody tr")).to_contain_text("对方答复 550")
    axe(desk)
    mailbox.answers.clear()
    phone = open_patient(size=PHONE, user=User.objects.get(username="front-office-manager-3"))
    phone.goto(f"{place}/messages?state=dead")
    fits(phone)
    picture(phone, "dead-phone")
    phone.get_by_role("button", name="重发").click()
    expect(phone.locator(".bz-toast").last).to_contain_text("马上重发")
    while send_due(now=clock.now()):
        pass
    assert [str(mail["To"]) for mail in mailbox.mails] == [EMAIL]
    db.enter_scope("*", "*")
    assert set(Message.objects.filter(hotel_id=hotel.pk).values_list("state", flat=True)) == {"sent"}
    phone.goto(f"{place}/messages/{Message.objects.filter(hotel_id=hotel.pk, way='email').get().pk}")
    fits(phone)
    picture(phone, "message-phone")
    dark = open_patient(size=DESK, theme="dark", user=User.objects.get(username="front-office-manager-3"))
    dark.goto(f"{place}/messages/{Message.objects.filter(hotel_id=hotel.pk, way='email').get().pk}")
    picture(dark, "message-dark")
