"""The room rack and the panel of one room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.features import feature_label
from binzhi.frontdesk.queries.panel import room_panel
from binzhi.frontdesk.queries.rack import RackFilter, RackRoom, rack, rack_counts
from binzhi.frontdesk.web.live import is_known, version_of
from binzhi.guests.levels import levels_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.standing import short_of, standing
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.kernel.ui.rooms import RoomTile
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.property.enums import Housekeeping
from binzhi.property.queries import HotelRef, room_by_number
from binzhi.property.services import set_do_not_disturb, set_room_condition

GROUPS = ("floor", "type", "list")
LEGEND = ("vc", "vd", "oc", "od", "ooo", "oos", "due_in", "due_out", "dnd", "late", "vip", "sealed")
# Widths for which the sheet has a class; a floor of 13 rooms takes the next one.
ACROSS = (10, 12, 15, 20, 24, 30)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the rack: a floor or a room type."""

    name: str
    occupied: int
    across: str
    tiles: Sequence[RoomTile]


def filter_of(query: QueryDict) -> RackFilter:
    return RackFilter(
        floor=query.get("floor", ""),
        room_type=query.get("type", ""),
        show=query.get("state", ""),
        feature=query.get("feature", ""),
        number=query.get("q", "").strip()[:10],
    )


@require_GET
@screen(Permission.VIEW)
def rack_screen(request: StaffRequest) -> HttpResponse:
    context = rack_context(request, selected=_open_room(request))
    if is_known(request, context["version"]):
        return HttpResponse(status=204)
    return render_screen(request, "frontdesk/rack.html", context, part="frontdesk/rack_board.html")


def _open_room(request: StaffRequest) -> str:
    """The room whose panel stands beside the rack, so that its tile stays marked when the rack is drawn again."""
    shown = urlsplit(request.headers.get("HX-Current-URL", "")).path
    rack_path = reverse("frontdesk:rack", args=[hotel_of(request).code])
    return unquote(shown.removeprefix(f"{rack_path}/")) if shown.startswith(f"{rack_path}/") else ""


@require_GET
@screen(Permission.VIEW)
def room_screen(request: StaffRequest, number: str) -> HttpResponse:
    """The panel alone for htmx, the rack with the panel open for an address that is opened by itself."""
    hotel, now = hotel_of(request), clock.now()
    panel = room_panel(hotel=hotel, number=number, now=now)
    if panel is None:
        raise NotFound
    context: dict[str, Any] = {"panel": panel, "may": rights(request, hotel), "close_url": close_url(request, hotel)}
    if wants_part(request):
        html = render_to_string("frontdesk/room_panel.html", context, request=request)
        return HttpResponse(html + render_to_string("ui/toasts_part.html", {}, request=request))
    return render_screen(request, "frontdesk/rack.html", {**rack_context(request, selected=number), **context})


def rights(request: StaffRequest, hotel: HotelRef) -> dict[str, bool]:
    """What the actor may do, for templates: `may.check_in`, `may.clean`."""
    held = {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission}
    return held | {
        "clean": request.actor.may("property.set_room_condition", hotel.pk),
        "inspect": request.actor.may("property.inspect_room", hotel.pk),
        "see_folio": request.actor.may("billing.view_folio", hotel.pk),
        "charge": request.actor.may("billing.post_charge", hotel.pk),
        "see_guest": request.actor.may("guests.view_guest", hotel.pk),
    }


def close_url(request: HttpRequest, hotel: HotelRef) -> str:
    """Back to the rack as it was filtered."""
    address = reverse("frontdesk:rack", args=[hotel.code])
    kept = request.GET.urlencode()
    return f"{address}?{kept}" if kept else address


def rack_context(request: StaffRequest, *, selected: str) -> dict[str, Any]:
    """The whole rack: one statement, whatever is filtered."""
    hotel = hotel_of(request)
    rooms = rack(hotel=hotel, now=clock.now())
    asked = filter_of(request.GET)
    group = request.GET.get("by", "floor")
    counts = rack_counts(rooms)
    keep = {name: str(value) for name, value in request.GET.items() if value}
    return {
        "rows": _rows(rooms, hotel=hotel, asked=asked, group=group, selected=selected, keep=keep),
        "version": version_of(rooms, asked, group),
        "rooms": [room for room in rooms if room.stands_out(asked)] if group == "list" else [],
        "by": group if group in GROUPS else "floor",
        "total": len(rooms),
        "shown": sum(room.stands_out(asked) for room in rooms),
        "asked": asked,
        "counts": counts,
        "level_words": _level_words(hotel.pk) if counts["vip"] else "",
        "legend": {key: counts[key] for key in LEGEND},
        "links": _legend_links(counts, asked, keep),
        "floors": list(dict.fromkeys(room.floor for room in rooms)),
        "types": list(dict.fromkeys((room.type_code, room.type_label) for room in sorted(rooms, key=_by_type))),
        "features": sorted({(name, feature_label(name)) for room in rooms for name in room.attributes}, key=_by_label),
        "segments": _segments(group, keep),
        "live_url": f"{reverse('frontdesk:rack', args=[hotel.code])}?{urlencode(keep)}",
    }


