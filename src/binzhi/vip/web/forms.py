"""Forms of a visit. Rules live in the services; a form only reads types and keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.zones import typed_instant
from binzhi.property.queries import HotelRef
from binzhi.vip.enums import Happening, PurchaseKind
from binzhi.vip.requests import AgreedTask

# Far above what the services take: they answer with the real limit and the length of what was typed.
LONGEST_TEXT = 6000
# Lines for decisions that a meeting offers at first.
LINES, MOST_LINES = 4, 50
BY_HAND = (
    Happening.FIRST_ENTRY, Happening.LEFT_ROOM, Happening.LEFT_UNPLANNED, Happening.BACK, Happening.VISITOR,
    Happening.MOVING, Happening.LEISURE, Happening.CHECK_OUT,
)  # fmt: skip
Choices = Sequence[tuple[str, str]]


class MomentField(forms.Field):
    """A day and a time on the hotel's clocks; the form says which."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    zone = ZoneInfo("UTC")

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return typed_instant(str(value), self.zone)
        except InvalidInput as refusal:
            raise ValidationError(refusal.text) from refusal

    def prepare_value(self, value: Any) -> Any:
        return f"{value.astimezone(self.zone):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value


def text(label: Any, *, required: bool = False, rows: int = 0, **more: Any) -> forms.CharField:
    if rows:
        more["widget"] = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=LONGEST_TEXT, **more)


class VisitForm(OperationForm):
    """A form of a visit: `name` sets its ids apart from those of the other forms of the page."""

    name = ""

    def __init__(self, *args: Any, hotel: HotelRef, suffix: str = "", **more: Any) -> None:
        more.setdefault("auto_id", f"{self.name}{suffix}-%s")
        super().__init__(*args, **more)
        self.key = f"{self.name}{suffix}"
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.zone = ZoneInfo(hotel.timezone)

    def choose(self, field: str, choices: Choices) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]  # ChoiceField


class DetailsForm(VisitForm):
    name = "edit"
    aliases: Mapping[str, str] = {"guest": "guest_text"}
    title = text(_("How the guest is addressed"), required=True)
    party_size = forms.IntegerField(label=_("People"), initial=1)
    needs = text(_("Needs"), rows=2)
    cautions = text(_("Cautions"), rows=2)


