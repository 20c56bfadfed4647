"""Forms of the desk. Rules live in the services; a form reads types and keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.billing.queries import MeansRef
from binzhi.billing.setup import COMPANY
from binzhi.billing.web.forms import means_choices
from binzhi.frontdesk.registration.enums import IdentityBy, RoomRelation, VisaKind
from binzhi.frontdesk.requests import DepositInput, DocumentInput, Particulars, PaymentInput, RegistrationInput
from binzhi.guests.countries import country_choices
from binzhi.guests.enums import DocumentKind, Sex
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm

LONGEST_TEXT = 2000
RELATIONS = (
    ("", _("Choose")),
    ("parent", pgettext_lazy("relation", "Parent")),
    ("guardian", pgettext_lazy("relation", "Guardian")),
    ("relative", pgettext_lazy("relation", "Other relative")),
    ("teacher", pgettext_lazy("relation", "Teacher or trainer")),
    ("other", pgettext_lazy("relation", "Other")),
)


REACHED = (("", _("Choose")), ("yes", _("Reached")), ("no", _("Not reached")))
_REACHED = {"yes": True, "no": False}


def text(label: Any, *, required: bool = False, **kwargs: Any) -> forms.CharField:
    """A line of text; how long it may be is the service's rule."""
    return forms.CharField(label=label, required=required, max_length=LONGEST_TEXT, **kwargs)


# What is asked of guests from abroad; the rest of Particulars is asked on the page of the registration.
PARTICULARS = ("latin_name", "visa_kind", "visa_number", "stay_until", "entered_on", "entry_port", "next_stop")


