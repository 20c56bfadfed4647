"""A task done in the corridor with evidence, a reception at the desk, a protocol changed: in a real browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from binzhi.kernel import clock, db
from binzhi.people.models import User
from binzhi.promises.models import Proof, Task
from binzhi.promises.services.moments import move_anchor
from binzhi.promises.services.protocols import save_protocol
from tests.factories import NOW, SYSTEM
from tests.journeys.conftest import DESK, PHONE, axe, fits
from tests.promises.engine.house import HOUR, House, make_house, start, task

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)

ROOM = """
protocol: visit
name: 接待
name_en: Reception
subject: visit
anchors:
  arrival: {name: 抵店, name_en: Arrival}
  visitor: {name: 来访, name_en: Visitor, event: true, repeats: true}
tasks:
  - key: dressed
    clause: "4"
    name: 贵宾布置
    name_en: Room dressed
    department: housekeeping
    posts: [room-attendant]
    due: arrival - 2h
    checklist: [{key: fruit, name: 果盘, name_en: Fruit}, {key: letter, name: 欢迎信, name_en: Letter}]
    evidence: [{kind: photo}, {kind: signature}]
  - {key: checked, clause: "9", name: 终检, name_en: Checked, department: quality, due: arrival - 1h, after: [dressed]}
"""


@pytest.fixture
def house(live: str) -> House:
    made = make_house()
    save_protocol(hotel_id=made.pk, source=ROOM, actor=SYSTEM, now=NOW)
    return made


def reception(house: House) -> Task:
    """The room is to be dressed by an hour from now."""
    now = clock.now()
    run = start(house, anchors={"arrival": now + 3 * HOUR}, now=now, label="陈先生", facts={"level": "VVIP"})
    return task(run, "dressed")


def user(house: House, name: str) -> User:
    return User.objects.get(pk=house.users[name])


def url(house: House, rest: str) -> str:
    return f"/h/{house.hotel.ref.code}/{rest}"


def picture() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), (180, 90, 60)).save(out, "JPEG")
    return {"name": "room.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_task_is_taken_done_with_evidence_and_taken_back_on_a_phone(
    house: House, open_page: Callable[..., Page]
) -> None:
    one = reception(house)
    phone = open_page(size=PHONE, user=user(house, "maid"))
    phone.goto(url(house, "my-tasks"))
    line = phone.locator(f"#line-{one.pk}")
    expect(line).to_contain_text("贵宾布置")
    fits(phone)
    axe(phone)
    line.get_by_role("button", name="接单").click()
    # The list looks again by itself: it is one's own now, and can be done.
    expect(line.get_by_role("link", name="去做")).to_be_visible()
    line.get_by_role("link", name="去做").click()
    done = phone.locator("[data-submit]")
    expect(done).to_contain_text("还差 2 项 1 照 签字")
    fits(phone)
    axe(phone)
    phone.get_by_label("果盘").check()
    phone.get_by_label("欢迎信").check()
    phone.locator("input[name=picture]").set_input_files(picture())
    expect(phone.locator(".tk-im .st")).to_have_text("已传")
    phone.locator("input[name=signature]").check()
    expect(done).to_have_text("完成")
    done.click()
    expect(phone.locator("h1")).to_have_text("我的任务")
    db.enter_scope("*", "*")
    one.refresh_from_db()
    assert (one.state, one.assignee_id) == ("done", house.staff["maid"])
    kinds = Proof.objects.filter(task=one).order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["photo", "signature", "tick", "tick"]
    photo = Proof.objects.get(task=one, kind="photo").photo
    assert photo is not None
    assert (photo.width, photo.height) == (1600, 1067)
    phone.locator(".bz-toast .undo").click()
    expect(phone.locator(".bz-toast").last).to_contain_text("贵宾布置")
    one.refresh_from_db()
    assert one.state == "open"


def test_what_is_done_without_a_network_is_kept_and_sent_once(
    house: House, open_page: Callable[..., Page], foreseen: list[str]
) -> None:
    foreseen += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch"]
    one = reception(house)
    phone = open_page(size=PHONE, user=user(house, "maid"))
    phone.goto(url(house, f"tasks/{one.pk}"))
    phone.get_by_label("果盘").check()
    phone.get_by_label("欢迎信").check()
    phone.locator("input[name=signature]").check()
    phone.context.set_offline(True)
    phone.locator("input[name=picture]").set_input_files(picture())
    expect(phone.locator(".tk-im .st")).to_have_text("待传")
    expect(phone.locator(".tk-off")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator(".tk-im .st")).to_have_text("已传")
    # Pressed while the network is away: it goes out by itself when there is one again.
    phone.context.set_offline(True)
    phone.locator("[data-submit]").click()
    expect(phone.locator(".tk-off")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("h1")).to_have_text("我的任务")
    db.enter_scope("*", "*")
    assert Proof.objects.filter(task=one).count() == 4


def test_board_shows_what_another_desk_did_and_keeps_the_focus(house: House, open_page: Callable[..., Page]) -> None:
    one = reception(house)
    desk = open_page(size=DESK, user=user(house, "hkm"))
    desk.goto(url(house, "tasks"))
    card = desk.locator("#board .tk-card", has_text="贵宾布置")
    expect(card).to_contain_text("未派人")
    axe(desk)
    card.locator("a").focus()
    db.enter_scope("*", "*")
    phone = open_page(size=PHONE, user=user(house, "maid"))
    phone.goto(url(house, f"tasks/{one.pk}"))
    phone.get_by_role("button", name="接单").click()
    expect(card).to_contain_text("郑服务")
    expect(card.locator("a")).to_be_focused()


def test_reception_over_time_moves_with_its_arrival(house: House, open_page: Callable[..., Page]) -> None:
    one = reception(house)
    desk = open_page(size=DESK, user=user(house, "duty"))
    desk.goto(url(house, f"runs/{one.run_id}"))
    expect(desk.locator(".tk-hero .clk")).to_contain_text("T−2:59")
    fits(desk)
    axe(desk)
    desk.keyboard.press("t")
    panel = desk.locator("#side .tk-moments")
    expect(panel).to_be_visible()
    axe(desk, within="#side")
    move_anchor(
        hotel_id=house.pk, run_id=one.run_id, anchor="arrival", at=clock.now() + timedelta(hours=5, minutes=30),
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    expect(desk.locator(".tk-hero .clk")).to_contain_text("T−5:")
    panel.get_by_role("button", name="刚刚发生").click()
    expect(desk.locator(".bz-toast")).to_be_visible()


def test_protocol_is_mended_line_by_line_and_rehearsed(house: House, open_page: Callable[..., Page]) -> None:
    desk = open_page(size=DESK, user=user(house, "gm"))
    desk.goto(url(house, "protocols/visit"))
    text = desk.locator("#source")
    text.fill(ROOM.replace("arrival - 2h", "arival - 2h").strip())
    way = desk.locator("#check [data-line]")
    expect(way).to_have_text("第 15 行")
    expect(desk.locator(".gutter .wrong")).to_have_text("15")
    way.click()
    expect(text).to_be_focused()
    assert desk.evaluate("document.getSelection().toString()").strip() == "due: arival - 2h"
    axe(desk)
    text.fill(ROOM.replace("arrival - 2h", "arrival - 4h").strip())
    expect(desk.locator("#check")).to_contain_text("没有错误")
    desk.get_by_role("button", name="用这份文本预演").click()
    expect(desk.locator("h1")).to_have_text("预演：接待")
    expect(desk.locator(".tk-axis thead")).to_contain_text("T−4h")
    axe(desk)
    before = desk.locator(".tk-axis .tk-card", has_text="贵宾布置").inner_text()
    desk.locator("input[name=at-arrival]").fill("2030-05-01T12:00")
    desk.locator("input[name=at-arrival]").blur()
    expect(desk.locator(".tk-axis .tk-card", has_text="贵宾布置")).to_contain_text("2030-05-01 08:00")
    assert "2030" not in before


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_screens_of_promises_fit_and_are_for_everybody(
    house: House, open_page: Callable[..., Page], size: dict[str, int], theme: str
) -> None:
    one = reception(house)
    page = open_page(size=size, theme=theme, user=user(house, "gm"))
    for rest in (
        "my-tasks", "tasks", "tasks?department=housekeeping", f"tasks/{one.pk}", "runs", f"runs/{one.run_id}",
        f"runs/{one.run_id}/moments", "protocols", "protocols/visit", "protocols/visit/rehearsal", "compliance",
    ):  # fmt: skip
        page.goto(url(house, rest))
        expect(page.locator("h1").first).to_be_visible()
        fits(page)
        axe(page)
