"""Tasks in words and pictures: how late, how long still, which level, what one press does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from binzhi.kernel.standing import Standing, standing
from binzhi.kernel.ui import markup
from binzhi.promises.enums import Evidence, TaskState
from binzhi.promises.protocols.language import MANAGER, PERSON, TaskSpec
from binzhi.promises.queries import Card, Timing
from binzhi.promises.who import Person, PostFacts, fits

FACTS: dict[str, Promise] = {
    "level": pgettext_lazy("fact", "Level"),
    "rank": pgettext_lazy("fact", "Place of the level in the order"),
    "sealed": pgettext_lazy("fact", "Room is sealed"),
    "fruit": pgettext_lazy("fact", "Fruit"),
    "flowers": pgettext_lazy("fact", "Flowers"),
    "banner": pgettext_lazy("fact", "Banner"),
    "board": pgettext_lazy("fact", "Welcome board"),
    "gm": pgettext_lazy("fact", "Welcome of the general manager"),
    "party": pgettext_lazy("fact", "People"),
    "gm_away": pgettext_lazy("fact", "General manager away"),
    "nights": pgettext_lazy("fact", "Nights"),
    "room_type": pgettext_lazy("fact", "Room type"),
    "party_size": pgettext_lazy("fact", "People"),
    "baby_expected": pgettext_lazy("fact", "Baby expected"),
    "birthday_in_stay": pgettext_lazy("fact", "Birthday during the stay"),
    "answered": pgettext_lazy("fact", "Answered"),
    "second_call": pgettext_lazy("fact", "Second call asked for"),
    "damage": pgettext_lazy("fact", "Damage"),
    "direction": pgettext_lazy("fact", "Direction"),
    "facility_check": pgettext_lazy("fact", "Facilities to be checked"),
    "gift": pgettext_lazy("fact", "Gift"),
    "needs_approval": pgettext_lazy("fact", "Needs approval"),
    "severity": pgettext_lazy("fact", "Severity"),
}
LATE_FIRST = {Timing.LATE: 0, Timing.SOON: 1, Timing.AHEAD: 2, Timing.WAITING: 3}
STATES = {
    Timing.LATE: ("late", "alert"),
    Timing.SOON: ("soon", "clock"),
    Timing.AHEAD: ("", "hourglass"),
    Timing.WAITING: ("", "hourglass"),
    Timing.DONE: ("ok", "check-circle"),
    Timing.DONE_LATE: ("ok", "check-circle"),
    Timing.WAIVED: ("plain", "minus"),
    Timing.DROPPED: ("plain", "ban"),
}


class Press(StrEnum):
    """What one press on a card does."""

    NOTHING = ""
    TAKE = "take"
    SEEN = "seen"
    DONE = "done"
    SIGN = "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A task as one colleague sees it on a list."""

    card: Card
    mine: bool
    press: Press

    @property
    def timing(self) -> str:
        return self.card.timing.value

    @property
    def state(self) -> str:
        return STATES[self.card.timing][0] or "wait"

    @property
    def icon(self) -> str:
        return STATES[self.card.timing][1]

    @property
    def is_done(self) -> bool:
        return self.card.state not in (TaskState.WAITING, TaskState.OPEN)


def level_of(facts: Mapping[str, object]) -> Standing:
    """The level by the house's own name, and by its place in the house's order where that is told."""
    rank = facts.get("rank")
    return standing(str(facts.get("level") or ""), rank if isinstance(rank, int) else 0)


def lines(cards: Iterable[Card], *, me: Person | None, posts: Mapping[str, PostFacts]) -> list[Line]:
    return [
        Line(card=card, mine=me is not None and card.assignee_id == me.staff_id, press=_press(card, me, posts))
        for card in cards
    ]


def _press(card: Card, me: Person | None, posts: Mapping[str, PostFacts]) -> Press:
    if me is None or card.state not in (TaskState.WAITING, TaskState.OPEN):
        return Press.NOTHING
    if card.assignee_id is None:
        mine = fits(
            post=me.post, grade=me.grade, department=me.department, wanted=card.posts, of=card.department, posts=posts
        )
        return Press.TAKE if mine else Press.NOTHING
    if card.assignee_id != me.staff_id:
        return Press.NOTHING
    if card.acknowledged_at is None:
        return Press.SEEN
    if card.state == TaskState.WAITING or card.open_before or not is_one_press(card.spec):
        return Press.NOTHING
    return Press.SIGN if any(one.kind == Evidence.SIGNATURE for one in card.spec.evidence) else Press.DONE


def is_one_press(spec: TaskSpec) -> bool:
    """Nothing is to be filled in: a tick or one's own signature closes it."""
    plain = (Evidence.TICK, Evidence.SIGNATURE, Evidence.COUNTERSIGNATURE)
    return not spec.checklist and all(one.kind in plain for one in spec.evidence)


def press_text(press: Press) -> str:
    return {
        Press.NOTHING: "",
        Press.TAKE: pgettext("task", "Take"),
        Press.SEEN: pgettext("task", "Seen"),
        Press.DONE: pgettext("press", "Done"),
        Press.SIGN: pgettext("task", "Sign"),
    }[press]