class RegistrationForm(OperationForm):
    """One person. `guest` is a file chosen while typing; `shown` a document of that file that was looked at again."""

    aliases: Mapping[str, str] = {"name": "guest_text", "nationality": "country", "document_id": "shown"}

    guest = forms.IntegerField(required=False, widget=forms.HiddenInput)
    guest_text = text(_("Name"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    kind = forms.ChoiceField(label=_("Document"), choices=DocumentKind.choices, required=False)
    number = text(_("Document number"))
    country = forms.ChoiceField(label=_("Country or region"), required=False)
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=forms.DateInput)
    phone = text(_("Mobile"))
    shown = forms.IntegerField(required=False)
    guardian_name = text(_("Parent or guardian"))
    guardian_phone = text(_("Guardian's phone"))
    guardian_relation = forms.ChoiceField(label=_("Relation"), choices=RELATIONS, required=False)
    guardian_reached = forms.ChoiceField(label=_("Guardian by telephone"), choices=REACHED, required=False)
    room_relation = forms.ChoiceField(
        label=_("Who is in the room with the child"), choices=(("", _("Choose")), *RoomRelation.choices), required=False
    )
    identity_by = forms.ChoiceField(label=_("Without a document"), choices=IdentityBy.choices, required=False)
    mrz = forms.CharField(
        label=_("Lines at the foot of the passport"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 44, "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    expires_on = forms.DateField(label=_("Document valid until"), required=False, widget=forms.DateInput)
    latin_name = text(_("Name as in the passport"))
    visa_kind = forms.ChoiceField(label=_("Visa"), choices=VisaKind.choices, required=False)
    visa_number = text(_("Visa number"))
    stay_until = forms.DateField(label=_("May stay until"), required=False, widget=forms.DateInput)
    entered_on = forms.DateField(label=_("Entered on"), required=False, widget=forms.DateInput)
    entry_port = text(_("Port of entry"))
    next_stop = text(_("Goes on to"))
    later = forms.BooleanField(label=_("Comes later"), required=False)

    def __init__(
        self, data: Any = None, *, position: int, is_child: bool = False, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, prefix=f"r{position}", initial=dict(initial or {}))
        self.position, self.is_child = position, is_child
        self.fields["country"].choices = [("", "—"), *country_choices()]  # type: ignore[attr-defined]  # ChoiceField

    @property
    def is_blank(self) -> bool:
        """Nothing was filled in: nobody to register in this row."""
        data = self.cleaned_data
        return not (data.get("guest") or data.get("guest_text") or data.get("number"))

    def registration(self) -> RegistrationInput:
        data = self.cleaned_data
        number = data["number"].strip()
        document = None
        if number:
            document = DocumentInput(
                kind=data["kind"] or DocumentKind.RESIDENT_ID, number=number, country=data["country"],
                expires_on=data["expires_on"],
            )  # fmt: skip
        return RegistrationInput(
            guest_id=data["guest"], name=data["guest_text"], sex=data["sex"], birth_date=data["birth_date"],
            nationality=data["country"], phone=data["phone"], document=document,
            document_id=data["shown"] if document is None else None, guardian_name=data["guardian_name"],
            guardian_phone=data["guardian_phone"], guardian_relation=data["guardian_relation"],
            guardian_reached=_REACHED.get(data["guardian_reached"]), room_relation=data["room_relation"],
            identity_by=data["identity_by"], particulars=self.particulars(),
        )  # fmt: skip

    def particulars(self) -> Particulars:
        data = self.cleaned_data
        return Particulars(**{name: data[name] for name in PARTICULARS})


class RoomForm(OperationForm):
    """A room by its number, and what must be said when it is not the obvious one."""

    room = text(_("Room"), required=True)
    change_type = forms.BooleanField(label=_("Change the room type, keep the price"), required=False)
    accept_as_it_is = forms.BooleanField(label=_("Give the room as it is, though it is not clean"), required=False)


class MoveForm(RoomForm):
    """Another room for a guest in house."""

    reason = text(_("Reason"), required=True)


class ArrivalForm(RoomForm):
    """The part of check-in that is not about people: room (one of the list or typed), deposit, note."""

    aliases: Mapping[str, str] = {"amount": "deposit_amount", "means": "deposit_means"}

    room = text(_("Room"))
    room_other = text(_("Other room"))
    deposit_amount = forms.DecimalField(label=_("Deposit"), required=False, max_digits=14, decimal_places=4)
    deposit_means = forms.ChoiceField(label=_("Means of payment"), required=False, widget=forms.RadioSelect)
    note = text(_("Note"))

    def __init__(self, *args: Any, means: Sequence[MeansRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deposit_means"].choices = means_choices(means, with_company=False)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["room"] = (data.get("room_other") or data.get("room") or "").strip()
        if not data["room"]:
            self.add_error("room", _("Choose a room."))
        return data

    def deposit(self) -> DepositInput | None:
        amount = self.cleaned_data["deposit_amount"]
        if not amount:
            return None
        return DepositInput(means=self.cleaned_data["deposit_means"], amount=amount)


class WalkInForm(ArrivalForm):
    """A walk-in's dates, people and offer as well."""

    aliases: Mapping[str, str] = {
        **ArrivalForm.aliases,
        "room_type": "offer",
        "rate_plan": "offer",
        "expected_total": "offer",
    }

    departure = forms.DateField(label=_("Departure"), widget=forms.DateInput)
    adults = forms.IntegerField(label=_("Adults"), min_value=1, max_value=9)
    children = forms.IntegerField(label=_("Children"), min_value=0, max_value=9)
    offer = text(_("Room type and rate"), required=True)
    total = forms.DecimalField(required=False, widget=forms.HiddenInput, max_digits=14, decimal_places=2)


class DatesForm(OperationForm):
    """A new departure of a guest in house."""

    departure = forms.DateField(label=_("New departure"), widget=forms.DateInput)
    reason = text(_("Reason"))


class CheckOutForm(OperationForm):
    """How a bill is settled at the door."""

    aliases: Mapping[str, str] = {"balance": "amount", "deposit": "use_deposit", "organisation": "company"}

    amount = forms.DecimalField(label=_("Pay now"), required=False, max_digits=14, decimal_places=4)
    means = forms.ChoiceField(label=_("Means of payment"), required=False, widget=forms.RadioSelect)
    company = forms.TypedChoiceField(label=_("Company"), required=False, coerce=int, empty_value=None)
    exceed_limit = forms.BooleanField(label=_("Above the company's credit limit"), required=False)
    use_deposit = forms.BooleanField(label=_("Use the deposit, return the rest"), required=False)
    return_means = forms.ChoiceField(label=_("Return by"), required=False)
    waive_day_use = text(_("Waive the day's charge, because"))
    waive_overtime = text(_("Waive the overtime, because"))

    def __init__(
        self, *args: Any, means: Sequence[MeansRef], companies: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["means"].choices = means_choices(means, with_company=bool(companies))  # type: ignore[attr-defined]
        self.fields["return_means"].choices = [  # type: ignore[attr-defined]
            (entry.code, entry.label) for entry in means if entry.code != COMPANY
        ]
        self.fields["company"].choices = [("", _("Choose")), *companies]  # type: ignore[attr-defined]

    def payments(self) -> tuple[PaymentInput, ...]:
        amount: Decimal | None = self.cleaned_data["amount"]
        if not amount:
            return ()
        means = self.cleaned_data["means"]
        company = self.cleaned_data["company"] if means == COMPANY else None
        exceeds = self.cleaned_data["exceed_limit"]
        return (PaymentInput(means=means, amount=amount, organisation_id=company, exceed_limit=exceeds),)


def registration_forms(
    *, adults: int, children: int, data: Any = None, initial: Mapping[int, Mapping[str, Any]] | None = None
) -> list[RegistrationForm]:
    """A row per person: adults first, then children."""
    return [
        RegistrationForm(data, position=position, is_child=position >= adults, initial=(initial or {}).get(position))
        for position in range(adults + children)
    ]


def refuse_at(refusal: DomainError, form: OperationForm, people: Sequence[RegistrationForm]) -> None:
    """A refusal at its field: `registrations.1.number` is of the second row that was filled in."""
    parts = refusal.field.split(".")
    if parts[0] != "registrations" or len(parts) != 3:
        form.refuse(refusal)
        return
    filled = [row for row in people if not row.is_blank]
    blank = [row for row in people if row.is_blank and not row.cleaned_data.get("later")]
    index = int(parts[1])
    row = filled[index] if index < len(filled) else (blank or list(people))[0]
    row.refuse(refusal, field=parts[2])
