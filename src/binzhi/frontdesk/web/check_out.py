"""Check-out: the bill, what is still to pay, the deposit, and leave; on one page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from binzhi.billing.access import Permission as Money
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.holds.queries import holds
from binzhi.billing.queries import MeansRef, charge_codes, companies, folio_view, means_of_payment
from binzhi.billing.web.exceeding import asked_to_exceed, press_within_credit
from binzhi.frontdesk import services
from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.continuing.queries import stay_after
from binzhi.frontdesk.continuing.services import continue_stay
from binzhi.frontdesk.late_departure import charge_late_departure, fee_now
from binzhi.frontdesk.queries.stay import StayCard, stay_card
from binzhi.frontdesk.requests import DepositReturn
from binzhi.frontdesk.services.leaving import DAY_USE
from binzhi.frontdesk.together.queries import party_of
from binzhi.frontdesk.web.continuing import tell, told
from binzhi.frontdesk.web.forms import CheckOutForm
from binzhi.frontdesk.web.rack import rights
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.money import ZERO, tax_on
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of
from binzhi.property.queries import HotelRef
from binzhi.reservations.day_use.queries import Overtime, overtime_of


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.CHECK_OUT)
def check_out_screen(request: StaffRequest, stay: int) -> HttpResponse:
    """What is owed and how it is settled; a POST pays and checks out."""
    hotel = hotel_of(request)
    card = stay_card(hotel=hotel, room_reservation_id=stay)
    means = means_of_payment(hotel_id=hotel.pk)
    billed = [(company.pk, company.name) for company in companies(hotel_id=hotel.pk)]
    due = due_of(hotel, card)
    if request.method != "POST":
        form = CheckOutForm(initial=_initial(card, due, means), means=means, companies=billed)
        return _page(request, hotel, card, form, due)
    form = CheckOutForm(request.POST, means=means, companies=billed)
    if not form.is_valid():
        return _page(request, hotel, card, form, due, status=UNPROCESSABLE)
    goes_on = stay_after(hotel_id=hotel.pk, room_reservation_id=stay) if request.POST.get("stay_on") else None

    def work() -> dict[str, Any]:
        if goes_on is not None:
            return _stay_on(request, hotel, goes_on.id, form)
        return _check_out(request, hotel, card, form)

    try:
        answer, _again = once(request, with_shift(request, hotel, request.actor, work))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, hotel, card, form, due, status=status_of(refusal))
    if goes_on is not None:
        tell(request, goes_on.id, room=str(answer["room"]), keys=int(answer["keys"]))
        return go(request, reverse("frontdesk:departures", args=[hotel.code]))
    return _left(request, hotel, card)


def due_of(hotel: HotelRef, card: StayCard) -> Decimal:
    """What the bill will show at the door: the balance and, without a night slept, the day's charge with its tax."""
    over = _overtime(hotel, card)
    day_use = card.day_use_due + (over.amount if over else ZERO)
    if day_use and not hotel.prices_include_tax:
        rates = {code.code: code.tax_rate for code in charge_codes(hotel_id=hotel.pk)}
        day_use += tax_on(day_use, rates.get(DAY_USE, ZERO), hotel.currency)
    return card.balance + day_use


def _overtime(hotel: HotelRef, card: StayCard) -> Overtime | None:
    """Of a stay that was sold by the hour."""
    if card.arrival != card.departure or not card.folio_number:
        return None
    return overtime_of(hotel_id=hotel.pk, room_reservation_id=card.id, now=clock.now())


def _initial(card: StayCard, due: Decimal, means: Sequence[MeansRef]) -> dict[str, Any]:
    left = max(due - card.deposit, ZERO)
    first = means[0].code if means else ""
    return {"amount": left or None, "means": first, "use_deposit": card.deposit > 0, "return_means": first}


def _check_out(request: StaffRequest, hotel: HotelRef, card: StayCard, form: CheckOutForm) -> dict[str, Any]:
    data = form.cleaned_data
    done = services.check_out(
        hotel_id=hotel.pk, room_reservation_id=card.id, payments=form.payments(),
        deposit=DepositReturn(means=data["return_means"]) if data["use_deposit"] else None,
        waive_day_use=data["waive_day_use"], waive_overtime=data["waive_overtime"],
        actor=request.actor, now=clock.now(),
    )  # fmt: skip
    return {"paid": str(done.paid), "returned": str(done.returned)}


