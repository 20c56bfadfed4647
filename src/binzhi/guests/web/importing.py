"""Screens of imports: send a file, say what its columns are, see what would come, take it over, take it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from binzhi.guests.access import Permission
from binzhi.guests.errors import FileTooLarge
from binzhi.guests.importing import queries, services
from binzhi.guests.importing.columns import FIELDS
from binzhi.guests.importing.reading import MOST_MEGABYTES
from binzhi.kernel import clock
from binzhi.kernel.csv import csv_file
from binzhi.kernel.errors import DomainError
from binzhi.kernel.ui.htmx import render_screen, toast
from binzhi.people.web import StaffRequest, hotel_of, screen

SHOWN_FAULTS = 50


@screen(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
def listing(request: StaffRequest) -> HttpResponse:
    """GET lists the imports; POST sends a file."""
    hotel = hotel_of(request)
    refusal: DomainError | None = None
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent and (sent.size or 0) > MOST_MEGABYTES * 2**20:
                # Not even read into memory.
                raise FileTooLarge(megabytes=MOST_MEGABYTES)
            data = sent.read() if sent else b""
            import_id = services.send_import(
                hotel_id=hotel.pk, name=(sent.name or "") if sent else "", data=data, actor=request.actor,
                now=clock.now(),
            )  # fmt: skip
            return redirect("guests:import", hotel.code, import_id)
        except DomainError as refused:
            refusal = refused
    context = {
        "imports": queries.imports(group_id=hotel.group_id), "refusal": refusal, "megabytes": MOST_MEGABYTES,
    }  # fmt: skip
    return render(request, "guests/imports.html", context, status=refusal.status if refusal else 200)


@screen(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
@never_cache
def one(request: StaffRequest, import_id: int) -> HttpResponse:
    """GET shows where it stands (its part is asked for every second while the worker is at it); POST goes on."""
    hotel = hotel_of(request)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            _go_on(request, import_id)
            return redirect("guests:import", hotel.code, import_id)
        except DomainError as refused:
            if refused.status == 404:
                raise
            refusal = refused
    card = queries.import_by_id(group_id=hotel.group_id, import_id=import_id)
    context = {"card": card, "refusal": refusal, **_shown(card)}
    return render_screen(
        request, "guests/import.html", context, part="guests/_import.html", status=refusal.status if refusal else 200
    )


def _go_on(request: StaffRequest, import_id: int) -> None:
    here: dict[str, Any] = {
        "hotel_id": hotel_of(request).pk, "import_id": import_id, "actor": request.actor, "now": clock.now(),
    }  # fmt: skip
    what = request.POST.get("what", "")
    if what == "map":
        services.map_import(mapping=request.POST.getlist("field"), **here)
    elif what == "start":
        services.start_import(**here)
    elif what == "undo":
        services.undo_import(**here)
        toast(request, _("What was made is taken back, unless it is in use."))


def _shown(card: queries.ImportCard) -> dict[str, Any]:
    """The columns with what stands in them, and the first cells that could not be taken."""
    columns: list[dict[str, Any]] = []
    if card.state in ("read", "checked") and card.forgotten_at is None:
        rows = queries.sample(import_id=card.pk, header_row=card.header_row)
        columns = [
            {
                "heading": heading, "field": card.mapping[place], "number": place,
                "cells": [row[place] for row in rows if place < len(row) and row[place]][:3],
            }
            for place, heading in enumerate(card.header)
        ]  # fmt: skip
    found = [] if card.is_working else list(queries.faults(card=card, limit=SHOWN_FAULTS))
    return {"columns": columns, "fields": list(FIELDS.items()), "faults": found}


@screen(Permission.IMPORT)
@require_GET
@never_cache
def faults(request: StaffRequest, import_id: int) -> HttpResponse:
    """Every cell that could not be taken, as a list to mend the file by."""
    card = queries.import_by_id(group_id=hotel_of(request).group_id, import_id=import_id)
    header = [_("Row"), _("Column"), _("In the cell"), _("Reason"), _("Row left out")]
    rows = (
        [fault.line, fault.column, fault.value, fault.reason, _("Yes") if fault.is_refused else ""]
        for fault in queries.faults(card=card)
    )
    return csv_file(f"import-{card.pk}", header, rows)
