"""Forms of companies' accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.billing.queries import MeansRef
from binzhi.billing.receivables.accounts import Share
from binzhi.billing.receivables.queries import OpenRow
from binzhi.billing.receivables.services import ReceiptInput
from binzhi.billing.web.forms import AmountField, MoneyForm, line, means_choices
from binzhi.kernel.errors import DomainError

OLDEST, BY_HAND, LATER = "oldest", "by_hand", "later"


def day_of(text: str | None, default: date) -> date:
    """A day out of an address."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return default


class ReceiptForm(MoneyForm):
    """What a company pays, and for what."""

    means = forms.ChoiceField(label=_("Means of payment"), widget=forms.RadioSelect)
    amount = AmountField(label=_("Amount"))
    note = line(_("Note"))
    how = forms.ChoiceField(
        label=pgettext_lazy("receivable", "For"), widget=forms.RadioSelect, initial=OLDEST,
        choices=[
            (OLDEST, _("The oldest first")), (BY_HAND, _("What is entered in the list")),
            (LATER, _("Nothing yet, keep it")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, means: Sequence[MeansRef], items: Sequence[OpenRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        self.fields["means"].choices = means_choices(means, with_company=False)  # type: ignore[attr-defined]
        for item in items:
            self.fields[f"item_{item.transaction_id}"] = AmountField(label=_("Pays"), required=False)

    def refuse(self, refusal: DomainError, *, field: str | None = None) -> None:
        """What is wrong with one item stands beside it."""
        if refusal.field == "items" and "item" in refusal.params:
            field = f"item_{refusal.params['item']}"
        super().refuse(refusal, field=field)

    def receipt(self) -> ReceiptInput:
        data = self.cleaned_data
        shares = None if data["how"] == OLDEST else list(self._shares()) if data["how"] == BY_HAND else []
        return ReceiptInput(means=data["means"], amount=data["amount"], note=data["note"], shares=shares)

    def _shares(self) -> Iterator[Share]:
        for item in self.items:
            amount: Decimal | None = self.cleaned_data.get(f"item_{item.transaction_id}")
            if amount is not None:
                yield Share(item.transaction_id, amount)


class TermsForm(MoneyForm):
    days = forms.IntegerField(label=_("Days to pay"))


class WriteOffForm(MoneyForm):
    amount = AmountField(label=_("Amount"))
    reason = line(_("Reason"))
