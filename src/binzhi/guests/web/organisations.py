"""Screens of organisations: the list and a new one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.guests import queries, services
from binzhi.guests.access import Permission
from binzhi.guests.web.forms import OrganisationForm
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen

PAGE = 50
SUGGESTIONS = 8


@screen(Permission.VIEW)
@require_GET
def listing(request: StaffRequest) -> HttpResponse:
    """In order of code, a page at a time; what is typed searches instead."""
    hotel = hotel_of(request)
    text = request.GET.get("q", "").strip()
    expiring = request.GET.get("expiring") == "1"
    if text:
        rows, more = queries.search_organisations(group_id=hotel.group_id, text=text, limit=PAGE), False
    else:
        rows = queries.organisations(
            group_id=hotel.group_id, after=request.GET.get("after", "")[:30].replace("\0", ""), limit=PAGE + 1,
            ends_before=hotel.business_date + queries.EXPIRES_SOON if expiring else None,
        )  # fmt: skip
        rows, more = rows[:PAGE], len(rows) > PAGE
    context = {
        "q": text,
        "organisations": [(row, row.contract_state(hotel.business_date)) for row in rows],
        "expiring": expiring,
        "next_after": rows[-1].code if more else "",
        "may_create": request.actor.may(Permission.MANAGE_ORGANISATIONS, hotel.pk),
    }
    return render_screen(request, "guests/organisations.html", context, part="guests/_organisations.html")


@screen(Permission.VIEW)
@require_GET
def suggest(request: StaffRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = queries.search_organisations(group_id=hotel_of(request).group_id, text=text, limit=SUGGESTIONS)
    return render(request, "guests/_organisation_options.html", {"organisations": found})


@screen(Permission.MANAGE_ORGANISATIONS)
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "guests/organisation_form.html", {"form": OrganisationForm()})
    hotel = hotel_of(request)
    form = OrganisationForm(request.POST)
    if not form.is_valid():
        return render(request, "guests/organisation_form.html", {"form": form}, status=422)
    try:
        services.create_organisation(
            hotel_id=hotel.pk, organisation=form.organisation(), actor=request.actor, now=clock.now()
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return render(request, "guests/organisation_form.html", {"form": form}, status=refusal.status)
    toast(request, _("%(name)s is in the list.") % {"name": form.cleaned_data["name"]})
    return redirect("guests:organisations", hotel.code)
