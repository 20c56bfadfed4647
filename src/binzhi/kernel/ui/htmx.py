"""Whole page or part of it, and what goes along with a part."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

_UNDO = "undo:"
_LEVELS = {"late": messages.ERROR, "soon": messages.WARNING}


def wants_part(request: HttpRequest) -> bool:
    """True when htmx asks for a fragment; false for whole pages, boosted links and history restores."""
    return (
        request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type", "partial") == "partial"
    )


def toast(request: HttpRequest, text: str, *, undo_url: str = "", state: str = "ok") -> None:
    """Say what was done, on the next page or with the next part; `undo_url` takes a POST that takes it back.

    `state`: ok; soon (it was done, with something to mind, and stays until it is closed); late (it was not done).
    """
    level = _LEVELS.get(state, messages.SUCCESS)
    messages.add_message(request, level, text, extra_tags=f"{_UNDO}{undo_url}" if undo_url else "")


def undo_of(message: Any) -> str:
    tags = str(getattr(message, "extra_tags", "") or "")
    return tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""


def render_screen(
    request: HttpRequest, page: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """Render `page`, or `part` when htmx asks for it; waiting toasts travel with the part."""
    if not (part and wants_part(request)):
        return render(request, page, context, status=status)
    html = render_to_string(part, context, request=request)
    return HttpResponse(html + render_to_string("ui/toasts_part.html", {}, request=request), status=status)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Move on after a write: a redirect for forms, HX-Location's plain cousin for htmx."""
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