# ---------------------------------------------------------------- time


def clock_text(span: timedelta) -> str:
    """`17:56` within the hour, `2:17:56` beyond it; the same as the island that goes on counting."""
    seconds = abs(int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def running(at: datetime, now: datetime, mark: str = "") -> SafeString:
    """A span to or since a moment that goes on by itself; with a mark it says on which side of it we are."""
    span = clock_text(at - now)
    if not mark:
        return format_html('<bz-left at="{}">{}</bz-left>', at.isoformat(), span)
    side = "+" if at < now else "\u2212"
    return format_html('<bz-left at="{}" mark="{}">{}{}{}</bz-left>', at.isoformat(), mark, mark, side, span)


def span_text(span: timedelta) -> str:
    """A length in words: `25 min`, `2 h 05`, `3 d`."""
    minutes = round(abs(span.total_seconds()) / 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return _("%(n)s d") % {"n": hours // 24}
    return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes} if minutes else _("%(n)s h") % {"n": hours}


def timing_chip(card: Card, when: str) -> SafeString:
    """How a task stands to the clock; `when` is its limit, or when it ended, in words."""
    state, glyph = STATES[card.timing]
    return markup.chip(timing_words(card, when), state=state, glyph=glyph)


def timing_words(card: Card, when: str, *, short: bool = False) -> SafeString | str:
    """`short`: on a narrow card, where the icon says the rest."""
    timing = card.timing
    if timing in (Timing.LATE, Timing.SOON) and card.due_at is not None:
        text = pgettext("task", "%(time)s late") if timing == Timing.LATE else pgettext("task", "%(time)s left")
        before, _mark, after = text.partition("%(time)s")
        return format_html("{}{}{}", before, running(card.due_at, card.now), after)
    if timing == Timing.DONE_LATE and short:
        return pgettext("task", "%(time)s, %(span)s late") % {"time": when, "span": span_text(card.late_by)}
    if timing == Timing.DONE_LATE:
        return pgettext("task", "Done %(time)s, %(span)s late") % {"time": when, "span": span_text(card.late_by)}
    words = {
        Timing.WAITING: pgettext("task", "Waiting"),
        Timing.DONE: pgettext("task", "Done %(time)s") % {"time": when},
        Timing.WAIVED: pgettext("task", "Waived"),
        Timing.DROPPED: pgettext("task", "No longer asked for"),
    }
    return words.get(timing, when)


def offset_text(offset: timedelta, mark: str) -> str:
    """`T−5h`, `D+30′`, `T`: how far from its moment."""
    seconds = int(offset.total_seconds())
    if not seconds:
        return mark
    sign = "+" if seconds > 0 else "\u2212"
    minutes = abs(seconds) // 60
    if minutes % 60:
        return f"{mark}{sign}{minutes}\u2032" if minutes < 60 else f"{mark}{sign}{minutes // 60}h{minutes % 60:02}"
    hours = minutes // 60
    return f"{mark}{sign}{hours // 24}d" if hours > 24 and hours % 24 == 0 else f"{mark}{sign}{hours}h"


def rung_text(to: str, posts: Mapping[str, PostFacts]) -> str:
    """Who is told on a step of a ladder."""
    if to == PERSON:
        return _("the person")
    if to == MANAGER:
        return _("the department's manager")
    return posts[to].label if to in posts else to


# ---------------------------------------------------------------- counting


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks by how they stand."""

    late: int = 0
    soon: int = 0
    ahead: int = 0
    waiting: int = 0
    done: int = 0
    waived: int = 0

    @property
    def total(self) -> int:
        return self.late + self.soon + self.ahead + self.waiting + self.done + self.waived

    @property
    def still(self) -> int:
        return self.ahead + self.waiting

    @property
    def shares(self) -> list[tuple[float, str]]:
        """For a bar: done, due soon, late."""
        whole = max(self.total, 1)
        return [(100 * (self.done + self.waived) / whole, ""), (100 * self.soon / whole, "soon"),
                (100 * self.late / whole, "late")]  # fmt: skip


def counts_of(cards: Sequence[Card]) -> Counts:
    return counted(Counter(card.timing for card in cards))


def counted(*found: Mapping[Timing, int]) -> Counts:
    """The sum of tasks counted by timing."""
    number = {timing: sum(one.get(timing, 0) for one in found) for timing in Timing}
    return Counts(
        late=number[Timing.LATE], soon=number[Timing.SOON], ahead=number[Timing.AHEAD],
        waiting=number[Timing.WAITING], done=number[Timing.DONE] + number[Timing.DONE_LATE],
        waived=number[Timing.WAIVED],
    )  # fmt: skip


def pressing(line: Line) -> tuple[int, float]:
    """Late first, then by limit; what is over comes last."""
    due = line.card.due_at
    return LATE_FIRST.get(line.card.timing, 9), due.timestamp() if due is not None else float("inf")
