"""What a protocol says, once it is read and found right. The engine knows only these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from binzhi.promises.enums import Evidence

# Whose task it is when no department is named outright.
HOST = "@host"  # the department that receives: `Run.host_department`
EACH = "@each"  # one copy for every department of the hotel that takes part (`ProtocolSpec.departments`)
# Steps of a ladder that are no posts.
PERSON = "@person"  # the one who has the task
MANAGER = "@manager"  # the highest post of the task's department

Plain = str | int | bool


@dataclass(frozen=True, slots=True)
class AnchorSpec:
    """A moment: planned (arrival, meal) or an event that happens, once or again and again.

    `on`: what must have happened in the house for it to be now (`stay.checked_out`); empty: somebody says so.
    """

    name: str
    label: str
    label_en: str
    planned: bool = True
    repeats: bool = False
    on: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """One fact held against values: it is among `any_of`, or lies between `least` and `most` (both included)."""

    fact: str
    any_of: tuple[Plain, ...] = ()
    least: int | None = None
    most: int | None = None

    def holds(self, facts: Mapping[str, object]) -> bool:
        value = facts.get(self.fact)
        if self.any_of:
            return value in self.any_of
        if not isinstance(value, int):
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may be given it: every rule whose tests hold must be met. `clause` is named in the refusal."""

    clause: str
    when: tuple[Test, ...] = ()
    least_grade: int = 0
    least_months: int = 0


@dataclass(frozen=True, slots=True)
class Rung:
    """Told `after` the task was due (zero: at once; never negative)."""

    after: timedelta
    to: str  # PERSON, MANAGER or the code of a post


@dataclass(frozen=True, slots=True)
class Wanted:
    """A piece of evidence. `post`: who must give it when not the one who does the task (countersignature)."""

    kind: Evidence
    label: str = ""
    label_en: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a checklist."""

    key: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A promise. Due `offset` from `anchor` (negative: before it), to be seen `opens` before that."""

    key: str
    clause: str
    title: str
    title_en: str
    department: str  # a code, HOST or EACH
    anchor: str
    offset: timedelta
    text: str = ""
    text_en: str = ""
    opens: timedelta | None = None  # None: as soon as the run has begun
    posts: tuple[str, ...] = ()  # codes or MANAGER; a copy of EACH keeps those of its own department
    when: tuple[Test, ...] = ()
    after: tuple[str, ...] = ()
    evidence: tuple[Wanted, ...] = (Wanted(Evidence.TICK),)
    checklist: tuple[Item, ...] = ()
    eligible: tuple[Eligibility, ...] = ()
    ladder: tuple[Rung, ...] | None = None  # None: the protocol's
    hand_on: tuple[str, ...] = ()  # departments that are told when it is done
    waivable: bool = True
    # Done only when whatever else its department has still to do in the run has a person who may do it.
    all_named: bool = False
    line: int = field(default=0, compare=False)  # in the source it was read from

    def applies(self, facts: Mapping[str, object]) -> bool:
        return all(test.holds(facts) for test in self.when)


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the source is silent and what this protocol does instead: shown in the editor beside the task."""

    task: str
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Start:
    """What sets the protocol off by itself: this happened (`stay.checked_in`) to a subject of which the tests hold."""

    on: str
    when: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class ProtocolSpec:
    """A whole protocol. `departments`: those that take part, for tasks of EACH."""

    code: str
    name: str
    name_en: str
    subject: str
    anchors: tuple[AnchorSpec, ...]
    tasks: tuple[TaskSpec, ...]
    starts: tuple[Start, ...] = ()
    departments: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()
    gaps: tuple[Gap, ...] = ()
    source: str = ""  # of the rule: `S1 VIP`
    ends_with: tuple[str, ...] = ()  # tasks whose end ends the run; empty: all of them
    by_key: Mapping[str, TaskSpec] = field(default_factory=dict, compare=False)
    # Where a value stood in the source (`tasks.tea.department`): line and column.
    marks: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)

    def anchor(self, name: str) -> AnchorSpec:
        return next(anchor for anchor in self.anchors if anchor.name == name)
