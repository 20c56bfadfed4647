"""Before the guest comes: the meeting and the notice; after: the notice of departure."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common
from binzhi.promises.queries.runs import departments_of
from binzhi.vip import services
from binzhi.vip.access import Permission
from binzhi.vip.requests import MeetingInput
from binzhi.vip.web import forms
from binzhi.vip.web.page import answer, press, visit_of


@require_POST
@screen(Permission.HOLD_MEETING)
def meeting(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Keep the minutes; every decision becomes a task of its department."""
    view, hotel = visit_of(request, visit_id), hotel_of(request)
    form = forms.MeetingForm(request.POST, hotel=hotel, departments=departments_of(hotel.pk))

    def keep() -> None:
        data = form.cleaned_data
        minutes = MeetingInput(data["minutes"], data["attendees"], data["held_at"], form.decisions())
        services.hold_meeting(visit_id=visit_id, meeting=minutes, **common(request))

    return answer(
        request, view, form, keep, done=_("The minutes are kept; what was agreed is with the departments."),
        part="meeting",
    )  # fmt: skip


@require_POST
@screen(Permission.ISSUE_NOTICE)
def notice(request: StaffRequest, visit_id: int) -> HttpResponse:
    view = visit_of(request, visit_id)
    return press(
        request, view, lambda: services.issue_notice(visit_id=visit_id, **common(request)),
        done=_("The reception notice is issued; every department signs for it."), part="notices",
    )  # fmt: skip


@require_POST
@screen(Permission.ISSUE_NOTICE)
def departure_notice(request: StaffRequest, visit_id: int) -> HttpResponse:
    view = visit_of(request, visit_id)
    return press(
        request, view, lambda: services.issue_departure_notice(visit_id=visit_id, **common(request)),
        done=_("The notice of arrival and departure is issued."), part="notices",
    )  # fmt: skip
