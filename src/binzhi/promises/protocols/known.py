"""A protocol held against the hotel that is to follow it: departments, posts and events it has not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from binzhi.kernel.events import Event
from binzhi.promises.protocols.fields import near
from binzhi.promises.protocols.language import EACH, HOST, MANAGER, PERSON, ProtocolSpec, Rung
from binzhi.promises.protocols.problems import Problem

_SPECIAL = frozenset({HOST, EACH, MANAGER, PERSON})


def problems_in_house(spec: ProtocolSpec, departments: Collection[str], posts: Collection[str]) -> list[Problem]:
    """Departments that the hotel has not and posts nobody could hold, in the order of the lines."""
    found = [
        *_unknown(_departments(spec), departments, "unknown_department", spec),
        *_unknown(_posts(spec), posts, "unknown_post", spec),
        *_unknown(_topics(spec), topics(), "unknown_topic", spec),
    ]
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _unknown(
    named: Iterable[tuple[str, str]], known: Collection[str], code: str, spec: ProtocolSpec
) -> Iterator[Problem]:
    for where, name in named:
        if name not in known and name not in _SPECIAL:
            meant = near(name, known)
            params = {"value": name, "near": meant} if meant else {"value": name}
            yield Problem(*_place(where, spec), where, f"{code}_near" if meant else code, params)


def _place(where: str, spec: ProtocolSpec) -> tuple[int, int]:
    """Where it stood; for a protocol that was never a text, the task's line."""
    if where in spec.marks:
        return spec.marks[where]
    name = where.split(".")[1] if where.startswith("tasks.") else ""
    return (spec.by_key[name].line or 1, 1) if name in spec.by_key else (1, 1)


def topics() -> set[str]:
    """The public names of everything that can happen, of all contexts that are there."""
    found, classes = set(), [Event]
    while classes:
        for kind in classes.pop().__subclasses__():
            classes.append(kind)
            if isinstance(kind.__dict__.get("topic"), str):
                found.add(kind.topic)
    return found


def _topics(spec: ProtocolSpec) -> Iterator[tuple[str, str]]:
    yield from ((f"starts[{place}].on", start.on) for place, start in enumerate(spec.starts, start=1))
    yield from ((f"anchors.{anchor.name}.on", anchor.on) for anchor in spec.anchors if anchor.on)


def _departments(spec: ProtocolSpec) -> Iterator[tuple[str, str]]:
    yield from ((f"departments.{code}", code) for code in spec.departments)
    for task in spec.tasks:
        yield f"tasks.{task.key}.department", task.department
        yield from ((f"tasks.{task.key}.hand_on.{code}", code) for code in task.hand_on)


def _posts(spec: ProtocolSpec) -> Iterator[tuple[str, str]]:
    yield from _steps("ladder", spec.ladder)
    for task in spec.tasks:
        way = f"tasks.{task.key}"
        yield from ((f"{way}.posts.{code}", code) for code in task.posts)
        yield from (
            (f"{way}.evidence[{place}].post", wanted.post)
            for place, wanted in enumerate(task.evidence, start=1)
            if wanted.post
        )
        yield from _steps(f"{way}.ladder", task.ladder or ())


def _steps(way: str, rungs: Iterable[Rung]) -> Iterator[tuple[str, str]]:
    yield from ((f"{way}[{place}].to", rung.to) for place, rung in enumerate(rungs, start=1))
