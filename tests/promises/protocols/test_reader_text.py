"""A text that is no YAML, or more of YAML than a protocol needs, is refused with its line."""

from __future__ import annotations

import pytest
import yaml

from binzhi.promises.protocols import nodes
from binzhi.promises.protocols.reader import read
from tests.promises.protocols.sample import WHOLE, changed, problems_of, told


@pytest.fixture(autouse=True, params=["CSafeLoader", "SafeLoader"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML was built without libyaml, the same is told in the same place."""
    monkeypatch.setattr(nodes, "_LOADER", getattr(yaml, request.param))


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", (1, "", "empty_text")),
        ("# 只有注释\n", (1, "", "empty_text")),
        ("- a\n- b\n", (1, "", "no_map")),
        ("protocol: a\nname: b: c\n", (2, "", "colon")),
        ('protocol: a\nname: "b\nsubject: c\n', (2, "", "open_quote")),
        ("protocol: a\nanchors: {arrival: {name: b}\n", (2, "", "open_quote")),
        ("protocol: a\n\tname: b\n", (2, "", "tab")),
        ("protocol: a\n  name: b\n subject: c\n", (2, "", "colon")),
        ("anchors:\n    a: b\n  c: d\n", (3, "", "indent")),
        ("protocol: a\nname: @b\n", (2, "", "syntax")),
        (WHOLE.replace("arrival - 1h30min", "- 1h30min"), (36, "", "no_anchor")),
        ("protocol: a\nname: 好\x07\n", (2, "", "character")),
        ("protocol: a\nname: \ud800\n", (2, "", "character")),
        ("protocol: " + "a" * nodes.LARGEST, (1, "", "too_large")),
    ],
)
def test_read_a_text_that_is_no_yaml_names_the_line(source: str, problem: tuple[int, str, str]) -> None:
    assert told(source) == [problem]


def test_read_the_largest_text_is_still_read() -> None:
    comment = "\n#" + "x" * (nodes.LARGEST - len(WHOLE.encode()) - 3)
    assert read(WHOLE + comment).code == "tea-round"
    assert told(WHOLE + comment + "xx") == [(1, "", "too_large")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("name: 备杯", "name: &cup 备杯", 34),
        ("name: 备杯", "name: *cup", 34),
        ("departments: [front-office, housekeeping]", "departments: &all [front-office, housekeeping]", 10),
    ],
)
def test_read_references_are_refused(old: str, new: str, line: int) -> None:
    assert [(found, code) for found, _where, code in told(changed(old, new))] == [(line, "alias")]


@pytest.mark.parametrize("tag", ["!!str", "!!python/object/apply:os.system", "!mine"])
def test_read_tags_are_refused(tag: str) -> None:
    assert told(changed("name: 备杯", f"name: {tag} 备杯")) == [(34, "", "tag")]


def test_read_references_that_multiply_cost_nothing() -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    assert {code for _line, _where, code in told("\n".join(rows))} >= {"alias", "unknown_key"}


def test_read_a_second_document_is_refused() -> None:
    assert told(WHOLE + "---\nprotocol: another\n") == [(39, "", "documents")]


def test_read_deep_nesting_is_refused_before_it_hurts() -> None:
    assert told(changed("text: 第一行", "text: " + "[" * 500 + "]" * 500)) == [
        (20, "tasks.tea.text", "no_text"), (20, "", "depth"),
    ]  # fmt: skip


def test_read_a_name_given_twice_names_both_lines() -> None:
    problems = problems_of(changed("    name: 备杯\n", "    name: 备杯\n    name: 备壶\n"))
    assert [(p.line, p.code, p.params) for p in problems] == [(35, "duplicate", {"name": "name", "first": 34})]


def test_read_a_moment_given_twice_is_told() -> None:
    source = changed("  meal: {name: 用餐, repeats: true}\n", "  arrival: {name: 用餐}\n")
    assert told(source) == [(8, "", "duplicate")]
