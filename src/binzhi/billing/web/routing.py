"""Where charges go: the panels of routing rules and of splitting what stands in a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from binzhi.billing.access import Permission
from binzhi.billing.queries import ChargeCodeRef, CompanyRef, FolioView, charge_codes, companies, folio_view
from binzhi.billing.routing import services
from binzhi.billing.routing.queries import rules_of
from binzhi.billing.routing.rules import WHOLE, RuleInput
from binzhi.billing.routing.splitting import SplitInput
from binzhi.billing.web.actions import Action, Desk, Done, desk_of, numbers_of
from binzhi.billing.web.forms import GROUPS, AmountField, CreditForm, MoneyForm, line
from binzhi.kernel.ui.fields import Choice
from binzhi.people.web import StaffRequest, screen
from binzhi.people.web.posting import common, press

FIRST_WINDOW = 1


def _days(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput)


class WhichForm(MoneyForm):
    """Which charges: by family, by item, by day; nothing chosen means all of them."""

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Families"), required=False, widget=forms.CheckboxSelectMultiple
    )
    codes = forms.MultipleChoiceField(label=gettext_lazy("Items"), required=False, widget=forms.CheckboxSelectMultiple)
    first_date = _days(gettext_lazy("From day"))
    last_date = _days(gettext_lazy("To day"))
    percent = AmountField(label=gettext_lazy("Share"), required=False)
    target = forms.ChoiceField(label=pgettext_lazy("charge", "To"), required=False, widget=forms.RadioSelect)
    other = line(gettext_lazy("Another bill"))

    def __init__(
        self, *args: Any, codes: Sequence[ChargeCodeRef], folio: FolioView, window: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        families = dict.fromkeys(code.group for code in codes)
        windows = [entry for entry in folio.windows if entry.number != window]
        self._choose("groups", [(group, GROUPS.get(group, group)) for group in families])
        self._choose("codes", [(code.code, f"{code.code} {code.label}") for code in codes])
        self._choose(
            "target", [(entry.number, Choice(entry.number, note=entry.payee, icon="receipt")) for entry in windows]
        )

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a ChoiceField


class RoutingForm(WhichForm):
    """A rule: what goes where from now on."""

    aliases: Mapping[str, str] = {"organisation": "company"}

    company = forms.TypedChoiceField(
        label=pgettext_lazy("bill", "Company"), required=False, coerce=int, empty_value=None
    )
    payee = line(gettext_lazy("New window for"))
    amount_limit = AmountField(label=gettext_lazy("At most in all"), required=False)
    note = line(gettext_lazy("Note"))
    rule = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, companies: Sequence[CompanyRef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("company", [("", _("Choose")), *((entry.pk, entry.name) for entry in companies)])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in ("target", "company", "other", "payee") if data.get(name)]
        if len(given) != 1 and not self.errors:
            self.add_error(
                "target" if self.fields["target"].choices else "company",  # type: ignore[attr-defined]
                _("Choose one: a window, a company, another bill or a new window."),
            )
        return data


class SplitForm(WhichForm, CreditForm):
    """A part of what stands in the window, to another."""

    amount = AmountField(label=gettext_lazy("Amount in all"), required=False)
    reason = line(gettext_lazy("Reason"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("target") and not data.get("other"):
            name = "target" if self.fields["target"].choices else "other"  # type: ignore[attr-defined]
            self.add_error(name, _("Choose a window or enter another bill."))
        return data


def _routing_form(desk: Desk, data: QueryDict | None) -> RoutingForm:
    return RoutingForm(
        data, codes=charge_codes(hotel_id=desk.hotel.pk), folio=desk.folio, window=desk.window,
        companies=companies(hotel_id=desk.hotel.pk), auto_id="route_%s", initial=_initial(desk),
    )  # fmt: skip


def _initial(desk: Desk) -> dict[str, Any]:
    """A new rule, or the one that is to be changed (`?rule=`)."""
    asked = numbers_of(desk.request.GET, "rule")
    found = next((row for row in rules_of(folio_id=desk.folio.pk) if row.pk in asked), None)
    if found is None:
        return {"percent": "100", "company": desk.heading.organisation_id}
    return {
        "rule": found.pk, "percent": f"{found.percent.normalize():f}", "codes": list(found.codes),
        "groups": list(found.groups), "amount_limit": found.left, "first_date": found.first_date,
        "last_date": found.last_date, "note": found.note, "other": found.target_folio,
        "target": "" if found.target_folio else found.target_window,
    }  # fmt: skip


def _split_form(desk: Desk, data: QueryDict | None) -> SplitForm:
    codes = charge_codes(hotel_id=desk.hotel.pk)
    return SplitForm(data, codes=codes, folio=desk.folio, window=desk.window, auto_id="split_%s")


def _target_of(desk: Desk, data: Mapping[str, Any]) -> tuple[int | None, str]:
    """The chosen window and how it is called."""
    if data["other"]:
        folio = folio_view(hotel_id=desk.hotel.pk, number=data["other"].strip().upper())
        return folio.window(FIRST_WINDOW).account_id, folio.number
    if data["target"]:
        number = int(data["target"])
        return desk.folio.window(number).account_id, _("window %(window)s") % {"window": number}
    return None, ""


def _add_rule(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    target_id, _words = _target_of(desk, data)
    rule = RuleInput(
        codes=data["codes"], groups=data["groups"],
        percent=WHOLE if data["percent"] is None else data["percent"], amount_limit=data["amount_limit"],
        first_date=data["first_date"], last_date=data["last_date"], target_id=target_id,
        organisation_id=data["company"], payee=data["payee"], note=data["note"],
    )  # fmt: skip
    if data["rule"]:
        services.change_routing_rule(
            hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, rule_id=data["rule"], rule=rule, actor=actor, now=now
        )
        return Done(_("The rule is changed from the next charge on"))
    services.add_routing_rule(
        hotel_id=desk.hotel.pk, folio_id=desk.folio.pk, account_id=desk.account_id, rule=rule, actor=actor, now=now
    )
    return Done(_("The rule holds from the next charge on"))


def _split(desk: Desk, data: dict[str, Any], actor: Any, now: Any) -> Done:
    target_id, words = _target_of(desk, data)
    assert target_id is not None  # the form asked for one
    split = SplitInput(
        codes=data["codes"], groups=data["groups"], first_date=data["first_date"], last_date=data["last_date"],
        amount=data["amount"], percent=data["percent"],
    )  # fmt: skip
    moved = services.split_charges(
        hotel_id=desk.hotel.pk, source_id=desk.account_id, target_id=target_id, split=split, reason=data["reason"],
        exceed_limit=data["exceed_limit"], actor=actor, now=now,
    )  # fmt: skip
    said = _("Moved: %(amount)s to %(target)s")
    single = moved.transaction_ids[0] if len(moved.transaction_ids) == 1 else None
    return Done(said % {"amount": desk.money(moved.amount), "target": words}, single)


ACTIONS: dict[str, Action] = {
    "routing": Action(Permission.ROUTE, gettext_lazy("Routing rule"), "routing", _routing_form, _add_rule),
    "splits": Action(Permission.TRANSFER, gettext_lazy("Split charges"), "split", _split_form, _split),
}


@require_POST
@screen(Permission.ROUTE)
def end_rule(request: StaffRequest, number: str, rule_id: int) -> HttpResponse:
    """End a rule; nothing is sent by it from now on."""
    desk = desk_of(request, number)
    back = reverse("billing:folio", args=[desk.hotel.code, number]) + f"?window={desk.window}"
    return press(
        request,
        lambda: services.end_routing_rule(folio_id=desk.folio.pk, rule_id=rule_id, reason="", **common(request)),
        done=_("The rule has ended"), back=back,
    )  # fmt: skip
