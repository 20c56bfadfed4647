"""From what an attendant sees, on a phone and without a network, to what the next stay begins with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from binzhi.kernel import clock, db
from binzhi.people.posts import POSTS
from tests.guests.learning_house import LearningHouse, furnished
from tests.journeys.conftest import PHONE, axe, fits
from tests.reservations.desk import make_user

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)
TOAST = ".bz-toast"


@pytest.fixture
def house(live: str) -> LearningHouse:
    return furnished(today=clock.now().date())


def url(house: LearningHouse, rest: str) -> str:
    return f"/h/{house.hotel.ref.code}/{rest}"


def press(page: Page, kind: str, *chips: str) -> None:
    """Which kind, what was seen; and noted."""
    page.get_by_role("button", name=kind, exact=True).click()
    for chip in chips:
        page.get_by_text(chip, exact=True).click()


def test_from_three_presses_on_the_phone_to_the_next_stay(
    house: LearningHouse, open_page: Callable[..., Page], foreseen: list[str]
) -> None:
    foreseen += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    cold, cough = house.guest("许文静"), house.guest("陈国梁", sex="male")
    stays = [house.stay(cold, "101"), house.stay(cough, "102")]
    maid = open_page(size=PHONE, user=make_user(house.hotel, POSTS["room-attendant"].permissions))
    blanket_and_curtain(house, maid)
    waiter = open_page(size=PHONE, user=make_user(house.hotel, POSTS["waiter"].permissions))
    juice_for_a_cold(house, waiter, cough)
    assert "grapefruit-juice" in house.tasks(stays[1])
    boss = open_page(user=make_user(house.hotel, POSTS["housekeeping-manager"].permissions))
    confirmed(house, boss)
    for stay in stays:
        house.check_out(stay)
    coming = [house.book(cold), house.book(cough)]
    house.heed()
    # What is a habit is prepared, and no juice.
    assert {"second-blanket", "temperature", "curtain-gap"} <= set(house.tasks(coming[0]))
    assert house.tasks(coming[1]) == {}
    boss.goto(url(house, "tasks?department=housekeeping"))
    for task in ("放好第二床毛毯", "空调调到 26 ℃", "开夜床时窗帘留一道缝"):
        expect(boss.locator("#board")).to_contain_text(task)
    house.check_in(coming[0], "103")
    house.heed()
    arrived(house, maid)


def blanket_and_curtain(house: LearningHouse, maid: Page) -> None:
    """Two things in one note; another without a network: kept, said, and sent once when there is one again."""
    maid.goto(url(house, "observe"))
    fits(maid)
    axe(maid)
    maid.get_by_role("button", name="101 许女士").click()
    press(maid, "睡眠", "床罩压在毛毯上")
    press(maid, "温度", "空调在 23 ℃")
    expect(maid.locator("[data-submit]")).to_have_text("记下“床罩压在毛毯上、空调在 23 ℃”")
    axe(maid)
    maid.locator("[data-submit]").click()
    expect(maid.locator(TOAST)).to_contain_text("可能的喜好：加一床毛毯")
    expect(maid.locator(TOAST)).to_contain_text("可能的喜好：空调 26 ℃")
    maid.context.set_offline(True)
    press(maid, "睡眠", "窗帘留了一道缝")
    maid.locator("[data-submit]").click()
    expect(maid.locator("[data-kept-words]")).to_contain_text("1 条")
    maid.context.set_offline(False)
    expect(maid.locator("[data-kept-words]")).to_be_hidden()
    db.enter_scope("*", "*")
    assert db.fetch_value("SELECT count(*) FROM guests_observation") == 2


def juice_for_a_cold(house: LearningHouse, waiter: Page, guest: int) -> None:
    """Today, and only today."""
    waiter.goto(url(house, f"observe?guest={guest}"))
    waiter.get_by_text("餐厅", exact=True).click()
    press(waiter, "饮品", "身体不适，要西柚汁")
    waiter.locator("[data-submit]").click()
    expect(waiter.locator(TOAST)).to_contain_text("本次入住：西柚汁")
    house.heed()


def confirmed(house: LearningHouse, boss: Page) -> None:
    """The supervisor says what is a habit."""
    boss.goto(url(house, "preferences"))
    axe(boss)
    for wish in ("加一床毛毯", "空调 26 ℃", "夜床留一道窗帘缝"):
        boss.locator("li", has_text=wish).get_by_role("button", name="确认").first.click()
        expect(boss.locator(TOAST).last).to_contain_text("已确认")
    db.enter_scope("*", "*")


def arrived(house: LearningHouse, maid: Page) -> None:
    """Every board says so, the card a press away."""
    maid.goto(url(house, "my-tasks"))
    maid.get_by_role("link", name="103 许女士").click()
    expect(maid.locator(".rc-name")).to_contain_text("许女士")
    expect(maid.locator(".rc")).to_contain_text("空调 26 ℃")
    fits(maid)
    axe(maid)
