"""A real browser on a real server: policy violations, script errors and 5xx answers fail the test that met them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tools.chromium import FLAGS, NoChromium, find_chromium

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")
_skipped: list[str] = []

# Playwright's loop runs in this thread; Django would otherwise refuse its own synchronous calls here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for reason in sorted(set(_skipped)):
        terminalreporter.write_sep("!", "THE BROWSER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(reason, red=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        found = find_chromium()
    except NoChromium as missing:
        _skipped.append(str(missing))
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.path, args=[*FLAGS], env={**os.environ, **found.environment}
        )
        yield started
        started.close()


@pytest.fixture
def live(live_server: Any, settings: Any) -> str:
    """The address of the server; the styleguide is on."""
    settings.BINZHI_STYLEGUIDE = True
    if not (ROOT / "src/binzhi/kernel/static/binzhi/manifest.json").exists():
        _skipped.append("The front end is not built: run `npm ci && npm run build` in frontend/.")
        pytest.skip(_skipped[-1])
    return str(live_server.url)


@pytest.fixture
def foreseen() -> list[str]:
    """Parts of troubles that a test brings about itself."""
    return []


@pytest.fixture
def open_page(browser: Browser, live: str, foreseen: list[str]) -> Iterator[Callable[..., Page]]:
    """Make pages of any size and theme; each is watched to its end."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def make(*, size: dict[str, int] = DESK, theme: str = "light", language: str = "zh-hans", user: Any = None) -> Page:
        phone = size["width"] < 768
        context = browser.new_context(
            base_url=live, viewport=size, is_mobile=phone, has_touch=phone, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        contexts.append(context)
        cookies = {"binzhi_theme": theme, "binzhi_language": language}
        if user is not None:
            cookies["sessionid"] = session_of(user)
        context.add_cookies([{"name": name, "value": value, "url": live} for name, value in cookies.items()])
        context.set_default_timeout(8000)
        page = context.new_page()
        watch(page, troubles)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [trouble for trouble in troubles if not any(part in trouble for part in foreseen)] == []


def watch(page: Page, troubles: list[str]) -> None:
    """Note what a user would not see: refused styles and scripts, exceptions, broken answers."""
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on(
        "response", lambda answer: troubles.append(f"{answer.status}: {answer.url}") if answer.status >= 500 else None
    )
    page.on(
        "console",
        lambda message: (
            troubles.append(f"console: {message.text}")
            if message.type == "error" and "status of 4" not in message.text
            else None
        ),
    )


def session_of(user: Any) -> str:
    """A session as signing in makes it, without the page."""
    from importlib import import_module

    from django.conf import settings

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """At the desk, Chinese, light, nobody signed in."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(size=PHONE)


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign in as a person does."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def axe(page: Page, *, within: str = "document") -> None:
    """Fail on anything that axe calls serious or critical, with the elements it names."""
    page.evaluate(AXE.read_text())
    target = "document" if within == "document" else f"document.querySelector({within!r})"
    found = page.evaluate(f"axe.run({target}, {{resultTypes: ['violations'], runOnly: {RULES}}})")
    faults = [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:5]
    ]
    assert not faults, "\n".join(faults)


def fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
