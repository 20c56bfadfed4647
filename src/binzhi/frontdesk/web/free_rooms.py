"""Rooms that cost nothing, on screen: asked for with a reason, decided by somebody else."""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.free_rooms import services
from binzhi.frontdesk.queries.stay import stay_card
from binzhi.frontdesk.web.forms import text
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.fields import Choice
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, next_url, once, press, status_of

KINDS = {"comp": gettext_lazy("Free room"), "house": gettext_lazy("House use")}


def _kinds() -> list[tuple[str, str]]:
    """In the reader's language: words of a drawing are words when they are made."""
    return [("comp", Choice(KINDS["comp"], icon="heart")), ("house", Choice(KINDS["house"], icon="building"))]


class FreeRoomForm(OperationForm):
    """What is given away, from when to when, why."""

    kind = forms.ChoiceField(label=pgettext_lazy("free room", "Kind"), widget=forms.RadioSelect, choices=_kinds)
    first = forms.DateField(label=gettext_lazy("From the night of"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=gettext_lazy("Until (not included)"), required=False, widget=forms.DateInput)
    reason = text(gettext_lazy("Reason"), required=True)


@screen(Permission.VIEW)
@require_GET
def listing(request: StaffRequest) -> HttpResponse:
    """What is asked for, and what was decided lately."""
    hotel = hotel_of(request)
    rows = services.free_rooms(hotel_id=hotel.pk)
    context = {
        "rows": rows, "me": request.actor.user_id, "kinds": KINDS,
        "may_decide": request.actor.may(Permission.APPROVE_FREE_ROOM, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "frontdesk/free_rooms.html", context)


@screen(Permission.CHANGE_STAY)
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest, stay: int) -> HttpResponse:
    """Ask that a room costs nothing; in the side panel of its room."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    initial = {"kind": "comp", "first": max(card.arrival, hotel.business_date), "until": card.departure}
    form = FreeRoomForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(
                    request,
                    lambda: services.ask_free_room(room_reservation_id=stay, **form.cleaned_data, **common(request)),
                )
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
            else:
                toast(request, _("Asked for; somebody else decides"))
                return go(request, next_url(request, reverse("frontdesk:free_rooms", args=[hotel.code])))
    context = {
        "card": card, "form": form, "next": next_url(request, ""),
        "token": request.POST.get("idempotency_key") or uuid.uuid4().hex,
    }  # fmt: skip
    return render_screen(
        request, "frontdesk/free_room.html", context, part="frontdesk/free_room_panel.html", status=status
    )


@require_POST
@screen(Permission.APPROVE_FREE_ROOM)
def decide(request: StaffRequest, free_room: int) -> HttpResponse:
    """Yes, no, or no longer."""
    wish = request.POST.get("decision", "")

    def work() -> None:
        if wish == "end":
            services.end_free_room(free_room_id=free_room, **common(request))
        else:
            services.decide_free_room(free_room_id=free_room, approve=wish == "yes", **common(request))

    done = {"yes": _("Approved: the nights cost nothing"), "end": _("Ended: the nights that are left cost again")}
    back = reverse("frontdesk:free_rooms", args=[hotel_of(request).code])
    return press(request, work, done=done.get(wish, pgettext("counter", "Refused")), back=back)
