"""Who may listen: whoever is signed in at the web server and has a post in the hotel."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connections
from django.http import HttpRequest

from binzhi.people.queries import standings_of


def hotel_for(*, cookies: str, code: str) -> int | None:
    """The id of the hotel if this browser's user belongs to it. Reads the session as the web server does."""
    try:
        key = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if key is None:
        return None
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key.value)
        user: Any = get_user(request)
        if not user.is_authenticated:
            return None
        _actor, standings = standings_of(user)
        return next((standing.hotel.pk for standing in standings if standing.hotel.code == code), None)
    finally:
        connections.close_all()


def same_house(origin: str, host: str) -> bool:
    """Does the page come from this machine's own web server? Only the port may differ."""
    if not origin:
        return True
    asked, own = urlsplit(origin), urlsplit(f"//{host}")
    return asked.scheme in ("http", "https") and asked.hostname is not None and asked.hostname == own.hostname
