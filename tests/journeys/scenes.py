"""The scenes of a VVIP's visit, each played in the pages by whose work it is."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from binzhi.kernel import db
from binzhi.promises.models import Task
from binzhi.reservations.models import RoomReservation
from tests.factories import TODAY
from tests.journeys.conftest import axe, fits
from tests.journeys.reception import TOAST, Play, unfold
from tests.vip.house import DAY, HOUR, MINUTE, NOW

# 17:00 tomorrow, and noon the day after.
T, D = NOW + 27 * HOUR, NOW + 46 * HOUR
MEAL = T + 2 * HOUR
SIGN_IN_TIME = {
    "gm-office": "gm-assistant", "front-office": "front-office-manager", "housekeeping": "housekeeping-manager",
    "dining": "dining-manager", "engineering": "engineering-manager", "finance": "finance-manager",
    "sales": "sales-manager", "quality": "quality-manager", "security": "security-manager",
    "human-resources": "hr-manager",
}  # fmt: skip
LATE = ("recreation", "recreation-manager")


def listed_guest_books(play: Play, name: str = "陈国栋") -> None:
    """Sales puts a guest on the standing list, the GM approves; the booking raises the proposal by itself."""
    page = play.as_("sales-manager", "vip/standing")
    page.locator("#standing-guest_text").press_sequentially(name[:2])
    page.locator("[role=option]", has_text=name).first.click()
    page.fill("#standing-post", "业主公司董事长")
    page.locator("#standing-department").select_option("sales")
    page.fill("#standing-reason", "业主方主要负责人")
    page.get_by_role("button", name="提名", exact=True).click()
    expect(page.locator(TOAST)).to_be_visible()
    page = play.as_("general-manager", "vip/standing")
    page.locator("form[action$='/approve'] button").click()
    expect(page.locator(TOAST)).to_be_visible()
    page = play.as_("reservations-clerk", "reservations/new")
    page.fill("#id_adults", "1")
    page.locator("#id_arrival").fill(str(TODAY + DAY))
    page.locator("#id_arrival").dispatch_event("change")
    expect(page.locator("#offers thead")).to_contain_text(f"{TODAY + DAY:%m-%d}")
    page.locator("label[for='offer-std:bar']").first.click()
    expect(page.locator("#quote")).to_contain_text("380")
    page.locator("#id_guest_text").press_sequentially(name[:2])
    page.locator("[role=option]", has_text=name).first.click()
    page.fill("#id_expected_at", "17:00")
    page.locator("button.pri.tall").click()
    expect(page.locator(TOAST)).to_contain_text("已订好")
    stay = RoomReservation.objects.get()
    page = play.as_("receptionist", f"stays/{stay.pk}/room")
    page.locator("button[name=room][value='101']").click()
    expect(page.locator(TOAST)).to_contain_text("101")
    play.work()


def asked_and_approved(play: Play) -> None:
    """The GM's office finds the proposal, asks for VVIP as for a guest of the owner; the GM approves."""
    page = play.as_("gm-office-clerk", "vip")
    page.locator("#visits a.name", has_text="陈").click()
    page.wait_for_url("**/vip/*")
    play.visit_id = int(page.url.rsplit("/", 1)[1])
    play.fill("gm-office-clerk", "edit", title="陈总", needs="荞麦枕", cautions="花粉过敏，不放百合")
    play.fill("gm-office-clerk", "ask", level="VVIP", route="owner", reason="业主公司董事长来访")
    expect(play.visit_page("general-manager").locator("h1")).to_have_text("陈总")
    play.fill("general-manager", "form[action*='/requests/']", press="button[value=yes]", note="按最高规格")
    assert (play.visit().level.code, play.visit().arrival_at) == ("VVIP", T)  # type: ignore[union-attr]


def met_and_notified(play: Play) -> None:
    """一会一案 with its decisions; the notice of the duty manager; posts and persons."""
    play.at(NOW + HOUR)
    page = play.fill(
        "gm-office-clerk", "meetings", attendees="前厅、客房、餐饮、工程、质检、保安部经理",
        minutes="董事长一行，17:00抵店；花粉过敏；晚宴西溪厅", department__0="housekeeping", text__0="备荞麦枕两个",
        due__0=play.typed(T - 3 * HOUR), department__1="dining", text__1="核对忌口并告知厨师长",
        due__1=play.typed(T - 4 * HOUR),
    )  # fmt: skip
    expect(page.locator("#meeting .vp-agreed li")).to_have_count(2)
    play.fill("gm-office-clerk", "meals", meal_at=play.typed(MEAL), private_room="西溪厅")
    play.at(NOW + 2 * HOUR)
    play.fill("duty-manager", "notice")
    page = play.as_("duty-manager", f"runs/{play.visit().run_id}")
    axe(page)
    page.locator("form[action$='/give-out'] button").click()
    expect(page.locator(TOAST)).to_contain_text("已派")
    play.done("case-meeting", "notice-issued")