def _by_label(pair: tuple[str, str]) -> str:
    return pair[1]


def _by_type(room: RackRoom) -> tuple[int, str]:
    return room.type_position, room.type_code


def _rows(
    rooms: Sequence[RackRoom], *, hotel: HotelRef, asked: RackFilter, group: str, selected: str, keep: Mapping[str, str]
) -> list[Row]:
    if group == "list":
        return []
    suffix = f"?{urlencode(keep)}" if keep else ""
    buildings = {room.building_id for room in rooms}

    def floor_of(room: RackRoom) -> str:
        return f"{room.building} {room.floor}" if len(buildings) > 1 else room.floor

    if group == "type":
        ordered: Iterable[RackRoom] = sorted(rooms, key=lambda room: (*_by_type(room), room.number))
        grouped = groupby(ordered, key=lambda room: room.type_label)
    else:
        grouped = groupby(rooms, key=floor_of)
    found = [(name, list(members)) for name, members in grouped]
    across = _across(max((len(members) for _name, members in found), default=20))
    if group == "type":
        across = "many"
    return [
        Row(
            name=name,
            occupied=sum(room.stay_id > 0 for room in members),
            across=across,
            tiles=[_tile(room, hotel, asked, selected, suffix) for room in members],
        )
        for name, members in found
    ]


def _across(most: int) -> str:
    """The class for the widest line; what no class is wide enough for is broken into several."""
    width = next((width for width in ACROSS if width >= most), 0)
    return {0: "many", 20: ""}.get(width, f"x{width}")


def _level_words(hotel_id: int) -> str:
    """What stands on a tile for which level: `V3 VVIP`, and by its name where the tile has the code itself."""
    found = [(standing(level.code, level.rank), level.label) for level in levels_of(hotel_id)]
    return " · ".join(f"{short_of(one)} {label if short_of(one) == one.name else one.name}" for one, label in found)


def _tile(room: RackRoom, hotel: HotelRef, asked: RackFilter, selected: str, suffix: str) -> RoomTile:
    return RoomTile(
        number=room.number,
        state=room.state,
        label=room.label,
        marks=room.marks,
        vip=room.vip,
        url=reverse("frontdesk:room", args=[hotel.code, room.number]) + suffix,
        dim=not room.stands_out(asked),
        selected=room.number == selected,
    )


def _legend_links(counts: Mapping[str, int], asked: RackFilter, keep: Mapping[str, str]) -> dict[str, str]:
    """Each entry of the legend filters by itself; pressed again it shows all rooms."""
    others = {name: value for name, value in keep.items() if name != "state"}
    return {key: f"?{urlencode(others if asked.show == key else {**others, 'state': key})}" for key in counts}


def _segments(group: str, keep: Mapping[str, str]) -> list[dict[str, Any]]:
    words = {"floor": _("Floors"), "type": _("Room types"), "list": _("List")}
    return [
        {"label": label, "url": f"?{urlencode({**keep, 'by': key})}", "on": key == group, "count": None}
        for key, label in words.items()
    ]


@require_POST
@screen(Permission.VIEW)
def set_condition(request: StaffRequest, number: str) -> HttpResponse:
    """Dirty, clean or inspected; the toast takes it back."""
    hotel = hotel_of(request)
    room = room_by_number(hotel.pk, number)
    wanted = request.POST.get("housekeeping", "") or request.GET.get("housekeeping", "")
    try:
        set_room_condition(
            hotel_id=hotel.pk, room_id=room.pk, housekeeping=wanted, actor=request.actor, now=clock.now()
        )
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        before = urlencode({"housekeeping": room.housekeeping})
        undo = f"{reverse('frontdesk:condition', args=[hotel.code, number])}?{before}"
        words = {"room": number, "condition": Housekeeping(wanted).label}
        toast(request, _("%(room)s is now: %(condition)s") % words, undo_url=undo)
    return go(request, reverse("frontdesk:room", args=[hotel.code, number]))


@require_POST
@screen(Permission.VIEW)
def set_sign(request: StaffRequest, number: str) -> HttpResponse:
    """The do-not-disturb sign on or off."""
    hotel = hotel_of(request)
    room = room_by_number(hotel.pk, number)
    wanted = not room.do_not_disturb
    try:
        set_do_not_disturb(
            hotel_id=hotel.pk, room_id=room.pk, do_not_disturb=wanted, actor=request.actor, now=clock.now()
        )
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        undo = reverse("frontdesk:do_not_disturb", args=[hotel.code, number])
        words = _("%(room)s: do not disturb") if wanted else _("%(room)s: may be disturbed")
        toast(request, words % {"room": number}, undo_url=undo)
    return go(request, reverse("frontdesk:room", args=[hotel.code, number]))
