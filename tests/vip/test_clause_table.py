"""The handbook's table of clauses: every clause stands there once, with tests that exist."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import binzhi.vip
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.store import shipped

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "handbook" / "vip-clauses.md"
FORMS = Path(binzhi.vip.__file__).parent / "paper"
RULE = ROOT.parent / "shared" / "spec" / "vip-protocol.md"

LEVELS = {
    "levels", "route-gm", "route-owner", "route-key-account", "nobody-else", "request-kept", "payment", "standing-put",
    "standing-approved", "standing-desk", "standing-proposal",
}  # fmt: skip
NUMBERED = {str(number) for number in range(1, 33)}
AROUND = {"sealed-room", "moves"}
AMENITIES = {"amenity-IP", "amenity-VIP", "amenity-VVIP", "amenity-editable"}
EXCEPTIONS = {"gm-away", "wish", "two-at-once", "late-notice", "walk-in"}
SILENCES = {
    "default-4", "default-ip-seal", "default-banquet", "default-late", "default-eligible", "default-names",
    "default-named",
}  # fmt: skip
SHOWN = {
    "board-lanes", "board-states", "board-press", "form-notice", "form-seal", "form-departure", "form-board",
    "form-seats", "form-letter", "climbs", "compliance", "feedback", "rehearsal",
}  # fmt: skip
BAD = {
    "bad-unknown-key", "bad-loop", "bad-offset", "bad-post", "bad-arrival-past", "bad-arrival-day", "bad-arrival-twice",
    "bad-worker-killed", "bad-clock-change", "bad-midnight", "bad-signature", "bad-photo-large", "bad-photo-none",
}  # fmt: skip
CLAUSES = LEVELS | NUMBERED | AROUND | AMENITIES | EXCEPTIONS | SILENCES | SHOWN | BAD

_ROW = re.compile(r"^\| ([\w-]+) \| (.+?) \| (.+?) \| (.*) \|$")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Clause, what it asks, what is done, the tests by file and name."""
    found = [_ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return [
        (one[1], one[2], one[3], _TEST.findall(one[4])) for one in found if one and one[1] not in ("Clause", "Case")
    ]


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_printed(clause: str) -> bool:
    """A row of a form holds from the day the house prints the form."""
    return not clause.startswith("form-") or (FORMS / f"{clause.removeprefix('form-')}.typ").exists()


def test_every_clause_stands_in_the_table_once() -> None:
    assert Counter(row[0] for row in rows()) == dict.fromkeys(CLAUSES, 1)


@pytest.mark.parametrize("clause", sorted(CLAUSES))
def test_clause_has_tests_that_exist(clause: str) -> None:
    (row,) = [one for one in rows() if one[0] == clause]
    assert row[3]
    if is_printed(clause):
        assert [f"{file}::{name}" for file, name in row[3] if name not in functions_of(file)] == []


def test_every_form_that_is_printed_has_its_row() -> None:
    assert {f"form-{path.stem}" for path in FORMS.glob("*.typ")} <= CLAUSES


def test_every_task_of_the_rule_is_named_beside_its_clause() -> None:
    """`amenities-*` stands for the three of them."""
    done = {row[0]: row[2] for row in rows()}
    places = {"E1": "gm-away", "E2": "wish"}
    for task in read(shipped()["vip-reception"]).tasks:
        said = done[places.get(task.clause, task.clause)]
        stem = re.sub(r"-(ip|vip|vvip)$", "-*", task.key)
        assert f"`{task.key}`" in said or f"`{stem}`" in said, task.key


@pytest.mark.skipif(not RULE.exists(), reason="the rule itself is not beside this repository")
def test_numbered_clauses_are_those_of_the_rule() -> None:
    numbers = re.findall(r"^\| (\d+) \|", RULE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert Counter(numbers) == dict.fromkeys(NUMBERED, 1)
