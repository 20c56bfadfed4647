"""The night audit's reports: the closed days of a month, one report of a day, on paper and as a file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.billing.web.forms import AmountField
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.reports import reading
from binzhi.frontdesk.reports.kinds import Kind
from binzhi.frontdesk.reports.printing import csv_rows, pack_pdf
from binzhi.frontdesk.reports.services import set_high_balance
from binzhi.frontdesk.reports.sheets import Report, report_of
from binzhi.frontdesk.reports.snapshots import high_balance
from binzhi.kernel import clock
from binzhi.kernel.csv import csv_file
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of
from binzhi.property.queries import HotelRef


class LimitForm(OperationForm):
    """From what on a balance is a high one."""

    amount = AmountField(label=gettext_lazy("High balance from"), max_digits=12, decimal_places=2)


@screen(Permission.VIEW_REPORTS)
@require_http_methods(["GET", "POST"])
def days(request: StaffRequest) -> HttpResponse:
    """The closed days of a month; a POST sets from what on a balance is a high one."""
    hotel = hotel_of(request)
    may_set = request.actor.may(Permission.SET_NIGHT_AUDIT, hotel.pk)
    form = LimitForm(request.POST or None, initial={"amount": high_balance(hotel_id=hotel.pk)})
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: set_high_balance(amount=form.cleaned_data["amount"], **common(request)))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
            else:
                toast(request, _("The limit is set; it holds for the days still to be closed"))
                return go(request, reverse("frontdesk:reports", args=[hotel.code]))
    context = _month(request, hotel) | {"form": form, "may_set": may_set, "kinds": list(Kind)}
    return render_screen(request, "frontdesk/reports.html", context, status=status)


def _month(request: StaffRequest, hotel: HotelRef) -> dict[str, Any]:
    """The month that is asked for, that of the last closed day without one."""
    span = reading.span_of(hotel_id=hotel.pk)
    latest = span[1] if span else hotel.business_date
    try:
        wanted = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        wanted = latest
    first, last = reading.month_of(wanted)
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    return {
        "rows": reading.closed_days(hotel_id=hotel.pk, first=first, last=last), "first": first,
        "before": before if span and before >= span[0] else None, "after": after if after <= latest else None,
    }  # fmt: skip


@screen(Permission.VIEW_REPORTS)
@require_GET
def report(request: StaffRequest, day: str, kind: str = "manager") -> HttpResponse:
    """One report of a closed day."""
    hotel, business_date, wanted = _wanted(request, day, kind)
    found = report_of(hotel=hotel, business_date=business_date, kind=wanted)
    span = reading.span_of(hotel_id=hotel.pk)
    if span is None or not span[0] <= business_date <= span[1]:
        raise NotFound
    context = {
        "report": found, "kind": wanted, "kinds": list(Kind), "day": business_date,
        "before": business_date - timedelta(days=1) if business_date > span[0] else None,
        "after": business_date + timedelta(days=1) if business_date < span[1] else None,
    }  # fmt: skip
    return render_screen(request, "frontdesk/report.html", context)


@screen(Permission.VIEW_REPORTS)
@require_GET
def report_csv(request: StaffRequest, day: str, kind: str) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    hotel, business_date, wanted = _wanted(request, day, kind)
    found = report_of(hotel=hotel, business_date=business_date, kind=wanted)
    if found is None:
        raise NotFound
    head, *rows = csv_rows(found)
    return csv_file(f"{hotel.code}-{wanted.value}-{business_date}", [str(cell) for cell in head], rows)


@screen(Permission.VIEW_REPORTS)
@require_GET
def report_pdf(request: StaffRequest, day: str, kind: str) -> HttpResponse:
    """The same on paper; `pack` is all of them."""
    hotel, business_date, wanted = _wanted(request, day, "manager" if kind == "pack" else kind)
    kinds = list(Kind) if kind == "pack" else [wanted]
    found: list[Report] = [
        made for one in kinds if (made := report_of(hotel=hotel, business_date=business_date, kind=one)) is not None
    ]
    if not found:
        raise NotFound
    made_of = pack_pdf(hotel=hotel, business_date=business_date, reports=found, now=clock.now())
    name = f"{hotel.code}-{kind}-{business_date}.pdf"
    return HttpResponse(
        made_of, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _wanted(request: StaffRequest, day: str, kind: str) -> tuple[HotelRef, date, Kind]:
    """The hotel, the day and the report that the address names. Raises NotFound."""
    try:
        return hotel_of(request), date.fromisoformat(day), Kind(kind)
    except ValueError:
        raise NotFound from None
