"""Rooms for reservations to come: one in the side panel, all of a day on a page with the reasons."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.assignment import Proposal, ranked
from binzhi.frontdesk.queries.arrivals import arrivals
from binzhi.frontdesk.queries.board import BoardFilter, special_labels
from binzhi.frontdesk.queries.candidates import DayPlan, day_plan, rooms_for
from binzhi.frontdesk.queries.stay import stay_card
from binzhi.frontdesk.web.forms import RoomForm
from binzhi.frontdesk.web.lists import day_of
from binzhi.frontdesk.web.people import number_in
from binzhi.frontdesk.web.rack import rights
from binzhi.frontdesk.wording import obstacle_text
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, next_url, once, status_of
from binzhi.property.queries import HotelRef, room_by_id, room_by_number

SHOWN_ROOMS = 10
# What a clerk can choose from beside the proposal; more are reached through the single assignment.
CHOICES_PER_ARRIVAL = 12
MOST_ARRIVALS = 200


@require_http_methods(["GET", "POST"])
@screen(Permission.ASSIGN_ROOM)
def assign(request: StaffRequest, stay: int) -> HttpResponse:
    """The panel with the rooms one reservation could have; a POST gives one."""
    hotel = hotel_of(request)
    form = RoomForm(request.POST or None)
    if request.method != "POST":
        return _panel(request, hotel, stay, form)
    if not form.is_valid():
        return _panel(request, hotel, stay, form, status=UNPROCESSABLE)
    try:
        room = room_by_number(hotel.pk, form.cleaned_data["room"].strip())
        services.assign_room(
            hotel_id=hotel.pk,
            room_reservation_id=stay,
            room_id=room.pk,
            change_type=form.cleaned_data["change_type"],
            actor=request.actor,
            now=clock.now(),
        )
    except DomainError as refusal:
        form.refuse(refusal, field=refusal.field or "room")
        return _panel(request, hotel, stay, form, status=status_of(refusal))
    undo = reverse("frontdesk:unassign", args=[hotel.code, stay])
    toast(request, _("Room %(room)s is assigned") % {"room": room.number}, undo_url=undo)
    return go(request, next_url(request, reverse("frontdesk:arrivals", args=[hotel.code])))


def _panel(request: StaffRequest, hotel: HotelRef, stay: int, form: RoomForm, *, status: int = 200) -> HttpResponse:
    any_type = request.GET.get("types") == "all"
    rooms = rooms_for(hotel=hotel, room_reservation_id=stay, any_type=any_type)
    context = {
        "card": stay_card(hotel=hotel, room_reservation_id=stay),
        "form": form,
        "rooms": rooms[:SHOWN_ROOMS],
        "any_type": any_type,
        "next": next_url(request, ""),
        "specials": special_labels(hotel.pk),
        "may": rights(request, hotel),
        "token": uuid.uuid4().hex,
    }
    part = "frontdesk/assign_panel.html"
    return render_screen(request, "frontdesk/assign.html", context, part=part, status=status)


@require_POST
@screen(Permission.ASSIGN_ROOM)
def unassign(request: StaffRequest, stay: int) -> HttpResponse:
    """Take the room back; the toast gives it again."""
    hotel = hotel_of(request)
    try:
        room_id = services.unassign_room(
            hotel_id=hotel.pk, room_reservation_id=stay, actor=request.actor, now=clock.now()
        )
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        number = room_by_id(hotel.pk, room_id).number
        toast(request, _("Room %(room)s was taken back") % {"room": number})
    return go(request, next_url(request, reverse("frontdesk:arrivals", args=[hotel.code])))


@require_http_methods(["GET", "POST"])
@screen(Permission.ASSIGN_ROOM)
def propose(request: StaffRequest) -> HttpResponse:
    """A room for every arrival of a day, each with its reasons; the clerk changes what he wants and confirms all."""
    hotel = hotel_of(request)
    day = day_of(request.GET, hotel)
    if request.method != "POST":
        return _proposals(request, hotel, day)
    wanted = _chosen(request.POST)
    upgrades = {number_in(name.removeprefix("upgrade-")) for name in request.POST if name.startswith("upgrade-")}
    if "again" in request.POST:
        fixed = {number_in(name.removeprefix("lock-")) for name in request.POST if name.startswith("lock-")}
        return _proposals(request, hotel, day, locks={key: room for key, room in wanted.items() if key in fixed})
    try:
        answer, _repeated = once(request, lambda: _assign_all(request, hotel.pk, day, wanted, upgrades))
    except DomainError as refusal:
        return _proposals(request, hotel, day, refused=refusal.text)
    _tell(request, given=answer["given"], wanted=len(wanted))
    return go(request, reverse("frontdesk:arrivals", args=[hotel.code]))


def _proposals(
    request: StaffRequest, hotel: HotelRef, day: date, *, refused: str = "", locks: Mapping[int, int] | None = None
) -> HttpResponse:
    locks = locks or {}
    plan = day_plan(hotel=hotel, day=day, locks=locks)
    page = arrivals(hotel=hotel, day=day, now=clock.now(), filters=BoardFilter(room="none", per_page=MOST_ARRIVALS))
    names = {row.id: row.short_name for row in page.rows}
    lines = [
        {
            "row": row, "proposal": plan.proposals.get(row.id), "choices": _choices(plan, row.id),
            "locked": row.id in locks, "upgrade": row.id in plan.upgrades,
            "obstacles": [
                obstacle_text(one, names=names, reference=hotel.business_date) for one in plan.obstacles.get(row.id, ())
            ],
        }
        for row in page.rows
    ]  # fmt: skip
    context = {
        "day": day,
        "lines": lines,
        "unplaced": sum(line["proposal"] is None for line in lines),
        "specials": special_labels(hotel.pk),
        "may": rights(request, hotel),
        "token": uuid.uuid4().hex,
        "refused": refused,
        "proven": plan.proven,
        "gap": f"{plan.gap:.1%}",
        "upgrades": len(plan.upgrades),
        "total": page.total,
    }
    status = UNPROCESSABLE if refused else 200
    part = "frontdesk/propose_form.html"
    return render_screen(request, "frontdesk/propose.html", context, part=part, status=status)


def _choices(plan: DayPlan, room_reservation_id: int) -> list[Proposal]:
    """The proposed room first, then the next best; one room may stand in several lines, the service gives it once."""
    need = plan.needs.get(room_reservation_id)
    if need is None:
        return []
    best = ranked(need, plan.rooms.get(need.room_type_id, ()), inspection=plan.inspection)[:CHOICES_PER_ARRIVAL]
    proposed = plan.proposals.get(room_reservation_id)
    if proposed is None:
        return best
    return [proposed, *(proposal for proposal in best if proposal.room.id != proposed.room.id)]


def _chosen(posted: Mapping[str, Any]) -> dict[int, int]:
    """`room-<reservation>=<room>` of the form; lines left empty are not assigned."""
    pairs = ((number_in(name.removeprefix("room-")), number_in(value)) for name, value in posted.items())
    return {key: room for key, room in pairs if key and room}


def _assign_all(
    request: StaffRequest, hotel_id: int, day: date, rooms: Mapping[int, int], upgrades: set[int]
) -> dict[str, Any]:
    given = services.assign_rooms(
        hotel_id=hotel_id, arrival=day, rooms=rooms, change_type=sorted(upgrades), actor=request.actor,
        now=clock.now(),
    )  # fmt: skip
    return {"given": len(given)}


def _tell(request: StaffRequest, *, given: int, wanted: int) -> None:
    toast(request, ngettext("%(n)s room assigned", "%(n)s rooms assigned", given) % {"n": given})
    left = wanted - given
    if left:
        words = ngettext(
            "%(n)s arrival got no room: it was given to somebody else",
            "%(n)s arrivals got no room: they were given to somebody else",
            left,
        )
        toast(request, words % {"n": left}, state="late")
