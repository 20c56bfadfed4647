"""What waits for a second person, the house accounts, and what the house laid down for its counter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.billing.access import Permission
from binzhi.billing.cashier import settings as cashier_settings
from binzhi.billing.cashier.asking import no_shift, with_shift
from binzhi.billing.cashier.queries import must_be_open, tills
from binzhi.billing.counter import services, settings
from binzhi.billing.counter.authority import approvals
from binzhi.billing.counter.plans import plans_of
from binzhi.billing.counter.queries import (
    authority_limits,
    compensation_items,
    currency_rates,
    house_accounts,
    late_charge_days,
    late_fees,
)
from binzhi.billing.counter.settings import LateStep
from binzhi.billing.web.forms import AmountField, MoneyForm, line
from binzhi.kernel.errors import DomainError, NotFound
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, press, status_of


@never_cache
@require_GET
@screen(Permission.APPROVE)
def waiting(request: StaffRequest) -> HttpResponse:
    """What colleagues ask for, and what was decided lately."""
    return _approvals(request)


def _approvals(request: StaffRequest, *, asks: int = 0, status: int = 200) -> HttpResponse:
    """`asks`: the request whose yes needs an open shift; it is opened with it."""
    rows = approvals(hotel_id=hotel_of(request).pk)
    context = {
        "rows": rows, "me": request.actor.user_id, "asks": next((row for row in rows if row.pk == asks), None),
    }  # fmt: skip
    return render_screen(request, "billing/approvals.html", context, status=status)


@require_POST
@screen(Permission.APPROVE)
def decide(request: StaffRequest, approval_id: int) -> HttpResponse:
    """Yes or no."""
    yes = request.POST.get("decision") == "yes"

    def work() -> None:
        services.decide_approval(approval_id=approval_id, approve=yes, **common(request))

    hotel = hotel_of(request)
    back = reverse("billing:approvals", args=[hotel.code])
    answer = press(
        request, with_shift(request, hotel, request.actor, work),
        done=_("Approved and posted") if yes else pgettext("counter", "Refused"), back=back,
    )  # fmt: skip
    return _approvals(request, asks=approval_id, status=UNPROCESSABLE) if no_shift(request) else answer


class HouseForm(MoneyForm):
    """A new house account."""

    number = line(pgettext_lazy("counter", "Number"), required=True)
    name = line(pgettext_lazy("counter", "Name"), required=True)
    purpose = line(pgettext_lazy("counter", "What for"))


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.HOUSE)
def house(request: StaffRequest) -> HttpResponse:
    """House accounts; a POST opens one."""
    hotel = hotel_of(request)
    form = HouseForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: services.open_house_account(**form.cleaned_data, **common(request)))
                toast(request, _("The house account is open"))
                return go(request, reverse("billing:house", args=[hotel.code]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    return render_screen(
        request, "billing/house.html", {"rows": house_accounts(hotel_id=hotel.pk), "form": form}, status=status
    )


# ---------------------------------------------------------------- settings


class LimitForm(MoneyForm):
    post_id = forms.TypedChoiceField(label=pgettext_lazy("counter", "Post"), coerce=int)
    kind = forms.ChoiceField(
        label=pgettext_lazy("counter", "What"),
        choices=[("adjustment", gettext_lazy("Allowance")), ("paid_out", gettext_lazy("Lay out for the guest"))],
    )
    amount = AmountField(label=gettext_lazy("Alone up to"), required=False)


class RateForm(MoneyForm):
    currency = line(gettext_lazy("Currency"), required=True)
    rate = AmountField(label=gettext_lazy("For one unit"))


class ItemForm(MoneyForm):
    item_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = line(pgettext_lazy("counter", "Name"), required=True)
    name_en = line(gettext_lazy("Name in English"))
    price = AmountField(label=gettext_lazy("List price"))
    is_active = forms.BooleanField(label=gettext_lazy("On the list"), required=False, initial=True)


class LateForm(MoneyForm):
    """Steps as people write them, one a line: `14:00 50`; of a level `16:00 0 V1`, of a rate `16:00 0 @corp`."""

    aliases: Mapping[str, str] = {"percent": "steps", "from_time": "steps"}
    plans: Mapping[str, int] = {}

    steps = forms.CharField(
        label=gettext_lazy("From hour, per cent of the night"), required=False, widget=forms.Textarea, max_length=500
    )

    def clean_steps(self) -> list[LateStep]:
        rows = [row for row in self.cleaned_data["steps"].splitlines() if row.strip()]
        return [_step(row, self.plans) for row in rows]


def _step(row: str, plans: Mapping[str, int]) -> LateStep:
    """`14:00 50`, for a level `14:00 50 V1`, for a rate `14:00 50 @corp`, for both `14:00 50 V1 @corp`."""
    words = row.replace("%", " ").split()
    asked = [word[1:] for word in words if word.startswith("@")]
    unknown = next((code for code in asked if code not in plans), None)
    if unknown is not None:
        raise forms.ValidationError(_("There is no rate “%(code)s”.") % {"code": unknown})
    parts = [word for word in words if not word.startswith("@")]
    try:
        hour = time.fromisoformat(parts[0].zfill(5))
        percent = AmountField().clean(parts[1])
    except (ValueError, IndexError, forms.ValidationError):
        raise forms.ValidationError(_("“%(row)s” is not an hour and a share, as in 14:00 50.") % {"row": row}) from None
    level = parts[2] if len(parts) > 2 else None
    return LateStep(from_time=hour, percent=percent, level=level, plan_id=plans[asked[0]] if asked else None)


class DaysForm(MoneyForm):
    days = forms.IntegerField(label=gettext_lazy("Late charges up to days after closing"))


class TillForm(MoneyForm):
    """A drawer; an id changes the one there is."""

    till_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = line(pgettext_lazy("cashier", "Code"), required=True)
    name = line(pgettext_lazy("counter", "Name"), required=True)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)


class ShiftsForm(MoneyForm):
    must_be_open = forms.BooleanField(label=gettext_lazy("Money is taken only within an open shift"), required=False)


Saver = Callable[[dict[str, Any], dict[str, Any]], object]
SAVERS: Mapping[str, tuple[type[MoneyForm], Saver]] = {
    "limit": (LimitForm, lambda data, who: settings.set_authority(**data, **who)),
    "rate": (RateForm, lambda data, who: settings.set_currency_rate(**data, **who)),
    "item": (ItemForm, lambda data, who: settings.save_compensation_item(**data, **who)),
    "late": (LateForm, lambda data, who: settings.set_late_fees(**data, **who)),
    "till": (TillForm, lambda data, who: cashier_settings.save_till(**data, **who)),
    "shifts": (ShiftsForm, lambda data, who: cashier_settings.require_shifts(**data, **who)),
    "days": (DaysForm, lambda data, who: settings.set_late_charge_days(**data, **who)),
}


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.SET_COUNTER)
def counter_settings(request: StaffRequest) -> HttpResponse:
    """Authority, rates, price list, late departure: each a small form of its own."""
    hotel = hotel_of(request)
    built = _forms(hotel.pk, request.GET)
    status = 200
    if request.method == "POST":
        name = request.POST.get("form", "")
        if name not in SAVERS:
            raise NotFound
        form = _with_posts(SAVERS[name][0](request.POST, auto_id=f"{name}_%s"), hotel.pk)
        built[name] = form
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                once(request, lambda: SAVERS[name][1](form.cleaned_data, common(request)))
                toast(request, _("Saved"))
                return go(request, reverse("billing:counter", args=[hotel.code]))
            except DomainError as refusal:
                form.refuse(refusal)
                status = status_of(refusal)
    context = {
        "limits": authority_limits(hotel_id=hotel.pk), "rates": currency_rates(hotel_id=hotel.pk),
        "items": compensation_items(hotel_id=hotel.pk, with_inactive=True), "forms": built,
        "tills": tills(hotel_id=hotel.pk, with_inactive=True),
    }  # fmt: skip
    return render_screen(request, "billing/counter.html", context, status=status)


def _forms(hotel_id: int, query: QueryDict) -> dict[str, MoneyForm]:
    """Every form as it stands; `item` and `till` in the address are the rows that are to be changed."""
    codes = {key: code for code, key in plans_of(hotel_id).items()}
    steps = "\n".join(
        " ".join(
            part
            for part in (
                f"{row.from_time:%H:%M} {row.percent.normalize():f}", row.level or "",
                f"@{codes.get(row.plan_id, row.plan_id)}" if row.plan_id is not None else "",
            )
            if part
        )
        for row in late_fees(hotel_id=hotel_id)
    )  # fmt: skip
    days = late_charge_days(hotel_id=hotel_id)
    initial: dict[str, dict[str, Any]] = {
        "late": {"steps": steps}, "days": {"days": services.LATE_CHARGE_DAYS if days is None else days},
        "shifts": {"must_be_open": must_be_open(hotel_id=hotel_id)},
        "item": next(
            (
                {"item_id": row.pk, "name": row.name, "name_en": row.name_en, "price": row.price,
                 "is_active": row.is_active}
                for row in compensation_items(hotel_id=hotel_id, with_inactive=True)
                if str(row.pk) == query.get("item")
            ),
            {},
        ),
        "till": next(
            (
                {"till_id": row.pk, "code": row.code, "name": row.name, "is_active": row.is_active}
                for row in tills(hotel_id=hotel_id, with_inactive=True)
                if str(row.pk) == query.get("till")
            ),
            {},
        ),
    }  # fmt: skip
    return {
        name: _with_posts(form(initial=initial.get(name) or None, auto_id=f"{name}_%s"), hotel_id)
        for name, (form, _save) in SAVERS.items()
    }


def _with_posts(form: MoneyForm, hotel_id: int) -> MoneyForm:
    if isinstance(form, LateForm):
        form.plans = plans_of(hotel_id)
    if isinstance(form, LimitForm):
        choices = [(row.post_id, row.post) for row in authority_limits(hotel_id=hotel_id)]
        form.fields["post_id"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
    return form
