"""Wake-up calls: the list by time, at the desk and in the hand; one more for a room or a group."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.errors import NobodyThere
from binzhi.frontdesk.queries.stay import stay_card
from binzhi.frontdesk.together.queries import stay_called
from binzhi.frontdesk.wake_up import services
from binzhi.frontdesk.wake_up.queries import calls_on, groups_here
from binzhi.frontdesk.web.live import is_known, version_of
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of
from binzhi.property.queries import HotelRef


class WakeUpForm(OperationForm):
    """A room or a group, a time, a morning and whether each morning after it until they leave."""

    room = forms.CharField(label=gettext_lazy("Room"), max_length=2000, required=False)
    group = forms.TypedChoiceField(label=gettext_lazy("Or a group"), required=False, coerce=int, empty_value=None)
    day = forms.DateField(label=gettext_lazy("Morning"), widget=forms.DateInput)
    at = forms.TimeField(label=gettext_lazy("At"), widget=forms.TimeInput)
    every_day = forms.BooleanField(label=gettext_lazy("Each morning until they leave"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=2000, required=False)
    aliases = {"days": "day"}

    def __init__(self, *args: Any, groups: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]  # a ChoiceField


def _day(request: StaffRequest, hotel: HotelRef) -> date:
    """The morning asked for; tomorrow's from the afternoon on."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        local = hotel.local(clock.now())
        return local.date() + timedelta(days=local.hour >= 12)


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.WAKE_UP)
def listing(request: StaffRequest) -> HttpResponse:
    """The calls of a morning by time; a POST asks for one more."""
    hotel = hotel_of(request)
    day, now = _day(request, hotel), clock.now()
    form = WakeUpForm(request.POST or None, groups=groups_here(hotel_id=hotel.pk), initial={"day": day})
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                made, _repeated = once(request, lambda: _ask(request, form))
                toast(request, _("Wake-up calls noted: %(n)s") % {"n": made.get("calls", 1)})
                address = reverse("frontdesk:wake_ups", args=[hotel.code])
                return go(request, f"{address}?day={form.cleaned_data['day'].isoformat()}")
            except DomainError as refusal:
                form.refuse(refusal, field=refusal.field or "room")
                status = status_of(refusal)
    rows = calls_on(hotel=hotel, day=day, now=now)
    version = version_of(rows, now.replace(second=0, microsecond=0))
    if request.method == "GET" and is_known(request, version):
        return HttpResponse(status=204)
    context = {
        "rows": rows, "form": form, "day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "version": version, "open": sum(row.state == "due" for row in rows),
    }  # fmt: skip
    return render_screen(
        request, "frontdesk/wake_ups.html", context, part="frontdesk/wake_ups_list.html", status=status
    )


def _ask(request: StaffRequest, form: WakeUpForm) -> dict[str, int]:
    data = form.cleaned_data
    if data["group"] is not None:
        made = services.ask_wake_up_for_group(
            block_id=data["group"], at=data["at"], day=data["day"], note=data["note"], **common(request)
        )
        return {"calls": made}
    hotel = hotel_of(request)
    wanted = data["room"].strip()[:20].upper().replace("\0", "")
    stay = stay_called(hotel_id=hotel.pk, text=wanted) if wanted else None
    if stay is None:
        raise NobodyThere
    days = [data["day"]]
    if data["every_day"]:
        last = stay_card(hotel=hotel, room_reservation_id=stay).departure
        days += [data["day"] + timedelta(days=more) for more in range(1, max((last - data["day"]).days, 0) + 1)]
    calls = services.ask_wake_up(
        room_reservation_id=stay, at=data["at"], days=days, note=data["note"], **common(request)
    )
    return {"calls": len(calls)}


@require_POST
@screen(Permission.WAKE_UP)
def note(request: StaffRequest, call_id: int) -> HttpResponse:
    """Answered, not answered, cancelled, or somebody went up."""
    how = request.POST.get("how", "")
    said = {
        "answered": pgettext("wake-up", "Answered"),
        "silent": _("No answer: once more in five minutes, then somebody goes up"),
        "cancel": _("The call is cancelled"), "seen": _("Seen to"),
    }  # fmt: skip

    def work() -> None:
        if how == "cancel":
            services.cancel_wake_up(call_id=call_id, **common(request))
        elif how == "seen":
            services.see_guest(call_id=call_id, **common(request))
        else:
            services.note_wake_up(call_id=call_id, answered=how == "answered", **common(request))

    back = reverse("frontdesk:wake_ups", args=[hotel_of(request).code])
    return press(request, work, done=said.get(how, said["silent"]), back=back)
