"""The page on which an outside partner is set up: its form, what became of the last try, and a press to try it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from binzhi.kernel.errors import DomainError
from binzhi.kernel.reached import PARTNERS, partner_states
from binzhi.kernel.ui.fields import render_field
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web.gate import StaffRequest, hotel_of
from binzhi.people.web.posting import UNPROCESSABLE, once, status_of

ADDRESSES = ("provider_url", "url")
KEYS = ("provider_key", "key")


def key_field(label: Any) -> forms.CharField:
    """A secret: never shown, empty keeps the one there is."""
    return forms.CharField(
        label=label, required=False, max_length=400, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One such page. `looks` are the options of its fields (see `kernel.ui.fields`); `by_hand` says what an empty
    address means; `aside` is a template that stands beside the form."""

    partner: str
    done: str
    said: str | Promise
    by_hand: str | Promise
    looks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aside: str = ""

    def look(self, name: str, *, has_key: bool) -> dict[str, Any]:
        look = dict(self.looks.get(name, {}))
        if name in ADDRESSES:
            return {"icon": "world", "placeholder": "https://", "hint": self.by_hand} | look
        if name in KEYS:
            kept = _("A key is kept, sealed; empty keeps it") if has_key else ""
            return {"icon": "lock", "private": True, "hint": kept} | look
        return look


def connect(
    request: StaffRequest, setting: Setting, *, form: Any, save: Callable[[], object], has_key: bool,
    **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, or keep what it says and go on; `form` takes refusals beside its fields."""
    hotel, status = hotel_of(request), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: save() and None)
                toast(request, str(setting.said))
                return go(request, reverse(setting.done, args=[hotel.code]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    partner = PARTNERS[setting.partner]
    (state,) = partner_states(hotel_id=hotel.pk, only=partner.code)
    fields = [render_field(one, **setting.look(one.name, has_key=has_key)) for one in form.visible_fields()]
    context |= {
        "form": form, "fields": fields, "setting": setting, "state": state,
        "may_try": request.actor.may(partner.permission, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "people/partner.html", context, status=status)
