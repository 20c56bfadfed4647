"""Who shares a room and who belongs together: one page for a stay."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.billing.web.forms import AmountField
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import TwoRoomsToJoin
from binzhi.frontdesk.queries.stay import StayCard, stay_card
from binzhi.frontdesk.together import joining, sharing
from binzhi.frontdesk.together.queries import PersonHere, party_of, people_here, stay_called
from binzhi.frontdesk.together.sharing import Share
from binzhi.frontdesk.web.groups import over_limit
from binzhi.frontdesk.web.rack import rights
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of


class SharesForm(OperationForm):
    """A percentage for each guest but the main one."""

    def __init__(self, *args: Any, people: Sequence[PersonHere], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = [person for person in people if not person.is_main]
        for person in self.people:
            self.fields[f"share_{person.registration_id}"] = AmountField(
                label=person.short_name, required=False, initial=person.percent or None
            )

    def shares(self) -> list[Share]:
        given = [(person, self.cleaned_data[f"share_{person.registration_id}"]) for person in self.people]
        return [Share(registration_id=person.registration_id, percent=value) for person, value in given if value]

    def refuse(self, refusal: DomainError, *, field: str | None = None) -> None:
        """`shares.1` is the second of those that were given."""
        place = refusal.field.removeprefix("shares.")
        given = [name for name in self.fields if self.cleaned_data.get(name)]
        known = place.isdigit() and int(place) < len(given)
        super().refuse(refusal, field=given[int(place)] if known else field)


class JoinForm(OperationForm):
    """Another room, or a reservation that is still to come."""

    room = forms.CharField(label=gettext_lazy("Room or reservation"), max_length=2000)
    pays = forms.BooleanField(label=gettext_lazy("This room pays for all"), required=False, initial=True)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.CHANGE_STAY)
def together(request: StaffRequest, stay: int) -> HttpResponse:
    """The page; a POST sets the shares or joins a room."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    people = people_here(hotel_id=hotel.pk, room_reservation_id=stay)
    asked = request.POST.get("form", "") if request.method == "POST" else ""
    shares = SharesForm(request.POST if asked == "shares" else None, people=people, auto_id="shares_%s")
    join = JoinForm(request.POST if asked == "join" else None, auto_id="join_%s")
    if not asked:
        return _page(request, card, people, shares, join)
    form: OperationForm = shares if asked == "shares" else join
    if not form.is_valid():
        return _page(request, card, people, shares, join, status=UNPROCESSABLE)
    try:
        once(request, lambda: _share(request, card, shares) if asked == "shares" else _join(request, card, join))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, card, people, shares, join, status=status_of(refusal))
    toast(request, _("The shares hold from the next night on") if asked == "shares" else _("Joined"))
    return go(request, reverse("frontdesk:together", args=[hotel.code, stay]))


def _share(request: StaffRequest, card: StayCard, form: SharesForm) -> None:
    sharing.share_room(room_reservation_id=card.id, shares=form.shares(), **common(request))


def _join(request: StaffRequest, card: StayCard, form: JoinForm) -> None:
    wanted = form.cleaned_data["room"].strip()[:20].upper().replace("\0", "")
    other = stay_called(hotel_id=hotel_of(request).pk, text=wanted)
    if other is None or other == card.id:
        raise TwoRoomsToJoin
    pays = card.id if form.cleaned_data["pays"] else other
    joining.join_rooms(room_reservation_ids=[card.id, other], payer_id=pays, **common(request))


def _page(
    request: StaffRequest, card: StayCard, people: Sequence[PersonHere], shares: SharesForm, join: JoinForm, *,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    hotel = hotel_of(request)
    left = 100 - sum((person.percent for person in people), Decimal(0))
    context = {
        "card": card, "people": people, "shares": shares, "join": join, "main_percent": left,
        "party": party_of(hotel_id=hotel.pk, room_reservation_id=card.id), "may": rights(request, hotel),
    }  # fmt: skip
    return render_screen(request, "frontdesk/together.html", context, status=status)


def _back(request: StaffRequest, stay: int) -> str:
    return reverse("frontdesk:together", args=[hotel_of(request).code, stay])


@require_POST
@screen(Permission.CHANGE_STAY)
def leave(request: StaffRequest, stay: int, registration_id: int) -> HttpResponse:
    """One of several guests leaves."""

    def work() -> None:
        sharing.sharer_leaves(room_reservation_id=stay, registration_id=registration_id, **common(request))

    return press(request, work, done=_("Signed out; the others stay"), back=_back(request, stay))


@require_POST
@screen(Permission.CHANGE_STAY)
def part(request: StaffRequest, stay: int) -> HttpResponse:
    """Take the room out of its party."""

    def work() -> None:
        joining.part_room(room_reservation_id=stay, **common(request))

    return press(request, work, done=_("Parted"), back=_back(request, stay))


@require_POST
@screen(Permission.CHECK_OUT)
def check_out_all(request: StaffRequest, stay: int) -> HttpResponse:
    """Everybody of the party out but who pays; what they owe is on that bill."""
    hotel = hotel_of(request)
    party = party_of(hotel_id=hotel.pk, room_reservation_id=stay)
    try:
        exceeds = request.POST.get("exceed_limit") == "on"
        done = joining.check_out_party(room_reservation_id=stay, exceed_limit=exceeds, **common(request))
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
        return go(request, _back(request, stay))
    payer = party.payer if party else None
    context = {"done": done, "payer": payer, "stay": stay, "over_limit": over_limit(request, done)}
    return render(request, "frontdesk/together_done.html", context)
