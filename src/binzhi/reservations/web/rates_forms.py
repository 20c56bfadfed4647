"""Forms of the book of rates: painting, applying rules, and keeping them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from binzhi.property.queries import RoomTypeRef
from binzhi.reservations.calendar import DayKind, NightKind
from binzhi.reservations.ratebook.brush import EVERY_DAY, Brush
from binzhi.reservations.ratebook.queries import PlanRow, SeasonRow
from binzhi.reservations.ratebook.rule_services import RuleInput, SeasonInput
from binzhi.reservations.web.forms import DateField

WEEKDAYS = [
    (1, pgettext_lazy("weekday", "Mon")), (2, pgettext_lazy("weekday", "Tue")), (3, pgettext_lazy("weekday", "Wed")),
    (4, pgettext_lazy("weekday", "Thu")), (5, pgettext_lazy("weekday", "Fri")), (6, pgettext_lazy("weekday", "Sat")),
    (7, pgettext_lazy("weekday", "Sun")),
]  # fmt: skip
LEAVE, YES, NO = "", "yes", "no"
EMPTY = "-"
MOST_COUNT = 10_000
SWITCHES = ("closed", "closed_to_arrival", "closed_to_departure", "stop_sell")


class Weekdays(forms.TypedMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Days of the week"), choices=WEEKDAYS, coerce=int, required=False, initial=list(EVERY_DAY),
            widget=forms.CheckboxSelectMultiple, **kwargs,
        )  # fmt: skip


class Price(forms.DecimalField):
    """A price, or a dash to empty it where `may_be_empty`."""

    def __init__(self, label: Any, *, may_be_empty: bool = False, **kwargs: Any) -> None:
        self.may_be_empty = may_be_empty
        super().__init__(
            label=label, required=False, max_digits=10, decimal_places=2, widget=forms.TextInput(), localize=False,
            error_messages={"invalid": _("This is not a price.")}, **kwargs,
        )  # fmt: skip

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().replace(",", "").replace(chr(0xFF0C), "")
        return EMPTY if self.may_be_empty and text == EMPTY else super().to_python(text)

    def validate(self, value: Any) -> None:
        if value != EMPTY:
            super().validate(value)

    def run_validators(self, value: Any) -> None:
        if value != EMPTY:
            super().run_validators(value)


class Count(Price):
    """A number of nights or rooms, or a dash to empty it."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found in (None, EMPTY):
            return found
        if found != int(found) or abs(found) > MOST_COUNT:
            raise forms.ValidationError(_("A whole number, please."))
        return int(found)


def switch(label: Any, yes: Any, no: Any) -> forms.ChoiceField:
    choices = [(LEAVE, pgettext_lazy("rates", "leave")), (YES, yes), (NO, no)]
    return forms.ChoiceField(label=label, required=False, choices=choices)


