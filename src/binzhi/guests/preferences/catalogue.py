"""The catalogue of wishes as it is shipped: what guests may wish for, and by what one knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from binzhi.guests.learning import Kind
from binzhi.property.queries import localised

OWN = "own"
"""The wish that is no entry of the catalogue: its words stand with the preference."""
LASTS_DAYS = 730


@dataclass(frozen=True, slots=True)
class Wish:
    """Something a guest may wish for. `once`: never more than of one stay. `least`, `most`: of its number."""

    code: str
    kind: Kind
    department: str
    name: str
    name_en: str
    tasks: tuple[str, ...]
    lasts: int
    once: bool
    at_once: bool
    least: int | None
    most: int | None
    words: tuple[re.Pattern[str], ...]

    @property
    def has_value(self) -> bool:
        return self.least is not None

    def label(self, value: str = "") -> str:
        return localised(self.name, self.name_en).replace("{value}", value).strip()

    def takes(self, value: str) -> bool:
        """Whether this can be its number; a wish without one takes none."""
        if self.least is None or self.most is None:
            return value == ""
        return value.isdecimal() and self.least <= int(value) <= self.most


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was seen says this of the guest. `passing`: of this stay only."""

    wish: str
    value: str = ""
    never: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """Chips that together mean something."""

    chips: frozenset[str]
    means: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    wishes: Mapping[str, Wish]
    signs: Sequence[Sign]
    passing: Sequence[re.Pattern[str]]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Read once."""
    text = resources.files("binzhi.guests.preferences.shipped").joinpath("wishes.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    wishes = [_wish(entry) for entry in data["wishes"]]
    return Catalogue(
        wishes={wish.code: wish for wish in wishes},
        signs=[Sign(frozenset(entry["all"]), meanings_of(entry["means"])) for entry in data["signs"]],
        passing=[re.compile(pattern) for pattern in data["passing"]],
    )


def _wish(entry: Mapping[str, Any]) -> Wish:
    bounds = entry.get("value") or {}
    return Wish(
        code=entry["code"], kind=Kind(entry["kind"]), department=entry["department"], name=entry["name"],
        name_en=entry["name_en"], tasks=tuple(entry.get("tasks") or (entry["code"],)),
        lasts=entry.get("lasts", LASTS_DAYS), once=entry.get("once", False), at_once=entry.get("at_once", False),
        least=bounds.get("least"), most=bounds.get("most"),
        words=tuple(re.compile(pattern) for pattern in entry.get("words", ())),
    )  # fmt: skip


def meanings_of(entries: Sequence[Mapping[str, Any]], *, passing: bool = False) -> tuple[Meaning, ...]:
    """Meanings as data has them: {wish, value, never}."""
    return tuple(
        Meaning(entry["wish"], str(entry.get("value", "")), bool(entry.get("never", False)), passing)
        for entry in entries
    )


def wish_named(code: str) -> Wish | None:
    """None for a wish of the guest's own, and for one the catalogue no longer has."""
    return catalogue().wishes.get(code)


def label_of(wish: str, *, value: str = "", text: str = "") -> str:
    """A preference in words."""
    known = wish_named(wish)
    return known.label(value) if known is not None else text or wish


def fact_of(wish: str) -> str:
    """The fact by which a protocol asks for it: likes_second_blanket."""
    return f"likes_{wish.replace('-', '_')}"


def wishes_of_task(key: str) -> list[str]:
    """Which wishes are done by a task of this key."""
    return [wish.code for wish in catalogue().wishes.values() if key in wish.tasks]
