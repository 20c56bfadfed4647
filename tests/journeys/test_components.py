"""The shell and its components, on the page that shows them all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, axe, fits

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "/ui/styleguide",
    "/ui/styleguide?page=rack",
    "/ui/styleguide?page=form",
    "/accounts/login/",
    "/ui/styleguide/error/404",
)


# Everything that is pressed, in its frame; links inside a sentence may be small.
SMALL_TARGETS = """() => {
  const pressed = "a[href], button, input:not([type=hidden]):not(.bz-check):not(.bz-radio), select, summary";
  const spared = ".bz-skip, .bz-banner, p, dialog, [role=tabpanel], .bz-legend, a.name";
  return [...document.querySelectorAll(pressed)]
    .filter((element) => element.getClientRects().length && !element.closest(spared))
    .map((element) => element.closest(".bz-input, .bz-seg, .bz-choice") ?? element)
    .filter((box) => box.getBoundingClientRect().height < 44)
    .map((box) => `${box.tagName}.${box.className} ${Math.round(box.getBoundingClientRect().height)}`);
}"""


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_component_is_accessible_and_fits(
    open_page: Callable[..., Page], path: str, theme: str, size: dict[str, int]
) -> None:
    page = open_page(size=size, theme=theme)
    page.goto(path)
    axe(page)
    fits(page)


def test_english_page_holds_no_untranslated_shell(open_page: Callable[..., Page]) -> None:
    page = open_page(language="en")
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    words = page.locator("main").inner_text()
    assert re.findall(r"[\u4e00-\u9fff]+", words) == []


def test_two_hundred_rooms_fit_a_desk_screen(page: Page) -> None:
    page.goto("/ui/styleguide?page=rack")
    assert page.locator(".bz-tile").count() == 200
    last = page.locator(".bz-tile").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 900


def test_targets_on_a_phone_are_big_enough_for_a_thumb(phone: Page) -> None:
    for path in ("/ui/styleguide", "/ui/styleguide?page=form", "/accounts/login/"):
        phone.goto(path)
        small = phone.evaluate(SMALL_TARGETS)
        assert small == [], path


def test_theme_changes_at_once_and_stays(page: Page) -> None:
    page.goto("/ui/styleguide")
    with page.expect_response("**/ui/theme"):
        page.get_by_role("button", name="深浅主题").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_language_changes_on_the_same_page(page: Page) -> None:
    page.goto("/ui/styleguide?page=rack")
    page.locator(".bz-top button.lang").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/ui/styleguide?page=rack")


def test_f_key_opens_its_screen_even_while_typing(page: Page) -> None:
    page.goto("/ui/styleguide")
    page.locator("input[name=note]").focus()
    page.keyboard.press("F7")
    page.wait_for_url("**page=rack")


def test_question_mark_lists_the_keys_of_the_page(page: Page) -> None:
    page.goto("/ui/styleguide?page=rack")
    page.keyboard.press("?")
    expect(page.locator("#bz-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#bz-keys")).not_to_be_visible()


def test_letters_act_only_when_nothing_is_typed(page: Page) -> None:
    page.goto("/ui/styleguide?page=rack")
    page.locator("#room-0811").click()
    expect(page.locator("#side h2")).to_have_text("0811")
    page.locator("[data-search]").fill("")
    page.locator("[data-search]").press("o")
    assert not page.url.endswith("#o")
    expect(page.locator("[data-search]")).to_have_value("o")
    page.locator("#side h2").focus()
    page.keyboard.press("o")
    assert page.url.endswith("#o")


def test_panel_takes_the_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/ui/styleguide?page=rack")
    tile = page.locator("#room-0811")
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side h2")).to_be_focused()
    expect(tile).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_empty()
    expect(tile).to_be_focused()


def test_arrows_walk_the_rack_with_one_tab_stop(page: Page) -> None:
    page.goto("/ui/styleguide?page=rack")
    assert page.locator(".bz-tile[tabindex='0']").count() == 1
    page.locator("#room-1105").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#room-1005")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#room-1006")).to_be_focused()


def test_confirmation_asks_before_a_form_is_sent(page: Page) -> None:
    page.goto("/ui/styleguide")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.locator("#ask").click()
    expect(page.locator("#bz-confirm")).to_be_visible()
    expect(page.locator("#bz-confirm [value=no]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#bz-confirm")).not_to_be_visible()
    assert sent == []
    page.locator("#ask").click()
    page.locator("#bz-confirm [value=yes]").click()
    expect(page.locator(".bz-toast .words")).to_have_text("已入账：迷你吧 ¥58.00")
    assert sent == ["POST"]


def test_toast_offers_undo_by_key(page: Page) -> None:
    page.goto("/ui/styleguide")
    page.locator("#ask").click()
    page.locator("#bz-confirm [value=yes]").click()
    expect(page.locator(".bz-toast .undo")).to_be_visible()
    with page.expect_request(lambda request: request.method == "POST") as undone:
        page.keyboard.press("z")
    assert "csrfmiddlewaretoken" in (undone.value.post_data or "")


def test_tabs_move_with_arrows_and_show_one_panel(page: Page) -> None:
    page.goto("/ui/styleguide")
    page.get_by_role("tab", name="基本").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="商业")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#tab-b")).to_be_visible()
    expect(page.locator("#tab-a")).not_to_be_visible()


def test_ticked_lines_are_counted_and_summed(page: Page) -> None:
    page.goto("/ui/styleguide")
    button = page.locator("[data-needs-ticked]")
    expect(button).to_be_disabled()
    page.locator("input[name=line]").nth(0).check()
    page.locator("input[name=line]").nth(2).check()
    expect(page.locator("[data-ticked]")).to_have_text("选中 2 笔")
    expect(page.locator("[data-ticked-sum]")).to_have_text("596.00")
    expect(button).to_be_enabled()


def test_hidden_column_stays_hidden(page: Page) -> None:
    page.goto("/ui/styleguide")
    page.locator("[data-columns-for=lines] summary").click()
    page.locator("[data-columns-for=lines] input[value=by]").uncheck()
    expect(page.locator("th[data-col=by]")).not_to_be_visible()
    page.reload()
    expect(page.locator("th[data-col=by]")).not_to_be_visible()


def test_live_part_refreshes_and_leaves_a_typed_field_alone(page: Page) -> None:
    page.goto("/ui/styleguide")
    beat = page.locator("[data-beat]")
    first = beat.inner_text()
    expect(beat).not_to_have_text(first)
    note = page.locator("input[name=note]")
    note.click()
    page.keyboard.type("half a wor")
    held = beat.inner_text()
    # Two beats of the clock on the page, not of this test: the part must have asked for nothing meanwhile.
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/live") else None)
    page.evaluate("new Promise((done) => setTimeout(done, 2200))")
    assert asked == []
    expect(beat).to_have_text(held)
    expect(note).to_have_value("half a wor")
    expect(note).to_be_focused()


def test_menu_closes_on_escape_and_returns_focus(page: Page) -> None:
    page.goto("/ui/styleguide")
    summary = page.locator("[data-columns-for=lines] summary")
    summary.click()
    expect(page.locator("[data-columns-for=lines]")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.locator("[data-columns-for=lines] .pop")).not_to_be_visible()


def test_dialogs_of_the_shell_are_accessible(page: Page) -> None:
    page.goto("/ui/styleguide")
    page.keyboard.press("?")
    axe(page)
