"""A protocol's text read into what the engine knows, or every mistake in it at once, each with its line."""

from __future__ import annotations

from datetime import timedelta

from binzhi.promises.enums import Evidence
from binzhi.promises.errors import ProtocolInvalid
from binzhi.promises.protocols import checks, parts
from binzhi.promises.protocols.fields import Fields, Notes, is_map
from binzhi.promises.protocols.language import EACH, HOST, MANAGER, AnchorSpec, Gap, ProtocolSpec, TaskSpec, Wanted
from binzhi.promises.protocols.nodes import Mapping, tree_of
from binzhi.promises.protocols.times import due_of

# As wide as the columns that take them.
PROTOCOL_CODE, SUBJECT_CODE, TASK_CODE, ANCHOR_CODE, NAME, NAME_EN, CLAUSE = 40, 20, 40, 30, 80, 120, 20
SOURCE, TEXT, TITLE, TITLE_EN = 200, 1000, 80, 160
MOST_TASKS, MOST_ANCHORS, MOST_GAPS = 300, 40, 300
# More than anybody reads at once.
MOST_PROBLEMS = 200

_PROTOCOL = (
    "protocol", "name", "name_en", "subject", "source", "starts", "anchors", "departments", "ladder", "tasks", "gaps",
    "ends_with",
)  # fmt: skip
_TASK = (
    "key", "clause", "name", "name_en", "text", "text_en", "department", "due", "opens", "posts", "when", "after",
    "evidence", "checklist", "eligible", "ladder", "hand_on", "waivable", "all_named",
)  # fmt: skip


def read(source: str) -> ProtocolSpec:
    """The protocol that a text describes. Raises ProtocolInvalid with all mistakes, in the order of the lines."""
    notes = Notes()
    root = tree_of(source, notes.problems)
    spec = _protocol(root, notes) if root is not None else None
    if spec is not None:
        checks.check(spec, notes)
    if spec is None or notes.problems:
        found = sorted(notes.problems, key=lambda problem: (problem.line, problem.column))
        raise ProtocolInvalid(problems=tuple(found[:MOST_PROBLEMS]))
    return spec


def _protocol(root: Mapping, notes: Notes) -> ProtocolSpec:
    fields = Fields(root, "", notes, _PROTOCOL)
    tasks = _tasks(fields, notes)
    return ProtocolSpec(
        code=fields.code("protocol", limit=PROTOCOL_CODE, required=True),
        name=fields.text("name", limit=NAME, required=True),
        name_en=fields.text("name_en", limit=NAME_EN),
        subject=fields.code("subject", limit=SUBJECT_CODE, required=True),
        source=fields.text("source", limit=SOURCE),
        starts=parts.starts(fields, notes),
        anchors=_anchors(fields, notes),
        departments=fields.codes("departments", limit=parts.DEPARTMENT_CODE),
        ladder=parts.ladder(fields, notes) or (),
        tasks=tasks,
        gaps=_gaps(fields, {task.key for task in tasks}, notes),
        ends_with=fields.codes("ends_with", limit=TASK_CODE, most=MOST_TASKS),
        by_key={task.key: task for task in tasks},
        marks=notes.marks,
    )


def _anchors(fields: Fields, notes: Notes) -> tuple[AnchorSpec, ...]:
    node = fields.get("anchors", required=True)
    if node is None or not is_map(node, "anchors", notes):
        return ()
    if not node.entries:
        fields.complain("anchors", "empty")
    if len(node.entries) > MOST_ANCHORS:
        fields.complain("anchors", "too_many", limit=MOST_ANCHORS, count=len(node.entries))
    found = []
    for name, entry in list(node.entries.items())[:MOST_ANCHORS]:
        where = f"anchors.{name}"
        if len(name) > ANCHOR_CODE or due_of(name) != (name, timedelta(0)):
            notes.complain(node.keys[name], where, "anchor_name", value=name[:ANCHOR_CODE])
        if is_map(entry, where, notes):
            anchor = Fields(entry, where, notes, ("name", "name_en", "event", "repeats", "on"))
            found.append(AnchorSpec(
                name=name,
                label=anchor.text("name", limit=NAME, required=True),
                label_en=anchor.text("name_en", limit=NAME_EN),
                planned=not anchor.flag("event", default=False),
                repeats=anchor.flag("repeats", default=False),
                on=parts.topic(anchor),
            ))  # fmt: skip
    return tuple(found)


def _tasks(fields: Fields, notes: Notes) -> tuple[TaskSpec, ...]:
    found: dict[str, TaskSpec] = {}
    for node, where in fields.items("tasks", most=MOST_TASKS, required=True):
        if not is_map(node, where, notes):
            continue
        key = Fields(node, where, Notes(), _TASK).code("key", limit=TASK_CODE)
        # From here on a task is called by its key, which says more than its place.
        way = f"tasks.{key}" if key and key not in found else where
        task = _task(Fields(node, way, notes, _TASK), notes)
        if key in found:
            notes.complain(node.entries["key"], f"{way}.key", "task_twice", value=key, first=found[key].line)
        elif key:
            found[key] = task
    return tuple(found.values())


def _task(fields: Fields, notes: Notes) -> TaskSpec:
    anchor, offset = _due(fields)
    return TaskSpec(
        key=fields.code("key", limit=TASK_CODE, required=True),
        clause=fields.text("clause", limit=CLAUSE),
        title=fields.text("name", limit=TITLE, required=True),
        title_en=fields.text("name_en", limit=TITLE_EN),
        text=fields.text("text", limit=TEXT, lines=True),
        text_en=fields.text("text_en", limit=TEXT, lines=True),
        department=fields.code("department", limit=parts.DEPARTMENT_CODE, required=True, also=(HOST, EACH)),
        anchor=anchor,
        offset=offset,
        opens=fields.duration("opens"),
        posts=fields.codes("posts", limit=parts.POST_CODE, also=(MANAGER,)),
        when=parts.tests(fields, notes),
        after=fields.codes("after", limit=TASK_CODE),
        evidence=parts.evidence(fields, notes) or (Wanted(Evidence.TICK),),
        checklist=parts.checklist(fields, notes),
        eligible=parts.eligibility(fields, notes),
        ladder=parts.ladder(fields, notes),
        hand_on=fields.codes("hand_on", limit=parts.DEPARTMENT_CODE),
        waivable=fields.flag("waivable", default=True),
        all_named=fields.flag("all_named", default=False),
        line=fields.node.line,
    )


def _due(fields: Fields) -> tuple[str, timedelta]:
    text = fields.text("due", limit=80, required=True)
    if not text:
        return "", timedelta(0)
    due = due_of(text)
    if due is None:
        fields.complain("due", "due", value=text)
    elif not due[0]:
        fields.complain("due", "no_anchor", value=text)
    return due or ("", timedelta(0))


def _gaps(fields: Fields, tasks: set[str], notes: Notes) -> tuple[Gap, ...]:
    found = []
    for node, where in fields.items("gaps", most=MOST_GAPS):
        if is_map(node, where, notes):
            gap = Fields(node, where, notes, ("task", "text", "text_en"))
            task = gap.code("task", limit=TASK_CODE, required=True)
            checks.check_key(task, gap.way("task"), tasks, notes)
            found.append(Gap(
                task=task,
                text=gap.text("text", limit=TEXT, required=True, lines=True),
                text_en=gap.text("text_en", limit=TEXT, lines=True),
            ))  # fmt: skip
    return tuple(found)
