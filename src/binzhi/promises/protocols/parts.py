"""The parts of a task as they are written: conditions, evidence, checklists, rules of who may, ladders."""

from __future__ import annotations

import re
from datetime import timedelta

from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.fields import Fields, Notes, code_of, is_map, near, text_of
from binzhi.promises.protocols.language import MANAGER, PERSON, Eligibility, Item, Plain, Rung, Start, Test, Wanted
from binzhi.promises.protocols.nodes import Mapping, Node, Scalar, Sequence, Unread

DEPARTMENT_CODE, POST_CODE, ITEM_CODE, FACT, CLAUSE, LABEL, LABEL_EN = 30, 40, 40, 40, 20, 80, 160
TOPIC, MOST_STARTS = 80, 20
MOST_STEPS, MOST_ITEMS, MOST_EVIDENCE, MOST_RULES, MOST_VALUES = 10, 60, 20, 10, 60
WIDEST, HIGHEST_GRADE, LONGEST_SERVICE = 2**31 - 1, 9, 600
_TOPIC = re.compile(r"[a-z_]+\.[a-z_]+")
_KINDS = tuple(str(kind) for kind in Evidence)


def tests(fields: Fields, notes: Notes) -> tuple[Test, ...]:
    """`when`: facts, each held against a value, a list of values, or `least` and `most`."""
    node = fields.get("when")
    way = fields.way("when")
    if node is None or not is_map(node, way, notes):
        return ()
    if not node.entries:
        fields.complain("when", "empty")
    found = []
    for fact, wanted in node.entries.items():
        where = f"{way}.{fact}"
        code_of(node.keys[fact], where, notes, limit=FACT)
        test = _test(fact, wanted, where, notes)
        if test is not None:
            found.append(test)
    return tuple(found)


def _test(fact: str, node: Node, where: str, notes: Notes) -> Test | None:
    if isinstance(node, Unread):
        return None
    if isinstance(node, Mapping):
        known = len(notes.problems)
        bounds = Fields(node, where, notes, ("least", "most"))
        least = bounds.whole("least", least=-WIDEST, most=WIDEST)
        most = bounds.whole("most", least=-WIDEST, most=WIDEST)
        if least is None and most is None and len(notes.problems) == known:
            notes.complain(node, where, "test")
        if least is not None and most is not None and least > most:
            bounds.complain("most", "range", least=least, most=WIDEST)
        return Test(fact, least=least, most=most)
    values: list[Plain] = []
    items = node.items if isinstance(node, Sequence) else [node]
    for item in items[:MOST_VALUES]:
        if isinstance(item, Scalar) and not item.is_nothing:
            value = item.value
            values.append(text_of(item, where, notes, limit=LABEL) if isinstance(value, str) else value)
            notes.marks[f"{where}.{values[-1]}"] = (item.line, item.column)
        else:
            notes.complain(item, where, "test")
    if not items:
        notes.complain(node, where, "empty")
    if len(items) > MOST_VALUES:
        notes.complain(node, where, "too_many", limit=MOST_VALUES, count=len(items))
    return Test(fact, any_of=tuple(values))


def topic(fields: Fields, name: str = "on", *, required: bool = False) -> str:
    """What happened, by its public name: `stay.checked_in`."""
    text = fields.text(name, limit=TOPIC, required=required)
    if text and not _TOPIC.fullmatch(text):
        fields.complain(name, "topic", value=text)
        return ""
    return text


def starts(fields: Fields, notes: Notes) -> tuple[Start, ...]:
    """What sets the protocol off: a list of events, each with facts that must hold."""
    found = []
    for node, where in fields.items("starts", most=MOST_STARTS):
        if is_map(node, where, notes):
            start = Fields(node, where, notes, ("on", "when"))
            found.append(Start(topic(start, required=True), tests(start, notes)))
    return tuple(found)


