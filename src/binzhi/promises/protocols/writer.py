"""A protocol written as text, so that reading it gives the same protocol. Comments of an older text are not in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.language import AnchorSpec, Eligibility, Gap, ProtocolSpec, Rung, TaskSpec, Test, Wanted
from binzhi.promises.protocols.times import due_written, written

WIDTH = 120
_PLAIN_EVIDENCE = (Wanted(Evidence.TICK),)


class _Line(dict[str, Any]):
    """A map written on one line."""


class _Row(list[Any]):
    """A list written on one line."""


class _Dumper(yaml.SafeDumper):
    """In Python throughout: the emitter in C would break the lines elsewhere."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        # Lists stand one step in from their name.
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_MAP, _SEQUENCE = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
_Dumper.add_representer(_Line, lambda dumper, value: dumper.represent_mapping(_MAP, value.items(), flow_style=True))
_Dumper.add_representer(_Row, lambda dumper, value: dumper.represent_sequence(_SEQUENCE, value, flow_style=True))


def write(spec: ProtocolSpec) -> str:
    """The text of a protocol: `read(write(spec)) == spec` for every protocol that `read` could give."""
    return yaml.dump(
        _protocol(spec), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False
    )


def _given(**values: Any) -> dict[str, Any]:
    """Only what says something."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _protocol(spec: ProtocolSpec) -> dict[str, Any]:
    return _given(
        protocol=spec.code,
        name=spec.name,
        name_en=spec.name_en,
        subject=spec.subject,
        source=spec.source,
        starts=[_Line(_given(on=start.on, when=_tests(start.when))) for start in spec.starts],
        anchors={anchor.name: _anchor(anchor) for anchor in spec.anchors},
        departments=_Row(spec.departments),
        ladder=_ladder(spec.ladder),
        tasks=[_task(task) for task in spec.tasks],
        ends_with=_Row(spec.ends_with),
        gaps=[_gap(gap) for gap in spec.gaps],
    )


def _anchor(anchor: AnchorSpec) -> _Line:
    return _Line(_given(
        name=anchor.label, name_en=anchor.label_en, event=None if anchor.planned else True,
        repeats=anchor.repeats or None, on=anchor.on,
    ))  # fmt: skip


def _task(task: TaskSpec) -> dict[str, Any]:
    return _given(
        key=task.key,
        clause=task.clause,
        name=task.title,
        name_en=task.title_en,
        text=task.text,
        text_en=task.text_en,
        department=task.department,
        posts=_Row(task.posts),
        due=due_written(task.anchor, task.offset),
        opens=None if task.opens is None else written(task.opens),
        when=_tests(task.when),
        after=_Row(task.after),
        checklist=[
            _Line(_given(key=item.key, name=item.label, name_en=item.label_en)) for item in task.checklist
        ],
        evidence=None if task.evidence == _PLAIN_EVIDENCE else [_wanted(wanted) for wanted in task.evidence],
        eligible=[_rule(rule) for rule in task.eligible],
        ladder=None if task.ladder is None else _ladder(task.ladder) or "none",
        hand_on=_Row(task.hand_on),
        waivable=None if task.waivable else False,
        all_named=task.all_named or None,
    )  # fmt: skip


def _wanted(wanted: Wanted) -> str | _Line:
    kind = str(wanted.kind)
    if wanted == Wanted(wanted.kind):
        return kind
    return _Line(_given(kind=kind, post=wanted.post, name=wanted.label, name_en=wanted.label_en))


def _tests(tests: Sequence[Test]) -> _Line:
    return _Line({
        test.fact: _Row(test.any_of) if test.any_of else _Line(_given(least=test.least, most=test.most))
        for test in tests
    })  # fmt: skip


def _rule(rule: Eligibility) -> _Line:
    return _Line(_given(
        clause=rule.clause, when=_tests(rule.when), grade=rule.least_grade or None, months=rule.least_months or None
    ))  # fmt: skip


def _ladder(ladder: Sequence[Rung]) -> list[_Line]:
    return [_Line(after=written(rung.after), to=rung.to) for rung in ladder]


def _gap(gap: Gap) -> dict[str, Any]:
    return _given(task=gap.task, text=gap.text, text_en=gap.text_en)
