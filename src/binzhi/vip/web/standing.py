"""The standing list: who is proposed for a level at every reservation."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, press, status_of
from binzhi.promises.queries.runs import departments_of
from binzhi.property.queries import localised
from binzhi.vip import queries, services
from binzhi.vip.access import Permission
from binzhi.vip.web import forms

PAGE = "vip/standing.html"


@require_GET
@screen(Permission.VIEW)
def standing_screen(request: StaffRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: StaffRequest, *, form: forms.StandingForm | None = None, end: forms.ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    hotel = hotel_of(request)
    departments = departments_of(hotel.pk)
    found: list[dict[str, Any]] = []
    for entry in queries.standing_list(hotel_id=hotel.pk):
        reason = forms.ReasonForm(hotel=hotel, suffix=f"-{entry['id']}")
        label = localised(entry["department_name"], entry["department_name_en"])
        found.append(entry | {"department_label": label, "form": end if end and end.key == reason.key else reason})
    context = {
        "entries": found,
        "form": form or forms.StandingForm(hotel=hotel, departments=departments),
        "refused": form.key if form else end.key if end else "",
        "guests": reverse("guests:suggest", args=[hotel.code]),
        "organisations": reverse("guests:suggest_organisations", args=[hotel.code]),
        "may": {right.name.lower(): request.actor.may(right, hotel.pk) for right in Permission},
    }
    return render_screen(request, PAGE, context, status=status)


def _list(request: StaffRequest) -> str:
    return reverse("vip:standing", args=[hotel_of(request).code])


@require_POST
@screen(Permission.PUT_ON_LIST)
def put_forward(request: StaffRequest) -> HttpResponse:
    """A department puts a person or a unit forward."""
    hotel = hotel_of(request)
    form = forms.StandingForm(request.POST, hotel=hotel, departments=departments_of(hotel.pk))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    given = form.cleaned_data
    try:
        once(
            request,
            lambda: services.put_on_standing_list(
                department=given["department"], reason=given["reason"], post=given["post"], guest_id=given["guest"],
                organisation_id=given["organisation"], **common(request),
            ),
        )  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, form=form, status=422 if isinstance(refusal, NotFound) else status_of(refusal))
    toast(request, _("Put forward; it counts once the general manager approves it."))
    return go(request, _list(request))


@require_POST
@screen(Permission.APPROVE_LIST)
def approve(request: StaffRequest, entry_id: int) -> HttpResponse:
    return press(
        request, lambda: services.approve_standing(entry_id=entry_id, **common(request)),
        done=_("Approved. Every reservation of theirs raises a proposal from now on."), back=_list(request),
    )  # fmt: skip


@require_POST
@screen(Permission.PUT_ON_LIST)
def end(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Take an entry off the list, with a reason."""
    hotel = hotel_of(request)
    if entry_id not in {entry["id"] for entry in queries.standing_list(hotel_id=hotel.pk)}:
        raise NotFound(field="entry")
    form = forms.ReasonForm(request.POST, hotel=hotel, suffix=f"-{entry_id}")
    if not form.is_valid():
        return _page(request, end=form, status=422)
    try:
        once(request, lambda: services.end_standing(entry_id=entry_id, **form.cleaned_data, **common(request)))
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, end=form, status=status_of(refusal))
    toast(request, _("Taken off the list; visits proposed because of it stay."))
    return go(request, _list(request))
