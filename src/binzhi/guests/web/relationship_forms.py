"""Forms of relationships."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.guests.enums import AssessmentKind, ContactChannel, ContactOutcome, RelationshipLevel
from binzhi.guests.relationship.catalogue import HIGHEST, LOWEST, MEANS, QUESTIONS, SIGNS, TEN
from binzhi.guests.relationship.contacts import ContactInput, ResultInput
from binzhi.guests.web.forms import RefusingForm

LONGEST_TEXT = 5000
_DATE = {"type": "date"}
_SCALE = [("0", "—"), *[(str(n), str(n)) for n in range(LOWEST, HIGHEST + 1)]]


class AssessmentForm(RefusingForm):
    """Ten questions of one kind; what is not known stays a dash."""

    kind = forms.ChoiceField(choices=AssessmentKind.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        kwargs = {"initial": {"kind": kind}, "auto_id": f"{kind}-%s", **kwargs}
        super().__init__(*args, **kwargs)
        for place, words in enumerate(QUESTIONS[kind]):
            self.fields[f"a{place}"] = forms.ChoiceField(
                label=words, choices=_SCALE, initial="0", required=False, widget=forms.RadioSelect
            )

    @property
    def questions(self) -> list[Any]:
        return [self[f"a{place}"] for place in range(TEN)]

    def answers(self) -> list[int]:
        return [int(self.cleaned_data[f"a{place}"] or 0) for place in range(TEN)]


class CheckForm(RefusingForm):
    signs = forms.MultipleChoiceField(
        label=_("Signs you have seen"), choices=[(sign.code, sign.label) for sign in SIGNS], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("As the signs suggest")), *RelationshipLevel.choices]
    )


class MeansForm(RefusingForm):
    means = forms.ChoiceField(
        label=pgettext_lazy("switching cost", "Means"), choices=[(one.code, one.label) for one in MEANS]
    )
    note = forms.CharField(label=_("How"), required=False, max_length=LONGEST_TEXT)


class ContactForm(RefusingForm):
    channel = forms.ChoiceField(
        label=_("Way"), choices=ContactChannel.choices, widget=forms.RadioSelect, initial="visit"
    )
    purpose = forms.CharField(label=_("What for"), max_length=LONGEST_TEXT)
    due_on = forms.DateField(label=_("When"), widget=forms.DateInput(attrs=_DATE))
    owner_id = forms.TypedChoiceField(label=_("Who goes"), required=False, coerce=int, empty_value=None)
    every_days = forms.IntegerField(label=_("Again every … days"), required=False, min_value=1, max_value=366)

    def __init__(self, *args: Any, owners: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = [("", _("I myself")), *owners]  # type: ignore[attr-defined]  # ChoiceField

    def contact(self) -> ContactInput:
        return ContactInput(**self.cleaned_data)


class ResultForm(RefusingForm):
    outcome = forms.ChoiceField(label=_("How it went"), choices=ContactOutcome.choices, widget=forms.RadioSelect)
    result = forms.CharField(
        label=_("What came of it"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    spent = forms.DecimalField(label=_("Spent"), required=False, min_value=0, max_digits=12, decimal_places=2)
    next_on = forms.DateField(label=_("Next on"), required=False, widget=forms.DateInput(attrs=_DATE))

    def outcome_of(self) -> ResultInput:
        return ResultInput(**self.cleaned_data)
