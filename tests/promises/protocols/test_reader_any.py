"""Whatever is typed, the answer is a protocol or a list of mistakes, never a fault of ours."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binzhi.promises.errors import ProtocolInvalid
from binzhi.promises.protocols.problems import Problem
from binzhi.promises.protocols.reader import MOST_PROBLEMS, read
from binzhi.promises.protocols.writer import write
from tests.promises.protocols.sample import WHOLE

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LINES = WHOLE.splitlines()
SCRAP = st.sampled_from(
    [
        *"{}[]:,-#&*!|>'\"%@`? \t\n~0",
        "- ",
        ": ",
        "\n  ",
        "---\n",
        "...",
        "null",
        "\x00",
        "\ud800",
        "\u2028",
        "…",
        "\ufeff",
    ]
)


def problems_of(source: str) -> tuple[Problem, ...]:
    """None when it is right, and then it must be written and come back."""
    try:
        spec = read(source)
    except ProtocolInvalid as refused:
        return refused.problems
    assert read(write(spec)) == spec
    return ()


def answer(source: str) -> None:
    """What is wrong must stand inside the text and find its words."""
    problems = problems_of(source)
    assert len(problems) <= MOST_PROBLEMS
    for problem in problems:
        assert problem.text
        assert 1 <= problem.line <= len(source.splitlines()) + 1
        assert problem.column >= 1


@QUICK
@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 8), SCRAP), min_size=1, max_size=4))
def test_read_a_text_with_slips_of_the_hand(slips: list[tuple[int, int, str]]) -> None:
    source = WHOLE
    for at, gone, scrap in slips:
        source = source[:at] + scrap + source[at + gone :]
    answer(source)


@QUICK
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_read_lines_in_any_order(lines: list[str]) -> None:
    answer("\n".join(lines))


NAMES = st.sampled_from(
    ["protocol", "name", "subject", "anchors", "arrival", "departments", "ladder", "after", "to", "tasks", "key", "due",
     "when", "level", "least", "evidence", "kind", "post", "checklist", "eligible", "grade", "months", "gaps", "task",
     "text", "ends_with", "opens", "posts", "hand_on", "waivable", "all_named", "event", "repeats"]
)  # fmt: skip
LEAVES = st.one_of(
    st.sampled_from(["a", "arrival", "arrival - 5h", "5min", "photo", "@person", "@each", "", "贵宾", "x" * 200]),
    st.none(), st.booleans(), st.integers(-5, 700), st.floats(allow_nan=False),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=30,
)


@QUICK
@given(st.dictionaries(NAMES, ANYTHING, max_size=8))
def test_read_any_tree(tree: dict[str, Any]) -> None:
    answer(yaml.safe_dump(tree, allow_unicode=True))
