"""Forms of the conditions of booking and of the deposit that is taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from binzhi.billing.payments import DepositInput
from binzhi.kernel.errors import DomainError
from binzhi.reservations.conditions.services import NO_FEE, ConditionsInput
from binzhi.reservations.enums import FeeKind
from binzhi.reservations.fees import Fee, Step
from binzhi.reservations.web.words import refuse

ROWS = (1, 2, 3)
NEEDS_VALUE = (FeeKind.PERCENT, FeeKind.NIGHTS, FeeKind.FIXED)
KINDS = FeeKind.choices
_PARTS = {"percent": "value", "nights": "value", "amount": "value", "days_before": "days"}


def value_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Value"), required=False, max_digits=10, decimal_places=2, widget=forms.TextInput(),
        help_text=_("Per cent, nights or amount."),
    )  # fmt: skip


def kind_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=KINDS, initial=FeeKind.NONE.value)


class ConditionsForm(forms.Form):
    """Up to three deadlines, a no-show, a deposit."""

    code = forms.CharField(label=pgettext_lazy("rates", "Code"), max_length=20)
    name = forms.CharField(label=pgettext_lazy("rates", "Name"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    no_show_kind = kind_field(_("A no-show costs"))
    no_show_value = value_field()
    deposit_kind = kind_field(_("Deposit asked for"))
    deposit_value = value_field()
    deposit_after = forms.IntegerField(label=_("Days after the booking"), required=False, min_value=0)
    deposit_before = forms.IntegerField(label=_("Days before arrival"), required=False, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in ROWS:
            self.fields[f"d{row}_days"] = forms.IntegerField(
                label=_("Days before arrival"), required=False, min_value=0, initial=1 if row == 1 else None
            )
            self.fields[f"d{row}_until"] = forms.TimeField(
                label=_("Hour"), required=False, widget=forms.TimeInput(format="%H:%M"), initial="18:00"
            )
            self.fields[f"d{row}_kind"] = kind_field(_("After that"))
            self.fields[f"d{row}_value"] = value_field()

    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        return [(self[f"d{row}_days"], self[f"d{row}_until"], self[f"d{row}_kind"], self[f"d{row}_value"])
                for row in ROWS]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        for prefix in ("no_show", "deposit", *(f"d{row}" for row in ROWS)):
            missing = values.get(f"{prefix}_kind") in NEEDS_VALUE and values.get(f"{prefix}_value") is None
            if missing and f"{prefix}_value" not in self.errors:
                self.add_error(f"{prefix}_value", gettext("How much?"))
        for row in ROWS:
            given = values.get(f"d{row}_kind") != FeeKind.NONE
            if given and values.get(f"d{row}_days") is None and f"d{row}_days" not in self.errors:
                self.add_error(f"d{row}_days", gettext("From when on?"))
        return values

    @property
    def conditions(self) -> ConditionsInput:
        values = self.cleaned_data
        steps = [
            Step(values[f"d{row}_days"], values[f"d{row}_until"], self._fee(f"d{row}"))
            for row in ROWS
            if values[f"d{row}_days"] is not None and values[f"d{row}_until"] is not None
        ]
        return ConditionsInput(
            code=values["code"], name=values["name"], name_en=values["name_en"], deadlines=tuple(steps),
            no_show=self._fee("no_show"), deposit=self._fee("deposit"), deposit_after=values["deposit_after"],
            deposit_before=values["deposit_before"],
        )  # fmt: skip

    def _fee(self, prefix: str) -> Fee:
        kind, value = self.cleaned_data[f"{prefix}_kind"], self.cleaned_data[f"{prefix}_value"]
        if kind == FeeKind.PERCENT:
            return Fee(kind, percent=value)
        if kind == FeeKind.NIGHTS:
            return Fee(kind, nights=int(value))
        return Fee(kind, amount=value) if kind == FeeKind.FIXED else (Fee(kind) if kind else NO_FEE)

    def refuse(self, refusal: DomainError) -> None:
        """Put a service's refusal beside the field of this form that it means."""
        name = refusal.field
        if name.startswith("deadlines."):
            _deadlines, row, part = name.split(".")
            name = f"d{int(row) + 1}_{_PARTS.get(part, part)}"
        for prefix in ("no_show_", "deposit_"):
            if name.startswith(prefix) and name not in self.fields:
                name = prefix + _PARTS.get(name.removeprefix(prefix), "value")
        refusal.field = name
        refuse(self, refusal)


class DepositForm(forms.Form):
    """What is left as a deposit, and how it is paid."""

    amount = forms.DecimalField(label=_("Amount"), max_digits=10, decimal_places=2, widget=forms.TextInput())
    means = forms.ChoiceField(label=_("Paid by"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=120, required=False)

    def __init__(self, *args: Any, means: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["means"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(means)

    @property
    def deposit(self) -> DepositInput:
        amount: Decimal = self.cleaned_data["amount"]
        return DepositInput(means=self.cleaned_data["means"], amount=amount, note=self.cleaned_data["note"])