def evidence(fields: Fields, notes: Notes) -> tuple[Wanted, ...]:
    """Kinds, or maps with the kind, a label and the post that countersigns; a lone kind may stand without a list."""
    found: list[Wanted] = []
    for node, where in fields.items("evidence", most=MOST_EVIDENCE, single=True):
        if isinstance(node, Scalar):
            wanted = Wanted(_kind(node, where, notes))
        elif is_map(node, where, notes):
            wanted = _wanted(Fields(node, where, notes, ("kind", "name", "name_en", "post")), notes)
        else:
            continue
        if wanted.kind == Evidence.COUNTERSIGNATURE and not wanted.post:
            notes.complain(node, where, "post_missing")
        elif wanted.post and wanted.kind != Evidence.COUNTERSIGNATURE:
            notes.complain(node, where, "post_unasked")
        elif any((other.kind, other.post) == (wanted.kind, wanted.post) for other in found):
            notes.complain(node, where, "evidence_twice")
        found.append(wanted)
    return tuple(found)


def _wanted(fields: Fields, notes: Notes) -> Wanted:
    kind = fields.get("kind", required=True)
    return Wanted(
        kind=Evidence.TICK if kind is None else _kind(kind, fields.way("kind"), notes),
        label=fields.text("name", limit=LABEL),
        label_en=fields.text("name_en", limit=LABEL_EN),
        post=fields.code("post", limit=POST_CODE),
    )


def _kind(node: Node, where: str, notes: Notes) -> Evidence:
    name = node.text if isinstance(node, Scalar) else ""
    if name in _KINDS:
        return Evidence(name)
    meant = near(name, _KINDS)
    code, params = ("evidence_near", {"near": meant}) if meant else ("evidence", {"known": ", ".join(_KINDS)})
    notes.complain(node, where, code, value=name[:40], **params)
    return Evidence.TICK


def checklist(fields: Fields, notes: Notes) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for node, where in fields.items("checklist", most=MOST_ITEMS):
        if not is_map(node, where, notes):
            continue
        line = Fields(node, where, notes, ("key", "name", "name_en"))
        item = Item(
            key=line.code("key", limit=ITEM_CODE, required=True),
            label=line.text("name", limit=LABEL, required=True),
            label_en=line.text("name_en", limit=LABEL_EN),
        )
        if item.key in found:
            line.complain("key", "key_twice", value=item.key)
        elif item.key:
            found[item.key] = item
    return tuple(found.values())


def eligibility(fields: Fields, notes: Notes) -> tuple[Eligibility, ...]:
    found = []
    for node, where in fields.items("eligible", most=MOST_RULES):
        if not is_map(node, where, notes):
            continue
        rule = Fields(node, where, notes, ("clause", "when", "grade", "months"))
        grade = rule.whole("grade", least=1, most=HIGHEST_GRADE)
        months = rule.whole("months", least=1, most=LONGEST_SERVICE)
        if not {"grade", "months"} & set(node.entries):
            notes.complain(node, where, "rule_empty")
        clause = rule.text("clause", limit=CLAUSE)
        found.append(Eligibility(clause, tests(rule, notes), least_grade=grade or 0, least_months=months or 0))
    return tuple(found)


def ladder(fields: Fields, notes: Notes) -> tuple[Rung, ...] | None:
    """Steps in the order of time; None when no ladder is given. `ladder: none` climbs nowhere."""
    node = fields.get("ladder")
    if node is None:
        return None
    if isinstance(node, Scalar) and node.text == "none":
        return ()
    found: list[Rung] = []
    for step, where in fields.items("ladder", most=MOST_STEPS):
        if not is_map(step, where, notes):
            continue
        rung = Fields(step, where, notes, ("after", "to"))
        after = rung.duration("after", required=True)
        to = rung.code("to", limit=POST_CODE, required=True, also=(PERSON, MANAGER))
        if after is not None and found and after <= found[-1].after:
            rung.complain("after", "ladder")
        found.append(Rung(after if after is not None else _later(found), to))
    return tuple(found)


def _later(found: list[Rung]) -> timedelta:
    """A time nobody will complain about for a step whose own could not be read."""
    return found[-1].after if found else timedelta(-1)
