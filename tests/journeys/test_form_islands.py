"""Forms: found while typing, dates that follow, drafts that stay, one press one effect."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "/ui/styleguide?page=form"


def test_guest_is_found_by_initials_and_chosen_with_the_keyboard(page: Page) -> None:
    page.goto(FORM)
    box = page.get_by_role("combobox", name="住客")
    box.click()
    page.keyboard.type("hzd", delay=15)
    options = page.locator("bz-typeahead [role=option]:not(.new)")
    expect(options).to_have_count(3)
    expect(page.locator("[data-count]").first).to_have_text("3 个结果")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("何志达")
    expect(page.locator("input[name=guest]")).to_have_value("2")
    expect(page.locator("bz-typeahead .bz-pop")).not_to_be_visible()
    # Another letter means another person.
    page.keyboard.type("x")
    expect(page.locator("input[name=guest]")).to_have_value("")


def test_composition_of_chinese_asks_only_when_it_ends(page: Page) -> None:
    page.goto(FORM)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/guests" in request.url else None)
    box = page.get_by_role("combobox", name="住客")
    box.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "chen", "selectionStart": 4, "selectionEnd": 4})
    keyboard.send("Input.imeSetComposition", {"text": "chenguo", "selectionStart": 7, "selectionEnd": 7})
    keyboard.send("Input.insertText", {"text": "陈国"})
    expect(page.locator("bz-typeahead [role=option]:not(.new)")).to_have_count(1)
    assert len(asked) == 1


def test_escape_closes_the_list_and_keeps_the_words(page: Page) -> None:
    page.goto(FORM)
    box = page.get_by_role("combobox", name="住客")
    box.click()
    page.keyboard.type("chen", delay=15)
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("chen")


def test_departure_follows_arrival_and_nights_are_counted(page: Page) -> None:
    page.goto(FORM)
    nights = page.locator("[data-nights]")
    expect(nights).to_have_text("3 晚")
    page.fill("input[name=arrival]", "2026-12-30")
    page.locator("input[name=arrival]").dispatch_event("change")
    expect(page.locator("input[name=departure]")).to_have_value("2027-01-02")
    expect(page.locator("input[name=arrival] ~ .wd")).to_have_text("周三")
    page.fill("input[name=departure]", "2027-01-04")
    page.locator("input[name=departure]").dispatch_event("change")
    expect(nights).to_have_text("5 晚")


def test_steps_change_a_number_within_its_limits(page: Page) -> None:
    page.goto(FORM)
    more = page.get_by_role("button", name="成人加一")
    for _ in range(5):
        more.click()
    expect(page.locator("input[name=adults]")).to_have_value("4")


def test_draft_survives_leaving_the_page_without_the_document_number(page: Page) -> None:
    page.goto(FORM)
    page.fill("textarea[name=remark]", "高楼层，远离电梯")
    page.fill("input[name=document_number]", "330106197203210017")
    expect(page.locator("[data-draft-note]")).to_be_visible()
    kept = page.evaluate("JSON.stringify(Object.entries(sessionStorage))")
    assert "远离电梯" in kept
    assert "330106197203210017" not in kept
    page.goto("/ui/styleguide")
    page.goto(FORM)
    expect(page.locator("textarea[name=remark]")).to_have_value("高楼层，远离电梯")
    expect(page.locator("input[name=document_number]")).to_have_value("")


def test_draft_is_gone_after_signing_out(page: Page) -> None:
    page.goto(FORM)
    page.fill("textarea[name=remark]", "私人的话")
    expect(page.locator("[data-draft-note]")).to_be_visible()
    page.goto("/accounts/login/")
    assert page.evaluate("sessionStorage.length") == 0


def test_refused_form_keeps_what_was_typed_and_counts_what_is_left(page: Page) -> None:
    page.goto(FORM)
    page.fill("input[name=phone]", "138 0571 33")
    page.fill("textarea[name=remark]", "留言")
    with page.expect_response("**/styleguide/form") as answer:
        page.get_by_role("button", name="确认").click()
    assert answer.value.status == 422
    expect(page.locator(".bz-errors")).to_contain_text("还有 1 处需改：联系手机")
    expect(page.locator("input[name=phone]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("textarea[name=remark]")).to_have_value("留言")


def test_ctrl_enter_confirms_and_says_so(page: Page) -> None:
    page.goto(FORM)
    page.fill("input[name=phone]", "13805713333")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bz-toast .words")).to_have_text("预订已确认")


def test_two_presses_send_one_request_with_a_token(page: Page) -> None:
    page.goto(FORM)
    page.fill("input[name=phone]", "13805713333")
    sent: list[str] = []

    def slow(route: Route) -> None:
        sent.append(route.request.post_data or "")
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/styleguide/form", slow)
    page.get_by_role("button", name="确认").dblclick()
    expect(page.locator(".bz-toast .words")).to_have_text("预订已确认")
    assert len(sent) == 1
    assert "idempotency_key=" in sent[0]
    token = page.locator("form#booking").get_attribute("data-token")
    assert token
    # The form that came back carries another one.
    expect(page.locator("form#booking input[name=idempotency_key]")).not_to_have_value(token)


def test_lost_connection_is_said_and_the_form_can_be_sent_again(page: Page, foreseen: list[str]) -> None:
    foreseen.append("503")
    page.goto(FORM)
    page.fill("input[name=phone]", "13805713333")
    page.route("**/styleguide/form", lambda route: route.fulfill(status=503, body="down"))
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".bz-toast.late .words")).to_have_text("没有成功，未作改动，请重试。")
    expect(page.locator("input[name=phone]")).to_have_value("13805713333")
    page.unroute("**/styleguide/form")
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".bz-toast:not(.late) .words")).to_have_text("预订已确认")
