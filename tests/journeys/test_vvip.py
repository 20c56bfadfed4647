"""A VVIP's visit on a fast clock, played in a browser from the standing list to the compliance report; and the
exceptions of the rule: a late notice, an arrival that moves, a general manager who is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from binzhi.people.posts import POSTS
from binzhi.promises.models import Task
from binzhi.reservations.services import create_reservation
from tests.factories import NOW, SYSTEM, TODAY, booking
from tests.journeys import scenes
from tests.journeys.conftest import axe
from tests.journeys.reception import Play
from tests.vip.house import ARRIVAL, DAY, DEPARTURE, HOUR, MINUTE, House, keys, make_house

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)
THREE_DAYS = 72


def everybody_at_work(house: House, *, but: str = "") -> None:
    for begun in range(0, THREE_DAYS, 24):
        house.on_duty(*(post for post in POSTS if post != but), start=NOW + (begun - 1) * HOUR, hours=24)


@pytest.fixture
def house(live: str) -> House:
    return make_house()


@pytest.fixture
def play(house: House, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> Play:
    return Play(house, open_page, monkeypatch)


def stay(house: House, **more: Any) -> int:
    made = create_reservation(hotel_id=house.pk, booking=booking(**more), actor=SYSTEM, now=NOW)
    return made.room_ids[0]


@pytest.mark.slow
def test_vvip_visit_from_the_standing_list_to_the_compliance_report(house: House, play: Play) -> None:
    everybody_at_work(house)
    house.guest("陈国栋", sex="male")
    play.work()
    scenes.listed_guest_books(play)
    scenes.asked_and_approved(play)
    scenes.met_and_notified(play)
    scenes.signed_by_departments(play)
    scenes.ineligible_is_refused(play)
    scenes.prepared(play)
    scenes.checked_and_sealed(play, stay(house, arrival=TODAY + 3 * DAY, nights=1))
    scenes.received(play)
    scenes.tea_and_dinner(play)
    scenes.followed(play)
    scenes.departed(play)
    scenes.reported(play)


# ---------------------------------------------------------------- the exceptions


def proposed(house: House, play: Play, *, arrival: datetime, departure: datetime) -> None:
    """The duty manager proposes a visit."""
    name = "陈国栋"
    house.guest(name)
    page = play.as_("duty-manager", "vip/new")
    page.locator("#new-guest_text").press_sequentially(name[:2])
    page.locator("[role=option]", has_text=name).first.click()
    page.fill("#new-title", "陈总")
    page.fill("#new-arrival_at", play.typed(arrival))
    page.fill("#new-departure_at", play.typed(departure))
    page.locator("form[data-primary] .foot button").click()
    expect(page.locator("h1")).to_have_text("陈总")
    play.visit_id = int(page.url.rsplit("/", 1)[1])


def decided(house: House, play: Play, *, arrival: datetime = ARRIVAL) -> None:
    """A visit on the highest level, decided by the general manager."""
    proposed(house, play, arrival=arrival, departure=max(DEPARTURE, arrival + DAY))
    play.fill("general-manager", "set-level", level="VVIP", reason="业主公司董事长")


def test_late_notice_compresses_the_plan_and_loses_nothing(house: House, play: Play) -> None:
    everybody_at_work(house)
    in_good_time = house.approved("VVIP", title="提前两天")
    decided(house, play, arrival=NOW + 3 * HOUR)
    visit = play.visit()
    assert keys(visit) == keys(in_good_time)
    assert keys(visit, "dropped") == set()
    passed = Task.objects.filter(run_id=visit.run_id, compressed=True)
    # What had to be done five, four hours and a day ahead: due at this moment, and nobody is late yet.
    hurried = {
        "case-meeting", "notice-issued", "notice-signed", "work-divided", "banner-made", "board-made"
    }  # fmt: skip
    assert set(passed.values_list("key", flat=True)) == hurried
    assert set(passed.values_list("due_at", flat=True)) == {NOW}
    page = play.as_("duty-manager", f"runs/{visit.run_id}")
    marked = page.locator(".tk-axis .tk-card", has_text="压缩")
    # Signatures for the notice stand at the head of their lanes.
    assert marked.count() == passed.exclude(key="notice-signed").count()
    expect(page.locator(".tk-axis .sg")).to_have_count(passed.filter(key="notice-signed").count())
    expect(page.locator(".tk-late")).to_have_count(0)
    axe(page)
    play.at(NOW + 4 * MINUTE)
    play.fill("gm-office-clerk", "meetings", attendees="前厅、客房经理", minutes="三小时后到店，边做边补")
    play.fill("duty-manager", "notice")
    signing = play.task("notice-signed", branch="housekeeping")
    page = play.as_("housekeeping-manager", "my-tasks")
    expect(page.locator(f"#line-{signing.pk}")).to_contain_text("压缩")
    play.sign("notice-signed", branch="housekeeping", by="housekeeping-manager")
    page = play.as_("duty-manager", f"runs/{visit.run_id}")
    expect(page.locator(".tk-late")).to_have_count(1)


def test_moved_arrival_moves_every_task_and_tells_who_had_seen_one(house: House, play: Play) -> None:
    everybody_at_work(house)
    decided(house, play)
    run = play.visit().run_id
    check, board = play.task("engineering-check"), play.task("board-made")
    page = play.as_("engineer", "my-tasks")
    page.locator(f"#line-{check.pk} form[action$='/acknowledge'] button").click()
    expect(page.locator(f"#line-{check.pk} a", has_text="去做")).to_be_visible()
    with play.watching("quality-manager", f"runs/{run}") as other:
        clock = other.locator(".tk-hero .clk")
        expect(clock).to_contain_text("T−47:59")
        for times, arrival in ((1, ARRIVAL - 5 * HOUR), (2, ARRIVAL + 3 * HOUR)):
            play.fill("duty-manager", "move", arrival_at=play.typed(arrival), departure_at=play.typed(DEPARTURE))
            hours = int((arrival - NOW).total_seconds() // 3600)
            expect(clock).to_contain_text(f"T−{hours - 1}:59")
            expect(other.locator(".tk-hero .an")).to_contain_text(f"改过 {times} 次")
            check.refresh_from_db()
            board.refresh_from_db()
            assert (check.due_at, board.due_at) == (arrival - 3 * HOUR, arrival - 5 * HOUR)
            page = play.as_("engineer", "my-tasks")
            told = page.locator(".tk-told .tk-notice", has_text="设施设备彻底检修")
            expect(told).to_have_count(1)
            expect(page.locator(f"#line-{check.pk}")).to_contain_text(f"{house.hotel.ref.local(check.due_at):%H:%M}")
            page.locator("form[action$='/seen'] button").click()
            expect(told).to_have_count(0)
    # Who had seen nothing yet is not told of a change.
    expect(play.as_("sales-executive", "my-tasks").locator(".tk-told")).to_have_count(0)


def test_absent_general_manager_is_stood_in_for_within_a_minute(house: House, play: Play) -> None:
    everybody_at_work(house, but="general-manager")
    decided(house, play)
    play.at(ARRIVAL - MINUTE)
    page = play.fill("duty-manager", "gm-away", sure=True, said="总经理助理")
    expect(page.locator("#events li", has_text="总经理不在店")).to_contain_text("总经理助理")
    receive = play.task("leader-receives")
    assert (receive.due_at, receive.assignee_id) == (ARRIVAL, house.staff["gm-assistant"])
    page = play.as_("gm-assistant", "my-tasks")
    line = page.locator(f"#line-{receive.pk}")
    expect(line).to_contain_text("请代为接待")
    line.locator("form[action$='/acknowledge'] button").click()
    line.locator("form[action$='/sign'] button").click()
    expect(line).to_have_count(0)
    play.do("leader-told", by="duty-manager")
    play.at(ARRIVAL)
    play.fill("duty-manager", "arrived", sure=True)
    assert play.visit().status == "in_house"
    play.done("leader-receives", "leader-told")


def test_leader_who_does_not_receive_in_time_is_late_in_the_open(house: House, play: Play) -> None:
    everybody_at_work(house, but="general-manager")
    decided(house, play)
    play.at(ARRIVAL - MINUTE)
    play.fill("duty-manager", "gm-away", sure=True)
    receive = play.task("leader-receives")
    play.at(ARRIVAL + 6 * MINUTE)
    page = play.as_("duty-manager", f"tasks/{receive.pk}")
    expect(page.locator(".bz-card.late li")).to_have_count(2)
