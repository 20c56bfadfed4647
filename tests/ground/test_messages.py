"""`binzhi messages`: no text of any context goes untranslated, and no translation is lost."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from binzhi.config import messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
SOLD = _("Sold out on {date}")
def nights(n): return ngettext("%(n)d night", "%(n)d nights", n)
def rate(): return pgettext("price", "Rate")
"""
TEMPLATE = """{% load i18n %}
<div>
      <p class="it's">{% translate "Arrivals" %}</p>
  {% blocktranslate count rooms=rooms trimmed %}
      One room
  {% plural %}
      {{ rooms }} rooms
  {% endblocktranslate %}
 <b>{{ note|default:_("None") }}</b>
</div>
"""
TRANSLATED = {
    "Sold out on {date}": "{date} 已售完",
    "%(n)d night": "%(n)d 晚",
    "Rate": "房价",
    "Arrivals": "预抵",
    "One room": "%(rooms)s 间",
    "None": "无",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    context = tmp_path / "desk"
    (context / "web" / "templates").mkdir(parents=True)
    (context / "__init__.py").write_text(PYTHON)
    (context / "web" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "silent").mkdir()
    (tmp_path / "silent" / "__init__.py").write_text("X = 'not for people'\n")
    return tmp_path


def catalogue(root: Path, context: str = "desk") -> Path:
    return root / context / messages.CATALOGUE


def fill(root: Path, context: str = "desk", **changed: str) -> None:
    """Write the translations as a person would into the entries that `update` made."""
    path, lines, current = catalogue(root, context), [], ""
    for line in path.read_text().splitlines():
        if line.startswith("msgid "):
            current = line.removeprefix("msgid ").strip('"')
        if line in ('msgstr ""', 'msgstr[0] ""') and current:
            line = line[:-1] + (TRANSLATED | changed)[current] + '"'
        lines.append(line)
    path.write_text("\n".join(lines) + "\n")


def test_check_without_a_catalogue_names_every_text_and_no_silent_context(root: Path) -> None:
    problems = messages.check(root)
    assert [problem.split(" (")[0] for problem in problems] == [
        "desk: missing: 'Sold out on {date}'",
        "desk: missing: '%(n)d night'",
        "desk: missing: [price] 'Rate'",
        "desk: missing: 'Arrivals'",
        "desk: missing: 'One room'",
        "desk: missing: 'None'",
    ]


def test_update_adds_what_is_missing_once_and_check_asks_for_the_translation(root: Path) -> None:
    assert messages.update(root) == {"desk": (6, 0)}
    assert messages.update(root) == {}
    assert [problem.split(":")[1] for problem in messages.check(root)] == [" not translated"] * 6
    assert not catalogue(root, "silent").exists()


def test_update_keeps_order_and_text_of_what_is_there(root: Path) -> None:
    messages.update(root)
    fill(root)
    before = catalogue(root).read_text()
    (root / "desk" / "more.py").write_text("from x import gettext\nA = gettext('Late')\n")
    assert messages.update(root) == {"desk": (1, 0)}
    assert catalogue(root).read_text() == before + '\n#: desk/more.py\nmsgid "Late"\nmsgstr ""\n'


def test_check_of_a_complete_catalogue_is_silent(root: Path) -> None:
    messages.update(root)
    fill(root)
    assert messages.check(root) == []


def test_compile_gives_what_django_reads_and_only_when_needed(root: Path) -> None:
    messages.update(root)
    fill(root)
    (target,) = messages.compile_all(root)
    with target.open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("Arrivals") == "预抵"
    assert texts.pgettext("price", "Rate") == "房价"
    assert [texts.ngettext("One room", "%(rooms)s rooms", n) for n in (1, 2)] == ["%(rooms)s 间"] * 2
    assert messages.compile_all(root) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"Sold out on {date}": "已售完"}, "placeholders differ: 'Sold out on {date}' -> '已售完'"),
        ({"%(n)d night": "%(nights)d 晚"}, "placeholders differ: '%(n)d night' -> '%(nights)d 晚'"),
        ({"One room": "一间"}, "placeholders differ: 'One room' -> '一间'"),
    ],
)
def test_check_finds_a_placeholder_that_went_lost(root: Path, changed: dict[str, str], problem: str) -> None:
    messages.update(root)
    fill(root, **changed)
    assert messages.check(root) == [f"desk: {problem}"]


def test_check_finds_fuzzy_and_obsolete_entries(root: Path) -> None:
    messages.update(root)
    fill(root)
    path = catalogue(root)
    path.write_text(path.read_text().replace('msgid "Arrivals"', '#, fuzzy\nmsgid "Arrivals"'))
    (root / "desk" / "__init__.py").write_text(PYTHON.replace('"Rate"', '"Price"'))
    assert messages.check(root) == [
        "desk: missing: [price] 'Price' (desk/__init__.py)",
        "desk: fuzzy: 'Arrivals'",
        "desk: obsolete: [price] 'Rate'",
    ]
    assert messages.update(root, prune=True) == {"desk": (1, 1)}
    assert [problem.split(":")[1] for problem in messages.check(root)] == [" not translated", " fuzzy"]


def test_check_finds_a_text_that_two_contexts_translate_differently(root: Path) -> None:
    (root / "house").mkdir()
    (root / "house" / "__init__.py").write_text("from x import gettext\nA = gettext('Arrivals')\n")
    messages.update(root)
    fill(root)
    fill(root, "house", Arrivals="到店")
    (problem,) = messages.check(root)
    assert problem.startswith("house: 'Arrivals' is '到店' here and '预抵' in desk")


def test_check_of_a_malformed_catalogue_names_the_file(root: Path) -> None:
    catalogue(root).parent.mkdir(parents=True)
    catalogue(root).write_text('msgid "open\n')
    (problem,) = messages.check(root)
    assert problem.startswith(f"desk: {catalogue(root)}: ")
