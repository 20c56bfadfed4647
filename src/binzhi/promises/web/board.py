"""The departments' board: who owes what, and how it stands to the clock."""

from __future__ import annotations

from collections.abc import Sequence
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
from binzhi.promises import queries, who
from binzhi.promises.access import Permission
from binzhi.promises.queries import Card, LogRow, Timing, department_log
from binzhi.promises.queries.runs import departments_of
from binzhi.promises.services.tasks import write_log
from binzhi.promises.web.posting import common, press
from binzhi.promises.web.wording import Counts, Line, counts_of, lines, pressing
from binzhi.property.queries import HotelRef

PAGE, PART = "promises/board.html", "promises/board_lanes.html"
# What a lane shows before it sends one to the department's own board.
LANE_CARDS = 9
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
    found = queries.board(hotel_id=hotel.pk, department=department, now=now, ended_since=_midnight(hotel, now))
    me = who.doer(request.actor, hotel_id=hotel.pk, at=now)
    shown = [card for card in found if card.timing in SHOWS[show]] if show in SHOWS else found
    seen = lines(shown, me=me, posts=who.posts_of(hotel.pk))
    log = _log(hotel, department, now) if department else []
    lanes = _columns(seen) if department else _lanes(seen, departments, hotel)
    return {
        "lanes": lanes,
        "counts": counts_of(found),
        "show": show if show in SHOWS else "",
        "department": department,
        "departments": departments,
        "segments": _segments(counts_of(found), department, show),
        "log": log,
        "may_write": request.actor.may(Permission.WORK, hotel.pk),
        "here": request.get_full_path(),
        "version": version_of(department, show, [_seen(card) for card in shown], [line.id for line in log]),
    }


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


def _lanes(found: Sequence[Line], departments: Sequence[tuple[str, str]], hotel: HotelRef) -> list[Lane]:
    """One for every department that has something, in the order of the house."""
    base = reverse("promises:board", args=[hotel.code])
    lanes = []
    for code, label in departments:
        own = sorted((line for line in found if line.card.department == code), key=pressing)
        if own:
            counts = counts_of([line.card for line in own])
            url = f"{base}?{urlencode({'department': code})}"
            lanes.append(Lane(code, label, "", counts, own[:LANE_CARDS], max(len(own) - LANE_CARDS, 0), url))
    return lanes


def _columns(found: Sequence[Line]) -> list[Lane]:
    """A department by itself: one column for each state."""
    heads = (
        ("late", _("Late"), "alert"),
        ("soon", _("Due soon"), "clock"),
        ("ahead", pgettext("tasks", "Next"), "hourglass"),
        ("done", _("Done today"), "check-circle"),
    )
    columns = []
    for key, label, icon in heads:
        own = sorted((line for line in found if line.card.timing in SHOWS[key]), key=pressing)
        columns.append(Lane(key, label, icon, counts_of([line.card for line in own]), own, 0, ""))
    return columns


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
