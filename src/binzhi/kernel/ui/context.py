"""What the shell needs on every page; computed only when a template asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from binzhi.kernel import clock
from binzhi.kernel.ui import nav
from binzhi.kernel.ui.formats import zone_of
from binzhi.kernel.ui.preferences import theme_of

HTML_LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}


@dataclass
class Shell:
    """`ui` in every template."""

    request: HttpRequest

    @property
    def hotel(self) -> Any:
        return getattr(self.request, "hotel", None)

    @property
    def actor(self) -> Any:
        return getattr(self.request, "actor", None)

    @cached_property
    def hotels(self) -> list[Any]:
        """The hotels one can change to; the sign-in middleware knows them."""
        return list(getattr(self.request, "hotels", ()))

    @cached_property
    def theme(self) -> str:
        return theme_of(self.request)

    @property
    def language(self) -> str:
        return get_language() or "zh-hans"

    @property
    def html_lang(self) -> str:
        return HTML_LANGUAGES.get(self.language, self.language)

    @cached_property
    def now(self) -> datetime:
        return clock.now()

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(zone_of(getattr(self.hotel, "timezone", None)))

    @property
    def hotel_name(self) -> str:
        return self.hotel.label if self.hotel is not None else ""

    @property
    def person(self) -> str:
        """Who is signed in: the name on the badge, else the sign-in name."""
        user = getattr(self.request, "user", None)
        named = getattr(self.actor, "name", "")
        return named or (user.get_username() if user is not None and user.is_authenticated else "")

    @property
    def post(self) -> str:
        """The post held in this hotel."""
        standing = getattr(self.request, "standing", None)
        return standing.post_label if standing is not None else ""

    @cached_property
    def sections(self) -> tuple[nav.Section, ...]:
        return nav.sections_for(self.request)

    @cached_property
    def section(self) -> nav.Section | None:
        return next((section for section in self.sections if section.current), None)

    @cached_property
    def phone_tabs(self) -> list[nav.Link]:
        return [link for section in self.sections for link in section.links if link.phone][:4]

    @property
    def search_url(self) -> str:
        return self._url("search", self.hotel.code) if self.hotel is not None else ""

    @property
    def live_url(self) -> str:
        """Where this screen hears of changes in its hotel; empty when there is no such place."""
        path, port = settings.BINZHI_LIVE_PATH, settings.BINZHI_LIVE_PORT
        if self.hotel is None or not (path or port):
            return ""
        if path:
            return f"{path.rstrip('/')}/{self.hotel.code}"
        name = split_domain_port(self.request.get_host())[0]
        return f"{self.request.scheme}://{name}:{port}/live/{self.hotel.code}"

    @property
    def home_url(self) -> str:
        return self.sections[0].url if self.sections else "/"

    @property
    def password_url(self) -> str:
        return self._url("account_change_password")

    @property
    def two_step_url(self) -> str:
        return self._url("mfa_index")

    @staticmethod
    def _url(name: str, *args: Any) -> str:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context processor."""
    return {"ui": Shell(request)}
