"""Programs take a shorter way than people: no session, no form, no page policy is between a token and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.base import BaseHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from binzhi.api import problems

PATH = "/api/"
_POLICY = "default-src 'none'; frame-ancestors 'none'"

Handler = Callable[[HttpRequest], HttpResponse]


class TokenMiddleware:
    """Stands first. Requests to the API that bring a token go straight to it; everything else goes on as usual."""

    def __init__(self, get_response: Handler) -> None:
        self._people = get_response
        self._programs = SecurityMiddleware(_straight())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (request.path_info.startswith(PATH) and "HTTP_AUTHORIZATION" in request.META):
            return self._people(request)
        # Raises DisallowedHost, which Django answers with 400.
        request.get_host()
        with translation.override(translation.get_language_from_request(request)):
            response = cast(HttpResponse, self._programs(request))
            response.headers["Content-Language"] = translation.get_language() or ""
        patch_vary_headers(response, ["Accept-Language"])
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Frame-Options"] = "DENY"
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        return response


def _straight() -> Handler:
    """Django's own resolving and calling of the view, without anything that middleware would do around the view."""
    handler: Any = BaseHandler()
    # What `load_middleware` would fill with that of the settings.
    handler._view_middleware = []
    handler._template_response_middleware = []
    handler._exception_middleware = []

    def respond(request: HttpRequest) -> HttpResponse:
        try:
            return cast(HttpResponse, handler._get_response(request))
        except Http404 as error:
            return problems.not_found(request, error)

    return respond
