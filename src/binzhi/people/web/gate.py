"""The gate in front of every screen: signed in, of this hotel, with the right; refusals become pages."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.people.queries import Standing
from binzhi.property.queries import HotelRef

View = Callable[..., HttpResponse]


class StaffRequest(HttpRequest):
    """A request as StaffMiddleware leaves it. `hotel` is set on addresses that name one."""

    actor: Actor
    hotels: list[HotelRef]
    hotel: HotelRef | None
    standings: list[Standing]
    standing: Standing | None
    LANGUAGE_CODE: str


def screen(permission: str | None = None) -> Callable[[View], View]:
    """Let a view through for colleagues of the hotel in its address who hold `permission` (None: any colleague).

    Not signed in: to the sign-in page. No right: a 403 page. A refusal that the view lets out: the page of its
    status. The address's `hotel` reaches the view as request.hotel; the code itself only if the view asks for it.
    """

    def decorate(view: View) -> View:
        wants_code = "hotel" in inspect.signature(view).parameters

        @functools.wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            staff = cast(StaffRequest, request)
            if not staff.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            names_hotel = "hotel" in kwargs
            if names_hotel and not wants_code:
                del kwargs["hotel"]
            try:
                if permission is not None:
                    if staff.hotel is None:
                        raise NotFound
                    staff.actor.require(permission, staff.hotel.pk)
                return view(request, *args, **kwargs)
            except DomainError as refusal:
                return refused(request, refusal)

        gated.binzhi_screen = True  # type: ignore[attr-defined]  # read by the tests of rights
        gated.binzhi_permission = permission  # type: ignore[attr-defined]
        return gated

    return decorate


def hotel_of(request: StaffRequest) -> HotelRef:
    """The hotel of an address that names one. Raises NotFound on others."""
    if request.hotel is None:
        raise NotFound
    return request.hotel


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The page of a refusal that has no field to stand beside."""
    response = render(request, "people/refused.html", {"refusal": refusal}, status=refusal.status)
    retry_after = getattr(refusal, "retry_after_seconds", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