class ProposeForm(DetailsForm):
    name = "new"
    field_order = ("guest", "guest_text", "title", "arrival_at", "departure_at", "party_size", "host_department")
    guest = forms.IntegerField(required=False, widget=forms.HiddenInput)
    guest_text = text(_("Guest"), required=True)
    arrival_at = MomentField(label=_("Arrives"), required=False)
    departure_at = MomentField(label=_("Leaves"), required=False)
    host_department = forms.ChoiceField(label=_("Receiving department"), required=False)

    def __init__(self, *args: Any, departments: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["title"].required = False
        self.choose("host_department", [("", str(_("as the route to the level says"))), *departments])


class MoveForm(VisitForm):
    name = "move"
    arrival_at = MomentField(label=_("Arrives"))
    departure_at = MomentField(label=_("Leaves"))


class ReasonForm(VisitForm):
    name = "reason"
    reason = text(_("Reason"), required=True)


class CancelForm(ReasonForm):
    name = "cancel"


class BreakForm(ReasonForm):
    name = "break"


class LevelForm(VisitForm):
    """The general manager decides."""

    name = "set"
    level = forms.ChoiceField(label=pgettext_lazy("visit", "Level"), widget=forms.RadioSelect)
    reason = text(_("Reason"), required=True)

    def __init__(self, *args: Any, levels: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("level", levels)


class AskForm(LevelForm):
    name = "ask"
    field_order = ("level", "route", "reason")
    route = forms.ChoiceField(label=_("On which grounds"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, routes: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("route", routes)


class DecideForm(VisitForm):
    name = "decide"
    note = text(_("Note"))
    answer = forms.ChoiceField(choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput)


class MeetingForm(VisitForm):
    """Minutes and, one line each, what was agreed: department, text, until when."""

    name = "meeting"
    held_at = MomentField(label=_("Held"))
    attendees = text(_("Who was there"), required=True)
    minutes = text(_("Minutes"), required=True, rows=4)

    def __init__(self, *args: Any, departments: Choices, **more: Any) -> None:
        data = more.get("data") or (args[0] if args else None) or {}
        self.numbers = range(min(max(LINES, sum(f"text-{n}" in data for n in range(MOST_LINES))), MOST_LINES))
        super().__init__(*args, **more)
        zone = self.fields["held_at"].zone  # type: ignore[attr-defined]  # MomentField
        for n in self.numbers:
            self.fields[f"department-{n}"] = forms.ChoiceField(
                label=_("Department"), required=False, choices=[("", "—"), *departments]
            )
            self.fields[f"text-{n}"] = text(_("What it does"))
            self.fields[f"due-{n}"] = due = MomentField(label=_("Until"), required=False)
            due.zone = zone

    @property
    def lines(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"department-{n}"], self[f"text-{n}"], self[f"due-{n}"]) for n in self.numbers]

    def clean(self) -> dict[str, Any]:
        """A line is empty or whole."""
        data = super().clean() or self.cleaned_data
        self.used = []
        for n in self.numbers:
            names = (f"department-{n}", f"text-{n}", f"due-{n}")
            if not any(data.get(name) for name in names):
                continue
            self.used.append(n)
            for name in names:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is missing in the line."))
        return data

    def decisions(self) -> tuple[AgreedTask, ...]:
        data = self.cleaned_data
        return tuple(AgreedTask(data[f"department-{n}"], data[f"text-{n}"], data[f"due-{n}"]) for n in self.used)

    def refuse(self, refusal: DomainError, *, field: str | None = None) -> None:
        """`decisions.2.due_at` is the third line that was filled in."""
        parts = refusal.field.split(".")
        if len(parts) == 3 and parts[1].isdecimal() and int(parts[1]) < len(self.used):
            field = f"{'due' if parts[2] == 'due_at' else parts[2]}-{self.used[int(parts[1])]}"
        super().refuse(refusal, field=field)


class MealForm(VisitForm):
    name = "meal"
    meal_at = MomentField(label=_("Begins"))
    private_room = text(_("Private room"))


class MoveMealForm(VisitForm):
    name = "move-meal"
    meal_at = MomentField(label=_("Begins"))


class DraftForm(VisitForm):
    name = "draft"
    dishes = text(_("Dishes, one to a line"), required=True, rows=5)


class SeatsForm(VisitForm):
    name = "seats"
    seats = text(_("Names, one to a line, from the seat of honour"), rows=5)


class LetterForm(VisitForm):
    name = "letter"
    letter = text(_("Letter of the general manager"), rows=7)


class OrderForm(VisitForm):
    name = "order"
    kind = forms.ChoiceField(label=_("What"), choices=PurchaseKind.choices)
    quality = text(_("Class or kind"))
    needed_by = MomentField(label=_("Needed by"))


class HandOverForm(VisitForm):
    name = "card"
    purpose = forms.CharField(widget=forms.HiddenInput)
    received_by = text(_("Who took it"), required=True)


class EventForm(VisitForm):
    name = "event"
    aliases: Mapping[str, str] = {"department": "to"}
    kind = forms.ChoiceField(label=_("What happened"), choices=[(one.value, one.label) for one in BY_HAND])
    to = forms.ChoiceField(label=_("About to move on: next department, told at once"), required=False)
    text = text(_("Note"))
    at = MomentField(label=_("When, if not just now"), required=False)

    def __init__(self, *args: Any, departments: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("to", [("", "—"), *departments])


class WishForm(VisitForm):
    name = "wish"
    text = text(_("What was wished and served"), required=True)


class FeedbackForm(VisitForm):
    name = "feedback"
    text = text(_("In the guest's own words"), required=True, rows=3)


class StandingForm(VisitForm):
    name = "standing"
    aliases: Mapping[str, str] = {"guest": "guest_text", "organisation": "organisation_text"}
    guest = forms.IntegerField(required=False, widget=forms.HiddenInput)
    guest_text = text(_("Guest"))
    organisation = forms.IntegerField(required=False, widget=forms.HiddenInput)
    organisation_text = text(_("or organisation"))
    post = text(_("Post of the guest"))
    department = forms.ChoiceField(label=_("Put forward by"))
    reason = text(_("Reason"), required=True)

    def __init__(self, *args: Any, departments: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.choose("department", departments)
