"""What the strict content security policy would ignore must not be written, and no word may stay untranslated."""

from __future__ import annotations

import json
import re

import pytest

from tests.architecture.conftest import ROOT, own_files

# Sample data of a Chinese hotel, and the mark of the house.
SAMPLES = ("templates/styleguide/", "templates/ui/mark.html")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# The two languages name themselves, each in its own.
OWN_NAMES = {"中文", "中", "文"}
TRANSLATED = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL
)
COMMENT = re.compile(r"\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
SPOKEN = re.compile(
    r"""\s(?:aria-label|alt|title|placeholder|data-label|data-confirm|data-confirm-yes)="([^"]*)\"""", re.DOTALL
)
WORD = re.compile(r"[A-Za-z]{3,}")
# Keys of the keyboard, codes, names of products; a class that a page hands to the shell.
NO_WORDS = {
    "flush",
    "Ctrl",
    "Enter",
    "Esc",
    "Tab",
    "Shift",
    "Alt",
    "Binzhi",
    "English",
    "VIP",
    "VVIP",
    "OOO",
    "OOS",
    "CSV",
    "PDF",
    "API",
    "nbsp",
    "rsaquo",
    "middot",
    "times",
    "mdash",
    "ndash",
    "hellip",
    "amp",
}

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


def untranslated(text: str) -> list[str]:
    """Words that stand in a template outside every translation tag: in the text, or spoken by an attribute."""
    bare = TRANSLATED.sub("", COMMENT.sub("", text))
    words = [*SPOKEN.findall(bare), TAG.sub(" ", bare)]
    found = [chinese for piece in words for chinese in CHINESE.findall(piece) if chinese not in OWN_NAMES]
    return found + [word for piece in words for word in WORD.findall(piece) if word not in NO_WORDS]


def test_every_word_of_a_template_is_translated() -> None:
    found = {}
    for path in own_files(".html"):
        name = path.relative_to(ROOT).as_posix()
        if (
            "src" in path.parts
            and not any(sample in name for sample in SAMPLES)
            and (words := untranslated(path.read_text()))
        ):
            found[name] = words
    assert found == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>确认预订</p>", ["确认预订"]),
        ('<a aria-label="Close me">x</a>', ["Close"]),
        ("<button>Save now</button>", ["Save", "now"]),
        ('<b>{% trans "Save" %}</b>{% blocktrans %}{{ n }} nights{% endblocktrans %}', []),
        ('<kbd>Ctrl K</kbd><a lang="zh-CN">中文</a>', []),
        ("{# Save the form #}<td>{{ guest.name }}</td>", []),
    ],
)
def test_untranslated_words_are_found(text: str, words: list[str]) -> None:
    assert untranslated(text) == words


ICON = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")


def drawn() -> set[str]:
    icons = ROOT / "frontend" / "src" / "icons"
    own = re.findall(r'<symbol id="([^"]+)"', (icons / "binzhi.svg").read_text())
    return {*own, *json.loads((icons / "tabler.json").read_text())}


def test_every_icon_that_a_template_names_is_drawn() -> None:
    known = drawn()
    found = {}
    for path in own_files(".html"):
        if "src" in path.parts and (missing := set(ICON.findall(path.read_text())) - known):
            found[path.relative_to(ROOT).as_posix()] = sorted(missing)
    assert found == {}


def test_every_icon_that_a_component_names_is_drawn() -> None:
    from binzhi.kernel.ui.markup import STATE_ICONS
    from binzhi.kernel.ui.nav import NAVIGATION
    from binzhi.kernel.ui.rooms import MARKS, ROOM_STATES

    named = {state.icon for state in ROOM_STATES.values()} | {glyph for glyph, _label in MARKS.values()}
    named |= {*STATE_ICONS.values()} | {department.icon for department in NAVIGATION}
    named |= {item.icon for department in NAVIGATION for item in department.items}
    assert named - drawn() == set()


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
