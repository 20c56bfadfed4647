"""The list of visits, and a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.guests.privacy.warning import warn_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.boards import is_known, version_of
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.promises.queries.runs import departments_of
from binzhi.property.queries import HotelRef
from binzhi.vip import queries, services
from binzhi.vip.access import Permission
from binzhi.vip.enums import VisitStatus
from binzhi.vip.errors import RoomHasVisit
from binzhi.vip.queries import VisitLine
from binzhi.vip.requests import NewVisit, VisitRef
from binzhi.vip.web import forms

PAGE, PART, NEW = "vip/list.html", "vip/list_part.html", "vip/new.html"
MONTH = timedelta(days=31)
DAY = timedelta(days=1)
Picks = Callable[[VisitLine], bool]


def _views(hotel: HotelRef, now: datetime) -> dict[str, tuple[str, Picks]]:
    """What the list is looked at for, and which visits that is."""
    tomorrow = hotel.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    ahead = (VisitStatus.APPROVED, VisitStatus.NOTICED)
    return {
        "": (_("All"), lambda line: True),
        "today": (pgettext("visits", "Today"), lambda line: line.status in ahead and line.arrival_at < tomorrow),
        "coming": (pgettext("visits", "Coming"), lambda line: line.status in ahead and line.arrival_at >= tomorrow),
        "house": (pgettext("visits", "In house"), lambda line: line.status == VisitStatus.IN_HOUSE),
        "approval": (_("Waiting for approval"), lambda line: line.request_id is not None),
        "proposed": (pgettext("visits", "Proposed"), lambda line: line.status == VisitStatus.PROPOSED),
    }


@require_GET
@screen(Permission.VIEW)
def visit_list(request: StaffRequest) -> HttpResponse:
    """Visits that are not over, or those of the last month that are."""
    hotel, now, show = hotel_of(request), clock.now(), request.GET.get("show", "")
    views = _views(hotel, now)
    found = queries.visits(hotel_id=hotel.pk, now=now)
    if show == "over":
        past = queries.visits(hotel_id=hotel.pk, now=now, first=now - MONTH)
        seen = [line for line in past if line.status in (VisitStatus.GONE, VisitStatus.CANCELLED)]
        seen.sort(key=lambda line: line.arrival_at, reverse=True)
    else:
        show = show if show in views else ""
        seen = [line for line in found if views[show][1](line)]
    typed = request.GET.get("q", "").strip()
    if typed:
        seen = [line for line in seen if typed.casefold() in f"{line.room} {line.title}".casefold()]
    version = version_of(show, typed, [(one.id, one.version, one.late, one.done, one.request_id) for one in seen])
    if is_known(request, version):
        return HttpResponse(status=204)
    context = {
        "lines": seen, "show": show, "q": typed, "version": version, "here": request.get_full_path(),
        "segments": _segments(views, found, show), "hosts": dict(departments_of(hotel.pk)),
        "may_propose": request.actor.may(Permission.PROPOSE, hotel.pk),
    }  # fmt: skip
    return render_screen(request, PAGE, context, part=PART)


def _segments(views: dict[str, tuple[str, Picks]], found: list[VisitLine], show: str) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"label": label, "url": f"?show={key}" if key else "?", "on": key == show,
         "count": sum(picks(line) for line in found)}
        for key, (label, picks) in views.items()
    ]  # fmt: skip
    over = {"label": pgettext("visits", "Over"), "url": "?show=over", "on": show == "over", "count": None}
    return [*parts, over]


@require_http_methods(["GET", "POST"])
@screen(Permission.PROPOSE)
def propose(request: StaffRequest) -> HttpResponse:
    """Put a guest's visit forward."""
    hotel = hotel_of(request)
    departments = departments_of(hotel.pk)
    if request.method != "POST":
        return _new(request, hotel, forms.ProposeForm(hotel=hotel, departments=departments))
    form = forms.ProposeForm(request.POST, hotel=hotel, departments=departments)
    made: list[VisitRef] = []
    if not form.is_valid():
        return _new(request, hotel, form, status=422)
    visit = _visit(form.cleaned_data)
    try:
        once(request, lambda: made.append(services.propose_visit(visit=visit, **common(request))))
    except NotFound as refusal:
        form.refuse(refusal)
        return _new(request, hotel, form, status=422)
    except DomainError as refusal:
        form.refuse(refusal)
        return _new(request, hotel, form, status=status_of(refusal))
    toast(request, _("Proposed. It has no level before the general manager approves one."))
    warn_of(request, visit.needs, visit.cautions)
    page = reverse("vip:visit", args=[hotel.code, made[0].visit_id]) if made else reverse("vip:list", args=[hotel.code])
    return go(request, page)


@require_http_methods(["GET", "POST"])
@screen(Permission.PROPOSE)
def of_stay(request: StaffRequest, room_reservation_id: int) -> HttpResponse:
    """The visit of a reserved room: there already, or proposed with this one press."""
    hotel = hotel_of(request)
    there = queries.visit_of_stay(hotel_id=hotel.pk, room_reservation_id=room_reservation_id)
    if there is None and request.method == "POST":
        try:
            visit = NewVisit(room_reservation_id=room_reservation_id)
            there = services.propose_visit(visit=visit, **common(request)).visit_id
            toast(request, _("Proposed. It has no level before the general manager approves one."))
        except RoomHasVisit:
            there = queries.visit_of_stay(hotel_id=hotel.pk, room_reservation_id=room_reservation_id)
    if there is None:
        raise NotFound(field="room_reservation")
    return go(request, reverse("vip:visit", args=[hotel.code, there]))


def _visit(given: dict[str, Any]) -> NewVisit:
    return NewVisit(
        guest_id=given["guest"], title=given["title"], arrival_at=given["arrival_at"],
        departure_at=given["departure_at"], party_size=given["party_size"], host_department=given["host_department"],
        needs=given["needs"], cautions=given["cautions"],
    )  # fmt: skip


def _new(request: StaffRequest, hotel: HotelRef, form: forms.ProposeForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "suggest": reverse("guests:suggest", args=[hotel.code])}
    return render_screen(request, NEW, context, status=status)
