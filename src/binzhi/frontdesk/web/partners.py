"""Outside partners on one page: does each answer, what waits for it, what somebody must look at; a press tries it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.partnering import try_partner
from binzhi.kernel.errors import DomainError
from binzhi.kernel.reached import PARTNERS, partner_states, why
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, next_url, once


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW_REPORTS)
def partners(request: StaffRequest) -> HttpResponse:
    """All of them; a POST tries one."""
    hotel = hotel_of(request)
    if request.method == "POST":
        return _try(request)
    lines = []
    for state in partner_states(hotel_id=hotel.pk):
        may_set = request.actor.may(state.partner.permission, hotel.pk)
        addresses = {
            name: _address(getattr(state.partner, name), hotel.code) for name in ("settings", "waiting", "given_up")
        }
        lines.append({"state": state, "may_set": may_set, **addresses})
    return render_screen(request, "frontdesk/partners.html", {"lines": lines})


def _address(name: str, code: str) -> str:
    view, _mark, query = name.partition("?")
    return reverse(view, args=[code]) + (f"?{query}" if query else "")


def _try(request: StaffRequest) -> HttpResponse:
    code = request.POST.get("partner", "")
    back = next_url(request, reverse("frontdesk:partners", args=[hotel_of(request).code]))
    try:
        answer, _again = once(request, lambda: {"trouble": try_partner(partner=code, **common(request))})
    except DomainError as refusal:
        if code not in PARTNERS:
            raise
        toast(request, refusal.text, state="late")
        return go(request, back)
    names = {"partner": PARTNERS[code].label, "why": why(answer["trouble"])}
    if answer["trouble"]:
        toast(request, _("%(partner)s does not answer: %(why)s") % names, state="late")
    else:
        toast(request, _("%(partner)s answers") % names)
    return go(request, back)
