"""The waitlist on the screen: who has an offer, who waits, one press to book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, press, status_of
from binzhi.property.queries import HotelRef, room_types
from binzhi.reservations import limits
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks.queries import choices
from binzhi.reservations.enums import WaitStatus
from binzhi.reservations.waitlist import queries, services
from binzhi.reservations.waitlist.told import told_of
from binzhi.reservations.web.blocks import suggest_urls
from binzhi.reservations.web.forms import DateField
from binzhi.reservations.web.selection import offer_key

CHIPS = {
    "waiting": ("", "hourglass"), "offered": ("soon", "clock"), "booked": ("ok", "calendar-check"),
    "lapsed": ("", "close"), "withdrawn": ("", "close"),
}  # fmt: skip
PRIORITIES = [(1, pgettext_lazy("waitlist", "First")), (2, _("Normal")), (3, pgettext_lazy("waitlist", "Last"))]
HOLDS = [(30, _("30 minutes")), (120, _("2 hours")), (360, _("6 hours")), (1440, _("1 day"))]
FIELD_OF = {"name": "guest_text", "guest": "guest_text", "organisation": "organisation_text", "phone": "booker_phone"}
# A stay as the booking screen sends it, by the name it has here.
CARRIED = (
    "arrival", "departure", "rooms", "adults", "children", "guest", "guest_text", "organisation", "organisation_text",
    "booker_phone",
)  # fmt: skip


class EntryForm(forms.Form):
    """Who waits for what."""

    guest = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    guest_text = forms.CharField(label=_("Guest"), max_length=120, error_messages={"required": _("Who waits?")})
    booker_phone = forms.CharField(label=_("Phone"), required=False, max_length=30)
    organisation = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    organisation_text = forms.CharField(label=_("Company or agency"), required=False, max_length=120)
    room_type = forms.ChoiceField(label=_("Room type"))
    rate_plan = forms.ChoiceField(label=pgettext_lazy("of a reservation", "Rate"))
    arrival = DateField(label=_("Arrival"))
    departure = DateField(label=_("Departure"))
    rooms = forms.IntegerField(
        label=pgettext_lazy("how many", "Rooms"), min_value=1, max_value=limits.MAX_ROOMS, initial=1
    )
    adults = forms.IntegerField(label=_("Adults"), min_value=1, max_value=limits.MAX_PEOPLE, initial=2)
    children = forms.IntegerField(label=_("Children"), min_value=0, max_value=limits.MAX_PEOPLE, initial=0)
    priority = forms.TypedChoiceField(label=_("Served"), choices=PRIORITIES, coerce=int, initial=2)
    hold_minutes = forms.TypedChoiceField(label=_("An offer is kept for"), choices=HOLDS, coerce=int, initial=120)
    note = forms.CharField(label=_("Note"), required=False, max_length=services.NOTE_LIMIT)

    def __init__(
        self, *args: Any, types: Sequence[tuple[str, str]], plans: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        for name, offered in (("room_type", types), ("rate_plan", plans)):
            asked = self.fields[name]
            assert isinstance(asked, forms.ChoiceField)
            asked.choices = list(offered)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if values.get("organisation_text") and not values.get("organisation"):
            self.add_error("organisation_text", gettext("Choose the company from the list, or leave the field empty."))
        return values

    @property
    def entry(self) -> services.NewEntry:
        values = self.cleaned_data
        return services.NewEntry(
            name=values["guest_text"], phone=values["booker_phone"], guest_id=values["guest"],
            organisation_id=values["organisation"] if values["organisation_text"] else None,
            **{
                name: values[name]
                for name in (
                    "room_type", "rate_plan", "arrival", "departure", "rooms", "adults", "children", "priority",
                    "hold_minutes", "note",
                )
            },
        )  # fmt: skip


@screen(Permission.MANAGE_WAITLIST)
@require_http_methods(["GET", "POST"])
def waitlist(request: StaffRequest) -> HttpResponse:
    """The list with a form below it; the booking screen hands its stay over (in the body: it names a person)."""
    hotel = hotel_of(request)
    if request.method == "GET":
        return _page(request, hotel, _form(hotel))
    if request.POST.get("what") == "ask":
        return _page(request, hotel, _form(hotel, initial=_carried(request.POST)), opened=True)
    form = _form(hotel, request.POST)
    if not form.is_valid():
        return _page(request, hotel, form, opened=True, status=422)
    try:
        once(request, lambda: services.put_on_waitlist(entry=form.entry, **common(request)))
    except DomainError as refusal:
        name = FIELD_OF.get(refusal.field, refusal.field)
        form.add_error(name if name in form.fields else None, refusal.text)
        return _page(request, hotel, form, opened=True, status=status_of(refusal))
    toast(request, gettext("On the waitlist. What comes free is offered by itself."))
    return go(request, reverse("reservations:waitlist", args=[hotel.code]))


def _form(hotel: HotelRef, data: Any = None, *, initial: dict[str, Any] | None = None) -> EntryForm:
    types = [(kind.code, kind.label) for kind in room_types(hotel.pk)]
    first = {"arrival": hotel.business_date, "departure": None}
    return EntryForm(data, initial=initial or first, types=types, plans=choices(hotel.pk).plans)


def _carried(posted: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: posted[name] for name in CARRIED if posted.get(name)}
    key = offer_key(str(posted.get("offer", "")))
    return given | ({"room_type": key[0], "rate_plan": key[1]} if key else {})


def _page(
    request: StaffRequest, hotel: HotelRef, form: EntryForm, *, opened: bool = False, status: int = 200
) -> HttpResponse:
    ended = request.GET.get("ended") == "1"
    rows = queries.waitlist(hotel_id=hotel.pk, ended=ended)
    offered = [row.id for row in rows if row.status == WaitStatus.OFFERED]
    told = told_of(hotel_id=hotel.pk, entries=offered)
    context = {
        "form": form, "opened": opened, "hotel": hotel, "ended": ended, "suggest": suggest_urls(hotel),
        "rows": [(row, *CHIPS[row.status], WaitStatus(row.status).label, told.get(row.id)) for row in rows],
        "priorities": dict(PRIORITIES), "now": clock.now(),
        "may_book": request.actor.may(Permission.CREATE, hotel.pk),
    }  # fmt: skip
    return render(request, "reservations/waitlist.html", context, status=status)


@screen(Permission.MANAGE_WAITLIST)
@require_POST
def book(request: StaffRequest, entry_id: int) -> HttpResponse:
    """One press: the reservation is made."""
    hotel = hotel_of(request)
    try:
        made, _again = once(request, lambda: _book(request, entry_id))
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        toast(request, refusal.text, state="late")
        return go(request, reverse("reservations:waitlist", args=[hotel.code]))
    toast(request, gettext("Reservation %(number)s made.") % {"number": made["number"]})
    return go(request, reverse("reservations:detail", args=[hotel.code, made["number"]]))


def _book(request: StaffRequest, entry_id: int) -> dict[str, Any]:
    return {"number": services.book_from_waitlist(entry_id=entry_id, **common(request)).number}


@screen(Permission.MANAGE_WAITLIST)
@require_POST
def act(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Offer now, take off the list, wait again."""
    back = reverse("reservations:waitlist", args=[hotel_of(request).code])
    what = request.POST.get("what", "")
    if what == "offer":
        return press(
            request, lambda: services.offer(entry_id=entry_id, **common(request)),
            done=gettext("Kept for this guest. Please tell."), back=back,
        )  # fmt: skip
    if what == "again":
        return press(
            request, lambda: services.wait_again(entry_id=entry_id, **common(request)), done=gettext("Waits again."),
            back=back,
        )  # fmt: skip
    return press(
        request, lambda: services.end_entry(entry_id=entry_id, **common(request)), done=gettext("Off the waitlist."),
        back=back,
    )  # fmt: skip
