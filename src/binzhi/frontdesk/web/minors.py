"""Guests under 18 on their own: who, where, whom to reach; rounds noted and the end of it said."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.registration import minors as service
from binzhi.frontdesk.registration.enums import BY_HAND, AlarmOutcome
from binzhi.frontdesk.registration.queries import minors_to_look_after
from binzhi.frontdesk.web.forms import text
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of

SHOWN = timedelta(days=7)


class CloseForm(OperationForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What was found"),
        choices=[(one.value, one.label) for one in BY_HAND],
        widget=forms.RadioSelect,
    )
    police_no = text(gettext_lazy("Number of the report, or the officer"))
    note = text(gettext_lazy("Note"))


@never_cache
@require_GET
@screen(Permission.REGISTER)
def minors_screen(request: StaffRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: StaffRequest, *, form: CloseForm | None = None, at: int | None = None, status: int = 200
) -> HttpResponse:
    hotel, now = hotel_of(request), clock.now()
    rows = minors_to_look_after(hotel_id=hotel.pk, since=now - SHOWN)
    lines = [(row, form if form is not None and row.id == at else CloseForm(auto_id=f"a{row.id}-%s")) for row in rows]
    context = {"lines": lines, "open": sum(row.is_open for row in rows), "reported": AlarmOutcome.REPORTED.value}
    return render_screen(request, "frontdesk/minors.html", context, status=status)


@require_POST
@screen(Permission.REGISTER)
def patrol(request: StaffRequest, alarm_id: int) -> HttpResponse:
    note = request.POST.get("note", "")
    return press(
        request, lambda: service.note_patrol(alarm_id=alarm_id, note=note, **common(request)),
        done=_("The round is noted"), back=reverse("frontdesk:minors", args=[hotel_of(request).code]),
    )  # fmt: skip


@require_POST
@screen(Permission.REGISTER)
def close(request: StaffRequest, alarm_id: int) -> HttpResponse:
    form = CloseForm(request.POST, auto_id=f"a{alarm_id}-%s")
    if not form.is_valid():
        return _page(request, form=form, at=alarm_id, status=UNPROCESSABLE)
    try:
        once(request, lambda: service.close_alarm(alarm_id=alarm_id, **form.cleaned_data, **common(request)))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, form=form, at=alarm_id, status=status_of(refusal))
    toast(request, _("Settled and kept"))
    return go(request, reverse("frontdesk:minors", args=[hotel_of(request).code]))
