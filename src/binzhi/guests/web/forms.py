"""Forms of the guest file. Rules live in the services; a form only reads types and keeps what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.guests.countries import country_choices
from binzhi.guests.enums import DocumentKind, OrganisationKind, RevealReason, Sex
from binzhi.guests.levels import levels_of
from binzhi.guests.queries import GuestCard
from binzhi.guests.services import DocumentInput, GuestDetails, NewOrganisation
from binzhi.kernel.errors import DomainError, EditConflict
from binzhi.kernel.money import ZERO

# Far above what the services take: they answer with the real limit and the length of what was typed.
LONGEST_TEXT = 5000


def _text(label: Any, *, required: bool = False, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=LONGEST_TEXT, **kwargs)


class RefusingForm(forms.Form):
    """A form that shows a refusal of a service beside its field."""

    def refuse(self, refusal: DomainError) -> None:
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, refusal.text)


class GuestForm(RefusingForm):
    """A guest file. Phone and e-mail are never filled in: left empty they stay as they are."""

    name = _text(_("Name"), required=True)
    name_en = _text(_("Name in Latin letters"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False, widget=forms.RadioSelect)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    phone = _text(_("Phone"))
    remove_phone = forms.BooleanField(label=_("Take the saved phone away"), required=False)
    email = _text(_("E-mail"))
    remove_email = forms.BooleanField(label=_("Take the saved e-mail away"), required=False)
    organisation_id = forms.IntegerField(label=_("Organisation"), required=False, widget=forms.HiddenInput)
    member_no = _text(_("Member number"))
    vip_level = forms.ChoiceField(label=_("Level"), required=False)
    note = _text(_("Note"), widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, hotel_id: int, may_set_level: bool, card: GuestCard | None = None, **kwargs: Any
    ) -> None:
        if card is not None:
            kwargs.setdefault("initial", _initial(card))
        super().__init__(*args, **kwargs)
        self._card = card
        self.fields["nationality"].choices = [("", "—"), *country_choices()]  # type: ignore[attr-defined]  # ChoiceField
        known = {level.code: level.label for level in levels_of(hotel_id)}
        if card is not None and card.vip_level:
            # A level of another hotel of the group, or one out of use, stays choosable where it is.
            known.setdefault(card.vip_level, card.vip_level.upper())
        self.fields["vip_level"].choices = [("", _("No level")), *known.items()]  # type: ignore[attr-defined]
        if not may_set_level:
            del self.fields["vip_level"]
        if card is None or not card.phone_masked:
            del self.fields["remove_phone"]
        if card is None or not card.email:
            del self.fields["remove_email"]

    def details(self) -> GuestDetails:
        data = self.cleaned_data
        kept = self._card
        return GuestDetails(
            name=data["name"],
            name_en=data["name_en"],
            sex=data["sex"],
            birth_date=data["birth_date"],
            nationality=data["nationality"],
            phone=self._contact("phone"),
            email=self._contact("email"),
            organisation_id=data["organisation_id"],
            member_no=data["member_no"],
            member_tier=kept.member_tier if kept else "",
            vip_level=data.get("vip_level", kept.vip_level if kept else ""),
            note=data["note"],
        )

    def _contact(self, name: str) -> str | None:
        if self.cleaned_data.get(f"remove_{name}"):
            return ""
        typed: str = self.cleaned_data[name]
        return typed if typed or self._card is None else None

    def refuse(self, refusal: DomainError) -> None:
        """A conflict shows what was saved meanwhile at each field that differs; saving again goes over it knowingly."""
        if not isinstance(refusal, EditConflict):
            return super().refuse(refusal)
        self.add_error(None, refusal.text)
        for name, saved in refusal.current.items():
            shown = name in self.fields and name not in ("version", "email")
            if shown and (self.cleaned_data.get(name) or None) != (saved or None):
                self.add_error(name, _("Saved meanwhile: %(value)s") % {"value": saved or "—"})
        self.data = {**self.data.dict(), "version": str(refusal.current["version"])}  # type: ignore[attr-defined]  # QueryDict
        return None


def _initial(card: GuestCard) -> dict[str, Any]:
    names = (
        "name", "name_en", "sex", "birth_date", "nationality", "organisation_id", "member_no", "vip_level", "note",
        "version",
    )  # fmt: skip
    return {name: getattr(card, name) for name in names}


class DocumentForm(RefusingForm):
    """An identity document that lies on the desk."""

    kind = forms.ChoiceField(label=_("Document"), choices=DocumentKind.choices)
    number = _text(_("Document number"), required=True)
    country = forms.ChoiceField(label=_("Issued by"), required=False)
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "—"), *country_choices()]  # type: ignore[attr-defined]  # ChoiceField

    def document(self) -> DocumentInput:
        data = self.cleaned_data
        return DocumentInput(
            kind=data["kind"], number=data["number"], country=data["country"], expires_on=data["expires_on"]
        )


class RevealForm(RefusingForm):
    """Why a masked value is looked at."""

    what = forms.CharField(max_length=20, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why do you need the full value?"), choices=RevealReason.choices, widget=forms.RadioSelect
    )
    words = _text(_("In words"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == RevealReason.OTHER and not data.get("words", "").strip():
            self.add_error("words", _("Say why in a few words."))
        return data

    def reason_text(self) -> str:
        """The reason's code, then what was typed."""
        return ": ".join(part for part in (self.cleaned_data["reason"], self.cleaned_data["words"]) if part)


class OrganisationForm(RefusingForm):
    """A company under an agreement or a travel agency."""

    name = _text(pgettext_lazy("organisation", "Name"), required=True)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=OrganisationKind.choices, initial="company", widget=forms.RadioSelect
    )
    code = _text(pgettext_lazy("organisation", "Code"), help_text=_("Empty: made from the initials."))
    contract_no = _text(_("Contract number"))
    contract_from = forms.DateField(
        label=_("Agreement from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    contract_until = forms.DateField(
        label=_("Agreement until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    credit_limit = forms.DecimalField(
        label=_("Credit limit"), required=False, min_value=0, max_digits=12, decimal_places=2
    )

    def organisation(self) -> NewOrganisation:
        data = self.cleaned_data
        return NewOrganisation(
            name=data["name"], kind=data["kind"], code=data["code"], contract_no=data["contract_no"],
            contract_from=data["contract_from"], contract_until=data["contract_until"],
            credit_limit=data["credit_limit"] or ZERO,
        )  # fmt: skip
