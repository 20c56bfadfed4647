"""Who may have a rate: promotion codes, agreed prices, members' rates. A page of lists, a panel for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from binzhi.kernel.ui.htmx import go, render_screen, toast, wants_part
from binzhi.people.web import StaffRequest, screen
from binzhi.people.web.posting import common
from binzhi.property.queries import HotelRef
from binzhi.reservations.access import Permission
from binzhi.reservations.promotions import queries, services
from binzhi.reservations.promotions.services import PromotionInput
from binzhi.reservations.ratebook.queries import PlanRow, plans_of
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.forms import DateField
from binzhi.reservations.web.panels import fresh_token, saved

PAGE = "reservations/entitled.html"
UNPROCESSABLE = 422
Choices = Sequence[tuple[str, Any]]


def choices_of(plans: Sequence[PlanRow], *kinds: str) -> Choices:
    return [(plan.code, plan.label) for plan in plans if plan.kind in kinds]


class PromotionForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("rates", "Name"), max_length=60)
    code = forms.CharField(
        label=pgettext_lazy("rates", "Code"), max_length=20, required=False,
        help_text=gettext_lazy("Left empty, one is made that nobody guesses."),
    )  # fmt: skip
    rate_plan = forms.ChoiceField(label=gettext_lazy("Rate"))
    stay_from = DateField(label=gettext_lazy("Stay from"), required=False)
    stay_until = DateField(label=gettext_lazy("Stay until"), required=False)
    book_from = DateField(label=gettext_lazy("Booked from"), required=False)
    book_until = DateField(label=gettext_lazy("Booked until"), required=False)
    most_uses = forms.IntegerField(label=gettext_lazy("At most so many bookings"), required=False, min_value=1)


class AgreedForm(forms.Form):
    rate_plan = forms.ChoiceField(label=gettext_lazy("Rate"))
    organisation = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    organisation_text = forms.CharField(label=gettext_lazy("Company or agency"), required=False)
    percent = forms.DecimalField(
        label=gettext_lazy("Per cent on the parent's price"), required=False, max_digits=6, decimal_places=2,
        widget=forms.TextInput(),
    )  # fmt: skip
    amount = forms.DecimalField(
        label=gettext_lazy("Amount on top"), required=False, max_digits=10, decimal_places=2, widget=forms.TextInput()
    )
    valid_until = DateField(label=gettext_lazy("Valid until"), required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if not values.get("organisation"):
            self.add_error("organisation_text", _("Choose the company from the list."))
        return values


class MembersForm(forms.Form):
    rate_plan = forms.ChoiceField(label=gettext_lazy("Rate"))
    members_only = forms.BooleanField(label=gettext_lazy("For members only"), required=False)
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Levels"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: every member."),
    )  # fmt: skip


def with_choices(form: forms.Form, **choices: Choices) -> forms.Form:
    for name, values in choices.items():
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(values)
    return form


def page_context(request: StaffRequest) -> dict[str, Any]:
    hotel = hotel_of(request)
    return {
        "hotel": hotel,
        "promotions": queries.promotions(hotel.pk),
        "agreed": queries.agreed_prices(hotel.pk),
        "members": [plan for plan in plans_of(hotel.pk) if plan.kind == "member"],
        "may_manage": request.actor.may(Permission.MANAGE_PROMOTIONS, hotel.pk),
    }


@require_GET
@screen(Permission.VIEW)
def entitled(request: StaffRequest) -> HttpResponse:
    return render(request, PAGE, page_context(request))


def _back(hotel: HotelRef) -> str:
    return reverse("reservations:entitled", args=[hotel.code])


def _panel(request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    hotel = hotel_of(request)
    suggest = reverse("guests:suggest_organisations", args=[hotel.code])
    own = {
        "hotel": hotel,
        "panel": template,
        "token": fresh_token(),
        "back": _back(hotel),
        "suggest": suggest,
        **context,
    }
    if wants_part(request):
        return render_screen(request, PAGE, own, part=template, status=status)
    return render(request, PAGE, page_context(request) | own, status=status)


def _save(request: StaffRequest, form: forms.Form, template: str, work: Callable[[], str]) -> HttpResponse:
    return saved(
        request, form, work, back=_back(hotel_of(request)),
        again=lambda status: _panel(request, template, {"form": form}, status=status),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@screen(Permission.MANAGE_PROMOTIONS)
def promotion(request: StaffRequest) -> HttpResponse:
    """A new code."""
    template = "reservations/entitled_promotion.html"
    plans = choices_of(plans_of(hotel_of(request).pk), "derived", "promotion")
    form = with_choices(PromotionForm(request.POST or None), rate_plan=plans)
    if request.method == "GET":
        return _panel(request, template, {"form": form})

    def work() -> str:
        code = services.create_promotion(promotion=PromotionInput(**form.cleaned_data), **common(request))
        return _("Code %(code)s made.") % {"code": code}

    return _save(request, form, template, work)


@require_POST
@screen(Permission.MANAGE_PROMOTIONS)
def end(request: StaffRequest, promotion_id: int) -> HttpResponse:
    services.end_promotion(promotion_id=promotion_id, **common(request))
    toast(request, _("The code books nothing any more."))
    return go(request, _back(hotel_of(request)))


@require_http_methods(["GET", "POST"])
@screen(Permission.MANAGE_PROMOTIONS)
def agreed(request: StaffRequest) -> HttpResponse:
    """An organisation's own price."""
    template = "reservations/entitled_agreed.html"
    plans = choices_of(plans_of(hotel_of(request).pk), "negotiated")
    form = with_choices(AgreedForm(request.POST or None), rate_plan=plans)
    if request.method == "GET":
        return _panel(request, template, {"form": form})

    def work() -> str:
        values = dict(form.cleaned_data)
        del values["organisation_text"]
        services.set_agreed_price(organisation_id=values.pop("organisation"), **values, **common(request))
        return _("Agreed price saved.")

    return _save(request, form, template, work)


@require_http_methods(["GET", "POST"])
@screen(Permission.MANAGE_PROMOTIONS)
def members(request: StaffRequest) -> HttpResponse:
    """A rate for members, or for everybody again."""
    hotel, template = hotel_of(request), "reservations/entitled_members.html"
    plans = choices_of(plans_of(hotel.pk), "derived", "member")
    levels = [(tier, tier) for tier in queries.tiers(hotel.pk)]
    form = with_choices(MembersForm(request.POST or None), rate_plan=plans, tiers=levels)
    if request.method == "GET":
        return _panel(request, template, {"form": form})

    def work() -> str:
        services.set_members_rate(**form.cleaned_data, **common(request))
        return _("Members' rate saved.")

    return _save(request, form, template, work)
