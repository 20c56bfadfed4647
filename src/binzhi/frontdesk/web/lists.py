"""Arrivals, in house, departures: the three lists of the day, as screens and as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.queries.arrivals import arrival_counts, arrivals
from binzhi.frontdesk.queries.board import BoardFilter, special_labels
from binzhi.frontdesk.queries.in_house import departure_counts, departures, in_house, in_house_counts
from binzhi.frontdesk.web import files
from binzhi.frontdesk.web.live import is_known, version_of
from binzhi.kernel import clock
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.property.queries import HotelRef, floors, room_types

QUERY_LIMIT = 60
LAST_PAGE = 100_000


def filters_of(query: QueryDict) -> BoardFilter:
    """What the address asks; what makes no sense is left out."""
    number = query.get("page", "")
    return BoardFilter(
        q=query.get("q", "")[:QUERY_LIMIT].replace("\0", ""),
        status=query.get("status", ""),
        room_type=query.get("type", ""),
        floor=query.get("floor", ""),
        vip=query.get("vip", "") == "1",
        room=query.get("room", ""),
        sort=query.get("sort", ""),
        page=min(max(int(number), 1), LAST_PAGE) if number.isascii() and number.isdigit() else 1,
    )


def day_of(query: QueryDict, hotel: HotelRef) -> date:
    """The day a list is asked for; today's without one."""
    try:
        return date.fromisoformat(query.get("day", ""))
    except ValueError:
        return hotel.business_date


def segments(
    request: StaffRequest, counts: Mapping[str, int], words: Mapping[str, str], chosen: str
) -> list[dict[str, Any]]:
    """The states of a list as links that keep the other filters; the first one is the default."""
    found = []
    for index, (key, label) in enumerate(words.items()):
        address = request.GET.copy()
        address.pop("page", None)
        if index == 0:
            address.pop("status", None)
        else:
            address["status"] = key
        on = chosen == key or (index == 0 and chosen not in words)
        found.append({"label": label, "count": counts.get(key, 0), "url": f"?{address.urlencode()}", "on": on})
    return found


def _common(request: StaffRequest, hotel: HotelRef, filters: BoardFilter) -> dict[str, Any]:
    return {
        "filters": filters,
        "types": room_types(hotel.pk),
        "floors": floors(hotel.pk),
        "may": {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission},
        "filtered": bool(filters.q or filters.room_type or filters.floor or filters.vip or filters.room),
    }


@require_GET
@screen(Permission.VIEW)
def arrivals_list(request: StaffRequest) -> HttpResponse:
    hotel, filters, now = hotel_of(request), filters_of(request.GET), clock.now()
    day = day_of(request.GET, hotel)
    if request.GET.get("format") == "csv":
        page = arrivals(hotel=hotel, day=day, now=now, filters=filters.whole())
        return files.arrivals_file(page, hotel=hotel, day=day)
    counts = arrival_counts(hotel=hotel, day=day, now=now)
    words = {
        "due": pgettext("arrivals", "Due in"),
        "arrived": pgettext("arrivals", "Arrived"),
        "all": _("All"),
        "cancelled": _("Cancelled"),
        "no_show": _("No-show"),
    }
    page = arrivals(hotel=hotel, day=day, now=now, filters=filters)
    version = version_of(page.rows, counts)
    if is_known(request, version):
        return HttpResponse(status=204)
    context = {
        **_common(request, hotel, filters),
        "day": day,
        "page": page,
        "version": version,
        "counts": counts,
        "specials": special_labels(hotel.pk),
        "segments": segments(request, counts, words, filters.status),
    }
    return render_screen(request, "frontdesk/arrivals.html", context, part="frontdesk/arrivals_list.html")


@require_GET
@screen(Permission.VIEW)
def in_house_list(request: StaffRequest) -> HttpResponse:
    hotel, filters, now = hotel_of(request), filters_of(request.GET), clock.now()
    if request.GET.get("format") == "csv":
        return files.stays_file("in-house", in_house(hotel=hotel, now=now, filters=filters.whole()), hotel=hotel)
    counts = in_house_counts(hotel=hotel, now=now)
    words = {
        "all": _("All"),
        "staying": _("Staying on"),
        "due_out": _("Due out"),
        "arrived": _("Arrived today"),
        "owing": _("Owing"),
        "dnd": _("Do not disturb"),
    }
    page = in_house(hotel=hotel, now=now, filters=filters)
    version = version_of(page.rows, counts)
    if is_known(request, version):
        return HttpResponse(status=204)
    context = {
        **_common(request, hotel, filters),
        "page": page,
        "version": version,
        "counts": counts,
        "segments": segments(request, counts, words, filters.status),
    }
    return render_screen(request, "frontdesk/in_house.html", context, part="frontdesk/in_house_list.html")


@require_GET
@screen(Permission.VIEW)
def departures_list(request: StaffRequest) -> HttpResponse:
    hotel, filters, now = hotel_of(request), filters_of(request.GET), clock.now()
    day = day_of(request.GET, hotel)
    if request.GET.get("format") == "csv":
        page = departures(hotel=hotel, day=day, now=now, filters=filters.whole())
        return files.stays_file("departures", page, hotel=hotel)
    counts = departure_counts(hotel=hotel, day=day, now=now)
    words = {"due": _("Due out"), "left": _("Left"), "owing": _("Not settled"), "all": _("All")}
    page = departures(hotel=hotel, day=day, now=now, filters=filters)
    version = version_of(page.rows, counts)
    if is_known(request, version):
        return HttpResponse(status=204)
    context = {
        **_common(request, hotel, filters),
        "day": day,
        "page": page,
        "version": version,
        "counts": counts,
        "segments": segments(request, counts, words, filters.status),
    }
    return render_screen(request, "frontdesk/departures.html", context, part="frontdesk/departures_list.html")
