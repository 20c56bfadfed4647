"""What the forms of observations and preferences do the same way: once per token, and back to where they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.idempotency import fingerprint_of, run_once
from binzhi.kernel.ui.htmx import go, toast, wants_part
from binzhi.people.web import StaffRequest, hotel_of

KEY = "idempotency_key"
_NOT_CONTENT = frozenset({KEY, "csrfmiddlewaretoken"})


def common(request: StaffRequest) -> dict[str, Any]:
    """What every operation is given."""
    return {"hotel_id": hotel_of(request).pk, "actor": request.actor, "now": clock.now()}


def once(request: StaffRequest, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run `work` once per form token; a repeat gets the first answer. A form without a token runs each time."""
    key = request.POST.get(KEY, "")
    if not key:
        return work()
    content = sorted((name, values) for name, values in request.POST.lists() if name not in _NOT_CONTENT)
    answer, _repeated = run_once(
        caller=f"user:{request.actor.user_id}:{hotel_of(request).pk}", key=key,
        fingerprint=fingerprint_of(request.path, content), work=work,
    )  # fmt: skip
    return answer


def next_url(request: StaffRequest, default: str) -> str:
    """Where the form says to go on, if that is one of our own pages."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=host, require_https=request.is_secure())
    return wanted if wanted and safe else default


def press(request: StaffRequest, work: Callable[[], object], *, done: str, back: str) -> HttpResponse:
    """One press: do it, say so, go back. htmx gets the words alone."""

    def kept() -> dict[str, Any]:
        work()
        return {}

    try:
        once(request, kept)
        toast(request, done)
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    if wants_part(request):
        return HttpResponse(render_to_string("ui/toasts_part.html", {}, request=request))
    return go(request, next_url(request, back))
