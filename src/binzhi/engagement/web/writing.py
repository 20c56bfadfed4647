"""A message to the guest of a reservation, by hand: the hotel's words filled in, changed as the clerk likes."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from binzhi.engagement import queries
from binzhi.engagement.access import Permission
from binzhi.engagement.enums import LANGUAGES, Kind, Way
from binzhi.engagement.facts import Person, Subject, fields_of, is_to_be_told, person_of
from binzhi.engagement.rendering import Wording, fill, sms_parts
from binzhi.engagement.services import ByHand, send_by_hand, wording_of
from binzhi.engagement.settings import MessagingRef, messaging_of
from binzhi.engagement.web.choices import switches
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import KEY, common, once, status_of
from binzhi.property.queries import HotelRef
from binzhi.reservations.queries import ReservationView, reservation_view

LONGEST_TEXT = 6000


class WriteForm(forms.Form):
    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    way = forms.ChoiceField(choices=Way.choices, widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=LANGUAGES, widget=forms.HiddenInput)
    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, max_length=LONGEST_TEXT)
    body = forms.CharField(
        label=pgettext_lazy("message", "Text"), required=False, max_length=LONGEST_TEXT, strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
    )  # fmt: skip

    def refuse(self, refusal: DomainError) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.text)


@require_http_methods(["GET", "POST"])
@screen(Permission.SEND)
def write(request: StaffRequest, number: str) -> HttpResponse:
    """GET fills the words in for `?kind=&way=&language=`, POST sends what stands in the form."""
    hotel = hotel_of(request)
    view = reservation_view(hotel_id=hotel.pk, number=number)
    messaging = messaging_of(hotel.pk)
    if request.method == "GET":
        return _page(request, view, messaging, *_filled(request, view, messaging))
    form = WriteForm(request.POST)
    chosen = _chosen(request, view, messaging, request.POST)
    if not form.is_valid():
        return _page(request, view, messaging, form, chosen, status=422)
    given = form.cleaned_data
    message = ByHand(
        given["kind"], given["way"], given["language"], Wording(given["subject"], given["body"]),
        request.POST.get(KEY, "") or uuid.uuid4().hex,
    )  # fmt: skip
    try:
        once(request, lambda: {"id": send_by_hand(reservation_id=view.id, message=message, **common(request))})
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, view, messaging, form, chosen, status=status_of(refusal))
    toast(request, _("On its way. The list beside shows when it has gone out."))
    return go(request, reverse("engagement:write", args=[hotel.code, number]))


Chosen = tuple[str, str, str]


def _chosen(request: StaffRequest, view: ReservationView, messaging: MessagingRef | None, given: Any) -> Chosen:
    """What was asked for, else what fits: the confirmation while somebody is expected, by the way there is."""
    kind, way, language = (given.get(name, "") for name in ("kind", "way", "language"))
    if kind not in Kind.values:
        expected = is_to_be_told(Subject(Kind.CONFIRMATION, view.id), view)
        kind = Kind.CONFIRMATION.value if expected else Kind.NOTE.value
    person = _person(hotel_of(request), view, kind)
    if way not in Way.values:
        ways = messaging.chosen(list(person.addresses)) if messaging else tuple(person.addresses)
        way = ways[0] if ways else Way.EMAIL.value
    return kind, way, language if language in dict(LANGUAGES) else person.language


def _person(hotel: HotelRef, view: ReservationView, kind: str) -> Person:
    return person_of(hotel_id=hotel.pk, subject=Subject(kind, view.id))


def _filled(request: StaffRequest, view: ReservationView, messaging: MessagingRef | None) -> tuple[WriteForm, Chosen]:
    hotel = hotel_of(request)
    kind, way, language = chosen = _chosen(request, view, messaging, request.GET)
    wording, _version = wording_of(hotel_id=hotel.pk, kind=kind, way=way, language=language)
    words = fill(wording, fields_of(hotel=hotel, subject=Subject(kind, view.id), view=view, language=language))
    initial = {"kind": kind, "way": way, "language": language, "subject": words.subject, "body": words.body}
    return WriteForm(initial=initial), chosen


def _page(
    request: StaffRequest, view: ReservationView, messaging: MessagingRef | None, form: WriteForm, chosen: Chosen, *,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    hotel, (kind, way, _language) = hotel_of(request), chosen
    person = _person(hotel, view, kind)
    here = reverse("engagement:write", args=[hotel.code, view.number])
    fits = [one for one in Kind if is_to_be_told(Subject(one.value, view.id), view)]
    ways = messaging.ways if messaging else ()
    context = {
        "view": view, "form": form, "is_mail": way == Way.EMAIL, "parts": sms_parts(str(form["body"].value() or "")),
        "rows": queries.messages_of_reservation(hotel_id=hotel.pk, reservation_id=view.id),
        "to": person.masked(way) if way in person.addresses else "", "is_on": way in ways,
        "back": reverse("reservations:detail", args=[hotel.code, view.number]),
        **switches(here, chosen, fits),
        "may_set_up": request.actor.may(Permission.SET_UP, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "engagement/write.html", context, status=status)
