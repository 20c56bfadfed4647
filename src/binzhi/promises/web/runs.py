"""Runs: all that are live, and one laid out in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.boards import is_known, version_of
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.kernel.zones import typed_instant
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.promises import who
from binzhi.promises.access import Permission
from binzhi.promises.enums import RunStatus
from binzhi.promises.queries import Timing, run_view
from binzhi.promises.queries.runs import departments_of, live_runs
from binzhi.promises.services import assigning, moments, runs
from binzhi.promises.web import timeline, wording
from binzhi.property.queries import HotelRef

PAGE, PART = "promises/run.html", "promises/run_board.html"
MOMENTS = "promises/moments.html"


@require_GET
@screen(Permission.VIEW)
def runs_screen(request: StaffRequest) -> HttpResponse:
    """All that are live, the next first."""
    hotel = hotel_of(request)
    found = live_runs(hotel_id=hotel.pk, now=clock.now())
    version = version_of([(run.id, run.at, run.late, run.ended, run.tasks, run.label) for run in found])
    if is_known(request, version):
        return HttpResponse(status=204)
    context = {"runs": found, "version": version}
    return render_screen(request, "promises/runs.html", context, part="promises/runs_list.html")


@require_GET
@screen(Permission.VIEW)
def run_screen(request: StaffRequest, run_id: int) -> HttpResponse:
    context = run_context(request, run_id)
    if is_known(request, context["version"]):
        return HttpResponse(status=204)
    return render_screen(request, PAGE, context, part=PART)


def run_context(request: StaffRequest, run_id: int) -> dict[str, Any]:
    """The whole of the page: seven statements, whatever the number of tasks."""
    hotel, now = hotel_of(request), clock.now()
    run = run_view(hotel_id=hotel.pk, run_id=run_id, now=now)
    me = who.doer(request.actor, hotel_id=hotel.pk, at=now)
    shown = [card for card in run.tasks if card.timing != Timing.DROPPED]
    seen = wording.lines(shown, me=me, posts=who.posts_of(hotel.pk))
    columns = timeline.columns_of(run, now)
    order = [code for code, _label in departments_of(hotel.pk)]
    late = sorted((line for line in seen if line.card.timing == Timing.LATE), key=wording.pressing)
    others = live_runs(hotel_id=hotel.pk, now=now)
    return {
        "run": run,
        "room": shown[0].room if shown else "",
        "columns": columns,
        "lanes": timeline.lanes_of(run, seen, columns, order),
        "groups": _groups(seen, columns),
        "counts": wording.counts_of(shown),
        "late": late[:1],
        "more_late": max(len(late) - 1, 0),
        "lead": next((one for one in run.anchors if one.at is not None and one.at >= now and one.planned), None),
        "free": sum(card.assignee_id is None and card.state in ("waiting", "open") for card in shown),
        "others": others[:6],
        "is_live": run.status == RunStatus.LIVE,
        "may": {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission},
        "version": version_of(
            run.version, run.status, [(card.id, card.version, card.timing) for card in shown],
            [(one.id, one.late) for one in others],
        ),
    }  # fmt: skip


def _groups(seen: list[wording.Line], columns: list[timeline.Column]) -> list[tuple[timeline.Column, Any]]:
    """The same by time alone, for a narrow screen."""
    found = [(column, [line for line in seen if timeline.stands_in(line, column)]) for column in columns]
    return [(column, own) for column, own in found if own]


# ---------------------------------------------------------------- moments


@require_http_methods(["GET", "POST"])
@screen(Permission.RUN)
def moments_panel(request: StaffRequest, run_id: int) -> HttpResponse:
    """When it all is: a planned moment is moved, an event noted."""
    hotel = hotel_of(request)
    refusal: DomainError | None = None
    asked = request.POST.get("anchor", "")
    if request.method == "POST":
        try:
            once(request, lambda: _set_moment(request, hotel, run_id, asked))
        except NotFound:
            raise
        except DomainError as found:
            refusal = found
        else:
            toast(request, _("Every task that hangs on it was moved along."))
            return go(request, reverse("promises:run", args=[hotel.code, run_id]))
    run = run_view(hotel_id=hotel.pk, run_id=run_id, now=clock.now())
    context = {"run": run, "refusal": refusal, "asked": asked, "given": request.POST.get("at", ""), "panel": MOMENTS}
    if not wants_part(request):
        context = run_context(request, run_id) | context
    status = 200 if refusal is None else status_of(refusal)
    return render_screen(request, PAGE, context, part=MOMENTS, status=status)


def _set_moment(request: StaffRequest, hotel: HotelRef, run_id: int, anchor: str) -> None:
    given = request.POST.get("at", "")
    if request.POST.get("what") == "happened":
        moments.happen(run_id=run_id, anchor=anchor, **common(request))
        return
    at = local_instant(given, hotel)
    if request.POST.get("what") == "again":
        moments.happen(run_id=run_id, anchor=anchor, at=at, **common(request))
        return
    occurrence = request.POST.get("occurrence", "1")
    moments.move_anchor(
        run_id=run_id, anchor=anchor, at=at, occurrence=int(occurrence) if occurrence.isdecimal() else 1,
        **common(request),
    )  # fmt: skip


def local_instant(text: str, hotel: HotelRef) -> datetime:
    """What a `datetime-local` field says, on the hotel's clocks. Raises InvalidInput at `at`."""
    return typed_instant(text, ZoneInfo(hotel.timezone))


# ---------------------------------------------------------------- one press


@require_POST
@screen(Permission.ASSIGN)
def give_out(request: StaffRequest, run_id: int) -> HttpResponse:
    """Every task that nobody has goes to whom the roster proposes."""
    hotel = hotel_of(request)
    given: list[object] = []
    try:
        once(request, lambda: given.extend(assigning.assign_proposed(run_id=run_id, **common(request))))
        words = ngettext("%(n)s task given out", "%(n)s tasks given out", len(given))
        toast(request, words % {"n": len(given)})
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    return go(request, reverse("promises:run", args=[hotel.code, run_id]))


@require_POST
@screen(Permission.RUN)
def cancel(request: StaffRequest, run_id: int) -> HttpResponse:
    """End it before its time, with a reason."""
    hotel = hotel_of(request)
    reason = request.POST.get("reason", "")
    try:
        once(request, lambda: runs.cancel_run(run_id=run_id, reason=reason, **common(request)))
        toast(request, _("Cancelled. Whoever had a task of it is told."))
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    return go(request, reverse("promises:run", args=[hotel.code, run_id]))
