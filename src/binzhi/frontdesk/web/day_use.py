"""Rooms by the hour: who is in one and until when, and selling another; the stay itself is checked in as any other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from binzhi.frontdesk.access import Permission
from binzhi.frontdesk.web.forms import text
from binzhi.kernel import clock
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.forms import OperationForm
from binzhi.kernel.ui.htmx import go, render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import UNPROCESSABLE, common, once, status_of
from binzhi.property.queries import HotelRef, room_by_number, room_types
from binzhi.reservations.access import Permission as Booking
from binzhi.reservations.day_use.queries import (
    HourPrice,
    HoursRow,
    Terms,
    at_clock,
    hours_sold,
    moment_of,
    prices_of,
    rooms_for_hours,
    terms_of,
)
from binzhi.reservations.day_use.services import HourPriceInput, HoursRequest, TermsInput, sell_hours, set_day_use
from binzhi.reservations.queries.policies import plan_options

MOST_ADULTS = 4
PRICE_LINES = 8


class HoursForm(OperationForm):
    """A guest, a room, a block of hours, and from when."""

    aliases = {"booker_name": "name", "booker_phone": "phone", "starts_at": "starts"}

    name = forms.CharField(label=_("Guest"), max_length=120, error_messages={"required": _("Who is coming?")})
    phone = text(_("Phone"))
    adults = forms.IntegerField(label=_("Adults"), min_value=1, max_value=MOST_ADULTS, initial=1)
    room = forms.CharField(label=_("Room"), max_length=20, error_messages={"required": _("Choose a room.")})
    hours = forms.TypedChoiceField(label=_("Hours"), coerce=int)
    starts = forms.TimeField(
        label=_("From"), required=False, input_formats=["%H:%M"], widget=forms.TimeInput(format="%H:%M"),
        help_text=_("Empty: from now on."), error_messages={"invalid": _("This is not a time: write it as 18:00.")},
    )  # fmt: skip
    note = text(_("Note"))
    expected = forms.DecimalField(required=False, widget=forms.HiddenInput, max_digits=10, decimal_places=2)

    def __init__(self, *args: Any, blocks: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["hours"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(hours, gettext("%(n)s hours") % {"n": hours}) for hours in blocks]


@dataclass(frozen=True, slots=True)
class HoursLine:
    """A row of the board with what time says about it."""

    row: HoursRow
    starts: str
    ends: str
    over: int
    left: int


@never_cache
@require_http_methods(["GET", "POST"])
@screen(Permission.VIEW)
def day_use(request: StaffRequest) -> HttpResponse:
    """The board; a POST sells hours and goes on to check-in."""
    hotel = hotel_of(request)
    prices = prices_of(hotel.pk)
    blocks = sorted({one.hours for one in prices})
    if request.method != "POST":
        initial = {"room": request.GET.get("room", ""), "adults": 1, "hours": blocks[0] if blocks else None}
        return _page(request, hotel, HoursForm(initial=initial, blocks=blocks), prices)
    request.actor.require(Booking.CREATE, hotel.pk)
    form = HoursForm(request.POST, blocks=blocks)
    if not form.is_valid():
        return _page(request, hotel, form, prices, status=UNPROCESSABLE)
    try:
        sold, _repeated = once(request, lambda: _sell(request, hotel, form))
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, hotel, form, prices, status=status_of(refusal))
    toast(request, gettext("Sold for %(hours)s hours: reservation %(number)s") % sold)
    now_due = form.cleaned_data["starts"] is None and request.actor.may(Permission.CHECK_IN, hotel.pk)
    if now_due:
        return go(request, reverse("frontdesk:check_in", args=[hotel.code, sold["stay"]]))
    return go(request, reverse("frontdesk:day_use", args=[hotel.code]))


def _sell(request: StaffRequest, hotel: HotelRef, form: HoursForm) -> dict[str, Any]:
    data = form.cleaned_data
    starts: time | None = data["starts"]
    asked = HoursRequest(
        room_id=room_by_number(hotel.pk, data["room"].strip()).pk, hours=data["hours"], booker_name=data["name"],
        booker_phone=data["phone"], adults=data["adults"], remarks=data["note"],
        starts_at=at_clock(hotel, starts) if starts is not None else None, expected_price=data["expected"],
    )  # fmt: skip
    made = sell_hours(asked=asked, **common(request))
    return {"number": made.number, "stay": made.room_ids[0], "hours": data["hours"]}


def _page(
    request: StaffRequest, hotel: HotelRef, form: HoursForm, prices: Sequence[HourPrice], *, status: int = 200
) -> HttpResponse:
    now = clock.now()
    terms = terms_of(hotel.pk)
    rooms = rooms_for_hours(hotel=hotel, terms=terms, start=now) if terms is not None else []
    context = {
        "form": form, "terms": terms, "prices": _by_type(prices), "token": uuid.uuid4().hex,
        "lines": [_line(hotel, row, now) for row in hours_sold(hotel_id=hotel.pk, day=hotel.business_date)],
        "rooms": [(room, _clock(hotel, moment_of(room.until))) for room in rooms],
        "may_sell": terms is not None and bool(prices) and request.actor.may(Booking.CREATE, hotel.pk),
        "may_set": request.actor.may(Booking.SET_RATES, hotel.pk),
    }  # fmt: skip
    return render_screen(request, "frontdesk/day_use.html", context, status=status)


def _clock(hotel: HotelRef, moment: datetime) -> str:
    return f"{hotel.local(moment):%H:%M}"


def _line(hotel: HotelRef, row: HoursRow, now: datetime) -> HoursLine:
    left = max(int((row.ends_at - now).total_seconds() // 60), 0)
    starts, ends = _clock(hotel, row.starts_at), _clock(hotel, row.ends_at)
    return HoursLine(row, starts, ends, row.minutes_over(now), left)


def _by_type(prices: Sequence[HourPrice]) -> list[tuple[str, list[HourPrice]]]:
    types: dict[str, list[HourPrice]] = {}
    for one in prices:
        types.setdefault(one.label, []).append(one)
    return list(types.items())


class TermsForm(OperationForm):
    """The terms and up to eight prices; an empty line is left out."""

    rate_plan = forms.ChoiceField(label=_("Counted under the rate"))
    opens = forms.TimeField(label=_("From"), widget=forms.TimeInput(format="%H:%M"), initial=time(8))
    closes = forms.TimeField(label=_("At the latest until"), widget=forms.TimeInput(format="%H:%M"), initial=time(20))
    turnaround = forms.IntegerField(label=_("Minutes to make the room ready"), min_value=0, max_value=480, initial=60)
    grace = forms.IntegerField(label=_("Minutes over that cost nothing"), min_value=0, max_value=60, initial=15)

    def __init__(self, *args: Any, plans: list[tuple[str, str]], types: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.fields["rate_plan"]
        assert isinstance(plan, forms.ChoiceField)
        plan.choices = plans
        for row in range(PRICE_LINES):
            at = f"price-{row}-"
            self.fields[at + "room_type"] = forms.ChoiceField(
                label=_("Room type"), choices=[("", "–"), *types], required=False
            )
            self.fields[at + "hours"] = forms.IntegerField(label=_("Hours"), required=False, min_value=1, max_value=12)
            for name, label in (("price", pgettext_lazy("hours", "Price")), ("overtime_price", _("Each hour over"))):
                self.fields[at + name] = forms.DecimalField(
                    label=label, required=False, min_value=Decimal(0), max_digits=10, decimal_places=2,
                    widget=forms.TextInput(),
                )  # fmt: skip

    @staticmethod
    def initial_of(terms: Terms | None, prices: Sequence[HourPrice]) -> dict[str, Any]:
        names = ("room_type", "hours", "price", "overtime_price")
        lines = {
            f"price-{row}-{name}": getattr(one, name) for row, one in enumerate(prices[:PRICE_LINES]) for name in names
        }
        if terms is None:
            return lines
        kept = ("rate_plan", "opens", "closes", "turnaround", "grace")
        return {name: getattr(terms, name) for name in kept} | lines

    def lines(self) -> list[dict[str, Any]]:
        names = ("room_type", "hours", "price", "overtime_price")
        return [{name: self[f"price-{row}-{name}"] for name in names} for row in range(PRICE_LINES)]

    @property
    def places(self) -> list[int]:
        return [row for row in range(PRICE_LINES) if self.cleaned_data.get(f"price-{row}-room_type")]

    def clean(self) -> dict[str, Any]:
        for row in self.places:
            for name in ("hours", "price"):
                field = f"price-{row}-{name}"
                if self.cleaned_data.get(field) is None and field not in self.errors:
                    self.add_error(field, gettext("Fill this in."))
        return self.cleaned_data

    @property
    def terms(self) -> TermsInput:
        return TermsInput(
            **{name: self.cleaned_data[name] for name in ("rate_plan", "opens", "closes", "turnaround", "grace")}
        )

    @property
    def prices(self) -> list[HourPriceInput]:
        values = self.cleaned_data
        return [
            HourPriceInput(
                room_type=values[f"price-{row}-room_type"], hours=values[f"price-{row}-hours"],
                price=values[f"price-{row}-price"], overtime_price=values[f"price-{row}-overtime_price"] or Decimal(0),
            )
            for row in self.places
        ]  # fmt: skip

    def refuse_line(self, refusal: DomainError) -> None:
        head, _dot, rest = refusal.field.partition(".")
        place, _dot, name = rest.partition(".")
        field = f"price-{self.places[int(place)]}-{name}" if head == "prices" and place.isdigit() else ""
        self.refuse(refusal, field=field if field in self.fields else None)


@require_http_methods(["GET", "POST"])
@screen(Booking.SET_RATES)
def terms(request: StaffRequest) -> HttpResponse:
    """When rooms are sold by the hour, and what the hours cost."""
    hotel = hotel_of(request)
    choices: dict[str, Any] = {
        "plans": [(plan.code, plan.label) for plan in plan_options(hotel_id=hotel.pk, organisation_id=None)],
        "types": [(kind.code, kind.label) for kind in room_types(hotel.pk)],
    }
    if request.method == "GET":
        form = TermsForm(initial=TermsForm.initial_of(terms_of(hotel.pk), prices_of(hotel.pk)), **choices)
        return render_screen(request, "frontdesk/day_use_terms.html", {"form": form})
    form, status = TermsForm(request.POST, **choices), UNPROCESSABLE
    if form.is_valid():
        try:
            once(request, lambda: set_day_use(terms=form.terms, prices=form.prices, **common(request)))
        except DomainError as refusal:
            status = status_of(refusal)
            form.refuse_line(refusal)
        else:
            toast(request, gettext("Saved. What is sold keeps its price."))
            return go(request, reverse("frontdesk:day_use", args=[hotel.code]))
    return render_screen(request, "frontdesk/day_use_terms.html", {"form": form}, status=status)
