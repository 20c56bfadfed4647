"""Theme and language of the person at this screen, in cookies; the server writes both into <html>."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

THEME_COOKIE = "binzhi_theme"
THEMES = ("light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    kept = request.COOKIES.get(THEME_COOKIE, "")
    return kept if kept in THEMES else THEMES[0]


def back_to(request: HttpRequest) -> str:
    """Where the form was sent from, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and safe else "/"


def keep(response: HttpResponseBase, *, name: str, value: str, secure: bool) -> None:
    response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure)


def switch_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme asked for, or the other one."""
    asked = request.POST.get("theme", "")
    theme = asked if asked in THEMES else THEMES[THEMES.index(theme_of(request)) - 1]
    by_script = request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if by_script else HttpResponseRedirect(back_to(request))
    keep(response, name=THEME_COOKIE, value=theme, secure=request.is_secure())
    return response


def switch_language(request: HttpRequest) -> HttpResponse:
    """Keep the language asked for; an unknown one changes nothing."""
    asked = request.POST.get("language", "")
    response = HttpResponseRedirect(back_to(request))
    if asked in dict(settings.LANGUAGES):
        keep(response, name=settings.LANGUAGE_COOKIE_NAME, value=asked, secure=request.is_secure())
    return response
