"""Forms of the cashier's shift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.billing.cashier.counting import CASH, FACES, CountInput
from binzhi.billing.cashier.queries import TillRow
from binzhi.billing.queries import MeansRef
from binzhi.billing.setup import COMPANY
from binzhi.billing.web.forms import AmountField, MoneyForm, line


class ShiftForm(MoneyForm):
    """Begin at a till."""

    till = forms.TypedChoiceField(label=pgettext_lazy("cashier", "Till"), coerce=int)
    opening_float = AmountField(label=_("Cash in the drawer now"), required=False)

    def __init__(self, *args: Any, tills: Sequence[TillRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["till"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (row.pk, f"{row.code} {row.name}" + (f" · {row.cashier}" if row.shift_id else "")) for row in tills
        ]


class DropForm(MoneyForm):
    """Cash to the safe, the hotel's or foreign notes as they were counted."""

    currency = forms.ChoiceField(label=_("Currency"), required=False)
    amount = AmountField(label=_("Amount"))
    note = line(_("Note"))

    def __init__(self, *args: Any, own: str, foreign: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.foreign = bool(foreign)
        self.fields["currency"].choices = [(code, code) for code in (own, *foreign)]  # type: ignore[attr-defined]


class CountForm(MoneyForm):
    """What is counted, without a word of what there should be; and who takes over."""

    note = line(_("Note"))
    successor = line(pgettext_lazy("cashier", "Sign-in name of who takes over"))
    password = forms.CharField(
        label=_("Password"), required=False, max_length=200, strip=False, widget=forms.PasswordInput
    )

    def __init__(
        self, *args: Any, means: Sequence[MeansRef], currencies: Sequence[str], currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.faces = FACES if currency == "CNY" else ()
        for place, face in enumerate(self.faces):
            self.fields[f"pieces_{place}"] = forms.IntegerField(
                label=f"¥{face.normalize():f}", required=False, min_value=0, max_value=100_000
            )
        self.codes: dict[str, str] = {"total_cash": CASH}
        self.fields["total_cash"] = AmountField(label=_("Cash in one sum"), required=False)
        for entry in means:
            if entry.code not in (COMPANY, CASH):
                self._total(entry.code, entry.label)
        for code in currencies:
            self._total(f"{CASH}:{code}", code)

    def _total(self, code: str, label: str) -> None:
        name = f"total_{code.replace(':', '_')}"
        self.codes[name] = code
        self.fields[name] = AmountField(label=label, required=False)

    @property
    def aliases(self) -> Mapping[str, str]:  # type: ignore[override]  # depends on the hotel's means
        known = {code: name for name, code in self.codes.items()}
        return known | {"pieces": "pieces_0" if self.faces else "total_cash"}

    def piece_fields(self) -> Iterator[BoundField]:
        for place in range(len(self.faces)):
            yield self[f"pieces_{place}"]

    def total_fields(self) -> Iterator[BoundField]:
        for name in self.codes:
            if name != "total_cash":
                yield self[name]

    def count(self) -> CountInput:
        data = self.cleaned_data
        pieces = {
            face: data[f"pieces_{place}"]
            for place, face in enumerate(self.faces)
            if data.get(f"pieces_{place}") is not None
        }
        totals: dict[str, Decimal] = {
            code: data[name] for name, code in self.codes.items() if data.get(name) is not None
        }  # fmt: skip
        return CountInput(pieces=pieces, totals=totals, note=data["note"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and not data.get("successor"):
            self.add_error("successor", _("Enter who takes over."))
        return data
