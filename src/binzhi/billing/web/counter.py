"""The counter's panels on a bill: lower a charge, lay out, foreign cash, damage, late charge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from binzhi.billing.access import Permission
from binzhi.billing.counter import services
from binzhi.billing.counter.authority import Asked
from binzhi.billing.counter.postings import ForeignInput
from binzhi.billing.counter.queries import ItemRow, RateRow, compensation_items, currency_rates
from binzhi.billing.counter.services import LateCharge
from binzhi.billing.ledger import Posted
from binzhi.billing.queries import CompanyRef, MeansRef, charge_codes, companies, means_of_payment
from binzhi.billing.setup import COMPANY
from binzhi.billing.web.actions import Action, Desk, Done, numbers_of
from binzhi.billing.web.forms import AmountField, ChargeForm, CreditForm, MoneyForm, line, means_choices
from binzhi.kernel.errors import NotFound
from binzhi.kernel.money import ZERO


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a ChoiceField


class AdjustForm(MoneyForm):
    """So much off a charge."""

    transaction = forms.IntegerField(widget=forms.HiddenInput)
    amount = AmountField(label=pgettext_lazy("counter", "Take off"))
    reason = line(gettext_lazy("Reason"))


class PaidOutForm(CreditForm):
    """Money laid out for the guest."""

    means = forms.ChoiceField(label=gettext_lazy("Means of payment"), widget=forms.RadioSelect)
    amount = AmountField(label=gettext_lazy("Amount"))
    reason = line(pgettext_lazy("counter", "What for"))

    def __init__(self, *args: Any, means: Sequence[MeansRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "means", means_choices(means, with_company=False))


class ForeignForm(MoneyForm):
    """Foreign notes, and how much of the bill they pay."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    foreign_amount = AmountField(label=gettext_lazy("Foreign cash"))
    amount = AmountField(label=gettext_lazy("Pays of the bill"), required=False)

    def __init__(self, *args: Any, rates: Sequence[RateRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "currency", [(row.currency, f"{row.currency} × {row.rate.normalize():f}") for row in rates])


class DamageForm(CreditForm):
    """What was damaged, at its list price."""

    item = forms.TypedChoiceField(label=gettext_lazy("Item"), coerce=int)
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), initial=1)
    amount = AmountField(label=gettext_lazy("Another price"), required=False)
    note = line(gettext_lazy("Note"))

    def __init__(self, *args: Any, items: Sequence[ItemRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "item", [("", _("Choose")), *((row.pk, f"{row.label} {row.price}") for row in items)])


class LateChargeForm(ChargeForm):
    """A charge that turned up later, and who pays it."""

    aliases: Mapping[str, str] = {"organisation": "company"}

    means = forms.ChoiceField(label=gettext_lazy("Means of payment"), widget=forms.RadioSelect)
    company = forms.TypedChoiceField(
        label=pgettext_lazy("bill", "Company"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, means: Sequence[MeansRef], companies: Sequence[CompanyRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "means", means_choices(means, with_company=bool(companies)))
        _choose(self, "company", [("", _("Choose")), *((entry.pk, entry.name) for entry in companies)])


def _adjust_form(desk: Desk, data: QueryDict | None) -> AdjustForm:
    asked = numbers_of(desk.request.GET, "transaction")
    return AdjustForm(data, initial={"transaction": asked[0] if asked else None}, auto_id="adjust_%s")


def _paid_out_form(desk: Desk, data: QueryDict | None) -> PaidOutForm:
    means = means_of_payment(hotel_id=desk.hotel.pk)
    return PaidOutForm(data, means=means, initial={"means": "cash"}, auto_id="out_%s")


def _foreign_form(desk: Desk, data: QueryDict | None) -> ForeignForm:
    owed = max(desk.folio.window(desk.window).balance, ZERO)
    rates = currency_rates(hotel_id=desk.hotel.pk)
    return ForeignForm(data, rates=rates, initial={"amount": owed or None}, auto_id="foreign_%s")


def _damage_form(desk: Desk, data: QueryDict | None) -> DamageForm:
    return DamageForm(data, items=compensation_items(hotel_id=desk.hotel.pk), auto_id="damage_%s")


def _late_form(desk: Desk, data: QueryDict | None) -> LateChargeForm:
    return LateChargeForm(
        data, codes=charge_codes(hotel_id=desk.hotel.pk), means=means_of_payment(hotel_id=desk.hotel.pk),
        companies=companies(hotel_id=desk.hotel.pk), auto_id="late_%s",
        initial={"means": "card", "company": desk.heading.organisation_id},
    )  # fmt: skip


def _said(desk: Desk, done: Posted | Asked, words: str, amount: Any) -> Done:
    if isinstance(done, Asked):
        return Done(_("%(amount)s is above your limit: a second person decides") % {"amount": desk.money(amount)})
    return Done(words % {"amount": desk.money(amount)}, done.transaction_id)


def _adjust(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    if desk.folio.line(data["transaction"]) is None:
        raise NotFound
    done = services.adjust_charge(
        hotel_id=desk.hotel.pk, transaction_id=data["transaction"], account_id=desk.account_id, amount=data["amount"],
        reason=data["reason"], actor=actor, now=now,
    )  # fmt: skip
    return _said(desk, done, _("Taken off: %(amount)s"), data["amount"])


def _pay_out(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    done = services.pay_out(
        hotel_id=desk.hotel.pk, account_id=desk.account_id, amount=data["amount"], means=data["means"],
        reason=data["reason"], exceed_limit=data["exceed_limit"], actor=actor, now=now,
    )  # fmt: skip
    return _said(desk, done, _("Laid out: %(amount)s"), data["amount"])


def _foreign(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    given = ForeignInput(currency=data["currency"], foreign_amount=data["foreign_amount"], amount=data["amount"])
    done = services.take_foreign_cash(
        hotel_id=desk.hotel.pk, account_id=desk.account_id, given=given, actor=actor, now=now
    )
    words = _("Paid: %(amount)s. Give back %(change)s")
    return Done(words % {"amount": desk.money(done.paid), "change": desk.money(done.change)})


def _damage(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    done = services.charge_compensation(
        hotel_id=desk.hotel.pk, account_id=desk.account_id, item_id=data["item"], quantity=data["quantity"],
        amount=data["amount"], note=data["note"], exceed_limit=data["exceed_limit"], actor=actor, now=now,
    )  # fmt: skip
    words = _("Posted: %(amount)s to window %(window)s")
    return Done(words % {"amount": desk.money(done.gross), "window": desk.window}, done.transaction_id)


def _late(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    late = LateCharge(
        charge_code=data["charge_code"], amount=data["amount"], quantity=data["quantity"], means=data["means"],
        organisation_id=data["company"] if data["means"] == COMPANY else None, description=data["description"],
        exceed_limit=data["exceed_limit"],
    )  # fmt: skip
    done = services.post_late_charge(hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, late=late, actor=actor, now=now)
    return Done(_("Charged and paid: %(amount)s; the bill is closed again") % {"amount": desk.money(done.gross)})


ACTIONS: dict[str, Action] = {
    "adjustments": Action(Permission.ADJUST, gettext_lazy("Allowance"), "adjust", _adjust_form, _adjust),
    "paid-outs": Action(
        Permission.PAY_OUT, gettext_lazy("Lay out for the guest"), "paid_out", _paid_out_form, _pay_out
    ),
    "foreign-cash": Action(Permission.TAKE_PAYMENT, gettext_lazy("Foreign cash"), "foreign", _foreign_form, _foreign),
    "damage": Action(Permission.POST_CHARGE, gettext_lazy("Compensation"), "damage", _damage_form, _damage),
    "late-charges": Action(Permission.LATE_CHARGE, gettext_lazy("Late charge"), "late", _late_form, _late),
}
