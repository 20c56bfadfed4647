"""Theme and language: kept in cookies, nothing else changed by them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_theme_is_kept_and_written_into_the_page(client: Client) -> None:
    answer = client.post("/ui/theme", {"theme": "dark", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert b'data-theme="dark" data-bs-theme="dark"' in client.get("/accounts/login/").content


def test_unknown_theme_turns_the_present_one_over(client: Client) -> None:
    client.post("/ui/theme", {"theme": "pink"})
    assert client.cookies["binzhi_theme"].value == "dark"


def test_language_is_kept_and_an_unknown_one_changes_nothing(client: Client) -> None:
    client.post("/ui/language", {"language": "en"})
    assert b'<html lang="en"' in client.get("/accounts/login/").content
    client.post("/ui/language", {"language": "xx"})
    assert b'<html lang="en"' in client.get("/accounts/login/").content


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_switch_leads_to_our_own_pages_only(client: Client, address: str) -> None:
    assert client.post("/ui/language", {"language": "en", "next": address})["Location"] == "/"


@pytest.mark.parametrize("path", ["/ui/theme", "/ui/language"])
def test_reading_changes_nothing(client: Client, path: str) -> None:
    assert client.get(path).status_code == 405
    assert not client.cookies


def test_form_without_its_token_is_refused_with_a_page_that_explains() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/ui/theme", {"theme": "dark"})
    assert answer.status_code == 403
    assert "页面打开太久" in answer.content.decode()
    assert "binzhi_theme" not in strict.cookies


def test_styleguide_is_closed_in_production(client: Client, settings: Any) -> None:
    settings.DEBUG = settings.BINZHI_STYLEGUIDE = False
    assert client.get("/ui/styleguide").status_code == 404


def test_wrong_address_is_answered_in_the_language_of_the_user(client: Client) -> None:
    assert "这里没有内容" in client.get("/nowhere").content.decode()
    client.cookies["binzhi_language"] = "en"
    assert "There is nothing here" in client.get("/nowhere").content.decode()


def test_breakdown_is_told_in_both_languages() -> None:
    from django.test import RequestFactory

    from binzhi.kernel.ui.views import server_error

    text = server_error(RequestFactory().get("/")).content.decode()
    assert "系统出错了" in text
    assert "Something broke here" in text


def test_pages_carry_the_strict_policy(client: Client) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'self'"]
    assert rules["style-src"] == ["'self'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert rules["base-uri"] == ["'none'"]
