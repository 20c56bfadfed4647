"""Screens of groups: the list, a new one, the page with its grid, and every act on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, EditConflict
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, press, status_of
from binzhi.property.queries import HotelRef, room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import queries, services
from binzhi.reservations.blocks.picking import pick_up
from binzhi.reservations.blocks.queries import BlockView
from binzhi.reservations.enums import BlockStatus, Status
from binzhi.reservations.web.block_forms import BlockForm, Grid, PickForm, StatusForm
from binzhi.reservations.web.words import STATUS_CHIPS

OPEN = "inquiry tentative definite"
CHIPS = {
    "inquiry": ("", "hourglass"), "tentative": ("soon", "clock"), "definite": ("ok", "check-circle"),
    "lost": ("", "close"), "refused": ("", "close"), "cancelled": ("", "close"),
}  # fmt: skip
FIELD_OF = {"organisation": "organisation_text", "guest": "guest_text"}
_SECTIONS: list[Callable[[StaffRequest, BlockView], SafeString]] = []


def register_section(section: Callable[[StaffRequest, BlockView], SafeString]) -> None:
    """What a higher context adds to the page of a group, drawn by itself."""
    _SECTIONS.append(section)


@screen(Permission.VIEW)
@require_GET
def listing(request: StaffRequest) -> HttpResponse:
    """Groups to come, by arrival; what has ended on request."""
    hotel = hotel_of(request)
    text = request.GET.get("q", "").replace("\0", "").strip()[:60]
    asked = request.GET.get("status", "")
    status = asked if asked in BlockStatus.values else "" if asked == "all" else OPEN
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    rows = queries.block_list(
        hotel_id=hotel.pk, status=status, text=text, limit=queries.PAGE_SIZE + 1,
        departs_after=None if asked else hotel.business_date - timedelta(days=1),
        offset=(max(number, 1) - 1) * queries.PAGE_SIZE,
    )  # fmt: skip
    context = {
        "rows": [(row, *CHIPS[row.status], BlockStatus(row.status).label) for row in rows[: queries.PAGE_SIZE]],
        "q": text, "asked": asked, "statuses": BlockStatus.choices, "hotel": hotel,
        "next_page": number + 1 if len(rows) > queries.PAGE_SIZE else 0,
        "may_manage": request.actor.may(Permission.MANAGE_BLOCKS, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "reservations/blocks.html", context, part="reservations/blocks_list.html")


@screen(Permission.MANAGE_BLOCKS)
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Particulars first; rooms are entered in the grid of the page."""
    hotel = hotel_of(request)
    choices = queries.choices(hotel.pk)
    status = 200
    if request.method == "POST":
        form, status = BlockForm(request.POST, choices=choices), 422
        if form.is_valid():
            try:
                made, _again = once(request, lambda: _create(request, form))
            except DomainError as refusal:
                status = _refuse(form, refusal)
            else:
                toast(request, _("Group %(number)s is open. Enter its rooms.") % {"number": made["number"]})
                return go(request, page_url(hotel, made["id"]))
    else:
        first = hotel.business_date + timedelta(days=30)
        form = BlockForm(initial={"arrival": first, "departure": first + timedelta(days=2)}, choices=choices)
    context = {"form": form, "suggest": suggest_urls(hotel), "hotel": hotel}
    return render(request, "reservations/block_form.html", context, status=status)


def _create(request: StaffRequest, form: BlockForm) -> dict[str, Any]:
    made = services.create_block(
        block=form.details, status=form.cleaned_data["status"] or BlockStatus.TENTATIVE.value, **common(request)
    )
    return {"id": made.id, "number": made.number}


@screen(Permission.VIEW)
@require_GET
def page(request: StaffRequest, block_id: int) -> HttpResponse:
    """The group: grid, people, bill, pace."""
    return render(request, "reservations/block.html", _context(request, block_id))


