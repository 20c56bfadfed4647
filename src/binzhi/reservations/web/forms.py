"""Forms of the booking screen: they parse and say what is malformed; what may be booked is the services' matter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.dates import StayDates
from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.kernel.ui.fields import Choice
from binzhi.property.queries import HotelRef
from binzhi.reservations import limits
from binzhi.reservations.booker import CHANNEL_NUMBER_LIMIT, NAME_LIMIT, REMARKS_LIMIT, normal_phone
from binzhi.reservations.enums import CodeKind, Guarantee
from binzhi.reservations.queries.desk_list import CodeOption
from binzhi.reservations.web.words import guarantee_word

Codes = Mapping[str, Sequence[CodeOption]]

# Where a refusal of a service is shown, when its field has another name on this screen.
FIELD_OF = {
    "booker_name": "guest_text",
    "guest": "guest_text",
    "name": "guest_text",
    "phone": "booker_phone",
    "organisation": "organisation_text",
    "room_type": "offer",
    "rate_plan": "offer",
    "expected_total": "offer",
}
GUARANTEE_ICONS = {"none": "clock", "deposit": "wallet", "card": "card", "company": "building"}


class DateField(forms.DateField):
    """A day as the browser sends it."""

    widget = forms.DateInput(format="%Y-%m-%d")
    default_error_messages = {
        "invalid": _("This is not a date: write it as 2026-11-26."),
        "required": _("Choose a date."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


def choices_of(options: Sequence[CodeOption], *, empty: str = "–") -> list[tuple[str, str]]:
    return [("", empty), *((option.code, option.label) for option in options)]


class AgesField(forms.CharField):
    """Ages of children as they are typed: 7, 4 (or 7 4, or 7，4); a tuple of them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Children's ages"), required=False, max_length=60, help_text=_("On the day of arrival: 7, 4."),
            **kwargs,
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(age) for age in value) if isinstance(value, tuple | list) else value

    def clean(self, value: Any) -> Any:
        parts = [part for part in re.split(r"[\s,，、;；]+", super().clean(value)) if part]
        if not all(part.isascii() and part.isdigit() and len(part) < 3 for part in parts):
            raise forms.ValidationError(gettext("Write the ages as numbers: 7, 4."))
        return tuple(int(part) for part in parts)


def beds_field() -> forms.IntegerField:
    return forms.IntegerField(label=_("Extra beds"), required=False, min_value=0, max_value=limits.MOST_BEDS, initial=0)


