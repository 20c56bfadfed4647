"""The rules behind the prices: base prices and floors, seasons, rules, the hotel's own calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, screen
from binzhi.people.web.posting import common
from binzhi.property.queries import HotelRef, RoomTypeRef, room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.calendar import DayKind, HotelDay, NightKind, days_of
from binzhi.reservations.calendar.days import LAST_KNOWN
from binzhi.reservations.calendar.services import correct_days
from binzhi.reservations.conditions.queries import ConditionsRow, conditions
from binzhi.reservations.queries.policies import PlanPolicy
from binzhi.reservations.ratebook import queries, rule_services
from binzhi.reservations.ratebook.brush import EVERY_DAY
from binzhi.reservations.ratebook.queries import BaseRow, PlanRow, RuleRow
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.panels import fresh_token, saved
from binzhi.reservations.web.rates_forms import WEEKDAYS, BaseForm, DayForm, RuleForm, SeasonForm
from binzhi.reservations.web.words import policy_sentence

PAGE = "reservations/rate_rules.html"
AHEAD = 365
EXAMPLE, EXAMPLE_AHEAD = [Decimal(1000)] * 3, 7
NO_BASE = BaseRow(None, None)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words."""

    rule: RuleRow
    nights: str
    does: str


@dataclass(frozen=True, slots=True)
class DayRun:
    """Days in a row that are the same."""

    first: HotelDay
    last: HotelDay

    @property
    def label(self) -> str:
        return self.first.name or str(self.first.kind.label)


def back_to(hotel: HotelRef) -> str:
    return reverse("reservations:rate_rules", args=[hotel.code])


@require_GET
@screen(Permission.VIEW)
def rules(request: StaffRequest) -> HttpResponse:
    return render(request, PAGE, page_context(request))


def page_context(request: StaffRequest) -> dict[str, Any]:
    hotel = hotel_of(request)
    plans, types = queries.plans_of(hotel.pk), room_types(hotel.pk)
    bases = queries.base_prices(hotel.pk)
    today = hotel.business_date
    days = days_of(hotel_id=hotel.pk, first=today, last=today + timedelta(days=AHEAD))
    return {
        "hotel": hotel,
        "types": types,
        "bases": [(plan, [(kind, bases.get((plan.pk, kind.pk), NO_BASE)) for kind in types]) for plan in plans],
        "seasons": queries.seasons(hotel.pk),
        "conditions": [(one, conditions_words(one, hotel)) for one in conditions(hotel.pk)],
        "plans": plans,
        "rules": [line_of(rule, types) for rule in queries.rules(hotel.pk)],
        "holidays": runs_of(days.values()),
        "last_known": LAST_KNOWN,
        "may_set": request.actor.may(Permission.SET_RATES, hotel.pk),
    }


def conditions_words(one: ConditionsRow, hotel: HotelRef) -> str:
    """What they say of three nights at 1,000 from a week from today on: the sentence a guest reads, as an example."""
    policy = PlanPolicy("", one.name, one.name_en, one.terms)
    arrival = hotel.business_date + timedelta(days=EXAMPLE_AHEAD)
    return policy_sentence(policy, arrival=arrival, prices=EXAMPLE, currency=hotel.currency)


def runs_of(days: Any) -> list[DayRun]:
    """What differs from plain weeks, in runs."""
    runs: list[DayRun] = []
    for day in days:
        plain = day.kind in (DayKind.WORKDAY, DayKind.WEEKEND) and not day.is_own
        if plain:
            continue
        last = runs[-1].last if runs else None
        follows = last is not None and last.day + timedelta(days=1) == day.day
        if follows and last is not None and (last.kind, last.name, last.is_own) == (day.kind, day.name, day.is_own):
            runs[-1] = DayRun(runs[-1].first, day)
        else:
            runs.append(DayRun(day, day))
    return runs


def line_of(rule: RuleRow, types: list[RoomTypeRef]) -> RuleLine:
    parts = [rule.season_name] if rule.season_name else []
    if set(rule.weekdays) != set(EVERY_DAY):
        words = dict(WEEKDAYS)
        parts.append(" ".join(str(words[day]) for day in rule.weekdays))
    parts += [str(NightKind(kind).label) for kind in rule.night_kinds]
    names = {kind.code: kind.label for kind in types}
    parts += [names.get(code, code) for code in rule.room_types]
    value = f"{rule.value.normalize():f}"
    sign = "+" if rule.value >= 0 and rule.action != "set" else ""
    does = (
        f"{sign}{value} %"
        if rule.action == "percent"
        else f"{sign}{value}"
        if rule.action == "amount"
        else f"= {value}"
    )
    return RuleLine(rule, " · ".join(parts) or _("every night"), does.replace("-", "\u2212"))


