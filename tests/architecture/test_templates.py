"""What the strict content security policy would silently ignore, or worse, must not be written."""

from __future__ import annotations

import re

import pytest

from tests.architecture.conftest import ROOT, own_files

FORBIDDEN = {
    "inline style": re.compile(r"<style\b|\sstyle\s*="),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>"),
    "event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "hx-on": re.compile(r"\shx-on\b"),
    "script URL": re.compile(r"[\"']\s*(?:javascript|js):"),
    "trigger filter": re.compile(r"hx-trigger\s*=\s*[\"'][^\"']*\["),
    "another host": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//"),
    "unescaped text": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
}


def faults(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_template_holds_what_the_policy_forbids() -> None:
    found = {}
    for path in own_files(".html"):
        if "src" in path.parts and (what := faults(path.read_text())):
            found[path.relative_to(ROOT).as_posix()] = what
    assert found == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color:red">', "inline style"),
        ("<script>go()</script>", "inline script"),
        ('<button onclick="go()">', "event attribute"),
        ('<a hx-on:click="x">', "hx-on"),
        ("<a hx-vals='js:{a:1}'>", "script URL"),
        ('<a hx-trigger="click[ctrlKey]">', "trigger filter"),
        ('<script src="//cdn.example/x.js"></script>', "another host"),
        ("{{ note|safe }}", "unescaped text"),
    ],
)
def test_each_fault_is_found(text: str, what: str) -> None:
    assert faults(text) == [what]


def test_honest_markup_is_let_through() -> None:
    text = '<script type="module" src="{% static "binzhi/app.js" %}"></script><a hx-trigger="room:changed from:body">'
    assert faults(text) == []
