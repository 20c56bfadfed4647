"""The departments' board: who owes what, and how it stands to the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel import clock
from binzhi.kernel.ui.boards import is_known, version_of
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, press
from binzhi.promises import queries, who
from binzhi.promises.access import Permission
from binzhi.promises.queries import Card, LogRow, Timing, department_log
from binzhi.promises.queries.runs import departments_of
from binzhi.promises.services.tasks import write_log
from binzhi.promises.web.parts import strips_for
from binzhi.promises.web.wording import Counts, Line, counted, lines, pressing
from binzhi.property.queries import HotelRef

PAGE, PART = "promises/board.html", "promises/board_lanes.html"
# What a lane shows before it sends one to the department's own board.
LANE_CARDS = 9
# A column of a department, beside others and by itself: nobody reads on beyond that, and the rest is counted.
COLUMN_CARDS, ONE_COLUMN_CARDS = 100, 500
DAY = timedelta(days=1)
SHOWS = {"late": (Timing.LATE,), "soon": (Timing.SOON,), "ahead": (Timing.AHEAD, Timing.WAITING),
         "done": (Timing.DONE, Timing.DONE_LATE, Timing.WAIVED)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lane:
    """A department's line on the board, or one state's column of a department."""

    key: str
    label: str
    icon: str
    counts: Counts
    lines: Sequence[Line]
    more: int
    url: str


@require_GET
@screen(Permission.VIEW)
def board(request: StaffRequest) -> HttpResponse:
    context = _context(request)
    if is_known(request, context["version"]):
        return HttpResponse(status=204)
    return render_screen(request, PAGE, context, part=PART)


def _context(request: StaffRequest) -> dict[str, Any]:
    hotel, now = hotel_of(request), clock.now()
    departments = departments_of(hotel.pk)
    asked = request.GET.get("department", "")
    department = asked if asked in dict(departments) else ""
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    found = queries.standing(
        hotel_id=hotel.pk, department=department, groups=_groups(department, show), now=now,
        ended_since=_midnight(hotel, now), most=_most(department, show),
    )  # fmt: skip
    me = who.doer(request.actor, hotel_id=hotel.pk, at=now)
    seen = sorted(lines(found.cards, me=me, posts=who.posts_of(hotel.pk)), key=pressing)
    log = _log(hotel, department, now) if department else []
    counts = counted(*found.counts.values())
    strips = strips_for(request)
    drawn = _Drawn(hotel, department, show, seen, found.counts)
    return {
        "lanes": _columns(drawn) if department else _lanes(drawn, departments),
        "counts": counts,
        "show": show,
        "department": department,
        "departments": departments,
        "segments": _segments(counts, department, show),
        "log": log,
        "may_write": request.actor.may(Permission.WORK, hotel.pk),
        "here": request.get_full_path(),
        "strips": strips,
        "version": version_of(
            department,
            show,
            counts,
            [_seen(line.card) for line in seen],
            [one.id for one in log],
            [strip.version for strip in strips],
        ),
    }


def _groups(department: str, show: str) -> dict[Timing, str]:
    """Cards are counted off by column in a department, together on the board of the house."""
    return {
        timing: key if department else "" for key, timings in SHOWS.items() if show in ("", key) for timing in timings
    }


def _most(department: str, show: str) -> int:
    if not department:
        return LANE_CARDS
    return ONE_COLUMN_CARDS if show else COLUMN_CARDS


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What a board is drawn from."""

    hotel: HotelRef
    department: str
    show: str
    lines: Sequence[Line]
    counts: Mapping[str, Mapping[Timing, int]]

    def url(self, department: str, show: str) -> str:
        asked = {key: value for key, value in (("department", department), ("show", show)) if value}
        return f"{reverse('promises:board', args=[self.hotel.code])}?{urlencode(asked)}"


def _log(hotel: HotelRef, department: str, now: datetime) -> list[LogRow]:
    """What a department wrote down today."""
    return department_log(hotel_id=hotel.pk, department=department, since=_midnight(hotel, now), until=now + DAY)


@require_POST
@screen(Permission.WORK)
def write(request: StaffRequest) -> HttpResponse:
    """A line for the log of a department."""
    department, text = request.POST.get("department", ""), request.POST.get("text", "")
    back = f"{reverse('promises:board', args=[hotel_of(request).code])}?{urlencode({'department': department})}"
    return press(
        request, lambda: write_log(department=department, text=text, **common(request)), done=_("Written down"),
        back=back,
    )  # fmt: skip


def _midnight(hotel: HotelRef, now: datetime) -> datetime:
    return hotel.local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _seen(card: Card) -> tuple[object, ...]:
    return card.id, card.version, card.timing, card.open_before, card.rung


def _lanes(drawn: _Drawn, departments: Sequence[tuple[str, str]]) -> list[Lane]:
    """One for every department that has something, in the order of the house."""
    lanes = []
    for code, label in departments:
        own = [line for line in drawn.lines if line.card.department == code]
        if own:
            counts = counted(drawn.counts[code])
            more = shown_of(counts, drawn.show) - len(own)
            lanes.append(Lane(code, label, "", counts, own, more, drawn.url(code, drawn.show)))
    return lanes


def _columns(drawn: _Drawn) -> list[Lane]:
    """A department by itself: one column for each state."""
    heads = (
        ("late", _("Late"), "alert"),
        ("soon", _("Due soon"), "clock"),
        ("ahead", pgettext("tasks", "Next"), "hourglass"),
        ("done", _("Done today"), "check-circle"),
    )
    columns = []
    for key, label, icon in heads:
        own = [line for line in drawn.lines if line.card.timing in SHOWS[key]]
        found = drawn.counts.get(drawn.department, {})
        counts = counted({timing: found.get(timing, 0) for timing in SHOWS[key]})
        columns.append(Lane(key, label, icon, counts, own, counts.total - len(own), drawn.url(drawn.department, key)))
    return columns


def shown_of(counts: Counts, show: str) -> int:
    """How many of them a board shows."""
    return {
        "": counts.total, "late": counts.late, "soon": counts.soon, "ahead": counts.still,
        "done": counts.done + counts.waived,
    }[show]  # fmt: skip


def _segments(counts: Counts, department: str, show: str) -> list[dict[str, Any]]:
    words = (
        ("", _("All"), counts.total), ("late", _("Late"), counts.late), ("soon", _("Due soon"), counts.soon),
        ("ahead", pgettext("tasks", "Next"), counts.still), ("done", _("Done today"), counts.done + counts.waived),
    )  # fmt: skip
    keep = {"department": department} if department else {}
    return [
        {"label": label, "url": "?" + urlencode(keep | ({"show": key} if key else {})), "on": key == show,
         "count": count}
        for key, label, count in words
    ]  # fmt: skip
