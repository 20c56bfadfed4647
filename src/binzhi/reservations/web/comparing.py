"""Two clerks edited the same reservation: what each field holds on this screen and what was saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import pgettext

from binzhi.reservations.queries import ReservationView, RoomView
from binzhi.reservations.web.action_forms import ChangeForm, DetailsForm
from binzhi.reservations.web.forms import Codes

COMPARED = (
    "guest_text", "organisation_text", "market", "source", "channel", "channel_number", "guarantee", "special_requests",
    "expected_at", "remarks",
)  # fmt: skip
STAY = ("arrival", "departure", "room_type", "rate_plan", "adults", "children", "infants", "child_ages", "extra_beds")


@dataclass(frozen=True, slots=True)
class Compared:
    """One field: what was typed here, what is saved now."""

    label: str
    mine: str
    saved: str


def details_compared(form: DetailsForm, view: ReservationView, codes: Codes) -> list[Compared]:
    """Fields that differ, in the order of the form."""
    return _compared(form, DetailsForm.initial_of(view), COMPARED)


def stay_compared(form: ChangeForm, view: ReservationView, room: RoomView) -> list[Compared]:
    return _compared(form, ChangeForm.initial_of(view, room), STAY)


def _compared(form: forms.Form, saved: dict[str, Any], names: tuple[str, ...]) -> list[Compared]:
    lines = []
    for name in names:
        mine, theirs = _shown(form, name, form.cleaned_data.get(name)), _shown(form, name, saved.get(name))
        if mine != theirs:
            lines.append(Compared(str(form.fields[name].label), mine, theirs))
    return lines


def _shown(form: forms.Form, name: str, value: Any) -> str:
    if value in (None, "", [], ()):
        return "–"
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    field = form.fields[name]
    words = _words_of(field) if isinstance(field, forms.ChoiceField) else {}
    if isinstance(value, list):
        return pgettext("between names", ", ").join(words.get(str(item), str(item)) for item in value)
    return words.get(str(value), str(value))


def _words_of(field: forms.ChoiceField) -> dict[str, str]:
    choices: Any = field.choices
    return {str(key): str(text) for key, text in choices}
