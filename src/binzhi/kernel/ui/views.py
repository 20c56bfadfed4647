"""Preferences, search and the pages shown when something cannot be done."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui import finding, preferences
from binzhi.kernel.ui.htmx import wants_part

RETRY_SECONDS = 5


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    return preferences.switch_theme(request)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    return preferences.switch_language(request)


@login_required
@require_GET
def search(request: HttpRequest, hotel: str) -> HttpResponse:
    """Guests, rooms, reservations and commands for one box; a page of its own without script."""
    query = request.GET.get("q", "")
    context = {"groups": finding.find(request, query), "query": query}
    template = "ui/hits.html" if wants_part(request) else "ui/search.html"
    return render(request, template, context)


def error_page(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    """The page for a refusal, in the language of the user; `sentence` says what happened in this case."""
    context = {"status": status, "sentence": sentence}
    return render(request, f"{status}.html", context, status=status)


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A refusal that no form is there to show."""
    known = {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
    status = refusal.status if refusal.status in known else HTTPStatus.CONFLICT
    response = error_page(request, int(status), refusal.text)
    response.status_code = refusal.status
    return response


def _sentence(exception: Exception | None) -> str:
    return exception.text if isinstance(exception, DomainError) else ""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.BAD_REQUEST, _sentence(exception))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, _sentence(exception))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND, _sentence(exception))


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form kept open too long, or sent from elsewhere: load again, nothing was saved."""
    sentence = _("This page was open too long or was sent from elsewhere. Nothing was saved: load it again and repeat.")
    return error_page(request, HTTPStatus.FORBIDDEN, sentence)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without request and context, so that a failing context processor cannot fail again."""
    return HttpResponse(render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)


@requires_csrf_token
def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away: as little as possible is asked of it, so in both languages, as the page of a bug."""
    return HttpResponse(
        render_to_string("503.html"),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