@screen(Permission.MANAGE_BLOCKS)
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, block_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    view = queries.block_view(hotel_id=hotel.pk, block_id=block_id)
    choices = queries.choices(hotel.pk)
    status = 200
    if request.method == "POST":
        form, status = BlockForm(request.POST, choices=choices), 422
        if form.is_valid():
            try:
                services.update_block(
                    block_id=view.id, block=form.details, expected_version=form.cleaned_data["version"],
                    **common(request),
                )  # fmt: skip
            except DomainError as refusal:
                status = _refuse(form, refusal)
            else:
                toast(request, _("Saved."))
                return go(request, page_url(hotel, view.id))
    else:
        form = BlockForm(initial=BlockForm.initial_of(view), choices=choices)
    context = {"form": form, "view": view, "suggest": suggest_urls(hotel), "hotel": hotel}
    return render(request, "reservations/block_form.html", context, status=status)


@screen(Permission.MANAGE_BLOCKS)
@require_POST
def rooms(request: StaffRequest, block_id: int) -> HttpResponse:
    """The grid as it was typed; refused, it comes back as typed with the reason."""
    hotel = hotel_of(request)
    view = queries.block_view(hotel_id=hotel.pk, block_id=block_id)
    grid = _grid(hotel, view, request.POST.dict())
    cells = grid.cells()
    said = ""
    status = 422
    if not grid.errors and not cells:
        return go(request, page_url(hotel, view.id))
    if not grid.errors:
        try:
            version = request.POST.get("version", "")
            services.set_rooms(
                block_id=view.id, cells=cells, **common(request),
                expected_version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
            )  # fmt: skip
        except EditConflict as refusal:
            said, status = refusal.text, refusal.status
        except DomainError as refusal:
            said, status = refusal.text, status_of(refusal)
            night = refusal.params.get("night")
            for cell in cells:
                if night is not None and cell.night == night:
                    grid.errors[f"n-{cell.room_type}-{night.isoformat()}"] = refusal.text
        else:
            toast(request, _("Rooms saved."))
            return go(request, page_url(hotel, view.id))
    return render(
        request, "reservations/block.html", _context(request, block_id, grid=grid, grid_said=said), status=status
    )


@screen(Permission.MANAGE_BLOCKS)
@require_POST
def status(request: StaffRequest, block_id: int) -> HttpResponse:
    """Another state, with its reason where the group ends."""
    hotel = hotel_of(request)
    form = StatusForm(request.POST)
    code = 422
    if form.is_valid():
        try:
            services.change_status(
                block_id=block_id, status=form.cleaned_data["status"], reason=form.cleaned_data["reason"],
                expected_version=form.cleaned_data["version"], **common(request),
            )  # fmt: skip
        except DomainError as refusal:
            if refusal.status == 404:
                raise
            form.add_error("reason" if refusal.field == "reason" else None, refusal.text)
            code = status_of(refusal)
        else:
            label = BlockStatus(form.cleaned_data["status"]).label
            toast(request, _("The group is %(state)s now.") % {"state": label})
            return go(request, page_url(hotel, block_id))
    return render(request, "reservations/block.html", _context(request, block_id, status_form=form), status=code)


@screen(Permission.MANAGE_BLOCKS)
@require_POST
def release(request: StaffRequest, block_id: int) -> HttpResponse:
    return press(
        request, lambda: services.release(block_id=block_id, **common(request)),
        done=_("What nobody was named for is for sale again."), back=page_url(hotel_of(request), block_id),
    )  # fmt: skip


@screen(Permission.MANAGE_BLOCKS)
@require_POST
def wash(request: StaffRequest, block_id: int) -> HttpResponse:
    text = request.POST.get("percent", "")
    percent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return press(
        request, lambda: services.wash(block_id=block_id, percent=percent, **common(request)),
        done=_("The group keeps %(percent)s%% less of what is left.") % {"percent": percent},
        back=page_url(hotel_of(request), block_id),
    )  # fmt: skip