def signed_by_departments(play: Play) -> None:
    """Every department signs and breaks the notice down but one, whose signature climbs to the general manager."""
    play.close_day(NOW + 12 * HOUR)
    play.at(T - 9 * HOUR)
    for branch, post in SIGN_IN_TIME.items():
        play.sign("notice-signed", branch=branch, by=post)
        play.do("work-divided", branch=branch, by=post)
    play.do(play.decision("housekeeping"), by="room-attendant")
    play.do(play.decision("dining"), by="dining-manager")
    play.do("banner-made")
    play.do("board-made")
    late = play.task("notice-signed", branch=LATE[0])
    play.at(T - 5 * HOUR + 31 * MINUTE)
    page = play.as_("general-manager", "my-tasks")
    expect(page.locator(".tk-told")).to_contain_text("签收《贵宾接待通知单》")
    page.goto(play.url(f"runs/{late.run_id}"))
    expect(page.locator(".tk-late")).to_contain_text("康乐部")
    expect(page.locator(".tk-late .esc")).to_contain_text("4")
    page.goto(play.url(f"tasks/{late.pk}"))
    told = page.locator(".bz-card.late li")
    expect(told).to_have_count(4)
    expect(told.last).to_contain_text("总经理")
    page = play.as_("duty-manager", "tasks?show=late")
    expect(page.locator("#board .tk-card")).to_have_count(1)
    expect(page.locator("#board .tk-card")).to_contain_text("签收《贵宾接待通知单》")
    axe(page)
    play.at(T - 5 * HOUR + 35 * MINUTE)
    play.sign("notice-signed", branch=LATE[0], by=LATE[1])
    play.do("work-divided", branch=LATE[0], by=LATE[1])


def ineligible_is_refused(play: Play) -> None:
    """Who is below supervisor cannot be given what serves a VVIP: the page says by which clause."""
    task = play.task("welcome-tea")
    page = play.as_("housekeeping-manager", f"tasks/{task.pk}")
    maid = page.locator("select[name=staff] option", has_text="客房服务员")
    expect(maid).to_be_disabled()
    expect(maid).to_contain_text("第16条：须2级及以上")


def prepared(play: Play) -> None:
    """The room, what stands in it, what is wrong with it; flowers, banner, welcome board."""
    play.at(T - 4 * HOUR)
    page = play.as_("housekeeping-supervisor", "rooms/101")
    for condition in ("dirty", "clean", "inspected"):
        page.locator(f"#side button[value={condition}]").click()
        expect(page.locator(f"#side button[value={condition}]")).to_have_count(0)
    play.do("room-prepared", by="housekeeping-supervisor")
    play.countersign("room-prepared", "housekeeping-manager")
    play.do("engineering-check")
    play.do("amenities-vvip")
    play.fill("purchaser", "deliver")
    play.fill("room-attendant", "receive")
    play.at(T - 3 * HOUR)
    play.do("banner-hung")
    play.do("board-placed")
    play.done("room-prepared", "engineering-check", "amenities-vvip", "flowers-vvip", "banner-hung", "board-placed")


def checked_and_sealed(play: Play, other: int) -> None:
    """The final check, the seal in the GM's name; then the room lets nobody in."""
    play.at(T - 75 * MINUTE)
    play.do("final-check", by="quality-assistant-manager")
    play.countersign("final-check", "housekeeping-supervisor")
    page = play.fill("gm-assistant", "seal")
    expect(page.locator("#room")).to_contain_text("101 已封")
    axe(page)
    fits(page)
    play.done("final-check", "room-sealed-vvip")
    page = play.as_("housekeeping-supervisor", "rooms/101")
    page.locator("#side button[value=dirty]").click()
    expect(page.locator(f"{TOAST}.late")).to_contain_text("101房已封房")
    page = play.as_("receptionist", f"stays/{other}/room")
    expect(page.locator("button[name=room]").first).to_be_visible()
    expect(page.locator("button[name=room][value='101']")).to_have_count(0)
    page.locator("input[name=room]").last.fill("101")
    page.locator("input[name=room]").last.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("101房已封房")
    db.enter_scope("*", "*")
    assert RoomReservation.objects.get(pk=other).room_id is None


def received(play: Play) -> None:
    """Cards, guards, the party outside; the guest checks in, which opens the seal."""
    play.at(T - 40 * MINUTE)
    play.fill("receptionist", "cards")
    for purpose, name in (("leader", "沈助理"), ("room", "客房部已放入房内")):
        page = play.visit_page("receptionist")
        form = page.locator(f"form[action$='/hand-over']:has(input[value={purpose}])")
        unfold(page, form)
        form.locator("[name=received_by]").fill(name)
        form.locator("button").last.click()
        expect(form).to_have_count(0)
    play.at(T - 25 * MINUTE)
    play.do("security-posted")
    play.at(T - 16 * MINUTE)
    play.do("welcome-vvip", by="duty-manager")
    play.at(T - MINUTE)
    for key in ("flowers-presented", "bellman-present", "floor-attendant"):
        play.do(key)
    play.at(T)
    stay = play.visit().room_reservation_id
    page = play.as_("receptionist", f"stays/{stay}/check-in")
    page.keyboard.press("Control+Enter")
    expect(page.locator(TOAST).first).to_contain_text("101")
    play.work()
    assert play.visit().status == "in_house"
    play.done("key-cards", "security-posted", "welcome-vvip", "flowers-presented", "bellman-present", "floor-attendant")