def show_rules_panel(
    request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    hotel = hotel_of(request)
    own = {"hotel": hotel, "panel": template, "token": fresh_token(), "back": back_to(hotel), **context}
    if wants_part(request):
        return render_screen(request, PAGE, own, part=template, status=status)
    return render(request, PAGE, page_context(request) | own, status=status)


def _save(
    request: StaffRequest,
    form: forms.Form,
    template: str,
    work: Callable[[], object],
    context: dict[str, Any],
    said: str,
) -> HttpResponse:
    """What the panels do the same way: the form, one service, back to the page."""

    def done() -> str:
        work()
        return said

    return saved(
        request, form, done, back=back_to(hotel_of(request)),
        again=lambda status: show_rules_panel(request, template, {"form": form, **context}, status=status),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def season(request: StaffRequest) -> HttpResponse:
    """A season: a new one, or the one of `code`."""
    template = "reservations/rates_season.html"
    if request.method == "GET":
        code = request.GET.get("code", "")
        found = next((one for one in queries.seasons(hotel_of(request).pk) if one.code == code), None)
        names = ("code", "name", "name_en", "first", "last")
        initial = {name: getattr(found, name) for name in names} if found else {}
        return show_rules_panel(request, template, {"form": SeasonForm(initial=initial), "season": found})
    form = SeasonForm(request.POST)
    return _save(
        request, form, template, lambda: rule_services.put_season(season=form.season, **common(request)),
        {}, _("Season saved."),
    )  # fmt: skip


@require_POST
@screen(Permission.SET_RATES)
def drop_season(request: StaffRequest, season_id: int) -> HttpResponse:
    return _drop(request, lambda: rule_services.drop_season(season_id=season_id, **common(request)))


@require_POST
@screen(Permission.SET_RATES)
def drop_rule(request: StaffRequest, rule_id: int) -> HttpResponse:
    return _drop(request, lambda: rule_services.drop_rule(rule_id=rule_id, **common(request)))


def _drop(request: StaffRequest, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
        toast(request, _("Removed. Prices that were written stay."))
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    return go(request, back_to(hotel_of(request)))


def _for_rules(hotel: HotelRef) -> dict[str, Any]:
    return {"types": room_types(hotel.pk), "plans": queries.plans_of(hotel.pk), "seasons": queries.seasons(hotel.pk)}


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def new_rule(request: StaffRequest) -> HttpResponse:
    """A rule that is not there yet."""
    return _rule(request, None)


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def rule(request: StaffRequest, rule_id: int) -> HttpResponse:
    """A rule as it stands. A rule of another house is not found."""
    found = next((one for one in queries.rules(hotel_of(request).pk) if one.pk == rule_id), None)
    if found is None:
        raise NotFound
    return _rule(request, found)


def _rule(request: StaffRequest, found: RuleRow | None) -> HttpResponse:
    template, known = "reservations/rates_rule.html", _for_rules(hotel_of(request))
    context = {"rule": found}
    if request.method == "GET":
        names = ("rate_plan", "name", "action", "value", "position", "season", "weekdays", "night_kinds",
                 "room_types", "is_active")  # fmt: skip
        initial = {name: getattr(found, name) for name in names} if found else {}
        return show_rules_panel(request, template, context | {"form": RuleForm(initial=initial, **known)})
    form = RuleForm(request.POST, **known)
    return _save(
        request, form, template,
        lambda: rule_services.put_rule(rule=form.rule, rule_id=found.pk if found else None, **common(request)),
        context, _("Rule saved. Prices stay until you apply the rules."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def base(request: StaffRequest) -> HttpResponse:
    """Base price and floor of one type under one rate."""
    hotel, template = hotel_of(request), "reservations/rates_base.html"
    data = request.POST if request.method == "POST" else request.GET
    plan, kind = _named(hotel, data.get("rate_plan", ""), data.get("room_type", ""))
    context = {"plan": plan, "kind": kind, "may_floor": request.actor.may(Permission.BREAK_FLOOR, hotel.pk)}
    if request.method == "GET":
        known = queries.base_prices(hotel.pk).get((plan.pk, kind.pk), NO_BASE)
        initial = {"rate_plan": plan.code, "room_type": kind.code, "price": known.price, "floor": known.floor}
        return show_rules_panel(request, template, context | {"form": BaseForm(initial=initial)})
    form = BaseForm(request.POST)
    return _save(
        request, form, template, lambda: rule_services.set_base_price(**form.cleaned_data, **common(request)),
        context, _("Base price saved."),
    )  # fmt: skip


def _named(hotel: HotelRef, rate_plan: str, room_type: str) -> tuple[PlanRow, RoomTypeRef]:
    plan = next((one for one in queries.plans_of(hotel.pk) if one.code == rate_plan), None)
    kind = next((one for one in room_types(hotel.pk) if one.code == room_type), None)
    if plan is None or kind is None:
        raise NotFound
    return plan, kind


@require_http_methods(["GET", "POST"])
@screen(Permission.SET_RATES)
def day(request: StaffRequest) -> HttpResponse:
    """The hotel says what some days are."""
    template = "reservations/rates_day.html"
    if request.method == "GET":
        initial = {name: request.GET.get(name, "") for name in ("first", "last", "kind", "name")}
        return show_rules_panel(request, template, {"form": DayForm(initial=initial)})
    form = DayForm(request.POST)
    return _save(
        request, form, template, lambda: correct_days(**form.cleaned_data, **common(request)), {},
        _("Calendar saved. Prices stay until you apply the rules."),
    )  # fmt: skip
