"""Forms of privacy: consents, requests, holds, words, months."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from binzhi.guests.enums import Channel, ConsentAnswer, RightsKind
from binzhi.guests.privacy.consents import ConsentInput, TextInForce
from binzhi.guests.privacy.purposes import LANGUAGES, PURPOSES
from binzhi.guests.web.forms import RefusingForm

LONGEST_TEXT = 5000
_DATE = {"type": "date"}


class ConsentForm(RefusingForm):
    """An answer as the guest gave it. Nothing is chosen beforehand: an answer is given, never assumed."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=[(one.code, one.label) for one in PURPOSES])
    answer = forms.ChoiceField(label=_("The guest"), choices=ConsentAnswer.choices, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label=_("How it was said"), choices=Channel.choices)
    language = forms.ChoiceField(label=_("Words read in"), choices=list(LANGUAGES.items()))
    guardian = forms.CharField(label=_("Guardian (child under 14)"), required=False, max_length=LONGEST_TEXT)
    guardian_relation = forms.CharField(label=_("What to the child"), required=False, max_length=LONGEST_TEXT)

    def consent(self) -> ConsentInput:
        return ConsentInput(**self.cleaned_data)


class AskForm(RefusingForm):
    """What a guest asks for."""

    kind = forms.ChoiceField(label=_("The guest asks for"), choices=RightsKind.choices, widget=forms.RadioSelect)
    channel = forms.ChoiceField(label=_("How it was said"), choices=Channel.choices)


class HoldForm(RefusingForm):
    reason = forms.CharField(label=_("Why nothing may be deleted"), max_length=LONGEST_TEXT)
    until = forms.DateField(label=_("Until (empty: until lifted)"), required=False, widget=forms.DateInput(attrs=_DATE))


class DecideForm(RefusingForm):
    grant = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=LONGEST_TEXT)


class TextForm(RefusingForm):
    """The words of a purpose, in every language at once."""

    purpose = forms.CharField(max_length=30, widget=forms.HiddenInput)
    text_zh_hans = forms.CharField(
        label=_("In Chinese"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    text_en = forms.CharField(label=_("In English"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))

    @classmethod
    def of(cls, one: TextInForce) -> TextForm:
        first = {"purpose": one.purpose.code, "text_zh_hans": one.texts["zh-hans"], "text_en": one.texts["en"]}
        return cls(initial=first, auto_id=f"{one.purpose.code}-%s")

    def texts(self) -> dict[str, str]:
        return {language: self.cleaned_data[f"text_{language.replace('-', '_')}"] for language in LANGUAGES}

    def refuse(self, refusal: Any) -> None:
        refusal.field = refusal.field.replace("-", "_")
        super().refuse(refusal)


class MonthsForm(RefusingForm):
    data_class = forms.CharField(max_length=30, widget=forms.HiddenInput)
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=1200)