def tea_and_dinner(play: Play) -> None:
    """Tea within five minutes of the first entry; the menu, the private room sealed twice, everybody in place."""
    play.at(T + 9 * MINUTE)
    play.fill("bellman", "events", kind="first_entry")
    play.at(T + 12 * MINUTE)
    tea = play.task("welcome-tea")
    page = play.as_("room-attendant", f"tasks/{tea.pk}")
    expect(page.locator("#task")).to_contain_text("第16条：须2级及以上")
    expect(page.locator("[data-submit]")).to_have_count(0)
    play.do("welcome-tea", by="housekeeping-supervisor")
    play.at(MEAL - 50 * MINUTE)
    play.fill("dining-manager", "draft", dishes="清蒸鲈鱼\n龙井虾仁\n荷塘小炒")
    play.fill("general-manager", "approve")
    play.do("dining-sealed", by="dining-director")
    play.at(MEAL - 25 * MINUTE)
    play.do("dining-sealed-quality", by="quality-manager")
    play.at(MEAL - 15 * MINUTE)
    play.do("dining-in-place", by="dining-manager")
    play.do("manager-outside", by="dining-director")
    play.at(MEAL + 90 * MINUTE)
    play.do("plate-service", by="dining-manager")
    play.done(
        "welcome-tea", "menu-drafted", "menu-approved", "dining-sealed", "dining-sealed-quality", "dining-in-place",
        "manager-outside", "plate-service",
    )  # fmt: skip


def followed(play: Play) -> None:
    """The next department hears before the guest moves; the room is tidied; a visitor is asked about."""
    play.at(MEAL + 2 * HOUR)
    play.fill("waiter", "events", kind="moving", text="用餐毕，回房间")
    play.do("next-told", by="gm-office-clerk", text="客房部 客房主管")
    play.fill("room-attendant", "events", kind="left_room")
    play.do("quick-tidy", by="housekeeping-supervisor")
    play.fill("room-attendant", "events", kind="visitor", text="两位")
    play.do("visitor-served", by="housekeeping-supervisor", text="绿茶两杯，香巾")
    play.at(MEAL + 150 * MINUTE)
    play.do("visitor-cleared", by="housekeeping-supervisor")
    play.done("next-told", "quick-tidy", "visitor-served", "visitor-cleared")


def departed(play: Play) -> None:
    """Managers outside, the bill settled, the room searched, the front office told, the notice issued."""
    play.close_day(NOW + 36 * HOUR)
    play.at(D - 15 * MINUTE)
    play.do("farewell", by="duty-manager")
    stay = play.visit().room_reservation_id
    page = play.as_("receptionist", f"stays/{stay}/check-out")
    page.keyboard.press("Control+Enter")
    expect(page.locator(TOAST).first).to_contain_text("已退房")
    play.work()
    play.do("left-items-searched", by="room-attendant", text="无")
    play.at(D - 2 * MINUTE)
    play.fill("duty-manager", "departed", sure=True)
    assert play.visit().status == "gone"
    play.do("car-seen-off", by="duty-manager")
    play.at(D + 5 * MINUTE)
    play.do("departure-told", by="housekeeping-supervisor")
    play.at(D + 30 * MINUTE)
    play.fill("duty-manager", "departure-notice")
    text = pdf_text(play, "general-manager", "departure.pdf")
    wanted = ("贵宾抵离通知单", "陈国栋", "VVIP", "101", "签收《贵宾接待通知单》", "康乐部", "35")
    assert [word for word in wanted if word not in text] == []
    assert text.count("签收《贵宾接待通知单》") == 1


def pdf_text(play: Play, post: str, name: str) -> str:
    """What the form says that the page links to."""
    page = play.visit_page(post)
    link = page.locator(f".bz-head a[href$='/{name}']").get_attribute("href")
    assert link is not None
    answer = page.request.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.body())).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


def reported(play: Play) -> None:
    """The compliance report knows one late line: which clause, whose, and by how much."""
    db.enter_scope("*", "*")
    due = Task.objects.filter(run_id=play.visit().run_id, state="done").count()
    first, last = TODAY, date.fromordinal(TODAY.toordinal() + 3)
    page = play.as_("general-manager", f"compliance?first={first}&last={last}")
    counts = page.locator(".bz-counts .bz-big")
    expect(counts.nth(1)).to_have_text(str(due))
    expect(counts.nth(2)).to_have_text("1")
    expect(counts.nth(3)).to_have_text("0")
    late = page.locator("td[data-label='逾期'] b")
    expect(late).to_have_count(1)
    card = page.locator(".tk-comp", has=late)
    expect(card.locator("h2")).to_have_text("康乐部")
    expect(card.locator("tr", has=late)).to_contain_text("35")
    card.locator("summary").click()
    expect(card.locator("li", has_text="康乐部经理")).to_contain_text("35")
