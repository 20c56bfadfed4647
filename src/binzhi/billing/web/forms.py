"""Forms of the cashier. Rules live in the services; a form reads types and keeps what was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.billing.errors import CreditLimitExceeded
from binzhi.billing.queries import ChargeCodeRef, CompanyRef, FolioView, MeansRef
from binzhi.billing.setup import COMPANY
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.fields import Choice
from binzhi.kernel.ui.forms import OperationForm

LONGEST_TEXT = 2000
MEANS_ICONS = {
    "wechat": "qr", "alipay": "qr", "card": "card", "cash": "cash", "bank": "building", "company": "briefcase",
}  # fmt: skip
GROUPS: Mapping[str, Any] = {
    "room": pgettext_lazy("charge codes", "Room"), "food": _("Food and drink"), "minibar": _("Minibar"),
    "laundry": _("Laundry"), "fee": _("Fees"), "other": pgettext_lazy("charge codes", "Other"),
}  # fmt: skip


class AmountField(forms.DecimalField):
    """An amount as people type it: 1,234.50, ¥58, full-width digits. How fine and how large is the service's rule."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").strip().lstrip("¥$€£").strip()
        return super().to_python(value)


class MoneyForm(OperationForm):
    """A form that moves money: it knows when it was a company's credit limit that stood against it."""

    passes_limit = False

    def refuse(self, refusal: DomainError, *, field: str | None = None) -> None:
        super().refuse(refusal, field=field)
        self.passes_limit = isinstance(refusal, CreditLimitExceeded)


class CreditForm(MoneyForm):
    """What may land in a company's window; above its limit the panel asks whoever may whether he goes on."""

    exceed_limit = forms.BooleanField(label=_("Above the company's credit limit"), required=False)

    @property
    def asks_to_exceed(self) -> bool:
        return self.passes_limit or (self.is_bound and bool(self["exceed_limit"].value()))


def line(label: Any, *, required: bool = False, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=LONGEST_TEXT, **kwargs)


def means_choices(means: Sequence[MeansRef], *, with_company: bool) -> list[tuple[str, Choice]]:
    """Means of payment as cards with their drawings."""
    return [
        (entry.code, Choice(entry.label, icon=MEANS_ICONS.get(entry.code, "coins")))
        for entry in means
        if with_company or entry.code != COMPANY
    ]


def _set_choices(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a ChoiceField


class PaymentForm(MoneyForm):
    """Money for one window."""

    aliases: Mapping[str, str] = {"organisation": "company"}

    means = forms.ChoiceField(label=_("Means of payment"), widget=forms.RadioSelect)
    company = forms.TypedChoiceField(
        label=pgettext_lazy("bill", "Company"), required=False, coerce=int, empty_value=None
    )
    amount = AmountField(label=_("Amount"))
    note = line(_("Note"))
    exceed_limit = forms.BooleanField(label=_("Above the company's credit limit"), required=False)
    in_advance = forms.BooleanField(label=_("Paid ahead, for what is still to come"), required=False)

    def __init__(self, *args: Any, means: Sequence[MeansRef], companies: Sequence[CompanyRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "means", means_choices(means, with_company=bool(companies)))
        _set_choices(self, "company", [("", _("Choose")), *((entry.pk, entry.name) for entry in companies)])


class ChargeForm(CreditForm):
    """Something the guest had."""

    charge_code = forms.ChoiceField(label=_("Item"))
    amount = AmountField(label=pgettext_lazy("charge", "Price"))
    quantity = forms.IntegerField(label=_("Quantity"), initial=1)
    description = line(_("Description"))

    def __init__(self, *args: Any, codes: Sequence[ChargeCodeRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grouped: dict[str, list[tuple[str, str]]] = {}
        for code in codes:
            grouped.setdefault(code.group, []).append((code.code, f"{code.code} {code.label}"))
        groups = [(GROUPS.get(group, group), rows) for group, rows in grouped.items()]
        _set_choices(self, "charge_code", [("", _("Choose")), *groups])


class DepositForm(MoneyForm):
    """A deposit taken or given back."""

    means = forms.ChoiceField(label=_("Means of payment"), widget=forms.RadioSelect)
    amount = AmountField(label=_("Amount"))
    note = line(_("Note"))

    def __init__(self, *args: Any, means: Sequence[MeansRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "means", means_choices(means, with_company=False))


class UseDepositForm(MoneyForm):
    amount = AmountField(label=_("Amount"))


class RefundForm(MoneyForm):
    """Part of a payment given back."""

    payment = forms.IntegerField(widget=forms.HiddenInput)
    amount = AmountField(label=_("Amount"))
    reason = line(_("Reason"))


class ReversalForm(MoneyForm):
    transaction = forms.IntegerField(widget=forms.HiddenInput)
    reason = line(_("Reason"))


class TransferForm(CreditForm):
    """Charges to another window; `other` is the number of another bill, whose first window takes them."""

    target = forms.ChoiceField(label=pgettext_lazy("charge", "To"), required=False, widget=forms.RadioSelect)
    other = line(_("Another bill"))
    amount = AmountField(label=_("Only this much"), required=False)
    reason = line(_("Reason"))

    def __init__(self, *args: Any, folio: FolioView, window: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        windows = [entry for entry in folio.windows if entry.number != window]
        choices = [(entry.number, Choice(entry.number, note=entry.payee, icon="receipt")) for entry in windows]
        _set_choices(self, "target", choices)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("target") and not data.get("other"):
            self.add_error("target", _("Choose a window or enter another bill."))
        return data


class WindowForm(MoneyForm):
    payee = line(_("Who pays"), required=True)


class ReasonForm(MoneyForm):
    reason = line(_("Reason"))
