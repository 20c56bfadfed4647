"""The tests that hold the shipped rule against its source see every slip: a minute, a department, a level, a post.

Each change is made to the protocol as it is read, and the very tests of the clause table are run on it, in this
process. What none of them notices would be a clause without a test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.protocols.reader import read
from binzhi.promises.protocols.store import shipped
from tests.promises.protocols import test_shipped, test_shipped_vip
from tests.vip.mutants import mutants

Check = Callable[[ProtocolSpec], None]


@pytest.fixture(scope="module")
def vip() -> ProtocolSpec:
    return read(shipped()["vip-reception"])


def checks() -> Iterator[Check]:
    """Every test of the shipped rule, once for each set of its parameters."""
    for module in (test_shipped, test_shipped_vip):
        for name, test in vars(module).items():
            if name.startswith("test_vip_"):
                yield from (_bound(test, given) for given in _parameters(test))


def _bound(test: Callable[..., None], given: dict[str, Any]) -> Check:
    return lambda spec: test(vip=spec, **given)


def _parameters(test: Any) -> list[dict[str, Any]]:
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        return [{}]
    (mark,) = marks
    names, rows = mark.args
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    return [dict(zip(names, row if len(names) > 1 else (row,), strict=True)) for row in rows]


def is_noticed(spec: ProtocolSpec, tests: list[Check]) -> bool:
    for test in tests:
        try:
            test(spec)
        except (AssertionError, KeyError, StopIteration, ValueError):
            return True
    return False


def test_every_slip_in_the_shipped_rule_is_noticed(vip: ProtocolSpec) -> None:
    tests = list(checks())
    assert len(tests) > len(vip.tasks)
    made = list(mutants(vip))
    assert len(made) > 20 * len(vip.tasks)
    assert [name for name, spec in made if not is_noticed(spec, tests)] == []


def test_negative_control_the_rule_as_shipped_is_taken(vip: ProtocolSpec) -> None:
    assert not is_noticed(vip, list(checks()))


def test_every_task_and_every_kind_of_slip_is_among_the_mutants(vip: ProtocolSpec) -> None:
    kinds = Counter(name.split(": ")[0] for name, _spec in mutants(vip))
    assert set(kinds) == set(vip.by_key) | {"protocol"}
    assert min(kinds.values()) > 15
