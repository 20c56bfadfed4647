"""A hotel on a clock that the test moves on; every colleague in a browser of their own: desk or phone by their post."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from binzhi.frontdesk.jobs import close_day
from binzhi.kernel import clock, db
from binzhi.people.models import User
from binzhi.promises.jobs import heed_all
from binzhi.promises.models import Task
from binzhi.promises.sweep import sweep
from binzhi.vip.jobs import catch_up
from binzhi.vip.models import Visit
from tests.journeys.conftest import DESK, PHONE
from tests.vip.house import NOW, House

# Who works on their feet has the list in the hand.
ON_FOOT = frozenset(
    {
        "room-attendant", "housekeeping-supervisor", "engineer", "bellman", "concierge-supervisor", "security-guard",
        "waiter", "purchaser", "quality-assistant-manager", "sales-executive", "dining-manager",
    }
)  # fmt: skip
TOAST = ".bz-toast"


def picture() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (180, 90, 60)).save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Play:
    """What one colleague after the other does in the pages; the worker looks at each moment the clock is put to."""

    def __init__(self, house: House, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.now = house, NOW
        self.visit_id = 0
        self._open, self._pages = open_page, dict[str, Page]()
        self._current, self._seen = "", ("", NOW)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    # ------------------------------------------------------------ time

    def at(self, moment: datetime) -> None:
        """It is that moment: what the worker does all the time is done."""
        assert moment >= self.now, "time goes on"
        self.now = moment
        self.work()

    def work(self) -> None:
        heed_all()
        catch_up(now=self.now)
        heed_all()
        sweep(now=self.now)
        db.enter_scope("*", "*")

    def close_day(self, at: datetime) -> None:
        """The night audit, as the worker runs it by itself."""
        self.at(at)
        assert close_day(hotel_id=self.house.pk, business_date=self.house.hotel.refreshed().business_date) == "done"

    def typed(self, moment: datetime) -> str:
        """As a field for a moment takes it, on the hotel's clocks."""
        return f"{self.house.hotel.ref.local(moment):%Y-%m-%dT%H:%M}"

    # ------------------------------------------------------------ people

    def url(self, rest: str) -> str:
        return f"/h/{self.house.hotel.ref.code}/{rest}"

    def as_(self, post: str, rest: str = "") -> Page:
        """The page of whoever holds a post, at an address; who worked before has put theirs away."""
        if self._current and self._current != post:
            self._pages[self._current].goto("about:blank", wait_until="commit")
        if post not in self._pages:
            self._pages[post] = self.new_page(post)
        self._current, page = post, self._pages[post]
        if rest:
            # The scripts have run by then; fonts and pictures may still be on their way.
            page.goto(self.url(rest), wait_until="domcontentloaded")
        self._seen = (rest, self.now)
        return page

    def new_page(self, post: str) -> Page:
        user = User.objects.get(pk=self.house.users[post])
        return self._open(size=PHONE if post in ON_FOOT else DESK, user=user)

    def looked_at(self, post: str, rest: str) -> Page:
        """As `as_`, without asking again for what has just been shown."""
        if self._current == post and self._seen == (rest, self.now) and self._shows(post, rest):
            return self._pages[post]
        return self.as_(post, rest)

    def _shows(self, post: str, rest: str) -> bool:
        return self._pages[post].url.partition("#")[0].endswith(f"/{rest}")

    # ------------------------------------------------------------ tasks

    def visit(self) -> Visit:
        return self.house.visit(self.visit_id)

    def task(self, key: str, *, branch: str = "", occurrence: int = 1) -> Task:
        db.enter_scope("*", "*")
        wanted = {"run_id": self.visit().run_id, "key": key, "occurrence": occurrence}
        return Task.objects.get(**wanted | ({"branch": branch} if branch else {}))

    def decision(self, department: str) -> str:
        """The key of what a meeting agreed with a department."""
        db.enter_scope("*", "*")
        rows = Task.objects.filter(run_id=self.visit().run_id, key__startswith="decision-")
        return rows.get(department__code=department).key

    def holder(self, task: Task) -> str:
        """The post of whom a task was given to."""
        return next(post for post, staff in self.house.staff.items() if staff == task.assignee_id)

    def open_task(self, task: Task, post: str) -> Page:
        """From one's own list to the task; what is another's is found by its address."""
        page = self.looked_at(post, "my-tasks")
        line = page.locator(f"#line-{task.pk} a.ti")
        if line.count():
            line.click()
        else:
            page.goto(self.url(f"tasks/{task.pk}"))
        page.locator("#task").wait_for()
        return page

    def do(self, key: str, *, by: str = "", text: str = "", branch: str = "", occurrence: int = 1) -> None:
        """Hand in all that a task wants, by whom it was given to, or by another who may."""
        task = self.task(key, branch=branch, occurrence=occurrence)
        page = self.open_task(task, by or self.holder(task))
        fill_evidence(page, text)
        page.locator("[data-submit]").click()
        expect(page.locator("h1")).to_have_text("我的任务")
        self._seen = ("my-tasks", self.now)

    def sign(self, key: str, *, by: str, branch: str = "") -> None:
        """Seen and signed with one press each, on the list itself."""
        task = self.task(key, branch=branch)
        line = self.looked_at(by, "my-tasks").locator(f"#line-{task.pk}")
        line.locator("form[action$='/acknowledge'] button").click()
        line.locator("form[action$='/sign'] button").click()
        expect(line).to_have_count(0)

    def countersign(self, key: str, post: str) -> None:
        task = self.task(key)
        page = self.as_(post, "my-tasks")
        page.locator(f".tk-group.sign #line-{task.pk} a.ti").click()
        page.locator("form[action$='/countersign'] button").click()
        expect(page.locator(TOAST)).to_contain_text("已签")

    def done(self, *keys: str) -> None:
        """They are all done, and none of them was late."""
        db.enter_scope("*", "*")
        for one in Task.objects.filter(run_id=self.visit().run_id, key__in=keys):
            assert one.state == "done", one.key
            assert one.ended_at is not None
            assert one.due_at is not None
            assert one.ended_at <= one.due_at, one.key

    # ------------------------------------------------------------ the page of the visit

    def visit_page(self, post: str) -> Page:
        return self.looked_at(post, f"vip/{self.visit_id}")

    def fill(
        self,
        post: str,
        action: str,
        *,
        press: str = "button:not([type=button])",
        sure: bool = False,
        said: str = "",
        **values: str,
    ) -> Page:
        """Fill in and send one form of the visit; it must be taken."""
        page = self.visit_page(post)
        found = page.locator(action if action.startswith("form") else f'form[action$="/{action}"]')
        unfold(page, found)
        for name, value in values.items():
            fill_field(found, name.replace("__", "-"), value)
        found.locator(press).last.click()
        if sure:
            page.locator("#bz-confirm [value=yes]").click()
        expect(page.locator(TOAST).first).to_contain_text(said)
        # A word to think about twice may be told behind it.
        first = page.locator(TOAST).first
        assert "late" not in (first.get_attribute("class") or ""), first.inner_text()
        # The next form of the same person would find this very toast.
        page.locator(TOAST).evaluate_all("all => all.forEach(found => found.remove())")
        return page

    @contextmanager
    def watching(self, post: str, rest: str) -> Iterator[Page]:
        """Another screen that stays open while the others work."""
        page = self.new_page(post)
        page.goto(self.url(rest))
        yield page
        page.goto("about:blank")


def unfold(page: Page, form: Locator) -> None:
    """Open what a form stands folded in."""
    fold = page.locator("details", has=form)
    if fold.count() and fold.last.get_attribute("open") is None:
        fold.last.locator("summary").first.click()


def fill_field(form: Locator, name: str, value: str) -> None:
    field = form.locator(f'[name="{name}"]')
    kind = field.first.evaluate("found => found.type")
    if kind == "radio":
        form.locator(f'[name="{name}"][value="{value}"]').check()
    elif kind.startswith("select"):
        field.select_option(value)
    else:
        field.fill(value)


def fill_evidence(page: Page, text: str = "") -> None:
    for box in page.locator(".tk-ck input").all():
        box.check()
    if page.locator("input[name=picture]").count():
        page.locator("input[name=picture]").set_input_files(picture())
        expect(page.locator(".tk-im .st")).to_have_text("已传")
    if text:
        page.fill("#id_text", text)
    if page.locator("input[name=signature]").count():
        page.locator("input[name=signature]").check()
