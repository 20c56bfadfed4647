"""Forms of the side panel: details, another stay, cancelling, a guest who did not come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from binzhi.property.queries import RoomTypeRef
from binzhi.reservations import limits
from binzhi.reservations.queries import ReservationView, RoomView
from binzhi.reservations.queries.desk_list import CodeOption
from binzhi.reservations.queries.policies import PlanOption
from binzhi.reservations.requests import ReservationDetails, RoomChange
from binzhi.reservations.web.forms import AgesField, BookerFields, Codes, DateField, beds_field


class DetailsForm(BookerFields):
    """Everything that carries neither dates nor prices; an empty phone leaves the saved one as it is."""

    organisation = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    organisation_text = forms.CharField(label=_("Company or agency"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, codes: Codes, hold_until: time, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_codes(codes, hold_until=hold_until)

    def clean(self) -> dict[str, Any]:
        """A company that was typed but not found must not be lost without a word; an emptied field takes it away."""
        values: dict[str, Any] = self.cleaned_data
        if not values.get("organisation_text"):
            values["organisation"] = None
        elif not values.get("organisation"):
            self.add_error("organisation_text", gettext("Choose the company from the list, or leave the field empty."))
        return values

    @classmethod
    def initial_of(cls, view: ReservationView) -> dict[str, Any]:
        return {
            "guest": view.guest_id,
            "guest_text": view.booker_name,
            "organisation": view.organisation_id,
            "organisation_text": view.organisation,
            "market": view.market,
            "source": view.source,
            "channel": view.channel,
            "channel_number": view.channel_number or "",
            "guarantee": view.guarantee,
            "special_requests": list(view.special_requests),
            "remarks": view.remarks,
            "expected_at": view.expected_at,
            "version": view.version,
        }

    @property
    def details(self) -> ReservationDetails:
        values = self.cleaned_data
        return ReservationDetails(
            booker_name=values["guest_text"],
            booker_phone=values["booker_phone"] or None,
            guest_id=values["guest"],
            organisation_id=values["organisation"],
            market=values["market"],
            source=values["source"],
            channel=values["channel"],
            channel_number=values["channel_number"] or None,
            guarantee=values["guarantee"],
            special_requests=tuple(values["special_requests"]),
            remarks=values["remarks"],
            expected_at=values["expected_at"],
        )


class ChangeForm(forms.Form):
    """The stay of one room as it shall be. `expected` is the total that was shown."""

    arrival = DateField(label=_("Arrival"))
    departure = DateField(label=_("Departure"))
    room_type = forms.ChoiceField(label=_("Room type"))
    rate_plan = forms.ChoiceField(label=pgettext_lazy("of a reservation", "Rate"))
    adults = forms.IntegerField(label=_("Adults"), min_value=0, max_value=limits.MAX_PEOPLE)
    children = forms.IntegerField(label=_("Children"), min_value=0, max_value=limits.MAX_PEOPLE)
    infants = forms.IntegerField(label=_("Infants"), min_value=0, max_value=limits.MAX_PEOPLE)
    child_ages = AgesField()
    extra_beds = beds_field()
    keep_prices = forms.BooleanField(label=_("Keep the prices agreed"), required=False)
    expected = forms.DecimalField(
        required=False, widget=forms.HiddenInput, min_value=Decimal(0), max_digits=12, decimal_places=2
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, types: Sequence[RoomTypeRef], plans: Sequence[PlanOption], room: RoomView, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("room_type", [(kind.code, kind.label) for kind in types], (room.room_type, room.room_type_label))
        self._offer("rate_plan", [(plan.code, plan.label) for plan in plans], (room.rate_plan, room.rate_plan_label))

    def _offer(self, name: str, choices: list[tuple[str, str]], now: tuple[str, str]) -> None:
        """What is booked stays a choice, though it may not be sold any more."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices if now[0] in dict(choices) else [now, *choices]

    @classmethod
    def initial_of(cls, view: ReservationView, room: RoomView) -> dict[str, Any]:
        return {
            "arrival": room.arrival,
            "departure": room.departure,
            "room_type": room.room_type,
            "rate_plan": room.rate_plan,
            "adults": room.adults,
            "children": room.children,
            "infants": room.infants,
            "child_ages": tuple(room.child_ages),
            "extra_beds": room.extra_beds,
            "version": view.version,
        }

    def change(self, *, with_total: bool) -> RoomChange:
        values = self.cleaned_data
        return RoomChange(
            arrival=values["arrival"],
            departure=values["departure"],
            room_type=values["room_type"],
            rate_plan=values["rate_plan"],
            adults=values["adults"],
            children=values["children"],
            infants=values["infants"],
            child_ages=values["child_ages"],
            extra_beds=values["extra_beds"] or 0,
            keep_prices=values["keep_prices"],
            expected_total=values["expected"] if with_total else None,
        )


class CancelForm(forms.Form):
    """Why, for which rooms, and whether the fee is waived."""

    reason = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose the reason of the cancellation.")}
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    waive_fee = forms.BooleanField(label=_("Waive the fee"), required=False)
    room = forms.TypedMultipleChoiceField(
        label=pgettext_lazy("how many", "Rooms"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one room.")},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, reasons: Sequence[CodeOption], rooms: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("reason", [("", "–"), *((option.code, option.label) for option in reasons)]),
            ("room", list(rooms)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class NoShowForm(forms.Form):
    note = forms.CharField(label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    waive_fee = forms.BooleanField(label=_("Waive the fee"), required=False)
