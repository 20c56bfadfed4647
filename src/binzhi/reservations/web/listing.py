"""The list of reservations: search, filters in the address, totals, pages, file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from binzhi.guests.privacy.masking import rows_for
from binzhi.guests.queries import search_guests
from binzhi.kernel.csv import csv_file
from binzhi.kernel.ui.htmx import render_screen
from binzhi.people.web import StaffRequest, screen
from binzhi.property.queries import HotelRef, room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.enums import CodeKind, Status
from binzhi.reservations.queries.desk_list import (
    DEFAULT_SORT,
    PAGE_SIZE,
    SORTS,
    ListFilter,
    ListRow,
    code_options,
    list_rows,
    list_totals,
)
from binzhi.reservations.web.booking import hotel_of
from binzhi.reservations.web.words import STATUS_CHIPS, guarantee_word, vip_rank

QUERY_LIMIT = 60
LAST_PAGE = 100_000
FILE_ROWS = 50_000
NAMES_FOUND = 50
ALL = "all"


class ListAddress:
    """The query string as filters; what makes no sense is left out. Without any, what is still expected is shown."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query

    @cached_property
    def text(self) -> str:
        return self.query.get("q", "").replace("\0", "").strip()[:QUERY_LIMIT]

    @cached_property
    def status(self) -> str:
        asked = self.query.get("status", "")
        if asked in Status.values:
            return asked
        narrowed = any(self.query.get(name) for name in ("q", "night", "ended", "walk_in"))
        return "" if asked == ALL or narrowed else Status.RESERVED.value

    @cached_property
    def page(self) -> int:
        number = self.query.get("page", "")
        return min(max(int(number), 1), LAST_PAGE) if number.isascii() and number.isdigit() and len(number) < 9 else 1

    @cached_property
    def sort(self) -> str:
        asked = self.query.get("sort", "")
        return asked if asked in SORTS else DEFAULT_SORT

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.query.items() if name not in ("sort", "page", "format"))

    def wanted(self, hotel: HotelRef) -> ListFilter:
        """With the guest files that the text finds; one statement more when there is a text."""
        hits = search_guests(group_id=hotel.group_id, text=self.text, limit=NAMES_FOUND) if self.text else []
        return ListFilter(
            text=self.text,
            guest_ids=tuple(hit.guest_id for hit in hits),
            status=self.status,
            arrival_from=self.day("from"),
            arrival_to=self.day("to"),
            ended=self.day("ended"),
            night=self.day("night"),
            room_type=self.query.get("type", "")[:20].replace("\0", ""),
            channel=self.query.get("channel", "")[:20].replace("\0", ""),
            walk_in=self.query.get("walk_in") == "1",
            sort=self.sort,
        )

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.query.get(name, ""))
        except ValueError:
            return None


@require_GET
@screen(Permission.VIEW)
def listing(request: StaffRequest) -> HttpResponse:
    """The screen, its part, or the file."""
    hotel, address = hotel_of(request), ListAddress(request.GET)
    wanted = address.wanted(hotel)
    if request.GET.get("format") == "csv":
        rows = rows_for(
            request.actor, hotel.pk, list_rows(hotel_id=hotel.pk, wanted=wanted, limit=FILE_ROWS), "guest_name"
        )
        return csv_file(f"{hotel.code}-reservations-{hotel.business_date}", file_header(), file_rows(rows))
    totals = list_totals(hotel_id=hotel.pk, wanted=wanted)
    # It counts only: the rows come with their own statement.
    paginator = Paginator(range(totals.rooms), PAGE_SIZE)
    page = min(address.page, paginator.num_pages)
    rows = list_rows(hotel_id=hotel.pk, wanted=wanted, offset=(page - 1) * PAGE_SIZE) if totals.rooms else []
    context = {
        "page": paginator.page(page),
        "rows": [shown(row) for row in rows_for(request.actor, hotel.pk, rows, "guest_name")],
        "totals": totals,
        "wanted": wanted,
        "chosen_status": wanted.status or ALL,
        "statuses": Status.choices,
        "types": room_types(hotel.pk, with_inactive=True),
        "channels": code_options(hotel_id=hotel.pk, kinds=[CodeKind.CHANNEL.value])[CodeKind.CHANNEL.value],
        "filtered": address.is_filtered,
        "may_create": request.actor.may(Permission.CREATE, hotel.pk),
    }
    return render_screen(request, "reservations/list.html", context, part="reservations/list_part.html")


def shown(row: ListRow) -> dict[str, Any]:
    """A row with its chip and badge."""
    state, icon = STATUS_CHIPS[Status(row.status)]
    return {
        "row": row,
        "state": state,
        "icon": icon,
        "label": Status(row.status).label,
        "rank": vip_rank(row.vip_level, row.vip_rank),
    }


def file_header() -> list[str]:
    return [
        _("Reservation"), _("Room no."), _("Guest"), _("State"), _("Arrival"), _("Departure"), _("Nights"),
        _("Room type"), _("Room"), _("Rate"), _("Adults"), _("Children"), _("Company or agency"), _("Channel"),
        _("Guarantee"), _("Phone"), _("Value"),
    ]  # fmt: skip


def file_rows(rows: list[ListRow]) -> Iterator[list[object]]:
    for row in rows:
        label: str | Promise = Status(row.status).label
        yield [
            row.number, f"{row.position}/{row.rooms}", row.guest_name, str(label), row.arrival, row.departure,
            row.nights, row.room_type, row.room, row.rate_plan, row.adults, row.children, row.organisation,
            row.channel_label, guarantee_word(row.guarantee), row.phone, row.value,
        ]  # fmt: skip
