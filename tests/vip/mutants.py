"""The shipped reception rule with one thing changed at a time: what a slip of the hand could make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from binzhi.promises.protocols.language import ProtocolSpec, TaskSpec, Test

LEVELS = ("IP", "VIP", "VVIP")
MINUTE = timedelta(minutes=1)
Mutant = tuple[str, ProtocolSpec]


def mutants(spec: ProtocolSpec) -> Iterator[Mutant]:
    """Name and protocol of every change, none of them what it was."""
    yield from _of_protocol(spec)
    for task in spec.tasks:
        yield f"{task.key}: gone", _with(spec, tuple(one for one in spec.tasks if one is not task))
        for what, changed in _of_task(task, spec):
            if changed != task:
                yield f"{task.key}: {what}", _with(spec, tuple(changed if one is task else one for one in spec.tasks))


def _with(spec: ProtocolSpec, tasks: tuple[TaskSpec, ...]) -> ProtocolSpec:
    return replace(spec, tasks=tasks, by_key={task.key: task for task in tasks})


def _without(spec: Any, name: str) -> Iterator[tuple[str, Any]]:
    """One of several left out, each in turn."""
    values = getattr(spec, name)
    for place, value in enumerate(values):
        words = getattr(value, "key", getattr(value, "kind", value))
        yield f"{name} without {words}", replace(spec, **{name: values[:place] + values[place + 1 :]})


def _of_task(task: TaskSpec, spec: ProtocolSpec) -> Iterator[tuple[str, TaskSpec]]:
    yield from _of_time(task, spec)
    yield from _of_levels(task)
    others = ("front-office", "housekeeping", "@host", "@each")
    yield from ((f"department {other}", replace(task, department=other)) for other in others)
    for name in ("evidence", "checklist", "posts", "after", "eligible", "hand_on"):
        yield from _without(task, name)
    for place, rule in enumerate(task.eligible):
        for what, changed in (
            ("grade", replace(rule, least_grade=max(rule.least_grade - 1, 0))),
            ("months", replace(rule, least_months=max(rule.least_months - 1, 0))),
            ("for all", replace(rule, when=())),
            ("clause", replace(rule, clause="15")),
        ):
            rules = (*task.eligible[:place], changed, *task.eligible[place + 1 :])
            yield f"eligible {what}", replace(task, eligible=rules)
    for place, wanted in enumerate(task.evidence):
        if wanted.post:
            rest = (*task.evidence[:place], replace(wanted, post="general-manager"), *task.evidence[place + 1 :])
            yield "countersigned by another", replace(task, evidence=rest)
    yield "posts more", replace(task, posts=(*task.posts, "trainer"))
    yield "waivable", replace(task, waivable=not task.waivable)
    yield "all_named", replace(task, all_named=not task.all_named)
    yield "no ladder", replace(task, ladder=())
    yield "clause", replace(task, clause=f"{task.clause}0")


def _of_time(task: TaskSpec, spec: ProtocolSpec) -> Iterator[tuple[str, TaskSpec]]:
    for minutes in (-60, -1, 1, 60):
        yield f"due {minutes:+} min", replace(task, offset=task.offset + minutes * MINUTE)
    for anchor in spec.anchors:
        yield f"due from {anchor.name}", replace(task, anchor=anchor.name)


def _of_levels(task: TaskSpec) -> Iterator[tuple[str, TaskSpec]]:
    """Asked of one level more or less; other facts stay as they are."""
    rest = tuple(test for test in task.when if test.fact != "level")
    asked = next((test.any_of for test in task.when if test.fact == "level"), LEVELS)
    for level in LEVELS:
        changed = tuple(one for one in LEVELS if (one in asked) != (one == level))
        yield f"level {level}", replace(task, when=(*rest, Test("level", any_of=changed or ("nobody",))))
    if rest:
        yield "at any time", replace(task, when=tuple(test for test in task.when if test.fact == "level"))


def _of_protocol(spec: ProtocolSpec) -> Iterator[Mutant]:
    for name in ("departments", "ladder", "gaps", "ends_with", "anchors"):
        yield from ((f"protocol: {what}", changed) for what, changed in _without(spec, name))
    for place, rung in enumerate(spec.ladder):
        for what, changed in (
            ("later", replace(rung, after=rung.after + MINUTE)), ("to another", replace(rung, to="trainer")),
        ):  # fmt: skip
            yield (
                f"protocol: step {place} {what}",
                replace(spec, ladder=(*spec.ladder[:place], changed, *spec.ladder[place + 1 :])),
            )
    for place, anchor in enumerate(spec.anchors):
        for what, other in (
            ("planned", replace(anchor, planned=not anchor.planned)),
            ("repeats", replace(anchor, repeats=not anchor.repeats)),
        ):
            yield (
                f"protocol: {anchor.name} {what}",
                replace(spec, anchors=(*spec.anchors[:place], other, *spec.anchors[place + 1 :])),
            )
