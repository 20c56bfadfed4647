"""What the panels of rates do the same way: the form, one service, back to the page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms
from django.http import HttpResponse

from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest
from binzhi.people.web.posting import UNPROCESSABLE, once, status_of
from binzhi.reservations.web.words import refuse


def fresh_token() -> str:
    """For the form of a panel: sent twice, it is done once."""
    return uuid.uuid4().hex


def saved(
    request: StaffRequest, form: forms.Form, work: Callable[[], str], *, back: str, again: Callable[[int], HttpResponse]
) -> HttpResponse:
    """`work` says what was done, once per token of the form; `again(status)` shows it with what stands against it."""
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            said = once(request, lambda: {"said": work()})[0]["said"]
        except NotFound:
            raise
        except DomainError as refusal:
            status = status_of(refusal)
            refuse(form, refusal)
        else:
            toast(request, said)
            return go(request, back)
    return again(status)
