"""YAML as a plain tree with places, and nothing of YAML that a protocol does not need.

Built from the parser's events: no object is made of what somebody typed, references cannot multiply, depth is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from binzhi.promises.protocols.problems import Problem

LARGEST = 200_000  # bytes
DEEPEST = 12
# What YAML can hold; the same set in the parser written in C and the one written in Python.
_UNSHOWN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,15})")
# A list begins with a hyphen, so this is no YAML; what is wrong with it is something else.
_BARE_DUE = re.compile(r"\s*(?:- )?due:\s*(-\s.*)")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """Where something stands. Lines and columns count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    """A single value; `plain`: written without quotation marks, so that it may be a number or yes and no."""

    text: str = ""
    plain: bool = False

    @property
    def is_nothing(self) -> bool:
        return self.plain and self.text in ("", "~", "null")

    @property
    def value(self) -> str | int | bool:
        """What is meant: 3 and true are number and flag, "3" and no are texts."""
        if self.plain and self.text in ("true", "false"):
            return self.text == "true"
        if self.plain and _WHOLE.fullmatch(self.text):
            return int(self.text)
        return self.text


@dataclass(slots=True)
class Unread(Node):
    """Something that has been complained about already: nobody need do it again."""


@dataclass(slots=True)
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping(Node):
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)


def tree_of(source: str, problems: list[Problem]) -> Mapping | None:
    """The tree; None when there is none, or none that could be trusted. What is wrong is added to `problems`."""
    # Half a character has no bytes; it is named below with its place.
    if len(source.encode("utf-8", "replace")) > LARGEST:
        problems.append(Problem(1, 1, "", "too_large", {"limit": LARGEST // 1000}))
        return None
    unshown = _UNSHOWN.search(source)
    if unshown:
        line, column = _spot(source, unshown.start())
        problems.append(Problem(line, column, "", "character", {"character": f"U+{ord(unshown.group()):04X}"}))
        return None
    builder = _Builder(problems)
    try:
        for event in yaml.parse(source, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        problems.append(_syntax_problem(error, source))
        return None
    except yaml.YAMLError:
        problems.append(Problem(1, 1, "", "syntax"))
        return None
    return builder.result()


def _spot(source: str, at: int) -> tuple[int, int]:
    before = (source[:at] + "x").splitlines()
    return len(before), len(before[-1])


def _syntax_problem(error: yaml.MarkedYAMLError, source: str) -> Problem:
    """The parser's complaint in our words. It points at where it gave up; an open quotation, at where it began."""
    complaint = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = source.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Problem(line, column, "", "tab")
    if "unexpected end of stream" in complaint or "quoted scalar" in complaint or "flow" in complaint:
        start = error.context_mark or mark
        return Problem(start.line + 1, start.column + 1, "", "open_quote") if start else Problem(1, 1, "", "open_quote")
    due = _BARE_DUE.match(written)
    if due and "sequence entries" in complaint:
        return Problem(line, column, "", "no_anchor", {"value": due.group(1).strip()})
    if "mapping values are not allowed" in complaint:
        return Problem(line, column, "", "colon")
    if "block mapping" in complaint or "block collection" in complaint or "expected ':'" in complaint:
        return Problem(line, column, "", "indent")
    return Problem(line, column, "", "syntax")


@dataclass(slots=True)
class _Open:
    """A list or map being read; `key` waits for its value."""

    node: Sequence | Mapping
    key: Scalar | None = None
    # Of a name that is no text, or comes again: its value is read and left out.
    skips: bool = False


class _Builder:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0
        self.too_deep = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self._complain(event, "documents")
        elif isinstance(event, yaml.AliasEvent):
            self._complain(event, "alias")
            self._place(Unread(*_mark(event)))
        elif isinstance(event, yaml.ScalarEvent):
            self._check(event)
            self._place(Scalar(*_mark(event), text=event.value, plain=event.style is None or event.style == ""))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, Sequence(*_mark(event)))
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, Mapping(*_mark(event)))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._close()

    def _open(self, event: Any, node: Sequence | Mapping) -> None:
        self._check(event)
        if len(self.stack) >= DEEPEST:
            if not self.too_deep:
                self._complain(event, "depth")
                self._place(Unread(*_mark(event)))
            self.too_deep += 1
            return
        self._place(node)
        self.stack.append(_Open(node))

    def _close(self) -> None:
        if self.too_deep:
            self.too_deep -= 1
        else:
            self.stack.pop()

    def _place(self, node: Node) -> None:
        """Put a node where it belongs: the root, the next of a list, a name or the value of a name."""
        if self.too_deep or self.documents > 1:
            return
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            self._name(top, top.node, node)
        else:
            if not top.skips:
                top.node.entries[top.key.text] = node
            top.key, top.skips = None, False

    def _name(self, top: _Open, node: Mapping, name: Node) -> None:
        if not isinstance(name, Scalar):
            self.problems.append(Problem(name.line, name.column, "", "no_text"))
            top.key, top.skips = Scalar(name.line, name.column), True
            return
        top.key = name
        first = node.keys.get(name.text)
        top.skips = first is not None
        if first is not None:
            params = {"name": name.text, "first": first.line}
            self.problems.append(Problem(name.line, name.column, "", "duplicate", params))
        else:
            node.keys[name.text] = name

    def _check(self, event: Any) -> None:
        if event.tag is not None:
            self._complain(event, "tag")
        if event.anchor is not None:
            self._complain(event, "alias")

    def _complain(self, event: Any, code: str) -> None:
        self.problems.append(Problem(*_mark(event), "", code))

    def result(self) -> Mapping | None:
        if isinstance(self.root, Mapping):
            return self.root
        if self.root is None or (isinstance(self.root, Scalar) and self.root.is_nothing):
            self.problems.append(Problem(1, 1, "", "empty_text"))
        else:
            self.problems.append(Problem(self.root.line, self.root.column, "", "no_map"))
        return None


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