class StayForm(forms.Form):
    """When, how many rooms, for whom: what the offers depend on."""

    arrival = DateField(label=_("Arrival"))
    departure = DateField(label=_("Departure"))
    rooms = forms.IntegerField(
        label=pgettext_lazy("how many", "Rooms"), min_value=1, max_value=limits.MAX_ROOMS, initial=1
    )
    adults = forms.IntegerField(label=_("Adults"), min_value=0, max_value=limits.MAX_PEOPLE, initial=2)
    children = forms.IntegerField(
        label=_("Children"), min_value=0, max_value=limits.MAX_PEOPLE, initial=0, required=False
    )
    child_ages = AgesField()
    extra_beds = beds_field()
    organisation = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    organisation_text = forms.CharField(label=_("Company or agency"), required=False, max_length=NAME_LIMIT)
    promotion_code = forms.CharField(label=_("Promotion code"), required=False, max_length=20)

    def __init__(self, *args: Any, hotel: HotelRef, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hotel = hotel
        horizon = hotel.business_date + timedelta(days=hotel.booking_horizon)
        for name in ("arrival", "departure"):
            self.fields[name].widget.attrs |= {"min": hotel.business_date.isoformat(), "max": horizon.isoformat()}

    def clean_children(self) -> int:
        return int(self.cleaned_data["children"] or 0)

    def clean_extra_beds(self) -> int:
        return int(self.cleaned_data["extra_beds"] or 0)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        arrival, departure = cleaned.get("arrival"), cleaned.get("departure")
        if isinstance(arrival, date) and isinstance(departure, date):
            try:
                limits.check_dates(
                    arrival=arrival, departure=departure, today=self.hotel.business_date,
                    longest_stay=self.hotel.longest_stay, booking_horizon=self.hotel.booking_horizon,
                )  # fmt: skip
            except DomainError as refusal:
                self.add_error(refusal.field, refusal.text)
        if not self.errors:
            # Whoever names two ages has told of two children.
            cleaned["children"] = cleaned["children"] or len(cleaned["child_ages"])
            try:
                limits.check_guests(adults=cleaned["adults"], children=cleaned["children"])
                limits.check_extras(
                    ages=cleaned["child_ages"], beds=cleaned["extra_beds"], children=cleaned["children"]
                )
            except DomainError as refusal:
                self.add_error(refusal.field, refusal.text)
        return cleaned

    @property
    def dates(self) -> StayDates:
        return StayDates(self.cleaned_data["arrival"], self.cleaned_data["departure"])


class BookerFields(forms.Form):
    """Who books, through whom, with what wishes: the same on the booking screen and in the details of a reservation."""

    guest = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    guest_text = forms.CharField(
        label=_("Guest"), max_length=NAME_LIMIT, error_messages={"required": _("Who is coming?")}
    )
    booker_phone = forms.CharField(label=_("Contact phone"), required=False, max_length=30)
    market = forms.ChoiceField(label=_("Market"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    channel_number = forms.CharField(label=_("Channel's order number"), required=False, max_length=CHANNEL_NUMBER_LIMIT)
    guarantee = forms.ChoiceField(label=_("Guarantee"), widget=forms.RadioSelect, initial=Guarantee.NONE.value)
    special_requests = forms.MultipleChoiceField(
        label=_("Special requests"), required=False, widget=forms.CheckboxSelectMultiple
    )
    remarks = forms.CharField(
        label=_("Remarks"), required=False, max_length=REMARKS_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )
    expected_at = forms.TimeField(
        label=_("Expected at"), required=False, widget=forms.TimeInput(format="%H:%M"),
        error_messages={"invalid": _("This is not a time: write it as 18:00.")},
    )  # fmt: skip

    def use_codes(self, codes: Codes, *, hold_until: time) -> None:
        """Offer the hotel's own codes."""
        for name, kind in (("market", CodeKind.MARKET), ("source", CodeKind.SOURCE), ("channel", CodeKind.CHANNEL)):
            self._field(name).choices = choices_of(codes.get(kind.value, ()))
        self._field("special_requests").choices = [(o.code, o.label) for o in codes.get(CodeKind.SPECIAL.value, ())]
        self._field("guarantee").choices = [
            (value, Choice(label, icon=GUARANTEE_ICONS[value], note=note))
            for value, label, note in guarantee_words(hold_until)
        ]

    def clean_booker_phone(self) -> str:
        """Told with the other faults, not after they are mended; what was typed is what is sent on."""
        typed: str = self.cleaned_data["booker_phone"]
        try:
            normal_phone(typed)
        except InvalidInput as error:
            raise forms.ValidationError(error.text) from error
        return typed

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def refuse(self, refusal: DomainError) -> None:
        """Put a service's refusal beside its field; what has none here stands above all fields."""
        name = refusal.field.rpartition(".")[2]
        name = FIELD_OF.get(name, name)
        self.add_error(name if name in self.fields else None, refusal.text)


class BookingForm(BookerFields, StayForm):
    """The whole booking screen."""

    offer = forms.CharField(label=pgettext_lazy("offer", "Room and rate"), required=False, widget=forms.HiddenInput)
    line = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ["arrival", "departure", "rooms", "adults", "children", "organisation_text", "offer", "guest_text"]

    def __init__(self, *args: Any, codes: Codes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_codes(codes, hold_until=self.hotel.hold_until)

    def require_the_rest(self, *, has_room: bool) -> None:
        """What only the whole screen can tell: a room is chosen, a typed company is known, somebody is reachable."""
        values = self.cleaned_data
        if not has_room:
            self.add_error("offer", gettext("Choose a room and a rate first."))
        if values.get("organisation_text") and not values.get("organisation"):
            self.add_error("organisation_text", gettext("Choose the company from the list, or leave the field empty."))
        # A channel passes messages on; a guest with a file has a number there.
        reachable = values.get("guest") or values.get("channel_number")
        if not reachable and "booker_phone" in values and not values["booker_phone"]:
            self.add_error("booker_phone", gettext("A new guest needs a phone number: how else would we reach them?"))


def guarantee_words(hold_until: time) -> list[tuple[str, str, str]]:
    """(value, word, what it means for the guest)."""
    held = gettext("held until %(time)s") % {"time": f"{hold_until:%H:%M}"}
    return [(each.value, guarantee_word(each.value), held if each == Guarantee.NONE else "") for each in Guarantee]
