"""One's own account: where to begin, language, tokens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import toast
from binzhi.kernel.ui.preferences import keep
from binzhi.people import queries, services
from binzhi.people.access import Permission
from binzhi.people.middleware import LAST_HOTEL
from binzhi.people.web.forms import TokenForm
from binzhi.people.web.gate import StaffRequest, hotel_of, screen


@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """To today of the hotel one worked in last; who has no post anywhere is told so."""
    if not request.user.is_authenticated:
        return redirect_to_login("/", reverse("account_login"))
    if not request.hotels:
        return render(request, "people/no_hotel.html", status=403)
    last = request.session.get(LAST_HOTEL)
    hotel = next((hotel for hotel in request.hotels if hotel.code == last), request.hotels[0])
    return redirect(f"/h/{hotel.code}/today")


@screen(Permission.OWN_ACCOUNT)
@require_GET
def account(request: StaffRequest) -> HttpResponse:
    return _page(request)


@screen(Permission.OWN_ACCOUNT)
@require_POST
def language(request: StaffRequest) -> HttpResponse:
    hotel = hotel_of(request)
    chosen = request.POST.get("language", "")
    services.choose_language(hotel_id=hotel.pk, language=chosen, actor=request.actor, now=clock.now())
    response = redirect("people:account", hotel=hotel.code)
    keep(response, name=settings.LANGUAGE_COOKIE_NAME, value=chosen, secure=request.is_secure())
    return response


@screen(Permission.MANAGE_TOKENS)
@require_POST
@never_cache
def issue_token(request: StaffRequest) -> HttpResponse:
    """The raw token stands on this one page, in no address, message or session."""
    hotel = hotel_of(request)
    form = TokenForm(request.POST, actor=request.actor, hotel=hotel)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        raw = services.issue_token(
            hotel_id=hotel.pk, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(), actor=request.actor, now=clock.now(),
        )  # fmt: skip
    except DomainError as refusal:
        form.add_error("expires_on" if refusal.field == "expires_at" else refusal.field or None, refusal.text)
        return _page(request, form=form, status=refusal.status)
    return _page(request, raw=raw, status=201)


@screen(Permission.MANAGE_TOKENS)
@require_POST
def revoke_token(request: StaffRequest, token_id: int) -> HttpResponse:
    hotel = hotel_of(request)
    services.revoke_token(hotel_id=hotel.pk, token_id=token_id, actor=request.actor, now=clock.now())
    toast(request, _("The token is revoked."))
    return redirect("people:account", hotel=hotel.code)


def _page(request: StaffRequest, *, form: TokenForm | None = None, raw: str = "", status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    context: dict[str, Any] = {"raw_token": raw, "languages": settings.LANGUAGES}
    if request.actor.may(Permission.MANAGE_TOKENS, hotel.pk):
        context |= {
            "tokens": queries.tokens_of(user_id=request.actor.user_id or 0, hotel_id=hotel.pk),
            "form": form or TokenForm(actor=request.actor, hotel=hotel),
            "now": clock.now(),
        }
    return render(request, "people/account.html", context, status=status)
