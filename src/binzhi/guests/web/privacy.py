"""A guest's privacy on screen: what was agreed to, what was asked for, what may not be deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from binzhi.guests import queries
from binzhi.guests.access import Permission
from binzhi.guests.privacy import consents, holds, lookups, requests, states
from binzhi.guests.privacy import queries as privacy_queries
from binzhi.guests.queries import GuestCard
from binzhi.guests.sections import GuestSection
from binzhi.guests.web.forms import RefusingForm
from binzhi.guests.web.privacy_forms import AskForm, ConsentForm, HoldForm
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.people.web import StaffRequest, hotel_of, screen


def section(request: StaffRequest, card: GuestCard) -> GuestSection | None:
    """What the guest agreed to, beside the basics."""
    hotel, now = hotel_of(request), clock.now()
    if not request.actor.may(Permission.VIEW, hotel.pk):
        return None
    entries = consents.ledger(group_id=hotel.group_id, guest_id=card.guest_id)
    answered = [one for one in consents.standings(entries, now) if one.last is not None]
    return GuestSection("guests/privacy_section.html", {"answered": answered, "guest_id": card.guest_id}, aside=True)


def closed(request: StaffRequest, guest_id: int) -> HttpResponse | None:
    """The page of a file whose use has stopped or that is empty; None for every other file."""
    hotel = hotel_of(request)
    state = states.state_of(group_id=hotel.group_id, guest_id=guest_id)
    if state is None:
        return None
    lookups.note_opened(hotel=hotel, guest_id=guest_id, actor=request.actor, now=clock.now())
    asked = privacy_queries.requests_of(group_id=hotel.group_id, guest_id=guest_id)
    may_release = state.erased_at is None and request.actor.may(Permission.DECIDE_RIGHTS, hotel.pk)
    context = {"state": state, "requests": asked, "guest_id": guest_id, "may_release": may_release}
    return render(request, "guests/privacy_closed.html", context)


@screen(Permission.VIEW)
@require_GET
def page(request: StaffRequest, guest_id: int) -> HttpResponse:
    return _page(request, guest_id)


def _page(request: StaffRequest, guest_id: int, *, status: int = 200, **forms: RefusingForm) -> HttpResponse:
    hotel, now = hotel_of(request), clock.now()
    card = queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    entries = consents.ledger(group_id=hotel.group_id, guest_id=guest_id)
    may = {name: request.actor.may(right, hotel.pk) for name, right in _RIGHTS.items()}
    context: dict[str, Any] = {
        "card": card, "entries": entries, "standings": consents.standings(entries, now), "may": may,
        "requests": privacy_queries.requests_of(group_id=hotel.group_id, guest_id=guest_id),
        "holds": holds.holds_of(group_id=hotel.group_id, guest_id=guest_id), "today": hotel.local(now).date(),
        "consent_form": ConsentForm(initial={"channel": "desk"}), "ask_form": AskForm(initial={"channel": "desk"}),
        "hold_form": HoldForm(),
    }  # fmt: skip
    return render(request, "guests/privacy_guest.html", {**context, **forms}, status=status)


_RIGHTS = {
    "consent": Permission.RECORD_CONSENT, "ask": Permission.ASK_RIGHTS, "decide": Permission.DECIDE_RIGHTS,
    "hold": Permission.HOLD,
}  # fmt: skip


def _done(
    request: StaffRequest, guest_id: int, name: str, form: RefusingForm, work: Callable[[], Any], said: str
) -> HttpResponse:
    """One form of the page: kept and said, or shown again with what is wrong."""
    if not form.is_valid():
        return _page(request, guest_id, status=422, **{name: form})
    try:
        work()
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        form.refuse(refusal)
        return _page(request, guest_id, status=refusal.status, **{name: form})
    toast(request, said)
    return redirect("guests:privacy", hotel_of(request).code, guest_id)


@screen(Permission.RECORD_CONSENT)
@require_POST
def consent(request: StaffRequest, guest_id: int) -> HttpResponse:
    form = ConsentForm(request.POST)
    return _done(
        request, guest_id, "consent_form", form,
        lambda: consents.note_consent(
            hotel_id=hotel_of(request).pk, guest_id=guest_id, consent=form.consent(), actor=request.actor,
            now=clock.now(),
        ),
        _("The answer is in the ledger."),
    )  # fmt: skip


@screen(Permission.ASK_RIGHTS)
@require_POST
def ask(request: StaffRequest, guest_id: int) -> HttpResponse:
    form = AskForm(request.POST)
    return _done(
        request, guest_id, "ask_form", form,
        lambda: requests.ask(
            hotel_id=hotel_of(request).pk, guest_id=guest_id, actor=request.actor, now=clock.now(), **form.cleaned_data
        ),
        _("The request is noted; a second person decides."),
    )  # fmt: skip


@screen(Permission.HOLD)
@require_POST
def hold(request: StaffRequest, guest_id: int) -> HttpResponse:
    form = HoldForm(request.POST)
    return _done(
        request, guest_id, "hold_form", form,
        lambda: holds.set_hold(
            hotel_id=hotel_of(request).pk, guest_id=guest_id, actor=request.actor, now=clock.now(), **form.cleaned_data
        ),
        _("Nothing of this file will be deleted."),
    )  # fmt: skip


@screen(Permission.HOLD)
@require_POST
def lift(request: StaffRequest, guest_id: int, hold_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    queries.guest_card(group_id=hotel.group_id, guest_id=guest_id)
    holds.lift_hold(hotel_id=hotel.pk, hold_id=hold_id, actor=request.actor, now=clock.now())
    toast(request, _("The hold is lifted."))
    return redirect("guests:privacy", hotel.code, guest_id)


@screen(Permission.DECIDE_RIGHTS)
@require_POST
@never_cache
def release(request: StaffRequest, guest_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    try:
        requests.release(
            hotel_id=hotel.pk, guest_id=guest_id, reason=request.POST.get("reason", ""), actor=request.actor,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        toast(request, refusal.text, state="late")
    else:
        toast(request, _("The file is in use again."))
    return redirect("guests:detail", hotel.code, guest_id)
