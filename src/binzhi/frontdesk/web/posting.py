"""What every form of the desk does the same way: once per token, refusals at their fields, then away with a toast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import QueryDict

from binzhi.kernel.errors import DomainError
from binzhi.kernel.idempotency import fingerprint_of, run_once
from binzhi.people.web import StaffRequest

KEY = "idempotency_key"
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


def refuse(form: forms.Form, refusal: DomainError, *, fields: dict[str, str] | None = None) -> None:
    """Put a refusal beside its field; one that has no field here stands above the form."""
    name = (fields or {}).get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, refusal.text)
