"""What a fact can be in a hotel, as the contexts above tell: the editor names a condition that would hold for nobody.

A warning and no mistake: a hotel may name its levels after the protocol was written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from binzhi.promises.protocols.fields import near
from binzhi.promises.protocols.language import ProtocolSpec, Test
from binzhi.promises.protocols.problems import Problem

_KNOWN: dict[tuple[str, str], Callable[[int], Collection[str]]] = {}


def register_values(subject: str, fact: str, values: Callable[[int], Collection[str]]) -> None:
    """Say where the words that a fact of a subject can be in a hotel are to be found."""
    _KNOWN[subject, fact] = values


def warnings_in_house(spec: ProtocolSpec, hotel_id: int) -> list[Problem]:
    """Words in conditions that this hotel does not know, in the order of the lines."""
    found = []
    known: dict[str, Collection[str]] = {}
    for where, test in _tests(spec):
        if (spec.subject, test.fact) not in _KNOWN:
            continue
        if test.fact not in known:
            known[test.fact] = _KNOWN[spec.subject, test.fact](hotel_id)
        for value in test.any_of:
            if isinstance(value, str) and value not in known[test.fact]:
                found.append(_warning(f"{where}.when.{test.fact}", value, known[test.fact], spec))
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _tests(spec: ProtocolSpec) -> Iterator[tuple[str, Test]]:
    for task in spec.tasks:
        yield from ((f"tasks.{task.key}", test) for test in task.when)
        for place, rule in enumerate(task.eligible, start=1):
            yield from ((f"tasks.{task.key}.eligible[{place}]", test) for test in rule.when)


def _warning(where: str, value: str, known: Collection[str], spec: ProtocolSpec) -> Problem:
    line, column = spec.marks.get(f"{where}.{value}", (1, 1))
    meant = near(value, known)
    params = {"value": value, "near": meant} if meant else {"value": value}
    return Problem(line, column, where, "unknown_value_near" if meant else "unknown_value", params)
