"""The cashier's shift on screen: open, bring cash to the safe, count and close, hand over, and its report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.billing.access import Permission
from binzhi.billing.cashier import services
from binzhi.billing.cashier.asking import colleague
from binzhi.billing.cashier.paper import shift_csv, shift_pdf
from binzhi.billing.cashier.queries import ShiftReport, ShiftRow, shift_of, shift_report, shifts, tills
from binzhi.billing.counter.queries import currency_rates
from binzhi.billing.printing import LANGUAGES
from binzhi.billing.queries import means_of_payment
from binzhi.billing.web.cashier_forms import CountForm, DropForm, ShiftForm
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.TAKE_PAYMENT)
def cashier(request: StaffRequest) -> HttpResponse:
    """One's own shift and the shifts before; a POST opens one or brings cash to the safe."""
    hotel = hotel_of(request)
    mine = shift_of(hotel_id=hotel.pk, user_id=request.actor.user_id)
    free = tills(hotel_id=hotel.pk)
    form = _form(request, mine, free)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: _do(request, form))
                toast(request, _("Cash is in the safe") if isinstance(form, DropForm) else _("Your shift is open"))
                return go(request, reverse("billing:cashier", args=[hotel.code]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    supervises = request.actor.may(Permission.SUPERVISE_SHIFTS, hotel.pk)
    number = request.GET.get("page", "")
    page = shifts(
        hotel_id=hotel.pk, user_id=None if supervises else request.actor.user_id,
        page=max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
    )  # fmt: skip
    context = {
        "mine": mine, "tills": free, "form": form, "page": page, "supervises": supervises,
        "me": request.actor.user_id,
    }  # fmt: skip
    return render_screen(request, "billing/cashier.html", context, status=status)


def _form(request: StaffRequest, mine: ShiftRow | None, free: list[Any]) -> ShiftForm | DropForm:
    data = request.POST if request.method == "POST" else None
    if (request.POST.get("form") or ("drop" if mine else "open")) == "drop":
        hotel = hotel_of(request)
        foreign = [row.currency for row in currency_rates(hotel_id=hotel.pk)]
        return DropForm(data, own=hotel.currency, foreign=foreign)
    first = next((row for row in free if not row.shift_id), None)
    initial = {"till": first.pk if first else None, "opening_float": first.left if first else None}
    return ShiftForm(data, tills=free, initial=initial)


def _do(request: StaffRequest, form: ShiftForm | DropForm) -> None:
    data = form.cleaned_data
    if isinstance(form, DropForm):
        services.drop_cash(
            amount=data["amount"], currency=data["currency"], note=data["note"], **common(request)
        )  # fmt: skip
    else:
        services.open_shift(
            till_id=data["till"], opening_float=data["opening_float"] or Decimal(0), **common(request)
        )  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.TAKE_PAYMENT)
def close(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Count blind and close; with a colleague's signature the till goes on to him."""
    hotel = hotel_of(request)
    report = _report(request, shift_id)
    form = CountForm(
        request.POST or None, means=means_of_payment(hotel_id=hotel.pk),
        currencies=[row.currency for row in currency_rates(hotel_id=hotel.pk)], currency=hotel.currency,
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                return _close(request, report, form)
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    return render_screen(
        request, "billing/shift_close.html", {"shift": report.shift, "form": form, "hotel": hotel}, status=status
    )


def _close(request: StaffRequest, report: ShiftReport, form: CountForm) -> HttpResponse:
    hotel = hotel_of(request)
    data = form.cleaned_data
    successor = colleague(request, username=data["successor"], password=data["password"], by=request.user)

    def work() -> dict[str, Any]:
        done = services.close_shift(
            shift_id=report.shift.pk, count=form.count(), successor=successor, **common(request)
        )  # fmt: skip
        return {"differs": done.differs, "handed": done.next_shift_id is not None}

    answer, _repeated = once(request, work)
    words = _("The shift is closed and handed over") if answer["handed"] else _("The shift is closed")
    if answer["differs"]:
        toast(request, _("%(words)s; the count differs: see the report") % {"words": words}, state="soon")
    else:
        toast(request, words)
    return go(request, reverse("billing:shift", args=[hotel.code, report.shift.pk]))


def _report(request: StaffRequest, shift_id: int) -> ShiftReport:
    """The shift, if it is one's own or one supervises. Raises NotFound, Forbidden."""
    hotel = hotel_of(request)
    report = shift_report(hotel_id=hotel.pk, shift_id=shift_id)
    if report.shift.user_id != request.actor.user_id:
        request.actor.require(Permission.SUPERVISE_SHIFTS, hotel.pk)
    return report


def _is_blind(request: StaffRequest, report: ShiftReport) -> bool:
    """Who still has to count does not see what there should be."""
    return report.shift.closed_at is None and not request.actor.may(
        Permission.SUPERVISE_SHIFTS, hotel_of(request).pk
    )  # fmt: skip


@never_cache
@require_GET
@screen(Permission.TAKE_PAYMENT)
def shift(request: StaffRequest, shift_id: int) -> HttpResponse:
    """What passed through a shift and what was counted."""
    report = _report(request, shift_id)
    context = {"report": report, "shift": report.shift, "blind": _is_blind(request, report)}
    return render_screen(request, "billing/shift.html", context)


@require_GET
@screen(Permission.TAKE_PAYMENT)
def shift_paper(request: StaffRequest, shift_id: int) -> HttpResponse:
    """The report as PDF; `lang` zh-hans or en."""
    hotel, report = hotel_of(request), _report(request, shift_id)
    if _is_blind(request, report):
        return go(request, reverse("billing:shift", args=[hotel.code, shift_id]))
    language = request.GET.get("lang", "")
    made = shift_pdf(
        hotel=hotel, report=report, language=language if language in LANGUAGES else LANGUAGES[0], now=clock.now()
    )
    return HttpResponse(
        made, content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{pgettext("file", "shift")}-{shift_id}.pdf"'},
    )  # fmt: skip


@require_GET
@screen(Permission.TAKE_PAYMENT)
def shift_table(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Every posting of the shift as CSV."""
    hotel, report = hotel_of(request), _report(request, shift_id)
    if _is_blind(request, report):
        return go(request, reverse("billing:shift", args=[hotel.code, shift_id]))
    return shift_csv(hotel=hotel, report=report)
