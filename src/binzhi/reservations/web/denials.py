"""Denials on the screen: noted from the booking screen with one press, counted by reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from binzhi.kernel.csv import csv_file
from binzhi.kernel.errors import InvalidInput
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, press
from binzhi.reservations.access import Permission
from binzhi.reservations.denials import NewDenial, denial_report, record_denial
from binzhi.reservations.enums import DenialReason
from binzhi.reservations.web.selection import offer_key

LONGEST = timedelta(days=731)


@screen(Permission.CREATE)
@require_POST
def deny(request: StaffRequest) -> HttpResponse:
    """The stay that stands on the booking screen was not sold, for this reason."""
    hotel = hotel_of(request)
    return press(
        request, lambda: record_denial(denial=_denial(request.GET.get("reason", ""), request.POST), **common(request)),
        done=_("Noted as not sold."), back=reverse("reservations:new", args=[hotel.code]),
    )  # fmt: skip


def _denial(reason: str, posted: QueryDict) -> NewDenial:
    arrival, departure = _day(posted.get("arrival", "")), _day(posted.get("departure", ""))
    if arrival is None or departure is None:
        raise InvalidInput(field="arrival", message=_("Enter the dates that were asked for."))
    rooms = posted.get("rooms", "1")
    key = offer_key(posted.get("offer", ""))
    return NewDenial(
        reason=reason, arrival=arrival, departure=departure, room_type=key[0] if key else "",
        rooms=int(rooms) if rooms.isascii() and rooms.isdigit() and len(rooms) < 4 else 0,
        value=_value(posted.get("quoted", "")),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _value(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


@screen(Permission.VIEW)
@require_GET
def report(request: StaffRequest) -> HttpResponse:
    """By reason and room type, of this month unless the address says otherwise."""
    hotel = hotel_of(request)
    last = _day(request.GET.get("to", "")) or hotel.business_date
    first = _day(request.GET.get("from", "")) or last.replace(day=1)
    first = max(min(first, last), last - LONGEST)
    rows = denial_report(hotel_id=hotel.pk, first=first, last=last)
    if request.GET.get("format") == "csv":
        header = [_("Reason"), _("Room type"), _("Denials"), _("Room nights"), _("Value")]
        lines = (
            [str(DenialReason(row.reason).label), row.type_name, row.denials, row.room_nights, row.value]
            for row in rows
        )
        return csv_file(f"{hotel.code}-denials-{first}-{last}", header, lines)
    context = {
        "rows": [(row, DenialReason(row.reason).label) for row in rows], "first": first, "last": last, "hotel": hotel,
        "denials": sum(row.denials for row in rows), "nights": sum(row.room_nights for row in rows),
        "value": sum((row.value for row in rows), Decimal(0)),
    }  # fmt: skip
    return render(request, "reservations/denials.html", context)
