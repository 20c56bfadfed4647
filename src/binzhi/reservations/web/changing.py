"""Another stay for a room: dates, type, rate, guests; the new price is seen before it is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, EditConflict
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef, room_types
from binzhi.reservations import services
from binzhi.reservations.access import Permission
from binzhi.reservations.queries import ReservationView, RoomView
from binzhi.reservations.queries.policies import plan_options
from binzhi.reservations.web.action_forms import ChangeForm
from binzhi.reservations.web.actions import UNPROCESSABLE, room_of, view_of, with_version
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.comparing import stay_compared
from binzhi.reservations.web.detail import page_url, show_panel
from binzhi.reservations.web.words import refuse


def form_for(hotel: HotelRef, view: ReservationView, room: RoomView, data: Any = None) -> ChangeForm:
    return ChangeForm(
        data,
        initial=ChangeForm.initial_of(view, room),
        types=room_types(hotel.pk),
        plans=plan_options(hotel_id=hotel.pk, organisation_id=view.organisation_id),
        room=room,
    )


@require_http_methods(["GET", "POST"])
@screen(Permission.CHANGE)
def change(request: StaffRequest, number: str, position: int) -> HttpResponse:
    """The panel; a POST saves what was seen, at the price that was seen."""
    hotel, view = hotel_of(request), view_of(request, number)
    room = room_of(view, position)
    context: dict[str, Any] = {"room": room}
    if request.method == "GET":
        form = form_for(hotel, view, room)
        return show_panel(request, view, "reservations/panel_change.html", context | {"form": form})
    form, status = form_for(hotel, view, room, request.POST), UNPROCESSABLE
    if form.is_valid():
        try:
            services.change_room(
                hotel_id=hotel.pk, room_reservation_id=room.id, change=form.change(with_total=True),
                expected_version=form.cleaned_data["version"], actor=request.actor, now=clock.now(),
            )  # fmt: skip
        except EditConflict as conflict:
            status = conflict.status
            form.data = with_version(request.POST, view)
            context |= {"conflict": conflict.text, "compared": stay_compared(form, view, room)}
        except DomainError as refusal:
            status = refusal.status
            refuse(form, refusal)
        else:
            toast(request, _("The stay was changed."))
            return go(request, page_url(hotel, view))
        context |= quoted(request, room, form)
    return show_panel(request, view, "reservations/panel_change.html", context | {"form": form}, status=status)


@require_GET
@screen(Permission.CHANGE)
def quote(request: StaffRequest, number: str, position: int) -> HttpResponse:
    """What the stay in the panel would cost now."""
    hotel, view = hotel_of(request), view_of(request, number)
    room = room_of(view, position)
    form = form_for(hotel, view, room, request.GET)
    context: dict[str, Any] = {"room": room, "hotel": hotel, "form": form}
    if form.is_valid():
        context |= quoted(request, room, form)
    return render(request, "reservations/change_quote.html", context)


def quoted(request: StaffRequest, room: RoomView, form: ChangeForm) -> dict[str, Any]:
    """The price by the steps of the change itself, or the reason why it cannot be."""
    try:
        found = services.quote_change(
            hotel_id=hotel_of(request).pk, room_reservation_id=room.id, change=form.change(with_total=False),
            actor=request.actor, now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        return {"quote_refusal": refusal.text}
    return {"quote": found, "difference": found.total - found.total_before}
