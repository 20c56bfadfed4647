"""Forms of the calendar: where a stay shall be, where it is split, and whether its room is fixed."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from binzhi.frontdesk.web.forms import text
from binzhi.kernel.ui.forms import OperationForm
from binzhi.reservations.splitting import TypePrice


class PlaceForm(OperationForm):
    """Room (empty: none yet), dates, and the answers to what a refusal asked."""

    aliases: Mapping[str, str] = {"room_type": "room"}

    room = text(_("Room"))
    arrival = forms.DateField(label=_("Arrival"), widget=forms.DateInput)
    departure = forms.DateField(label=_("Departure"), widget=forms.DateInput)
    reason = text(_("Reason"))
    change_type = forms.BooleanField(label=_("Change the room type, keep the price"), required=False)
    accept_as_it_is = forms.BooleanField(label=_("Give the room as it is, though it is not clean"), required=False)
    expected_total = forms.DecimalField(label=_("New total"), required=False, max_digits=12, decimal_places=2)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SplitForm(OperationForm):
    """From which night on another room."""

    aliases: Mapping[str, str] = {"room": "split_room", "prices": "type_price"}

    night = forms.DateField(label=_("From the night of"), widget=forms.DateInput)
    split_room = text(_("Room from then on"), required=True)
    type_price = forms.ChoiceField(
        label=_("Price in a room of another type"), required=False,
        choices=(("", _("Choose")), ("keep", _("The agreed price stays")), ("ask", _("The price of the new type"))),
    )  # fmt: skip
    expected_total = forms.DecimalField(required=False, max_digits=12, decimal_places=2, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def price(self) -> TypePrice | None:
        """The answer to what a room of another type costs; None where nothing was said."""
        said = self.cleaned_data["type_price"]
        return TypePrice(asked=said == "ask", total=self.cleaned_data["expected_total"]) if said else None


class FixForm(OperationForm):
    """Why the room is the guest's; empty lets it go."""

    aliases: Mapping[str, str] = {"reason": "why"}

    why = text(_("Why this room stays with the guest"))
