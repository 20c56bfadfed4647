"""On which level a guest is received: asked for, decided, or set by the general manager."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from binzhi.kernel.errors import NotFound
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common
from binzhi.vip import services
from binzhi.vip.access import Permission
from binzhi.vip.web import forms
from binzhi.vip.web.page import answer, levels_of, routes_of, visit_of

PART = "level"


@require_POST
@screen(Permission.ASK_LEVEL)
def ask(request: StaffRequest, visit_id: int) -> HttpResponse:
    """The GM's office or sales asks the general manager."""
    view, hotel = visit_of(request, visit_id), hotel_of(request)
    form = forms.AskForm(request.POST, hotel=hotel, levels=levels_of(hotel, view.line.level), routes=routes_of(request))
    return answer(
        request, view, form, lambda: services.ask_level(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("Asked for. The general manager decides."), part=PART,
    )  # fmt: skip


@require_POST
@screen(Permission.DECIDE_LEVEL)
def set_directly(request: StaffRequest, visit_id: int) -> HttpResponse:
    view, hotel = visit_of(request, visit_id), hotel_of(request)
    form = forms.LevelForm(request.POST, hotel=hotel, levels=levels_of(hotel, view.line.level))
    return answer(
        request, view, form,
        lambda: services.set_level_directly(visit_id=visit_id, **form.cleaned_data, **common(request)),
        done=_("The level stands, and the departments have their tasks."), part=PART,
    )  # fmt: skip


@require_POST
@screen(Permission.DECIDE_LEVEL)
def decide(request: StaffRequest, visit_id: int, request_id: int) -> HttpResponse:
    """Approve what was asked for, or decline it."""
    view = visit_of(request, visit_id)
    if request_id not in {one["id"] for one in view.requests}:
        raise NotFound(field="request")
    form = forms.DecideForm(request.POST, hotel=hotel_of(request))
    approve = request.POST.get("answer") == "yes"
    done = _("Approved. The departments have their tasks.") if approve else _("Declined. Whoever asked is told why.")
    return answer(
        request, view, form,
        lambda: services.decide_level(
            request_id=request_id, approve=approve, note=form.cleaned_data["note"], **common(request)
        ),
        done=done, part=PART,
    )  # fmt: skip
