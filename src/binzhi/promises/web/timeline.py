"""A run laid out in time: a lane for each department, a column for each limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from binzhi.promises.enums import Evidence
from binzhi.promises.protocols.language import EACH, AnchorSpec
from binzhi.promises.queries import AnchorRow, RunView
from binzhi.promises.web.wording import Counts, Line, counts_of, offset_text
from binzhi.property.queries import localised

# Limits this close to each other stand under one head.
NEAR = timedelta(minutes=10)
# What a desk's screen has room for.
MOST_COLUMNS = 10
CELL_CARDS = 2
# Of what may happen at any time of the stay, which all stands under one head.
TOGETHER_CARDS = 1


@dataclass(slots=True)
class Column:
    """One limit, or several that are near each other. `at`: the last of them; None while it is not known."""

    head: str
    sub: str
    at: datetime | None
    is_lead: bool = False
    keys: set[tuple[str, int, timedelta | None]] = field(default_factory=set)
    is_past: bool = False
    is_next: bool = False
    is_together: bool = False
    times: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    lines: Sequence[Line]
    more: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Lane:
    """A department: what it signed for, how far it is, its cells."""

    code: str
    label: str
    counts: Counts
    signed: Line | None
    cells: Sequence[Cell]


def columns_of(run: RunView, now: datetime) -> list[Column]:
    """The moment everything leads to, limit by limit; what happens in the house; the moment it ends with."""
    lead = _lead(run)
    tasks = [card for card in run.tasks if card.state != "dropped"]
    before = _steps(run, lead)
    others = [one for one in run.anchors if one.name != lead and any(
        (card.anchor, card.occurrence) == (one.name, one.occurrence) for card in tasks)]  # fmt: skip
    last = _last(run, lead)
    middle = [one for one in others if one.name != last]
    columns = [*before]
    if middle and len(before) + len(others) > MOST_COLUMNS:
        planned = [one.at for one in middle if one.at is not None and one.planned]
        together = Column(_("In between"), "", max(planned, default=None), times=sorted(planned)[:1], is_together=True)
        together.keys = {(one.name, one.occurrence, None) for one in middle}
        columns.append(together)
    else:
        columns += [_moment(one) for one in middle]
    columns += [_moment(one) for one in others if one.name == last]
    return _marked(columns, now)


def _lead(run: RunView) -> str:
    return next((one.name for one in run.protocol.anchors if one.planned), run.protocol.anchors[0].name)


def _last(run: RunView, lead: str) -> str:
    """The moment it ends with: planned, and there is but one of it."""
    ends = [one.name for one in run.protocol.anchors if one.planned and not one.repeats and one.name != lead]
    return ends[-1] if ends else ""


def _steps(run: RunView, lead: str) -> list[Column]:
    """A column for each limit counted from the leading moment."""
    moment = next((one for one in run.anchors if one.name == lead), None)
    offsets = sorted({card.spec.offset for card in run.tasks if card.anchor == lead and card.state != "dropped"})
    columns: list[Column] = []
    near: timedelta | None = None
    for offset in offsets:
        at = None if moment is None or moment.at is None else moment.at + offset
        if near is not None and offset - near <= NEAR and offset and columns and near:
            columns[-1].head += " / " + offset_text(offset, "")
        else:
            columns.append(Column(_head(run, lead, offset), "", None, is_lead=not offset))
        columns[-1].at = at
        columns[-1].times += [at] if at is not None else []
        columns[-1].keys |= {(lead, one.occurrence, offset) for one in run.anchors if one.name == lead}
        near = offset
    return columns


def _head(run: RunView, name: str, offset: timedelta) -> str:
    if offset:
        return offset_text(offset, "T")
    anchor = run.protocol.anchor(name)
    return f"T {_label(anchor)}"


def _label(anchor: AnchorSpec) -> str:
    return localised(anchor.label, anchor.label_en)


def _moment(one: AnchorRow) -> Column:
    column = Column(one.title, "", one.at, times=[] if one.at is None else [one.at])
    column.keys = {(one.name, one.occurrence, None)}
    return column


def _marked(columns: list[Column], now: datetime) -> list[Column]:
    for column in columns:
        column.is_past = column.at is not None and column.at < now
    ahead = next((column for column in columns if not column.is_past), None)
    if ahead is not None:
        ahead.is_next = True
    return columns


def lanes_of(run: RunView, lines: Sequence[Line], columns: Sequence[Column], order: Sequence[str]) -> list[Lane]:
    """The departments that have something to do, in the order of the house."""
    place = {code: position for position, code in enumerate(order)}
    by_department: dict[str, list[Line]] = {}
    for line in lines:
        by_department.setdefault(line.card.department, []).append(line)
    codes = sorted(by_department, key=lambda code: place.get(code, len(place)))
    return [_lane(code, by_department[code], columns) for code in codes]


def _lane(code: str, own: Sequence[Line], columns: Sequence[Column]) -> Lane:
    signed = next((line for line in own if _is_receipt(line)), None)
    cells = []
    for column in columns:
        here = [line for line in own if line is not signed and stands_in(line, column)]
        shown = TOGETHER_CARDS if column.is_together and len(here) > CELL_CARDS else CELL_CARDS
        cells.append(Cell(column, here[:shown], here[shown:]))
    label = own[0].card.department_label
    return Lane(code, label, counts_of([line.card for line in own]), signed, cells)


def _is_receipt(line: Line) -> bool:
    """Every department's own signature under what it was told: it stands at the head of the lane."""
    spec = line.card.spec
    return (
        spec.department == EACH and not spec.checklist and [one.kind for one in spec.evidence] == [Evidence.SIGNATURE]
    )


def stands_in(line: Line, column: Column) -> bool:
    card = line.card
    whole = (card.anchor, card.occurrence, None)
    return whole in column.keys or (card.anchor, card.occurrence, card.spec.offset) in column.keys
