"""Overbooking on the screen: where more are promised than there are rooms, whom to walk, the letter, the costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing.access import Permission as Money
from binzhi.billing.cashier.asking import with_shift
from binzhi.billing.queries import MeansRef, means_of_payment
from binzhi.kernel.csv import csv_file
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui import formats
from binzhi.kernel.ui.fields import Choice
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, status_of
from binzhi.property.queries import HotelRef
from binzhi.reservations.access import Permission
from binzhi.reservations.walks import queries, services
from binzhi.reservations.walks.queries import Proposal, RiskNight
from binzhi.reservations.web.walk_forms import CostForm, PartnerForm, WalkForm, paid_from

DAYS = 14
LONGEST = timedelta(days=731)
SHOWN = 40


@screen(Permission.WALK_GUEST)
@require_GET
def overview(request: StaffRequest) -> HttpResponse:
    """Fortnight's risk, who would be walked tonight, what walks cost; the costs as a file."""
    hotel = hotel_of(request)
    first, last = _span(request, hotel)
    walks = queries.walks(hotel_id=hotel.pk, first=first, last=last)
    if request.GET.get("format") == "csv":
        return csv_file(f"{hotel.code}-walks-{first}-{last}", _header(), _lines(walks))
    nights = queries.risk(hotel_id=hotel.pk, first=hotel.business_date, days=DAYS)
    tonight = [one for one in nights if one.night == hotel.business_date]
    context = {
        "hotel": hotel, "table": _table(nights), "days": sorted({one.night for one in nights}),
        "over_tonight": [one for one in tonight if one.over > 0],
        "house_over": sum(one.over for one in tonight), "proposals": queries.proposals(hotel_id=hotel.pk)[:SHOWN],
        "walks": walks, "first": first, "last": last, "total": sum((walk.total for walk in walks), Decimal(0)),
        "may_partners": request.actor.may(Permission.MANAGE_PARTNERS, hotel.pk),
    }  # fmt: skip
    return render(request, "reservations/walks.html", context)


def _span(request: StaffRequest, hotel: HotelRef) -> tuple[date, date]:
    last = _day(request.GET.get("to", "")) or hotel.business_date
    first = _day(request.GET.get("from", "")) or last.replace(day=1)
    return max(min(first, last), last - LONGEST), last


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _table(nights: Sequence[RiskNight]) -> list[tuple[str, list[RiskNight]]]:
    """By room type, night after night."""
    found: dict[str, list[RiskNight]] = {}
    for one in nights:
        found.setdefault(one.label, []).append(one)
    return list(found.items())


def _header() -> list[str]:
    return [
        pgettext("of a walk", "Day"), _("Reservation"), _("Guest"), _("Partner hotel"), _("Nights"), _("Comes back"),
        _("Room there"),
        _("Transport"), pgettext("of a walk", "Compensation"), _("Other costs"),
        _("Total"), pgettext("of a walk", "Owed"), _("Reason"), pgettext("of a walk", "Who"),
    ]  # fmt: skip


def _lines(walks: Sequence[queries.WalkRow]) -> list[list[object]]:
    return [
        [walk.business_date, walk.number, walk.guest, walk.partner, walk.nights, walk.returns_on or "", walk.room_cost,
         walk.transport_cost, walk.compensation_cost, walk.other_cost, walk.total, walk.owed, walk.reason, walk.who]
        for walk in walks
    ]  # fmt: skip


@screen(Permission.WALK_GUEST)
@require_http_methods(["GET", "POST"])
def walk(request: StaffRequest, stay: int) -> HttpResponse:
    """One guest: where to, how, what is paid; a POST does it and shows the letter."""
    hotel = hotel_of(request)
    who = _expected(hotel, stay)
    partners = queries.partners(hotel_id=hotel.pk, active_only=True)
    offered = [
        (row.id, Choice(row.name, note=f"{row.address} {_price(hotel, row.price)}".strip(), icon="building"))
        for row in partners
    ]
    status = 200
    if request.method == "POST":
        form, status = WalkForm(request.POST, partners=offered, means=_means(request)), 422
        if form.is_valid():
            try:
                done, _again = once(
                    request, with_shift(request, hotel, request.actor, lambda: _walk(request, stay, form))
                )
            except DomainError as refusal:
                if refusal.status == 404 and not refusal.field:
                    raise
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
                status = status_of(refusal)
            else:
                toast(request, _("The guest is housed elsewhere. Give him the letter."))
                return go(request, reverse("reservations:walk_letter", args=[hotel.code, done["id"]]))
    else:
        cheapest = partners[0] if partners else None
        initial = {"partner_id": cheapest.id, "room_cost": cheapest.price, "nights": 1} if cheapest else {}
        form = WalkForm(initial=initial, partners=offered, means=_means(request))
    context = {"form": form, "who": who, "hotel": hotel, "partners": partners}
    return render(request, "reservations/walk.html", context, status=status)


