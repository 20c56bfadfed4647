"""Forms of one's own account."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from binzhi.kernel.actor import Actor
from binzhi.people.rights import grouped
from binzhi.property.queries import HotelRef


class TokenForm(forms.Form):
    """A new token: its name, what it may do (of what its maker may), its last day."""

    name = forms.CharField(label=_("What is it for?"), max_length=60)
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    expires_on = forms.DateField(
        label=_("Valid until"), required=False, help_text=_("Empty: until it is revoked."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, hotel: HotelRef, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hotel = hotel
        self.groups = grouped(actor.grants.get(hotel.pk, frozenset()))
        rights = [pair for _label, pairs in self.groups for pair in pairs]
        self.fields["scopes"].choices = rights  # type: ignore[attr-defined]  # MultipleChoiceField

    def chosen(self) -> list[str]:
        """What was ticked, to be ticked again when the form comes back."""
        return list(self["scopes"].value() or ())

    def expires_at(self) -> datetime | None:
        """The end of the last day on the hotel's clocks."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(self._hotel.timezone))
