"""Forms of the roster. Rules live in the services; a form reads types and keeps what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.fields import Choice
from binzhi.people.enums import AbsenceKind
from binzhi.people.roster import PostRow, ShiftRow
from binzhi.people.services import AbsenceInput, DutyInput, ShiftInput

OWN_TIMES = "-"
OFF = ""
LONGEST_TEXT = 2000
# More than the service takes, so that it is the service that refuses.
LONGEST_STRETCH = 500
CENTURIES = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31)))


class RosterForm(forms.Form):
    """A form that takes a refusal beside its field."""

    def refuse(self, refusal: DomainError) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.text)


def _hours(shift: ShiftRow) -> str:
    return f"{shift.starts:%H:%M}–{shift.ends:%H:%M}"


def post_choices(posts: Sequence[PostRow]) -> list[tuple[str, str]]:
    return [("", "—"), *((post.code, f"{post.place} · {post.label}") for post in posts)]


class DutyForm(RosterForm):
    """One person from a day to a day: a shift, times of one's own, or off."""

    shift = forms.ChoiceField(label=pgettext_lazy("roster", "Shift"), widget=forms.RadioSelect, required=False)
    starts = forms.TimeField(label=pgettext_lazy("time of day", "From"), required=False, widget=forms.TimeInput)
    ends = forms.TimeField(label=pgettext_lazy("time of day", "Until"), required=False, widget=forms.TimeInput)
    until = forms.DateField(label=_("The same until"), required=False, widget=forms.DateInput)
    acting_post = forms.ChoiceField(label=_("Acting as"), required=False)

    def __init__(
        self, data: Any = None, *, day: date, shifts: Sequence[ShiftRow], posts: Sequence[PostRow], **more: Any
    ):
        super().__init__(data, **more)
        self.day = day
        choices: list[Any] = [(shift.code, Choice(shift.label, note=_hours(shift))) for shift in shifts]
        choices += [(OWN_TIMES, Choice(_("Other times"))), (OFF, Choice(pgettext_lazy("roster", "Off")))]
        self.fields["shift"].choices = choices  # type: ignore[attr-defined]  # ChoiceField
        self.fields["acting_post"].choices = post_choices(posts)  # type: ignore[attr-defined]

    @property
    def days(self) -> list[date]:
        stretch = (self.cleaned_data["until"] - self.day).days + 1
        return [self.day + timedelta(days=offset) for offset in range(min(stretch, LONGEST_STRETCH))]

    def refuse(self, refusal: DomainError) -> None:
        name = "until" if refusal.field == "days" else refusal.field
        self.add_error(name if name in self.fields else None, refusal.text)

    def clean_until(self) -> date:
        last: date = self.cleaned_data["until"] or self.day
        if last < self.day:
            raise forms.ValidationError(_("Choose at least one day."))
        return last

    def duty(self) -> DutyInput | None:
        """None: off duty."""
        given = self.cleaned_data
        if given["shift"] == OFF:
            return None
        own = given["shift"] == OWN_TIMES
        return DutyInput(
            shift="" if own else given["shift"], starts=given["starts"] if own else None,
            ends=given["ends"] if own else None, acting_post=given["acting_post"],
        )  # fmt: skip


class AbsenceForm(RosterForm):
    """From a day until the end of a day; with times where it is less than whole days."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("absence", "Why"), choices=AbsenceKind.choices, widget=forms.RadioSelect
    )
    first = forms.DateField(label=_("From"), widget=forms.DateInput, validators=CENTURIES)
    last = forms.DateField(label=_("To and including"), widget=forms.DateInput, validators=CENTURIES)
    from_time = forms.TimeField(label=pgettext_lazy("time of day", "From"), required=False, widget=forms.TimeInput)
    to_time = forms.TimeField(label=pgettext_lazy("time of day", "Until"), required=False, widget=forms.TimeInput)
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_TEXT)

    def refuse(self, refusal: DomainError) -> None:
        name = {"ends_at": "last", "starts_at": "first"}.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, refusal.text)

    def absence(self, zone: ZoneInfo) -> AbsenceInput:
        given = self.cleaned_data
        ends = (
            datetime.combine(given["last"], given["to_time"], zone)
            if given["to_time"]
            else datetime.combine(given["last"] + timedelta(days=1), time(), zone)
        )
        starts = datetime.combine(given["first"], given["from_time"] or time(), zone)
        return AbsenceInput(kind=given["kind"], starts_at=starts, ends_at=ends, note=given["note"])


class ShiftForm(RosterForm):
    code = forms.CharField(
        label=_("Key"), max_length=LONGEST_TEXT, help_text=_("One letter: it is typed in the roster.")
    )
    name = forms.CharField(label=_("Name"), max_length=LONGEST_TEXT)
    name_en = forms.CharField(label=_("Name in English"), max_length=LONGEST_TEXT, required=False)
    starts = forms.TimeField(label=pgettext_lazy("time of day", "From"), widget=forms.TimeInput)
    ends = forms.TimeField(label=pgettext_lazy("time of day", "Until"), widget=forms.TimeInput)
    department = forms.ChoiceField(label=_("Department"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, data: Any = None, *, departments: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["department"].choices = [("", _("The whole house")), *departments]  # type: ignore[attr-defined]

    def shift(self) -> ShiftInput:
        given = {name: self.cleaned_data[name] for name in self.fields if name != "code"}
        return ShiftInput(**given)


class DeputiesForm(RosterForm):
    """Who stands in for a post, in this order."""

    post = forms.CharField(widget=forms.HiddenInput)
    first = forms.ChoiceField(label=_("First"), required=False)
    second = forms.ChoiceField(label=_("Then"), required=False)
    third = forms.ChoiceField(label=_("Then"), required=False)
    fourth = forms.ChoiceField(label=_("Then"), required=False)
    places = ("first", "second", "third", "fourth")

    def __init__(self, data: Any = None, *, posts: Sequence[PostRow], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for place in self.places:
            self.fields[place].choices = post_choices(posts)  # type: ignore[attr-defined]

    def refuse(self, refusal: DomainError) -> None:
        self.add_error("first" if refusal.field == "deputies" else None, refusal.text)

    def deputies(self) -> list[str]:
        return [self.cleaned_data[place] for place in self.places if self.cleaned_data[place]]
