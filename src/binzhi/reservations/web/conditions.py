"""Conditions of booking and deposits: made, given to a rate, asked for, taken, overdue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing.access import Permission as Billing
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.queries import means_of_payment
from binzhi.billing.setup import COMPANY
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.money import ZERO
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.reservations.access import Permission
from binzhi.reservations.conditions import services
from binzhi.reservations.conditions.queries import DepositAsked, deposits_asked
from binzhi.reservations.queries import reservation_view
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.conditions_forms import ConditionsForm, DepositForm
from binzhi.reservations.web.detail import page_url, show_panel
from binzhi.reservations.web.rates_rules import back_to, show_rules_panel
from binzhi.reservations.web.words import refuse

UNPROCESSABLE = 422
FILTERS = ("open", "overdue", "all")


@dataclass(frozen=True, slots=True)
class DepositLine:
    asked: DepositAsked
    overdue: bool


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def new(request: StaffRequest) -> HttpResponse:
    """Conditions that are not there yet."""
    template = "reservations/conditions_new.html"
    if request.method == "GET":
        return show_rules_panel(request, template, {"form": ConditionsForm()})
    form, status = ConditionsForm(request.POST), UNPROCESSABLE
    if form.is_valid():
        try:
            once(request, lambda: services.create_conditions(conditions=form.conditions, **common(request)))
        except DomainError as refusal:
            status = status_of(refusal)
            form.refuse(refusal)
        else:
            toast(request, _("Conditions made. Give them to a rate."))
            return go(request, back_to(hotel_of(request)))
    return show_rules_panel(request, template, {"form": form}, status=status)


@require_POST
@screen(Permission.SET_RATES)
def of_plan(request: StaffRequest) -> HttpResponse:
    """A rate is sold under other conditions from now on."""
    plan, code = request.POST.get("rate_plan", ""), request.POST.get("code", "")
    try:
        kept = services.set_plan_conditions(rate_plan=plan, code=code, **common(request))
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        words = ngettext(
            "Conditions changed; %(n)s booked room keeps its own.",
            "Conditions changed; %(n)s booked rooms keep theirs.",
            kept,
        )
        toast(request, words % {"n": kept})
    return go(request, back_to(hotel_of(request)))


@require_GET
@screen(Permission.VIEW)
def deposits(request: StaffRequest) -> HttpResponse:
    """Who was asked for a deposit, by when, and who owes it still."""
    hotel, now = hotel_of(request), clock.now()
    asked = request.GET.get("show", "")
    show = asked if asked in FILTERS else "open"
    lines = [DepositLine(one, one.is_overdue(now)) for one in deposits_asked(hotel=hotel)]
    shown = [
        line for line in lines if show == "all" or (line.overdue if show == "overdue" else bool(line.asked.missing))
    ]
    context = {
        "hotel": hotel, "lines": shown, "show": show, "missing": sum((line.asked.missing for line in shown), ZERO),
        "overdue": sum(1 for line in lines if line.overdue),
    }  # fmt: skip
    return render_screen(request, "reservations/deposits.html", context)


@require_http_methods(["GET", "POST"])
@screen(Billing.TAKE_DEPOSIT)
def take(request: StaffRequest, number: str) -> HttpResponse:
    """Hold a deposit before the guest comes."""
    hotel = hotel_of(request)
    view = reservation_view(hotel_id=hotel.pk, number=number)
    asked = next(iter(deposits_asked(hotel=hotel, reservation_id=view.id)), None)
    means = [(one.code, one.label) for one in means_of_payment(hotel_id=hotel.pk) if one.code != COMPANY]
    template, context = "reservations/panel_deposit.html", {"asked": asked}
    if request.method == "GET":
        initial: dict[str, Any] = {"amount": asked.missing if asked else None}
        return show_panel(request, view, template, context | {"form": DepositForm(initial=initial, means=means)})
    form, status = DepositForm(request.POST, means=means), UNPROCESSABLE
    if form.is_valid():

        def work() -> object:
            return services.take_deposit(reservation_id=view.id, deposit=form.deposit, **common(request))

        try:
            once(request, with_shift(request, hotel, request.actor, work))
        except NotFound:
            raise
        except DomainError as refusal:
            status = status_of(refusal)
            refuse(form, refusal)
        else:
            toast(request, _("Deposit taken."))
            return go(request, page_url(hotel, view))
    return show_panel(request, view, template, context | {"form": form}, status=status)
