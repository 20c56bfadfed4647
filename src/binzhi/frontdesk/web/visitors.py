"""Visitors at the desk: let in on one line, let out with one press; the hotel's rules of registration."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.registration import queries, visitors
from binzhi.frontdesk.registration.rules import Rules, rules_of, set_registration_rules
from binzhi.frontdesk.registration.visitors import VisitorInput
from binzhi.frontdesk.requests import DocumentInput
from binzhi.frontdesk.web.forms import text
from binzhi.frontdesk.web.lists import day_of
from binzhi.guests.countries import country_choices
from binzhi.guests.enums import DocumentKind
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of

_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class VisitorForm(OperationForm):
    """Who visits whom; the guest is asked first."""

    room = text(gettext_lazy("Room"), required=True)
    name = text(gettext_lazy("Visitor's name"), required=True)
    kind = forms.ChoiceField(label=gettext_lazy("Document"), choices=DocumentKind.choices)
    number = text(gettext_lazy("Document number"), required=True)
    country = forms.ChoiceField(label=gettext_lazy("Country or region"), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("The guest was asked and agrees"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "—"), *country_choices()]  # type: ignore[attr-defined]  # ChoiceField

    def visitor(self) -> VisitorInput:
        data = self.cleaned_data
        document = DocumentInput(kind=data["kind"], number=data["number"], country=data["country"])
        return VisitorInput(name=data["name"], document=document, agreed=data["agreed"])


class RulesForm(OperationForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    visits_from = forms.TimeField(label=gettext_lazy("Visits from"), widget=_TIME)
    visits_until = forms.TimeField(label=gettext_lazy("until"), widget=_TIME)
    keep_images = forms.BooleanField(label=gettext_lazy("Keep pictures of documents"), required=False)
    image_hours = forms.IntegerField(label=gettext_lazy("Hours they stay after check-out"))


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.REGISTER)
def visitors_screen(request: StaffRequest) -> HttpResponse:
    """Who is inside and who was here on a day; a POST lets somebody in."""
    form = VisitorForm(request.POST or None, initial={"room": request.GET.get("room", "")[:10]})
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    try:
        once(request, lambda: _let_in(request, form))
    except DomainError as refusal:
        form.refuse(refusal, field=refusal.field if refusal.field in form.fields else "room")
        return _page(request, form, status=status_of(refusal))
    toast(request, _("The visitor is registered for %(room)s") % {"room": form.cleaned_data["room"]})
    return go(request, reverse("frontdesk:visitors", args=[hotel_of(request).code]))


def _let_in(request: StaffRequest, form: VisitorForm) -> dict[str, Any]:
    stay = queries.stay_in_room(hotel_id=hotel_of(request).pk, number=form.cleaned_data["room"].strip())
    return {"visitor": visitors.let_in(room_reservation_id=stay, visitor=form.visitor(), **common(request))}


def _page(request: StaffRequest, form: VisitorForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    day = day_of(request.GET, hotel)
    first = datetime.combine(day, time(), tzinfo=ZoneInfo(hotel.timezone))
    rows = queries.visitors_of_day(hotel=hotel, first=first, last=first + timedelta(days=1), now=clock.now())
    context = {
        "form": form, "rows": rows, "day": day, "rules": rules_of(hotel.pk), "over": sum(row.is_over for row in rows),
        "inside": sum(row.left_at is None for row in rows),
        "may_set": request.actor.may(Permission.SET_REGISTRATION, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "frontdesk/visitors.html", context, status=status)


@require_POST
@screen(Permission.REGISTER)
def let_out(request: StaffRequest, visitor_id: int) -> HttpResponse:
    return press(
        request, lambda: visitors.let_out(visitor_id=visitor_id, **common(request)), done=_("The visitor has left"),
        back=reverse("frontdesk:visitors", args=[hotel_of(request).code]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_REGISTRATION)
def rules_screen(request: StaffRequest) -> HttpResponse:
    """Hours of visits, pictures of documents."""
    hotel = hotel_of(request)
    kept = rules_of(hotel.pk)
    form = RulesForm(request.POST or None, initial={name: getattr(kept, name) for name in RulesForm.base_fields})
    if request.method != "POST" or not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        return render_screen(request, "frontdesk/registration_rules.html", {"form": form}, status=status)
    try:
        once(request, lambda: set_registration_rules(rules=Rules(**form.cleaned_data), **common(request)) and None)
    except DomainError as refusal:
        form.refuse(refusal)
        return render_screen(request, "frontdesk/registration_rules.html", {"form": form}, status=status_of(refusal))
    toast(request, _("The rules are kept."))
    return go(request, reverse("frontdesk:registration_rules", args=[hotel.code]))
