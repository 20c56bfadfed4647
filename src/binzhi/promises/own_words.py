"""The words of a task that no protocol has, kept with the task itself (a meeting's decision)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.language import Eligibility, Item, TaskSpec, Test, Wanted


def to_plain(spec: TaskSpec) -> dict[str, Any]:
    """As JSON keeps it. Its ladder stands in the row and is left out."""
    plain = asdict(spec)
    del plain["ladder"], plain["line"]
    plain["offset"] = int(spec.offset.total_seconds())
    plain["opens"] = None if spec.opens is None else int(spec.opens.total_seconds())
    return plain


def from_plain(plain: Mapping[str, Any]) -> TaskSpec:
    """The task that `to_plain` wrote."""
    given = dict(plain)
    given["offset"] = timedelta(seconds=plain["offset"])
    given["opens"] = None if plain["opens"] is None else timedelta(seconds=plain["opens"])
    given["when"] = _tests(plain["when"])
    given["evidence"] = tuple(Wanted(**one | {"kind": Evidence(one["kind"])}) for one in plain["evidence"])
    given["checklist"] = tuple(Item(**one) for one in plain["checklist"])
    given["eligible"] = tuple(Eligibility(**one | {"when": _tests(one["when"])}) for one in plain["eligible"])
    for name in ("posts", "after", "hand_on"):
        given[name] = tuple(plain[name])
    return TaskSpec(**given)


def _tests(plain: list[dict[str, Any]]) -> tuple[Test, ...]:
    return tuple(Test(**one | {"any_of": tuple(one["any_of"])}) for one in plain)
