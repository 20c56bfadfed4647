"""The grid of rates (房价日历): prices and restrictions over nights, painted by keys, seen before, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef, room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.ratebook import queries, services
from binzhi.reservations.ratebook.brush import Brush
from binzhi.reservations.ratebook.services import Painted
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.rates_effect import EffectView, view_of
from binzhi.reservations.web.rates_forms import ApplyForm, PaintForm
from binzhi.reservations.web.words import refuse

PAGE, BOARD = "reservations/rates.html", "reservations/rates_board.html"
SPANS = (7, 14, 21, 28)
DAYS = 21
UNPROCESSABLE = 422


def day_of(text: str | None, default: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return default
    return day if date(2000, 1, 1) <= day <= date(2199, 12, 31) else default


def address(hotel: HotelRef, query: QueryDict) -> str:
    """The grid as it is looked at."""
    kept = QueryDict(mutable=True)
    for name in ("from", "days", "plan"):
        if value := query.get(name):
            kept[name] = str(value)
    return reverse("reservations:rates", args=[hotel.code]) + (f"?{kept.urlencode()}" if kept else "")


def page_context(request: StaffRequest) -> dict[str, Any]:
    """What the page and its moving part need."""
    hotel = hotel_of(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(span) for span in SPANS} else DAYS
    first = day_of(request.GET.get("from"), hotel.business_date)
    plan = request.GET.get("plan", "")
    found = queries.grid(hotel=hotel, first=first, days=days, rate_plans=[plan])
    may = request.actor.may

    def at(day: date) -> str:
        query = request.GET.copy()
        query["from"] = day.isoformat()
        return address(hotel, query)

    return {
        "grid": found, "first": first, "days": days, "spans": SPANS, "plan": plan, "hotel": hotel,
        "today": hotel.business_date, "here": address(hotel, request.GET), "before": at(first - timedelta(days=days)),
        "after": at(first + timedelta(days=days)), "now_url": at(hotel.business_date),
        "unknown": [day for day in found.nights.values() if not day.is_known],
        "may_paint": may(Permission.SET_RATES, hotel.pk),
    }  # fmt: skip


@require_GET
@screen(Permission.VIEW)
def rates(request: StaffRequest) -> HttpResponse:
    return render_screen(request, PAGE, page_context(request), part=BOARD)


def show_side(request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A panel beside the grid: alone for htmx, with the page around it for an address opened by itself."""
    hotel = hotel_of(request)
    own = {"hotel": hotel, "panel": template, "back": address(hotel, request.GET), **context}
    if wants_part(request):
        return render_screen(request, PAGE, own, part=template, status=status)
    return render(request, PAGE, page_context(request) | own, status=status)


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def paint(request: StaffRequest) -> HttpResponse:
    """The panel of a selection; a GET with `part=effect` is what its values would do, a POST does it."""
    hotel = hotel_of(request)
    known: dict[str, Any] = {"types": room_types(hotel.pk), "plans": queries.plans_of(hotel.pk)}
    if request.method == "GET" and request.GET.get("part") != "effect":
        form = PaintForm(initial=_selection(request.GET, hotel), **known)
        return show_side(request, "reservations/rates_paint.html", {"form": form, "effect": None})
    form = PaintForm(request.POST if request.method == "POST" else request.GET, **known)
    status = UNPROCESSABLE
    brush = form.brush if form.is_valid() else None
    if brush is not None and request.method == "POST":
        try:
            done = services.paint(
                hotel_id=hotel.pk, brush=brush, shown=form.cleaned_data["shown"] or None,
                reason=form.cleaned_data["reason"], actor=request.actor, now=clock.now(),
            )  # fmt: skip
        except DomainError as refusal:
            status = refusal.status
            refuse(form, refusal)
        else:
            return told(request, hotel, done)
    context = {
        "form": form, "effect": _effect(request, form, brush, known),
        "may_break": request.actor.may(Permission.BREAK_FLOOR, hotel.pk),
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "reservations/rates_effect.html", context)
    return show_side(request, "reservations/rates_paint.html", context, status=status)


