"""Forms of walks: where a guest goes and what it costs, the houses that take guests."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.billing.queries import MeansRef
from binzhi.billing.setup import COMPANY
from binzhi.kernel.money import ZERO
from binzhi.reservations.walks.queries import PartnerRow, WalkRow
from binzhi.reservations.walks.services import COSTS, PartnerInput, WalkCosts, WalkInput


def _cost(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=Decimal(0), max_digits=10, decimal_places=2)


class CostForm(forms.Form):
    """Parts of the cost, and from where what is new of them is paid."""

    room_cost = _cost(_("Room there"))
    transport_cost = _cost(_("Transport"))
    compensation_cost = _cost(pgettext_lazy("of a walk", "Compensation"))
    other_cost = _cost(_("Other costs"))
    means = forms.ChoiceField(label=pgettext_lazy("of a walk", "Paid from"), required=False)

    def __init__(self, *args: Any, means: Sequence[MeansRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["means"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = [("", _("Owed, the bill comes later")), *paid_from(means)]

    @property
    def costs(self) -> WalkCosts:
        return WalkCosts(**{name: self.cleaned_data[name] or ZERO for name in COSTS})

    @classmethod
    def initial_of(cls, row: WalkRow) -> dict[str, Any]:
        return {name: getattr(row, name) for name in COSTS}


def paid_from(means: Sequence[MeansRef]) -> list[tuple[str, str]]:
    """What the house lays out money by: no company's account."""
    return [(one.code, one.label) for one in means if one.code != COMPANY]


class WalkForm(CostForm):
    """Everything about one walk."""

    partner_id = forms.TypedChoiceField(
        label=_("Partner hotel"), coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a partner hotel.")},
    )  # fmt: skip
    nights = forms.IntegerField(label=_("Nights there"), min_value=1, max_value=30, initial=1)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Why is the guest housed elsewhere?")}
    )
    transport = forms.CharField(label=_("How the guest gets there"), required=False, max_length=60)
    compensation = forms.CharField(label=_("What is offered to make up for it"), required=False, max_length=100)
    note = forms.CharField(label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, partners: Sequence[tuple[int, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["partner_id"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = list(partners)

    @property
    def walk(self) -> WalkInput:
        data = self.cleaned_data
        return WalkInput(
            partner_id=data["partner_id"], reason=data["reason"], nights=data["nights"], transport=data["transport"],
            compensation=data["compensation"], note=data["note"], costs=self.costs,
            means=data["means"],
        )  # fmt: skip


class PartnerForm(forms.Form):
    partner_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Hotel"), max_length=80, error_messages={"required": _("Name the hotel.")})
    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    phone = forms.CharField(label=_("Phone of its desk"), required=False, max_length=30)
    price = _cost(_("Price agreed for a night"))
    is_active = forms.BooleanField(label=_("Takes guests"), required=False, initial=True)

    @property
    def partner(self) -> PartnerInput:
        data = self.cleaned_data
        names = ("name", "address", "phone", "price", "is_active")
        return PartnerInput(**{name: data[name] for name in names})

    @classmethod
    def initial_of(cls, row: PartnerRow) -> dict[str, Any]:
        names = ("name", "address", "phone", "price", "is_active")
        return {name: getattr(row, name) for name in names} | {"partner_id": row.id}
