"""The rooming list on the screen: send a file, see every wrong cell, mend it here, take all of it with one press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from binzhi.kernel.errors import DomainError, InvalidInput
from binzhi.kernel.ui.htmx import go, toast
from binzhi.people.web import StaffRequest, hotel_of, screen
from binzhi.people.web.posting import common, once
from binzhi.property.queries import room_types
from binzhi.reservations.access import Permission
from binzhi.reservations.blocks import queries
from binzhi.reservations.blocks.queries import BlockView
from binzhi.reservations.rooming import checking, reading
from binzhi.reservations.rooming.reading import FIELDS, Line
from binzhi.reservations.rooming.services import take_rooming_list
from binzhi.reservations.web.blocks import page_url

# So many rows are shown as fields to be mended; a file with more is mended in the spreadsheet.
MENDED_HERE = 60
LONGEST_TABLE = 600_000


@screen(Permission.MANAGE_BLOCKS)
@require_http_methods(["GET", "POST"])
@never_cache
def upload(request: StaffRequest, block_id: int) -> HttpResponse:
    """GET asks for a file; POST checks it, checks it again as it was mended, or takes it."""
    hotel = hotel_of(request)
    view = queries.block_view(hotel_id=hotel.pk, block_id=block_id)
    if request.method == "GET":
        return _page(request, view, {})
    try:
        lines = _lines(request)
    except DomainError as refusal:
        return _page(request, view, {"refusal": refusal.text}, status=422)
    extra = request.POST.get("extra") == "on"
    if request.POST.get("what") == "take":
        return _take(request, view, lines, extra)
    return _checked(request, view, lines, extra)


def _take(request: StaffRequest, view: BlockView, lines: list[Line], extra: bool) -> HttpResponse:
    def work() -> dict[str, Any]:
        done = take_rooming_list(block_id=view.id, lines=lines, extra=extra, **common(request))
        return {"rooms": done.rooms, "people": done.people, "known": done.known}

    try:
        done, _again = once(request, work)
    except DomainError as refusal:
        return _checked(request, view, lines, extra, said=refusal.text)
    words = ngettext("%(n)s room taken for the list.", "%(n)s rooms taken for the list.", done["rooms"])
    text = words % {"n": done["rooms"]}
    if done["known"]:
        known = ngettext("%(n)s was there already.", "%(n)s were there already.", done["known"])
        text = f"{text} {known % {'n': done['known']}}"
    toast(request, text)
    return go(request, page_url(hotel_of(request), view.id) + "#people")


def _lines(request: StaffRequest) -> list[Line]:
    """The list out of the file, or out of the page with what was mended in it."""
    sent = request.FILES.get("file")
    if sent is not None:
        if (sent.size or 0) > reading.MOST_MEGABYTES * 2**20:
            # Not even read into memory.
            raise InvalidInput(field="file", message=_("At most %(megabytes)s MB."), megabytes=reading.MOST_MEGABYTES)
        return reading.read(sent.read())
    table = request.POST.get("table", "")
    if not table or len(table) > LONGEST_TABLE:
        raise InvalidInput(field="file", message=_("Choose a file."))
    return [line for line in _kept(table, request.POST) if not request.POST.get(f"out-{line.number}")]


def _kept(table: str, posted: Mapping[str, Any]) -> list[Line]:
    try:
        rows = orjson.loads(table)
        lines = [Line(int(number), {name: str(values.get(name, "")) for name in FIELDS}) for number, values in rows]
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(field="file", message=_("Choose a file.")) from error
    if len(lines) > reading.MOST_ROWS:
        raise InvalidInput(field="file", message=_("At most %(rows)s people at once."), rows=reading.MOST_ROWS)
    return [
        Line(
            line.number, {name: str(posted.get(f"{name}-{line.number}", value)) for name, value in line.values.items()}
        )
        for line in lines
    ]


def _checked(request: StaffRequest, view: BlockView, lines: list[Line], extra: bool, *, said: str = "") -> HttpResponse:
    checked = checking.check(view, room_types(hotel_of(request).pk), lines, extra=extra)
    faulty = list(dict.fromkeys(number for number, _field in sorted(checked.errors)))
    mended = set(faulty[:MENDED_HERE])
    rows = [
        {
            "number": line.number,
            "mend": line.number in mended,
            "cells": [
                {"name": f"{name}-{line.number}", "label": label, "value": line.values[name],
                 "error": checked.errors.get((line.number, name), "")}
                for name, label in FIELDS.items()
            ],
        }
        for line in lines
    ]  # fmt: skip
    context = {
        "rows": rows, "headings": list(FIELDS.values()), "extra": extra, "said": said, "faulty": len(faulty),
        "too_many": len(faulty) > MENDED_HERE, "rooms": len(checked.rooms), "people": checked.people,
        "table": orjson.dumps([[line.number, line.values] for line in lines]).decode(),
    }  # fmt: skip
    return _page(request, view, context, status=422 if faulty or said else 200)


def _page(request: StaffRequest, view: BlockView, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    own = {"view": view, "hotel": hotel_of(request), "megabytes": reading.MOST_MEGABYTES}
    return render(request, "reservations/rooming.html", own | context, status=status)