def _selection(query: QueryDict, hotel: HotelRef) -> dict[str, Any]:
    """What the cells marked on the grid say; a digit typed there begins the price."""
    first = max(day_of(query.get("first"), hotel.business_date), hotel.business_date)
    initial: dict[str, Any] = {
        "first": first, "last": max(day_of(query.get("last"), first), first),
        "room_types": query.getlist("type"), "rate_plans": query.getlist("rate"),
    }  # fmt: skip
    typed = query.get("typed", "")
    if len(typed) == 1 and typed in "0123456789":
        initial["price" if query.getlist("rate") else "overbooking"] = typed
    return initial


def _effect(request: StaffRequest, form: PaintForm, brush: Brush | None, known: dict[str, Any]) -> EffectView | None:
    """What the form as it stands would do; None while it cannot be read."""
    if brush is None:
        return None
    try:
        found = services.preview(hotel_id=hotel_of(request).pk, brush=brush, actor=request.actor)
    except DomainError as refusal:
        if not form.errors:
            refuse(form, refusal)
        return None
    return view_of(found, **known)


def told(request: StaffRequest, hotel: HotelRef, done: Painted) -> HttpResponse:
    words = ngettext("%(n)s night changed", "%(n)s nights changed", done.nights) % {"n": done.nights}
    toast(request, words, undo_url=reverse("reservations:undo_painting", args=[hotel.code, done.painting_id]))
    return go(request, address(hotel, request.GET))


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def apply(request: StaffRequest) -> HttpResponse:
    """The rules written over a range: the effect first."""
    hotel = hotel_of(request)
    known: dict[str, Any] = {"types": room_types(hotel.pk), "plans": queries.plans_of(hotel.pk)}
    if request.method == "GET" and request.GET.get("part") != "effect":
        first = max(day_of(request.GET.get("first"), hotel.business_date), hotel.business_date)
        initial = {
            "first": first, "last": first + timedelta(days=90), "room_types": [kind.code for kind in known["types"]],
            "rate_plan": request.GET.get("rate", ""),
        }  # fmt: skip
        return show_side(request, "reservations/rates_apply.html", {"form": ApplyForm(initial=initial, **known)})
    form = ApplyForm(request.POST if request.method == "POST" else request.GET, **known)
    effect, status = None, UNPROCESSABLE
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("rate_plan", "room_types", "first", "last")}
        try:
            if request.method == "POST":
                done = services.apply_rules(
                    hotel_id=hotel.pk, **asked, shown=form.cleaned_data["shown"] or None, actor=request.actor,
                    now=clock.now(),
                )  # fmt: skip
                return told(request, hotel, done)
        except DomainError as refusal:
            status = refusal.status
            refuse(form, refusal)
        effect = _effect_of_rules(request, form, asked, known)
    context = {"form": form, "effect": effect, "may_break": request.actor.may(Permission.BREAK_FLOOR, hotel.pk)}
    if request.method == "GET":
        return render(request, "reservations/rates_effect.html", context)
    return show_side(request, "reservations/rates_apply.html", context, status=status)


def _effect_of_rules(
    request: StaffRequest, form: ApplyForm, asked: dict[str, Any], known: dict[str, Any]
) -> EffectView | None:
    try:
        found = services.preview_rules(hotel_id=hotel_of(request).pk, **asked, actor=request.actor)
    except DomainError as refusal:
        if not form.errors:
            refuse(form, refusal)
        return None
    return view_of(found, **known)


@require_GET
@screen(Permission.VIEW)
def paintings(request: StaffRequest) -> HttpResponse:
    """What was painted lately, by whom, and what can be taken back."""
    hotel = hotel_of(request)
    found = queries.paintings(hotel_id=hotel.pk)
    may = request.actor.may(Permission.SET_RATES, hotel.pk)
    return show_side(request, "reservations/rates_paintings.html", {"paintings": found, "may_undo": may})


@require_POST
@screen(Permission.SET_RATES)
def undo(request: StaffRequest, painting_id: int) -> HttpResponse:
    """Take a whole painting back, or say what stands against it."""
    hotel = hotel_of(request)
    try:
        services.undo_painting(hotel_id=hotel.pk, painting_id=painting_id, actor=request.actor, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("Taken back."))
    return go(request, address(hotel, request.GET))
