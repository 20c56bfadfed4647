"""Lists as CSV files that a spreadsheet opens: masked as on screen, and nothing in them is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from binzhi.frontdesk.queries.arrivals import Arrival
from binzhi.frontdesk.queries.board import Page
from binzhi.frontdesk.queries.in_house import Stay
from binzhi.property.queries import HotelRef

# What a spreadsheet would run; full-width twins as well.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """A file that hands back what is written to it, so that a response can stream."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    """The text of a cell; what a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(_RISKY):
        return f"'{text}"
    return text


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A CSV download in UTF-8 that Excel recognises."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield BYTE_ORDER_MARK + writer.writerow(header)
        for row in rows:
            yield writer.writerow([safe_cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def arrivals_file(page: Page[Arrival], *, hotel: HotelRef, day: date) -> StreamingHttpResponse:
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


def stays_file(kind: str, page: Page[Stay], *, hotel: HotelRef) -> StreamingHttpResponse:
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