class Span(forms.Form):
    """Nights from … to, of some room types."""

    first = DateField(label=_("From"))
    last = DateField(label=pgettext_lazy("dates", "to"))
    room_types = forms.MultipleChoiceField(label=_("Room types"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, types: Sequence[RoomTypeRef], plans: Sequence[PlanRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types, self.plans = types, plans
        self._choose("room_types", [(kind.code, kind.label) for kind in types])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class PaintForm(Span):
    """What is to stand over nights, types and rates; what is left empty stays as it is."""

    weekdays = Weekdays()
    rate_plans = forms.MultipleChoiceField(label=_("Rates"), required=False, widget=forms.CheckboxSelectMultiple)
    price = Price(_("Price"), may_be_empty=True)
    single_price = Price(_("For one guest"), may_be_empty=True)
    extra_adult = Price(_("Extra adult"))
    extra_child = Price(_("Extra child"))
    percent = Price(_("Change by"))
    amount = Price(_("Change by"))
    min_nights = Count(_("Shortest stay"), may_be_empty=True)
    max_nights = Count(_("Longest stay"), may_be_empty=True)
    closed = switch(_("Rate"), _("Closed"), pgettext_lazy("rate", "Open"))
    closed_to_arrival = switch(_("Arrival"), _("Not allowed"), _("Allowed"))
    closed_to_departure = switch(_("Departure"), _("Not allowed"), _("Allowed"))
    stop_sell = switch(_("Sale of the room type"), _("Stopped"), pgettext_lazy("sale", "Open"))
    overbooking = Count(_("Overbooking"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("rate_plans", [(plan.code, plan.label) for plan in self.plans])

    @property
    def brush(self) -> Brush:
        values = self.cleaned_data
        plain = ("price", "single_price", "extra_adult", "extra_child", "percent", "amount", "min_nights",
                 "max_nights", "overbooking")  # fmt: skip
        given: dict[str, Any] = {name: None if values[name] == EMPTY else values[name] for name in plain}
        given |= {name: {YES: True, NO: False}.get(values[name]) for name in SWITCHES}
        return Brush(
            first=values["first"],
            last=values["last"],
            room_types=tuple(values["room_types"]),
            rate_plans=tuple(values["rate_plans"]),
            weekdays=tuple(values["weekdays"]),
            clear=frozenset(name for name in plain if values[name] == EMPTY),
            **given,
        )


class ApplyForm(Span):
    """Which nights the rules of a rate are written over."""

    rate_plan = forms.ChoiceField(label=_("Rate"))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("rate_plan", [(plan.code, plan.label) for plan in self.plans if not plan.is_derived])


class SeasonForm(forms.Form):
    code = forms.CharField(label=pgettext_lazy("rates", "Code"), max_length=20)
    name = forms.CharField(label=pgettext_lazy("rates", "Name"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    first = DateField(label=_("From"))
    last = DateField(label=pgettext_lazy("dates", "to"))

    @property
    def season(self) -> SeasonInput:
        return SeasonInput(**self.cleaned_data)


class RuleForm(forms.Form):
    """A rule of a rate: which nights, and what it does to their price."""

    rate_plan = forms.ChoiceField(label=_("Rate"))
    name = forms.CharField(label=pgettext_lazy("rates", "Name"), max_length=60)
    action = forms.ChoiceField(
        label=_("The price"),
        choices=[
            ("percent", pgettext_lazy("rule", "per cent more (less with −)")),
            ("amount", pgettext_lazy("rule", "amount more (less with −)")),
            ("set", pgettext_lazy("rule", "is this price")),
        ],
    )
    value = forms.DecimalField(label=_("Value"), max_digits=10, decimal_places=2, widget=forms.TextInput())
    position = forms.IntegerField(label=_("Order"), required=False, min_value=0, max_value=999)
    season = forms.ChoiceField(label=_("Season"), required=False)
    weekdays = Weekdays()
    night_kinds = forms.MultipleChoiceField(
        label=_("Nights"), required=False, choices=NightKind.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every night."),
    )  # fmt: skip
    room_types = forms.MultipleChoiceField(
        label=_("Room types"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every room type."),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(
        self, *args: Any, types: Sequence[RoomTypeRef], plans: Sequence[PlanRow], seasons: Sequence[SeasonRow],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("rate_plan", [(plan.code, plan.label) for plan in plans if not plan.is_derived]),
            ("season", [("", _("All the year")), *((season.code, season.label) for season in seasons)]),
            ("room_types", [(kind.code, kind.label) for kind in types]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def rule(self) -> RuleInput:
        values = self.cleaned_data
        return RuleInput(
            **values
            | {name: tuple(values[name]) for name in ("weekdays", "night_kinds", "room_types")}
            | {"position": values["position"] or 0}
        )


class BaseForm(forms.Form):
    """Base price and floor of a type under a rate."""

    rate_plan = forms.CharField(widget=forms.HiddenInput)
    room_type = forms.CharField(widget=forms.HiddenInput)
    price = Price(_("Base price"))
    floor = Price(pgettext_lazy("rates", "Floor"))


class DayForm(forms.Form):
    """What the hotel says of some days."""

    first = DateField(label=_("From"))
    last = DateField(label=pgettext_lazy("dates", "to"))
    kind = forms.ChoiceField(
        label=_("These days are"), required=False, widget=forms.RadioSelect,
        choices=[*DayKind.choices, ("", _("as the public calendar says"))],
    )  # fmt: skip
    name = forms.CharField(label=pgettext_lazy("rates", "Name"), max_length=40, required=False)