def _stay_on(request: StaffRequest, hotel: HotelRef, next_id: int, form: CheckOutForm) -> dict[str, Any]:
    data = form.cleaned_data
    done = continue_stay(
        hotel_id=hotel.pk, room_reservation_id=next_id, payments=form.payments(),
        deposit=DepositReturn(means=data["return_means"]) if data["use_deposit"] else None, actor=request.actor,
        now=clock.now(),
    )  # fmt: skip
    return told(done)


def _left(request: StaffRequest, hotel: HotelRef, card: StayCard) -> HttpResponse:
    undo = reverse("frontdesk:undo_check_out", args=[hotel.code, card.id])
    may_undo = request.actor.may(Permission.UNDO_CHECK_OUT, hotel.pk)
    words = _("%(room)s %(name)s is checked out") % {"room": card.room, "name": card.short_name}
    toast(request, words, undo_url=undo if may_undo else "")
    return go(request, reverse("frontdesk:departures", args=[hotel.code]))


def _page(
    request: StaffRequest, hotel: HotelRef, card: StayCard, form: CheckOutForm, due: Decimal, *, status: int = 200
) -> HttpResponse:
    folio = folio_view(hotel_id=hotel.pk, number=card.folio_number) if card.folio_number else None
    context = {
        "card": card, "form": form, "folio": folio, "due": due, "day_use": due - card.balance,
        "holds": [row for row in holds(hotel_id=hotel.pk, folio_id=folio.pk) if row.is_open] if folio else [],
        "left": max(due - card.deposit, ZERO), "comes_back": max(card.deposit - max(due, ZERO), ZERO),
        "other_windows": [window for window in folio.windows[1:] if window.balance] if folio else [],
        "may": rights(request, hotel) | {
            "waive": request.actor.may(Money.REVERSE, hotel.pk),
            "exceed_credit": request.actor.may(Money.EXCEED_CREDIT, hotel.pk),
        },
        "token": uuid.uuid4().hex, "steps": _steps(card), "over": _overtime(hotel, card),
        "party": party_of(hotel_id=hotel.pk, room_reservation_id=card.id),
        "goes_on": stay_after(hotel_id=hotel.pk, room_reservation_id=card.id),
        "over_limit": asked_to_exceed(request),
        "late": fee_now(hotel_id=hotel.pk, room_reservation_id=card.id, now=clock.now()),
    }  # fmt: skip
    return render_screen(
        request, "frontdesk/check_out.html", context, part="frontdesk/check_out_form.html", status=status
    )


def _steps(card: StayCard) -> list[dict[str, str]]:
    settled = card.balance == 0 and not card.deposit and not card.day_use_due
    return [
        {"label": _("Check the bill"), "state": "done" if settled else "cur"},
        {"label": _("Payment and deposit"), "state": "done" if settled else ""},
        {"label": _("Keys back, leave"), "state": "cur" if settled else ""},
    ]


@require_POST
@screen(Permission.UNDO_CHECK_OUT)
def undo(request: StaffRequest, stay: int) -> HttpResponse:
    """The inverse on the same hotel day; a refusal is said in a toast."""
    hotel = hotel_of(request)
    try:
        services.undo_check_out(hotel_id=hotel.pk, room_reservation_id=stay, actor=request.actor, now=clock.now())
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("The check-out was taken back: due out today, the bill is open"))
    return go(request, reverse("frontdesk:departures", args=[hotel.code]))


@require_POST
@screen(Permission.CHECK_OUT)
def late_fee(request: StaffRequest, stay: int) -> HttpResponse:
    """Charge what leaving at this hour costs."""
    back = reverse("frontdesk:check_out", args=[hotel_of(request).code, stay])

    def charge() -> None:
        exceeds = request.POST.get("exceed_limit") == "on"
        charge_late_departure(room_reservation_id=stay, exceed_limit=exceeds, **common(request))

    return press_within_credit(request, charge, done=_("The late departure stands on the bill"), back=back)
