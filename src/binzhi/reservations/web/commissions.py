"""Commissions on the screen: what is owed to whom, paid or waived in one press; what was promised."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from binzhi.kernel.csv import csv_file
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.ui import formats
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of
from binzhi.reservations.access import Permission
from binzhi.reservations.commissions.queries import OWED, CommissionRow, commission_rates, commissions
from binzhi.reservations.commissions.services import set_commission, settle_commissions
from binzhi.reservations.enums import CommissionState
from binzhi.reservations.ratebook.queries import plans_of
from binzhi.reservations.web.contents_forms import CommissionForm, SettleForm
from binzhi.reservations.web.panels import fresh_token, saved
from binzhi.reservations.web.words import refuse

PAGE = "reservations/commissions.html"
LONGEST = timedelta(days=731)
STATES = (OWED, CommissionState.PAID.value, CommissionState.WAIVED.value, "all")


def _span(request: StaffRequest) -> tuple[date, date, str]:
    hotel = hotel_of(request)
    last = _day(request.GET.get("to", "")) or hotel.business_date
    first = _day(request.GET.get("from", "")) or (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    state = request.GET.get("show", "")
    return max(min(first, last), last - LONGEST), last, state if state in STATES else OWED


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def state_word(state: str) -> str:
    return _("Owed") if state == OWED else str(CommissionState(state).label)


def page_context(request: StaffRequest) -> dict[str, Any]:
    hotel = hotel_of(request)
    first, last, state = _span(request)
    rows = commissions(hotel_id=hotel.pk, first=first, last=last, state="" if state == "all" else state)
    return {
        "hotel": hotel, "rows": [(row, state_word(row.state)) for row in rows], "first": first, "last": last,
        "show": state, "total": sum((row.amount for row in rows), ZERO), "rates": commission_rates(hotel.pk),
        "may_settle": request.actor.may(Permission.SETTLE_COMMISSION, hotel.pk),
        "may_promise": request.actor.may(Permission.MANAGE_PROMOTIONS, hotel.pk),
        "picked": request.POST.getlist("stay"), "reason": request.POST.get("reason", ""),
    }  # fmt: skip


def _csv(request: StaffRequest, rows: list[CommissionRow]) -> HttpResponse:
    first, last, _state = _span(request)
    header = [
        _("Agency"), _("Number"), _("Rate"), _("Arrival"), _("Departure"), _("Room revenue net of tax"), _("Per cent"),
        _("Commission"), _("State"), _("Reason"),
    ]  # fmt: skip
    lines = (
        [row.organisation, row.number, row.rate_plan, row.arrival, row.departure, row.base, row.percent, row.amount,
         state_word(row.state), row.reason]
        for row in rows
    )  # fmt: skip
    return csv_file(f"{hotel_of(request).code}-commissions-{first}-{last}", header, lines)


@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW)
def overview(request: StaffRequest) -> HttpResponse:
    """The list; a POST settles the stays that were ticked."""
    context = page_context(request)
    if request.method == "POST":
        return _settle(request, context)
    if request.GET.get("format") == "csv":
        return _csv(request, [row for row, _word in context["rows"]])
    return render(request, PAGE, context)


def _settle(request: StaffRequest, context: dict[str, Any]) -> HttpResponse:
    hotel = hotel_of(request)
    form = SettleForm(request.POST, stays=[row.room_reservation_id for row, _word in context["rows"]])
    status = UNPROCESSABLE
    if form.is_valid():
        values = form.cleaned_data

        def work() -> dict[str, str]:
            total = settle_commissions(
                stays=values["stay"], state=values["state"], reason=values["reason"], **common(request)
            )
            return {"total": formats.money(total, currency=hotel.currency)}

        try:
            done, _repeated = once(request, work)
        except NotFound:
            raise
        except DomainError as refusal:
            status = status_of(refusal)
            refuse(form, refusal)
        else:
            said = _("Paid: %(total)s.") if values["state"] == CommissionState.PAID else _("Waived: %(total)s.")
            toast(request, said % done)
            return go(request, f"{reverse('reservations:commissions', args=[hotel.code])}?{request.GET.urlencode()}")
    return render(request, PAGE, context | {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@screen(Permission.MANAGE_PROMOTIONS)
def promise(request: StaffRequest) -> HttpResponse:
    """A share from a day on."""
    hotel, template = hotel_of(request), "reservations/commission_rate.html"
    form = CommissionForm(request.POST or None, initial={"from_date": hotel.business_date})
    field = form.fields["rate_plan"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("every rate")), *((plan.code, plan.label) for plan in plans_of(hotel.pk))]
    if request.method == "GET":
        return _panel(request, template, form)

    def work() -> str:
        values = dict(form.cleaned_data)
        del values["organisation_text"]
        given = {"organisation_id": values.pop("organisation"), **values}
        once(request, lambda: {"id": set_commission(**given, **common(request))})
        return _("Commission promised.")

    return saved(
        request, form, work, back=reverse("reservations:commissions", args=[hotel.code]),
        again=lambda status: _panel(request, template, form, status=status),
    )  # fmt: skip


def _panel(request: StaffRequest, template: str, form: CommissionForm, *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    own = {
        "hotel": hotel, "panel": template, "token": fresh_token(), "form": form,
        "back": reverse("reservations:commissions", args=[hotel.code]),
        "suggest": reverse("guests:suggest_organisations", args=[hotel.code]),
    }  # fmt: skip
    if wants_part(request):
        return render_screen(request, PAGE, own, part=template, status=status)
    return render(request, PAGE, page_context(request) | own, status=status)
