"""Forms of what is known beyond the file's own columns: one for all fields of the catalogue a hotel wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from binzhi.guests.profile.catalogue import FIELDS, ORGANISATION_FIELDS, Field, Kind, RecordClass
from binzhi.guests.profile.relations import CHOICES
from binzhi.guests.profile.store import Profile
from binzhi.guests.profile.warnings import SEVERITIES, TO_HEED
from binzhi.guests.queries import OrganisationRow
from binzhi.guests.web.forms import LONGEST_TEXT, RefusingForm
from binzhi.kernel.errors import DomainError, EditConflict
from binzhi.kernel.money import ZERO

REMOVE = "remove_"


def control(field: Field) -> forms.Field:
    """A field of the catalogue as a control."""
    hint = field.hint
    if field.kind is Kind.CHOICE:
        choices = [("", "—"), *field.choices]
        return forms.ChoiceField(label=field.label, choices=choices, required=False, help_text=hint)
    widget = forms.Textarea(attrs={"rows": 2}) if field.kind in (Kind.TEXT, Kind.DAYS) else None
    return forms.CharField(label=field.label, required=False, max_length=LONGEST_TEXT, widget=widget, help_text=hint)


class _CatalogueForm(RefusingForm):
    """Fields of a catalogue, each filled with what stands. A conflict shows what was saved meanwhile at its field."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fields: Sequence[Field], profile: Profile, **kwargs: Any) -> None:
        initial = {field.key: profile.text(field.key) for field in fields if not field.secret}
        kwargs["initial"] = {**kwargs.get("initial", {}), **initial, "seen": profile.seen}
        super().__init__(*args, **kwargs)
        self.catalogue = fields
        self.profile = profile
        for field in fields:
            self.fields[field.key] = control(field)
            if field.secret and profile.text(field.key):
                self.fields[REMOVE + field.key] = forms.BooleanField(label=_("Take the saved one away"), required=False)

    def values(self) -> dict[str, str]:
        """What is to be written: all plain fields, and the secrets that were typed or are to go."""
        data = self.cleaned_data
        found = {}
        for field in self.catalogue:
            if not field.secret or data[field.key]:
                found[field.key] = data[field.key]
            elif data.get(REMOVE + field.key):
                found[field.key] = ""
        return found

    def seen_value(self) -> int:
        return self.cleaned_data["seen"] or 0

    def refuse(self, refusal: DomainError) -> None:
        if not isinstance(refusal, EditConflict):
            return super().refuse(refusal)
        self.add_error(None, refusal.text)
        for name, saved in refusal.current.items():
            if (self.cleaned_data.get(name) or "") != (saved or ""):
                self.add_error(name, _("Saved meanwhile: %(value)s") % {"value": saved or "—"})
        self.data = {**self.data.dict(), "seen": str(self.profile.seen)}  # type: ignore[attr-defined]  # QueryDict
        return None


class ProfileForm(_CatalogueForm):
    """A guest's fields, class by class."""

    def classes(self) -> list[tuple[RecordClass, list[tuple[Field, Any, Any]]]]:
        """Each class with its fields: the field, its control, the tick that takes a secret away (None: none kept)."""
        return [
            (
                of,
                [
                    (field, self[field.key], self[REMOVE + field.key] if REMOVE + field.key in self.fields else None)
                    for field in self.catalogue
                    if field.of == of
                ],
            )
            for of in RecordClass
        ]


class SwitchForm(forms.Form):
    """Which fields a hotel keeps."""

    on = forms.MultipleChoiceField(choices=[(field.key, field.label) for field in FIELDS], required=False)


class RelationForm(RefusingForm):
    """What another person of the file is to this one."""

    other_id = forms.IntegerField(label=_("Guest"), widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Is the guest's"), choices=CHOICES)
    decides = forms.BooleanField(label=_("Decides for the guest"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_TEXT)


class WarningForm(RefusingForm):
    """A warning, or a proposal to blacklist."""

    text = forms.CharField(label=_("What staff must know"), max_length=LONGEST_TEXT)
    severity = forms.TypedChoiceField(
        label=_("How grave"), choices=SEVERITIES, coerce=int, initial=TO_HEED, widget=forms.RadioSelect
    )
    ends_on = forms.DateField(
        label=_("Counts until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The first day it no longer counts; empty: without end."),
    )
    blacklist = forms.BooleanField(
        label=_("Propose for the blacklist"),
        required=False,
        help_text=_("Counts when a second person has agreed."),
    )


class AccountForm(_CatalogueForm):
    """An organisation's agreement and fields."""

    contract_no = forms.CharField(label=_("Contract number"), required=False, max_length=40)
    contract_from = forms.DateField(
        label=_("Agreement from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    contract_until = forms.DateField(
        label=_("Agreement until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    credit_limit = forms.DecimalField(
        label=_("Credit limit"), required=False, min_value=0, max_digits=12, decimal_places=2
    )

    def __init__(self, *args: Any, organisation: OrganisationRow, profile: Profile, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "contract_no": organisation.contract_no, "contract_from": organisation.contract_from,
            "contract_until": organisation.contract_until, "credit_limit": organisation.credit_limit,
        }  # fmt: skip
        super().__init__(*args, fields=ORGANISATION_FIELDS, profile=profile, **kwargs)

    def terms(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "contract_no": data["contract_no"], "contract_from": data["contract_from"],
            "contract_until": data["contract_until"], "credit_limit": data["credit_limit"] or ZERO,
        }  # fmt: skip

    def controls(self) -> list[Any]:
        return [self[field.key] for field in self.catalogue]


class ContactForm(RefusingForm):
    """A person of the file whom one speaks to."""

    guest_id = forms.IntegerField(label=_("Guest"), widget=forms.HiddenInput)
    role = forms.CharField(label=_("As what"), max_length=LONGEST_TEXT)
    decides = forms.BooleanField(label=_("Decides"), required=False)
