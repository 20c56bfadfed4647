"""Screens of preferences: of one guest, those that wait for confirmation, what phones offer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.guests.access import Permission
from binzhi.guests.learning import Outcome
from binzhi.guests.observations import settings
from binzhi.guests.observations.chips import chips_of
from binzhi.guests.observations.queries import observations_of
from binzhi.guests.preferences import queries, services
from binzhi.guests.preferences.requests import Heard
from binzhi.guests.preferences.rows import enough_for
from binzhi.guests.queries import GuestCard, guest_card
from binzhi.guests.sections import GuestSection, register_guest_section
from binzhi.guests.web.learning_forms import ChipForm, PreferenceForm, RuleForm
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once, press

IN_HEAD = 4
UNPROCESSABLE = 422


def register() -> None:
    register_guest_section(section, order=10, place="head")


def section(request: StaffRequest, card: GuestCard) -> GuestSection | None:
    """Likes and what to avoid, for who sees recognition cards."""
    hotel = hotel_of(request)
    if not request.actor.may(Permission.RECOGNISE, hotel.pk):
        return None
    found = queries.preferences_of(group_id=hotel.group_id, guest_id=card.guest_id)
    likes = [one for one in found if not one.never]
    return GuestSection("guests/preferences_head.html", {
        "guest_id": card.guest_id, "likes": likes[:IN_HEAD], "likes_count": len(found) if found else "",
        "avoids": [one for one in found if one.never][:IN_HEAD],
        "may_observe": request.actor.may(Permission.OBSERVE, hotel.pk),
    })  # fmt: skip


def _may(request: StaffRequest) -> dict[str, bool]:
    hotel_id = hotel_of(request).pk
    return {
        "observe": request.actor.may(Permission.OBSERVE, hotel_id),
        "confirm": request.actor.may(Permission.CONFIRM, hotel_id),
        "keep_chips": request.actor.may(Permission.KEEP_CHIPS, hotel_id),
    }


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW)
def of_guest(request: StaffRequest, guest_id: int) -> HttpResponse:
    """All that is known of a guest and why; a POST writes one down."""
    card = guest_card(group_id=hotel_of(request).group_id, guest_id=guest_id)
    if request.method != "POST":
        return _of_guest(request, card, PreferenceForm())
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _of_guest(request, card, form, status=UNPROCESSABLE)
    try:
        once(request, lambda: {
            "id": services.write_preference(preference=form.preference(guest_id), **common(request))
        })  # fmt: skip
    except DomainError as refusal:
        form.refuse(refusal)
        return _of_guest(request, card, form, status=refusal.status)
    toast(request, pgettext("preference", "Written down"))
    return redirect("guests:preferences", hotel_of(request).code, guest_id)


def _of_guest(request: StaffRequest, card: GuestCard, form: PreferenceForm, *, status: int = 200) -> HttpResponse:
    group_id = hotel_of(request).group_id
    found = queries.preferences_of(group_id=group_id, guest_id=card.guest_id, ended_too=True)
    live = [one for one in found if one.state in ("suggested", "confirmed")]
    context = {
        "card": card,
        "likes": [one for one in live if not one.never],
        "avoids": [one for one in live if one.never],
        "past": [one for one in found if one not in live],
        "observations": observations_of(group_id=group_id, guest_id=card.guest_id),
        "form": form,
        "may": _may(request),
    }
    return render(request, "guests/preferences.html", context, status=status)


@never_cache
@require_GET
@screen(Permission.CONFIRM)
def suggestions(request: StaffRequest) -> HttpResponse:
    """What waits for somebody's word."""
    context = {"found": queries.to_confirm(hotel_id=hotel_of(request).pk), "may": _may(request)}
    return render(request, "guests/suggestions.html", context)


def _press(request: StaffRequest, work: Callable[[], object], done: str) -> HttpResponse:
    return press(request, work, done=done, back=reverse("guests:suggestions", args=[hotel_of(request).code]))


@require_POST
@screen(Permission.CONFIRM)
def confirm(request: StaffRequest, preference_id: int) -> HttpResponse:
    return _press(
        request, lambda: services.confirm_preference(preference_id=preference_id, **common(request)),
        _("Confirmed: departments prepare it from now on"),
    )  # fmt: skip


@require_POST
@screen(Permission.CONFIRM)
def refuse(request: StaffRequest, preference_id: int) -> HttpResponse:
    return _press(
        request, lambda: services.refuse_preference(preference_id=preference_id, **common(request)),
        _("Not suggested any more"),
    )  # fmt: skip


@require_POST
@screen(Permission.OBSERVE)
def hear(request: StaffRequest, preference_id: int) -> HttpResponse:
    """What the guest says of it."""
    said = request.POST.get("heard", "")
    heard = Heard(said) if said in list(Heard) else Heard.YES
    value = request.POST.get("value", "").strip()
    return _press(
        request,
        lambda: services.hear_guest(preference_id=preference_id, heard=heard, value=value, **common(request)),
        _("Noted: the guest's word counts"),
    )  # fmt: skip


@require_POST
@screen(Permission.OBSERVE)
def answer(request: StaffRequest, use_id: int) -> HttpResponse:
    """Whether what was prepared pleased."""
    said = request.POST.get("outcome", "")
    outcome = Outcome(said) if said in Outcome.values else Outcome.UNNOTICED
    return _press(
        request, lambda: services.answer_use(use_id=use_id, outcome=outcome, **common(request)),
        _("Thank you: the house has learnt"),
    )  # fmt: skip


# ---------------------------------------------------------------- settings


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.KEEP_CHIPS)
def chips(request: StaffRequest) -> HttpResponse:
    """What phones offer: the list, and a form for one of it or a new one."""
    known = {chip.code: chip for chip in chips_of(hotel_of(request).pk, switched_off_too=True)}
    if request.method != "POST":
        return _chips(request, ChipForm(kept=known.get(request.GET.get("chip", ""))))
    kept = known.get(request.POST.get("code", "").strip())
    form = ChipForm(request.POST)
    if not form.is_valid():
        return _chips(request, form, status=UNPROCESSABLE)
    try:
        settings.save_chip(chip=form.chip(kept), **common(request))
    except DomainError as refusal:
        form.refuse(refusal)
        return _chips(request, form, status=refusal.status)
    toast(request, _("Saved: phones offer it from now on"))
    return redirect("guests:chips", hotel_of(request).code)


@require_POST
@screen(Permission.KEEP_CHIPS)
def learning_rule(request: StaffRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _chips(request, ChipForm(), rule_form=form, status=UNPROCESSABLE)
    try:
        settings.set_learning_rule(rule=form.rule(), **common(request))
    except DomainError as refusal:
        form.refuse(refusal)
        return _chips(request, ChipForm(), rule_form=form, status=refusal.status)
    toast(request, _("Saved"))
    return redirect("guests:chips", hotel_of(request).code)


def _chips(
    request: StaffRequest, form: ChipForm, *, rule_form: RuleForm | None = None, status: int = 200
) -> HttpResponse:
    hotel_id = hotel_of(request).pk
    rule = enough_for(hotel_id)
    initial: dict[str, Any] = {"sightings": rule.sightings, "stays": rule.stays, "people": rule.people}
    context = {
        "chips": chips_of(hotel_id, switched_off_too=True), "form": form,
        "rule_form": rule_form or RuleForm(initial=initial),
    }  # fmt: skip
    return render(request, "guests/chips.html", context, status=status)
