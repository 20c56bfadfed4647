"""What every form of the desk does the same way: once per token, refusals at their fields, then away with a toast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from binzhi.kernel.errors import DomainError
from binzhi.kernel.idempotency import fingerprint_of, run_once
from binzhi.people.web import StaffRequest

KEY = "idempotency_key"
CONFLICT, UNPROCESSABLE = 409, 422
_NOT_CONTENT = frozenset({KEY, "csrfmiddlewaretoken"})


def once(request: StaffRequest, work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
    """Run `work` once per form token; a repeat gets the first answer. A form without a token runs each time."""
    key = request.POST.get(KEY, "")
    if not key:
        return work(), False
    assert request.hotel is not None  # the gate has let it through
    return run_once(
        caller=f"user:{request.actor.user_id}:{request.hotel.pk}",
        key=key,
        fingerprint=fingerprint_of(request.path, content_of(request.POST)),
        work=work,
    )


def content_of(posted: QueryDict) -> list[tuple[str, list[str]]]:
    """What was filled in, without the tokens."""
    return sorted((name, values) for name, values in posted.lists() if name not in _NOT_CONTENT)


def status_of(refusal: DomainError) -> int:
    """The status under which a form is shown again: a conflict stays one, anything else can be mended."""
    return refusal.status if refusal.status in (CONFLICT, UNPROCESSABLE) else UNPROCESSABLE


def next_url(request: StaffRequest, default: str) -> str:
    """Where the form says to go on, if that is one of our own pages."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=host, require_https=request.is_secure())
    return wanted if wanted and safe else default
