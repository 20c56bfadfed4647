"""Colleagues of real posts, each with a browser of their own, noting, looking at boards, doing, asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from django.utils import translation
from playwright.sync_api import Page, expect

from binzhi.guests.learning import Basis, Kind, Place
from binzhi.guests.observations.chips import shipped_chips
from binzhi.guests.preferences.queries import PreferenceCard, preferences_of
from binzhi.kernel import clock, db
from binzhi.people import setup as people_setup
from binzhi.people.models import User
from binzhi.promises.queries.cards import Card
from binzhi.promises.queries.views import task_view
from tests.guests.learning_house import LearningHouse
from tests.journeys.conftest import DESK, PHONE

TOAST = ".bz-toast"
_KINDS = {chip.code: Kind(chip.kind) for chip in shipped_chips()}
_AT_DESKS = frozenset({"housekeeping-supervisor", "dining-manager", "front-office-manager"})
_numbers = count(1)


@dataclass
class Crew:
    """One page a post, opened when it is first needed: who serves carries a phone, who leads sits at a desk."""

    house: LearningHouse
    open_page: Callable[..., Page]
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, post: str) -> Page:
        if post not in self.pages:
            db.enter_scope("*", "*")
            made = people_setup.create_staff(
                hotel_id=self.house.pk, username=f"{post}-{next(_numbers)}", name="郑小梅", password=None, post=post,
                since=date(2020, 1, 1),
            )  # fmt: skip
            size = DESK if post in _AT_DESKS else PHONE
            self.pages[post] = self.open_page(size=size, user=User.objects.get(pk=made.user_id))
        return self.pages[post]

    def url(self, rest: str) -> str:
        return f"/h/{self.house.hotel.ref.code}/{rest}"

    def note(self, guest: int, one: Mapping[str, Any]) -> None:
        """As the page is pressed: who, where, what, how one knows; it is answered before this returns."""
        page = self.page(one["post"])
        page.goto(self.url("observe"))
        page.locator(f'[data-guest="{guest}"]').click()
        with translation.override("zh-hans"):
            place, basis = str(Place(one["place"]).label), str(Basis(one.get("basis", "seen")).label)
            kinds = {code: str(_KINDS[code].label) for code in one.get("chips", ())}
        page.locator(".ob-places").get_by_text(place, exact=True).click()
        for code, kind in kinds.items():
            page.get_by_role("button", name=kind, exact=True).click()
            page.locator("label", has=page.locator(f"[name=chip][value={code}]")).click()
        if "text" in one:
            page.get_by_label("或写一句").fill(one["text"])
        if "basis" in one:
            page.locator(".ob-how .bz-seg").get_by_text(basis, exact=True).click()
        page.locator("[data-submit]").click()
        expect(page.locator(TOAST).first).to_contain_text("已记下")
        db.enter_scope("*", "*")

    def cards(self, stay: int, keys: set[str]) -> list[Card]:
        """The tasks of a stay by their keys, in Chinese."""
        with translation.override("zh-hans"):
            return [
                task_view(hotel_id=self.house.pk, task_id=row["id"], now=clock.now()).card
                for key, row in self.house.tasks(stay).items()
                if key in keys
            ]

    def on_board(self, board: Page, stay: int, keys: set[str]) -> None:
        """Each is a card on the board of its department."""
        with translation.override("zh-hans"):
            for card in self.cards(stay, keys):
                wanted = self.url(f"tasks?department={card.department}")
                if not board.url.endswith(wanted):
                    board.goto(wanted)
                expect(board.locator("#board").locator(f'a[href$="/tasks/{card.id}"]').first).to_contain_text(
                    card.title
                )

    def does(self, post: str, task: int) -> None:
        """Taken and done on one's own list."""
        page = self.page(post)
        page.goto(self.url("my-tasks"))
        line = page.locator(f"#line-{task}")
        line.get_by_role("button", name="接单").click()
        expect(line.get_by_role("button", name="完成")).to_be_visible()
        # At the foot of a long list the word of thanks lies over the line: away with it.
        for toast in page.locator(f"{TOAST} .close").all():
            toast.click()
        line.evaluate("line => line.scrollIntoView({block: 'center'})")
        line.get_by_role("button", name="完成").click()
        expect(line).to_have_count(0)
        db.enter_scope("*", "*")
        self.house.heed()

    def known(self, guest: int, wish: str) -> PreferenceCard:
        """What the file says of one wish now."""
        db.enter_scope("*", "*")
        found = preferences_of(group_id=self.house.hotel.ref.group_id, guest_id=guest)
        (one,) = [each for each in found if each.wish == wish]
        return one
