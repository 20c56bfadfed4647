"""What rates contain and what more people cost: a card for each rate, a panel for its parts and one for its extras."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.billing.queries import charge_codes
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of
from binzhi.property.queries import HotelRef
from binzhi.reservations.access import Permission
from binzhi.reservations.extras.queries import extras_of
from binzhi.reservations.extras.services import set_extras
from binzhi.reservations.packages.queries import parts_of
from binzhi.reservations.packages.services import set_parts
from binzhi.reservations.ratebook.queries import PlanRow, plans_of
from binzhi.reservations.web.contents_forms import ExtrasForm, PartsForm
from binzhi.reservations.web.panels import fresh_token

PAGE = "reservations/contents.html"
# Room revenue is what is left of a price; transfers carry a code of their own.
NOT_A_PART = ("room", "transfer")


def page_context(request: StaffRequest) -> dict[str, Any]:
    hotel = hotel_of(request)
    parts = parts_of(hotel.pk)
    extras = {row.plan: row for row in extras_of(hotel.pk)}
    plans = plans_of(hotel.pk)
    parents = {plan.pk: plan for plan in plans}
    return {
        "hotel": hotel,
        "cards": [
            (plan, [part for part in parts if part.plan == plan.code], extras[plan.code],
             parents.get(plan.parent_id) if plan.parent_id else None)
            for plan in plans
        ],
        "may_set": request.actor.may(Permission.SET_RATES, hotel.pk),
    }  # fmt: skip


@require_GET
@screen(Permission.VIEW)
def contents(request: StaffRequest) -> HttpResponse:
    return render(request, PAGE, page_context(request))


def _back(hotel: HotelRef) -> str:
    return reverse("reservations:contents", args=[hotel.code])


def _panel(request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    own = {"hotel": hotel, "panel": template, "token": fresh_token(), "back": _back(hotel), **context}
    if wants_part(request):
        return render_screen(request, PAGE, own, part=template, status=status)
    return render(request, PAGE, page_context(request) | own, status=status)


def _plan(request: StaffRequest, code: str) -> PlanRow:
    plan = next((plan for plan in plans_of(hotel_of(request).pk) if plan.code == code), None)
    if plan is None:
        raise NotFound
    return plan


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def parts(request: StaffRequest, plan: str) -> HttpResponse:
    """What one rate contains."""
    hotel, template, rate = hotel_of(request), "reservations/contents_parts.html", _plan(request, plan)
    codes = [
        (code.code, f"{code.code} {code.label}")
        for code in charge_codes(hotel_id=hotel.pk)
        if code.group not in NOT_A_PART
    ]
    if request.method == "GET":
        form = PartsForm(initial=PartsForm.initial_of(parts_of(hotel.pk, plan)), codes=codes)
        return _panel(request, template, {"form": form, "plan": rate})
    form, status = PartsForm(request.POST, codes=codes), UNPROCESSABLE
    if form.is_valid():
        try:
            once(request, lambda: set_parts(rate_plan=plan, parts=form.parts, **common(request)))
        except DomainError as refusal:
            status = status_of(refusal)
            form.refuse(refusal, form.places)
        else:
            toast(request, _("Saved. What is booked keeps what it was booked with."))
            return go(request, _back(hotel))
    return _panel(request, template, {"form": form, "plan": rate}, status=status)


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def extras(request: StaffRequest, plan: str) -> HttpResponse:
    """What an extra bed and children cost under one rate."""
    hotel, template, rate = hotel_of(request), "reservations/contents_extras.html", _plan(request, plan)
    if request.method == "GET":
        form = ExtrasForm(initial=ExtrasForm.initial_of(extras_of(hotel.pk, plan)[0]))
        return _panel(request, template, {"form": form, "plan": rate})
    form, status = ExtrasForm(request.POST), UNPROCESSABLE
    if form.is_valid():
        values = form.cleaned_data
        given = {"bed_price": values["bed_price"], "most_beds": values["most_beds"], "bands": form.bands}
        try:
            once(request, lambda: set_extras(rate_plan=plan, **given, **common(request)))
        except DomainError as refusal:
            status = status_of(refusal)
            form.refuse(refusal, form.places)
        else:
            toast(request, _("Saved. Booked prices stay."))
            return go(request, _back(hotel))
    return _panel(request, template, {"form": form, "plan": rate}, status=status)
