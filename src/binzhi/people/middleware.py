"""Each request knows who acts, in which hotel; the database shows it nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from binzhi.kernel import db
from binzhi.kernel.actor import STRANGER
from binzhi.people.queries import standings_of
from binzhi.people.web.gate import StaffRequest

LAST_HOTEL = "last_hotel"


class StaffMiddleware:
    """Sets request.actor, request.hotels and, from the URL argument `hotel` (a code), request.hotel.

    A hotel that does not exist and one where the user has no post are the same 404. Whoever has not
    signed in is the stranger, and the session of the database sees no hotel.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._recognise(cast(StaffRequest, request))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        staff = cast(StaffRequest, request)
        code = kwargs.get("hotel")
        if code is None or not staff.user.is_authenticated:
            # The screen sends strangers to the sign-in page, whatever stands in the address.
            return
        for standing in staff.standings:
            if standing.hotel.code == code:
                staff.hotel = standing.hotel
                staff.standing = standing
                staff.actor = replace(staff.actor, staff_id=standing.staff_id)
                if len(staff.standings) > 1 and staff.session.get(LAST_HOTEL) != code:
                    staff.session[LAST_HOTEL] = code
                return
        raise Http404

    def _recognise(self, request: StaffRequest) -> None:
        request.actor, request.hotel, request.hotels = STRANGER, None, []
        request.standing, request.standings = None, []
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            db.clear_scope()
            return
        request.actor, request.standings = standings_of(request.user)
        request.hotels = [standing.hotel for standing in request.standings]
        language = request.user.language
        if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
