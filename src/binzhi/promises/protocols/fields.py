"""Reading the tree: the fields of a map, each of its kind, with a complaint and a harmless value where it is not."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeGuard

from binzhi.promises.protocols.nodes import Mapping, Node, Scalar, Sequence, Unread
from binzhi.promises.protocols.problems import Problem
from binzhi.promises.protocols.times import duration_of

_CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


@dataclass(slots=True)
class Notes:
    """What reading leaves behind: the problems, and where each value stood."""

    problems: list[Problem] = field(default_factory=list)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)

    def complain(self, node: Node, where: str, code: str, **params: object) -> None:
        self.problems.append(Problem(node.line, node.column, where, code, params))

    def at(self, where: str, code: str, **params: object) -> None:
        """Complain about a value that was read and stood at `where`."""
        line, column = self.marks.get(where, (1, 1))
        self.problems.append(Problem(line, column, where, code, params))


def near(name: str, known: Collection[str]) -> str:
    """The known name that may have been meant, or none."""
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return found[0] if found else ""


class Fields:
    """A map being read. `where` is the way to it; names that nobody knows are complained about at once."""

    def __init__(self, node: Mapping, where: str, notes: Notes, known: Collection[str]) -> None:
        self.node, self.where, self.notes = node, where, notes
        for name, key in node.keys.items():
            if name not in known:
                meant = near(name, known)
                params = {"near": meant} if meant else {}
                notes.complain(key, self.way(name), "unknown_key" + ("_near" if meant else ""), name=name, **params)

    def way(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def get(self, name: str, *, required: bool = False) -> Node | None:
        """The value, noted with its place; None when it is not there or empty, which a required one must not be."""
        node = self.node.entries.get(name)
        if node is None or (isinstance(node, Scalar) and node.is_nothing):
            if required:
                self.notes.complain(node or self.node, self.way(name), "missing", name=name)
            return None
        if isinstance(node, Unread):
            return None
        self.notes.marks[self.way(name)] = (node.line, node.column)
        return node

    def complain(self, name: str, code: str, **params: object) -> None:
        self.notes.complain(self.node.entries.get(name) or self.node, self.way(name), code, **params)

    def text(self, name: str, *, limit: int, required: bool = False, lines: bool = False) -> str:
        node = self.get(name, required=required)
        return "" if node is None else text_of(node, self.way(name), self.notes, limit=limit, lines=lines)

    def code(self, name: str, *, limit: int, required: bool = False, also: Collection[str] = ()) -> str:
        node = self.get(name, required=required)
        return "" if node is None else code_of(node, self.way(name), self.notes, limit=limit, also=also)

    def codes(self, name: str, *, limit: int, most: int = 100, also: Collection[str] = ()) -> tuple[str, ...]:
        """A list of codes, each once; a single one may stand without brackets."""
        found: list[str] = []
        for item, where in self.items(name, most=most, single=True):
            code = code_of(item, where, self.notes, limit=limit, also=also)
            if code in found:
                self.notes.complain(item, where, "key_twice", value=code)
            elif code:
                found.append(code)
                self.notes.marks[f"{self.way(name)}.{code}"] = (item.line, item.column)
        return tuple(found)

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        node = self.get(name)
        return None if node is None else whole_of(node, self.way(name), self.notes, least=least, most=most)

    def flag(self, name: str, *, default: bool) -> bool:
        node = self.get(name)
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.complain(name, "no_flag")
        return default

    def duration(self, name: str, *, required: bool = False) -> timedelta | None:
        node = self.get(name, required=required)
        if node is None:
            return None
        text = node.text if isinstance(node, Scalar) else ""
        length = duration_of(text)
        if length is None:
            self.complain(name, "duration", value=text)
        return length

    def items(
        self, name: str, *, most: int, required: bool = False, single: bool = False
    ) -> Iterator[tuple[Node, str]]:
        """The lines of a list with the way to each; `single`: a lone value counts as a list of one."""
        node = self.get(name, required=required)
        if node is None:
            return
        way = self.way(name)
        if single and isinstance(node, Scalar):
            yield node, way
            return
        if not isinstance(node, Sequence):
            self.complain(name, "no_list")
            return
        if not node.items:
            self.complain(name, "empty")
        if len(node.items) > most:
            self.complain(name, "too_many", limit=most, count=len(node.items))
        for place, item in enumerate(node.items[:most], start=1):
            if not isinstance(item, Unread):
                self.notes.marks[f"{way}[{place}]"] = (item.line, item.column)
                yield item, f"{way}[{place}]"


def is_map(node: Node, where: str, notes: Notes) -> TypeGuard[Mapping]:
    """Is it names with values? Complains when not."""
    if isinstance(node, Mapping):
        return True
    if not isinstance(node, Unread):
        notes.complain(node, where, "no_map")
    return False


def text_of(node: Node, where: str, notes: Notes, *, limit: int, lines: bool = False) -> str:
    """The text as typed, in one form of Unicode; a number or a yes counts as what is written."""
    if not isinstance(node, Scalar):
        notes.complain(node, where, "no_text")
        return ""
    text = unicodedata.normalize("NFC", node.text).strip()
    for character in text:
        # An escape (\0) brings in what could not have been typed.
        if unicodedata.category(character) in ("Cc", "Cs") and not (lines and character == "\n"):
            notes.complain(node, where, "character", character=f"U+{ord(character):04X}")
            return ""
    if not text:
        notes.complain(node, where, "empty")
    if len(text) > limit:
        notes.complain(node, where, "too_long", limit=limit, length=len(text))
    return text


def code_of(node: Node, where: str, notes: Notes, *, limit: int, also: Collection[str] = ()) -> str:
    """A short name as tables hold it. `also`: what may stand there besides (`@person`)."""
    if not isinstance(node, Scalar):
        notes.complain(node, where, "no_text")
        return ""
    if node.text in also or (len(node.text) <= limit and _CODE.fullmatch(node.text)):
        return node.text
    if _CODE.fullmatch(node.text):
        notes.complain(node, where, "too_long", limit=limit, length=len(node.text))
    else:
        notes.complain(node, where, "code", value=node.text[:limit])
    return ""


def whole_of(node: Node, where: str, notes: Notes, *, least: int, most: int) -> int | None:
    value = node.value if isinstance(node, Scalar) else None
    if not isinstance(value, int) or isinstance(value, bool):
        notes.complain(node, where, "no_number")
        return None
    if not least <= value <= most:
        notes.complain(node, where, "range", least=least, most=most)
        return None
    return value
