"""While the guest is here: what happens, what is wished, the seal of the room."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.duty import OnDuty
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once
from binzhi.promises.queries.runs import departments_of
from binzhi.vip import services
from binzhi.vip.access import Permission
from binzhi.vip.enums import Happening
from binzhi.vip.web import forms
from binzhi.vip.web.page import answer, page_of, press, visit_of

PART = "events"


@require_POST
@screen(Permission.NOTE_EVENT)
def arrived(request: StaffRequest, visit_id: int) -> HttpResponse:
    view = visit_of(request, visit_id)
    return press(
        request, view, lambda: services.note_arrival(visit_id=visit_id, **common(request)),
        done=_("The guest is here; the clock counts from now."), part=PART,
    )  # fmt: skip


@require_POST
@screen(Permission.NOTE_EVENT)
def departed(request: StaffRequest, visit_id: int) -> HttpResponse:
    view = visit_of(request, visit_id)
    return press(
        request, view, lambda: services.note_departure(visit_id=visit_id, **common(request)),
        done=_("The guest has left; the tasks after it are counted from now."), part=PART,
    )  # fmt: skip


@require_POST
@screen(Permission.NOTE_EVENT)
def event(request: StaffRequest, visit_id: int) -> HttpResponse:
    """What the guest does; the tasks of it begin."""
    view, hotel = visit_of(request, visit_id), hotel_of(request)
    form = forms.EventForm(request.POST, hotel=hotel, departments=departments_of(hotel.pk))
    kind = request.POST.get("kind", "")
    label = Happening(kind).label if kind in Happening.values else ""
    return answer(
        request, view, form, lambda: services.note_event(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("Noted: %(what)s") % {"what": label}, part=PART,
    )  # fmt: skip


@require_POST
@screen(Permission.NOTE_EVENT)
def wish(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, form = visit_of(request, visit_id), forms.WishForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form, lambda: services.note_wish(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("Kept. The receiving department asks afterwards."), part=PART,
    )  # fmt: skip


@require_POST
@screen(Permission.NOTE_EVENT)
def feedback(request: StaffRequest, visit_id: int) -> HttpResponse:
    """What the guest said of the stay, in the guest's own words."""
    view, form = visit_of(request, visit_id), forms.FeedbackForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form,
        lambda: services.note_feedback(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("Kept beside what was promised."), part="after",
    )  # fmt: skip


@require_POST
@screen(Permission.REPORT_GM_AWAY)
def gm_away(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The general manager is away: the highest-ranking leader at work receives."""
    visit_of(request, visit_id)
    found: list[OnDuty] = []
    try:
        once(request, lambda: found.append(services.report_gm_away(visit_id=visit_id, **common(request))))
        for leader in found:
            toast(request, _("%(name)s receives, and is told.") % {"name": leader.name})
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    return go(request, page_of(request, visit_id, PART))


# ---------------------------------------------------------------- the seal


@require_POST
@screen(Permission.SEAL_ROOM)
def seal(request: StaffRequest, visit_id: int) -> HttpResponse:
    view = visit_of(request, visit_id)
    return press(
        request, view, lambda: services.seal_visit_room(visit_id=visit_id, **common(request)),
        done=_("The room is sealed: nobody enters before the guest."), part="room",
    )  # fmt: skip


@require_POST
@screen(Permission.BREAK_SEAL)
def break_seal(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, form = visit_of(request, visit_id), forms.BreakForm(request.POST, hotel=hotel_of(request))
    return answer(
        request, view, form,
        lambda: services.break_room_seal(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("The seal is broken: the final check and the seal are open again."), part="room",
    )  # fmt: skip