@screen(Permission.MANAGE_BLOCKS)
@require_POST
def pick(request: StaffRequest, block_id: int) -> HttpResponse:
    """One person is named for a room."""
    hotel = hotel_of(request)
    form = PickForm(request.POST, types=[(kind.code, kind.label) for kind in room_types(hotel.pk)])
    code = 422
    if form.is_valid():
        try:
            made, _again = once(request, lambda: _pick(request, block_id, form))
        except DomainError as refusal:
            if refusal.status == 404 and not refusal.field:
                raise
            code = _refuse(form, refusal)
        else:
            toast(request, _("Reservation %(number)s made.") % {"number": made["number"]})
            return go(request, page_url(hotel, block_id) + "#people")
    return render(request, "reservations/block.html", _context(request, block_id, pick_form=form), status=code)


def _pick(request: StaffRequest, block_id: int, form: PickForm) -> dict[str, Any]:
    made = pick_up(block_id=block_id, picks=[form.pick], extra=form.cleaned_data["extra"], **common(request))
    return {"number": made[0].number}


def _refuse(form: Any, refusal: DomainError) -> int:
    name = FIELD_OF.get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, refusal.text)
    return status_of(refusal)


def page_url(hotel: HotelRef, block_id: int) -> str:
    return reverse("reservations:block", args=[hotel.code, block_id])


def suggest_urls(hotel: HotelRef) -> dict[str, str]:
    return {
        "guests": reverse("guests:suggest", args=[hotel.code]),
        "organisations": reverse("guests:suggest_organisations", args=[hotel.code]),
    }


def _grid(hotel: HotelRef, view: BlockView, posted: dict[str, str] | None = None) -> Grid:
    return Grid(view, room_types(hotel.pk), queries.free_rooms(hotel_id=hotel.pk, nights=view.nights), posted)


def _context(
    request: StaffRequest, block_id: int, *, grid: Grid | None = None, grid_said: str = "",
    pick_form: PickForm | None = None, status_form: StatusForm | None = None,
) -> dict[str, Any]:  # fmt: skip
    hotel = hotel_of(request)
    view = queries.block_view(hotel_id=hotel.pk, block_id=block_id)
    grid = grid or _grid(hotel, view)
    rows = grid.rows()
    types = [(kind.code, kind.label) for kind in grid.types]
    initial = {"arrival": view.arrival, "departure": view.departure, "adults": 2}
    agreed = sum(cell.agreed for cell in view.cells)
    picked_up = sum(cell.picked_up for cell in view.cells)
    context: dict[str, Any] = {
        "view": view, "hotel": hotel, "rows": rows, "grid_said": grid_said, "nights": view.nights,
        "chip": (*CHIPS[view.status], BlockStatus(view.status).label), "totals": _totals(view),
        "people": [
            (row, *STATUS_CHIPS[Status(row.status)], Status(row.status).label)
            for row in queries.block_rooms(hotel_id=hotel.pk, block_id=view.id)
        ],
        "pace": queries.pace(hotel_id=hotel.pk, block_id=view.id),
        "agreed": agreed, "picked_up": picked_up, "share": round(100 * picked_up / agreed) if agreed else 0,
        "left": sum(cell.left for cell in view.cells), "type_names": dict(types),
        "next_states": [(code, BlockStatus(code).label) for code in services.BECOMES[view.status]],
        "ends": {"lost", "refused", "cancelled"}, "status_form": status_form,
        "pick_form": pick_form or PickForm(initial=initial, types=types), "suggest": suggest_urls(hotel),
        "may_manage": request.actor.may(Permission.MANAGE_BLOCKS, hotel.pk), "now": clock.now(),
    }  # fmt: skip
    return context | {"parts": [section(request, view) for section in _SECTIONS]}


def _totals(view: BlockView) -> list[dict[str, int]]:
    """Per night: kept, picked up, left."""
    found = []
    for night in view.nights:
        cells = [cell for cell in view.cells if cell.night == night]
        found.append({
            "rooms": sum(cell.rooms for cell in cells), "picked_up": sum(cell.picked_up for cell in cells),
            "left": sum(cell.left for cell in cells),
        })  # fmt: skip
    return found
