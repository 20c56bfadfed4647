"""What only shows when the whole protocol is read: names that lead nowhere, tasks that wait for each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from binzhi.promises.protocols.fields import Notes, near
from binzhi.promises.protocols.language import EACH, ProtocolSpec, TaskSpec


def check(spec: ProtocolSpec, notes: Notes) -> None:
    """Add what is wrong to the notes."""
    for task in spec.tasks:
        _check_due(task, spec, notes)
        if task.department == EACH and not spec.departments:
            notes.at(f"tasks.{task.key}.department", "each_of_none")
        _check_keys(task.after, f"tasks.{task.key}.after", spec, notes)
    _check_keys(spec.ends_with, "ends_with", spec, notes)
    for loop in loops({task.key: task.after for task in spec.tasks}):
        notes.at(f"tasks.{loop[0]}.after", "loop", loop=" → ".join([*loop, loop[0]]))


def _check_due(task: TaskSpec, spec: ProtocolSpec, notes: Notes) -> None:
    where = f"tasks.{task.key}.due"
    # Without moments there is one mistake, not one for each task.
    if not task.anchor or not spec.anchors:
        return
    anchor = next((anchor for anchor in spec.anchors if anchor.name == task.anchor), None)
    if anchor is None:
        meant = near(task.anchor, [anchor.name for anchor in spec.anchors])
        code, params = ("unknown_anchor_near", {"near": meant}) if meant else ("unknown_anchor", {})
        notes.at(where, code, value=task.anchor, **params)
    elif not anchor.planned and task.offset < timedelta(0):
        notes.at(where, "before_event", value=anchor.name)


def _check_keys(keys: Sequence[str], where: str, spec: ProtocolSpec, notes: Notes) -> None:
    for key in keys:
        check_key(key, f"{where}.{key}", spec.by_key, notes)


def check_key(key: str, where: str, tasks: Collection[str], notes: Notes) -> None:
    """Complain at `where` about a task that is not there."""
    if key and key not in tasks:
        meant = near(key, tasks)
        code, params = ("unknown_task_near", {"near": meant}) if meant else ("unknown_task", {})
        notes.at(where, code, value=key, **params)


def loops(after: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Tasks that wait for each other in a ring, each ring once, begun at its task that stands first."""
    order = {key: place for place, key in enumerate(after)}
    done: set[str] = set()
    told: set[frozenset[str]] = set()
    for start in after:
        # Depth first without recursion: `path` is the way here, `rest` what each task of it still waits for.
        path: list[str] = []
        rest: list[list[str]] = []
        if start not in done:
            path, rest = [start], [list(after[start])]
        while path:
            if not rest[-1]:
                rest.pop()
                done.add(path.pop())
                continue
            upcoming = rest[-1].pop(0)
            if upcoming in path:
                ring = path[path.index(upcoming) :]
                first = min(range(len(ring)), key=lambda place: order[ring[place]])
                if frozenset(ring) not in told:
                    told.add(frozenset(ring))
                    yield ring[first:] + ring[:first]
            elif upcoming in after and upcoming not in done:
                path.append(upcoming)
                rest.append(list(after[upcoming]))