def _walk(request: StaffRequest, stay: int, form: WalkForm) -> dict[str, Any]:
    return {"id": services.walk_guest(room_reservation_id=stay, walk=form.walk, **common(request))}


def _means(request: StaffRequest) -> list[MeansRef]:
    """For whoever may lay out money."""
    hotel = hotel_of(request)
    return means_of_payment(hotel_id=hotel.pk) if request.actor.may(Money.PAY_OUT, hotel.pk) else []


def _price(hotel: HotelRef, price: Decimal | None) -> str:
    return formats.money(price, currency=hotel.currency) if price is not None else ""


def _expected(hotel: HotelRef, stay: int) -> Proposal:
    for one in queries.proposals(hotel_id=hotel.pk):
        if one.room_reservation_id == stay:
            return one
    raise NotFound


@screen(Permission.WALK_GUEST)
@require_http_methods(["GET", "POST"])
def costs(request: StaffRequest, walk_id: int) -> HttpResponse:
    """What it came to once the bills are in."""
    hotel = hotel_of(request)
    row = queries.walk_by_id(hotel_id=hotel.pk, walk_id=walk_id)
    status = 200
    if request.method == "POST":
        form, status = CostForm(request.POST, means=_means(request)), 422
        if form.is_valid():
            try:
                once(request, with_shift(request, hotel, request.actor, lambda: _write(request, walk_id, form)))
            except DomainError as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
                status = status_of(refusal)
            else:
                toast(request, _("Saved."))
                return go(request, reverse("reservations:walks", args=[hotel.code]))
    else:
        form = CostForm(initial=CostForm.initial_of(row), means=_means(request))
    return _costs(request, row, form, status=status)


def _write(request: StaffRequest, walk_id: int, form: CostForm) -> None:
    services.set_walk_costs(
        walk_id=walk_id, costs=form.costs, means=form.cleaned_data["means"], **common(request)
    )  # fmt: skip


def _costs(
    request: StaffRequest, row: queries.WalkRow, form: CostForm, *, refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form, "walk": row, "hotel": hotel_of(request), "refusal": refusal, "means": paid_from(_means(request)),
    }  # fmt: skip
    return render(request, "reservations/walk_costs.html", context, status=status)


@screen(Permission.WALK_GUEST)
@require_POST
def pay(request: StaffRequest, walk_id: int) -> HttpResponse:
    """Pay what is still owed."""
    hotel = hotel_of(request)
    row = queries.walk_by_id(hotel_id=hotel.pk, walk_id=walk_id)

    def work() -> None:
        services.pay_walk(walk_id=walk_id, means=request.POST.get("means", "")[:20], **common(request))

    try:
        once(request, with_shift(request, hotel, request.actor, work))
    except DomainError as refusal:
        form = CostForm(initial=CostForm.initial_of(row), means=_means(request))
        return _costs(request, row, form, refusal=refusal, status=status_of(refusal))
    toast(request, pgettext("of a walk", "Paid."))
    return go(request, reverse("reservations:walks", args=[hotel.code]))


@screen(Permission.WALK_GUEST)
@require_GET
def letter(request: StaffRequest, walk_id: int) -> HttpResponse:
    """The apology, in Chinese and English, to print."""
    hotel = hotel_of(request)
    row = queries.walk_by_id(hotel_id=hotel.pk, walk_id=walk_id)
    return render(request, "reservations/walk_letter.html", {"walk": row, "hotel": hotel})


@screen(Permission.MANAGE_PARTNERS)
@require_http_methods(["GET", "POST"])
def partners(request: StaffRequest) -> HttpResponse:
    """The houses that take our guests, with a form for one of them."""
    hotel = hotel_of(request)
    rows = queries.partners(hotel_id=hotel.pk)
    status = 200
    if request.method == "POST":
        form, status = PartnerForm(request.POST), 422
        if form.is_valid():
            try:
                once(request, lambda: _save(request, form))
            except DomainError as refusal:
                if refusal.status == 404:
                    raise
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
                status = status_of(refusal)
            else:
                toast(request, _("Saved."))
                return go(request, reverse("reservations:partners", args=[hotel.code]))
    else:
        chosen = next((row for row in rows if str(row.id) == request.GET.get("id", "")), None)
        form = PartnerForm(initial=PartnerForm.initial_of(chosen) if chosen else {"is_active": True})
    return render(request, "reservations/partners.html", {"form": form, "rows": rows, "hotel": hotel}, status=status)


def _save(request: StaffRequest, form: PartnerForm) -> dict[str, Any]:
    partner_id = form.cleaned_data["partner_id"]
    return {"id": services.save_partner(partner=form.partner, partner_id=partner_id, **common(request))}
