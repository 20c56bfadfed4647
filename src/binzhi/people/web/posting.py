"""What the forms of the house do the same way: once per token, refusals at their fields, then away with a toast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.idempotency import fingerprint_of, run_once
from binzhi.kernel.ui.htmx import go, toast, wants_part
from binzhi.people.web.gate import StaffRequest, hotel_of

KEY = "idempotency_key"
CONFLICT, CHANGED, UNPROCESSABLE = 409, 412, 422
_NOT_CONTENT = frozenset({KEY, "csrfmiddlewaretoken"})


def common(request: StaffRequest) -> dict[str, Any]:
    """What every operation is given."""
    return {"hotel_id": hotel_of(request).pk, "actor": request.actor, "now": clock.now()}


def once(request: StaffRequest, work: Callable[[], object]) -> tuple[dict[str, Any], bool]:
    """Run `work` once per form token: (its answer, was it a repeat). A form without a token runs each time.

    A dictionary that `work` gives is kept, and a repeat gets it again; of anything else only that it was done.
    """

    def kept() -> dict[str, Any]:
        answer = work()
        return answer if isinstance(answer, dict) else {}

    key = request.POST.get(KEY, "")
    if not key:
        return kept(), False
    return run_once(
        caller=f"user:{request.actor.user_id}:{hotel_of(request).pk}", key=key,
        fingerprint=fingerprint_of(request.path, content_of(request.POST)), work=kept,
    )  # fmt: skip


def content_of(posted: QueryDict) -> list[tuple[str, list[str]]]:
    """What was filled in, without the tokens."""
    return sorted((name, values) for name, values in posted.lists() if name not in _NOT_CONTENT)


def status_of(refusal: DomainError) -> int:
    """The status under which a form is shown again: a conflict stays one, anything else can be mended."""
    return refusal.status if refusal.status in (CONFLICT, CHANGED, UNPROCESSABLE) else UNPROCESSABLE


def next_url(request: StaffRequest, default: str) -> str:
    """Where the form says to go on, if that is one of our own pages."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=host, require_https=request.is_secure())
    return wanted if wanted and safe else default


def press(request: StaffRequest, work: Callable[[], object], *, done: str, back: str) -> HttpResponse:
    """One press: do it, say so, go back. htmx gets the words alone (a live part looks by itself)."""
    try:
        once(request, work)
        toast(request, done)
    except NotFound:
        raise
    except DomainError as refusal:
        toast(request, refusal.text, state="late")
    if wants_part(request):
        return HttpResponse(render_to_string("ui/toasts_part.html", {}, request=request))
    return go(request, next_url(request, back))
