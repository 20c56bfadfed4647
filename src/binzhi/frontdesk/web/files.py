"""The lists of the day as CSV files, masked as on screen."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.utils.translation import gettext as _

from binzhi.frontdesk.queries.arrivals import Arrival
from binzhi.frontdesk.queries.board import Page
from binzhi.frontdesk.queries.in_house import Stay
from binzhi.kernel.csv import csv_file
from binzhi.property.queries import HotelRef


def arrivals_file(page: Page[Arrival], *, hotel: HotelRef, day: date) -> HttpResponse:
    """The arrivals of a day."""
    header = [
        _("Reservation"), _("Guest"), "VIP", _("Room type"), _("Room"), _("Arrival"), _("Departure"), _("Nights"),
        _("Adults"), _("Children"), _("Expected at"), _("Organisation"), _("Room price"), _("Requests"),
    ]  # fmt: skip
    rows = (
        (
            row.number, row.short_name, row.vip_level, row.type_label, row.room, row.arrival, row.departure, row.nights,
            row.adults, row.minors, row.expected_at.strftime("%H:%M") if row.expected_at else "", row.organisation,
            row.price, " ".join(row.special_requests),
        )
        for row in page.rows
    )  # fmt: skip
    return csv_file(f"{hotel.code}-arrivals-{day}", header, rows)


def stays_file(kind: str, page: Page[Stay], *, hotel: HotelRef) -> HttpResponse:
    """The guests in house or those who leave."""
    header = [
        _("Room"), _("Guest"), "VIP", _("Room type"), _("Arrival"), _("Departure"), _("Nights"), _("Adults"),
        _("Children"), _("Room price"), _("Balance"), _("Deposit"), _("Folio"), _("Reservation"), _("Organisation"),
    ]  # fmt: skip
    rows = (
        (
            row.room, row.short_name, row.vip_level, row.type_label, row.arrival, row.departure, row.nights, row.adults,
            row.minors, row.price, row.balance, row.deposit, row.folio_number, row.number, row.organisation,
        )
        for row in page.rows
    )  # fmt: skip
    return csv_file(f"{hotel.code}-{kind}-{hotel.business_date}", header, rows)
