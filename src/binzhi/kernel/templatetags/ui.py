"""`{% load ui %}`: the components of the house. docs/handbook/screens.md shows each in use."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from binzhi.kernel.ui import drawings, formats, htmx, markup, rooms
from binzhi.kernel.ui.assets import asset_url
from binzhi.kernel.ui.fields import render_field

register = template.Library()

register.simple_tag(markup.icon, name="icon")
register.simple_tag(asset_url, name="asset")
register.simple_tag(drawings.spark, name="spark")
register.simple_tag(rooms.room_tile, name="room_tile")
register.simple_tag(rooms.state_bar, name="state_bar")
register.filter("undo_url", htmx.undo_of)


def _request(context: Context) -> HttpRequest | None:
    found = context.get("request")
    return found if isinstance(found, HttpRequest) else None


def _hotel(context: Context) -> Any:
    return getattr(_request(context), "hotel", None)


def _business_date(context: Context) -> date | None:
    found = getattr(_hotel(context), "business_date", None)
    return found if isinstance(found, date) else None


# ---------------------------------------------------------------- words


@register.simple_tag
def chip(text: str, state: str = "", icon: str | None = None) -> SafeString:
    """{% chip "逾期" "late" %}; icon="none" leaves the drawing out."""
    return markup.chip(text, state=state, glyph=icon)


@register.simple_tag
def vip(level: int | None, big: bool = False, short: bool = False) -> SafeString:
    return markup.vip(level, big=big, short=short)


@register.simple_tag
def room_state(key: str, short: bool = False) -> SafeString:
    return rooms.room_state(key.lower(), short=short)


@register.simple_tag
def room_legend(counts: Mapping[str, int], links: Mapping[str, str] | None = None, current: str = "") -> SafeString:
    return rooms.room_legend(counts, links or {}, current)


@register.simple_tag
def bar(share: float, state: str = "", label: str = "", thick: bool = False) -> SafeString:
    """A meter: {% bar 91 "soon" label="…" %}."""
    return drawings.bar([(float(share), state)], label=label, thick=thick)


@register.simple_tag
def bars(parts: Sequence[tuple[float, str]], label: str = "") -> SafeString:
    return drawings.bar(parts, label=label, thick=True)


@register.simple_tag
def hours(columns: Sequence[drawings.Hour], label: str = "") -> SafeString:
    return drawings.hours(columns, label=label, now_word=_("now"))


# ---------------------------------------------------------------- figures and days


@register.simple_tag(takes_context=True)
def money(
    context: Context, amount: Decimal | None, currency: str = "", decimals: int | None = None, signed: bool = False
) -> str:
    """¥1,978.00 in the hotel's currency; {% money x decimals=0 %} on boards. Nothing for None."""
    if amount is None:
        return ""
    code = currency or getattr(_hotel(context), "currency", "") or "CNY"
    return formats.money(Decimal(amount), currency=code, decimals=decimals, signed=signed)


@register.filter
def amount(value: Decimal | int | None, decimals: int = 2) -> str:
    """1,978.00 without the currency, for the columns of a bill."""
    return "" if value is None else formats.number(Decimal(value), decimals=decimals)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None, weekday: bool = False) -> SafeString:
    """MM-DD, with the year when it is not the business date's."""
    if value is None:
        return SafeString("")
    text = formats.day_text(value, reference=_business_date(context), with_weekday=weekday)
    return format_html('<time datetime="{}" class="nw">{}</time>', value.isoformat(), text)


@register.filter
def weekday(value: date | None) -> str:
    return formats.weekday(value) if value else ""


@register.simple_tag(takes_context=True)
def instant(context: Context, value: datetime | None) -> SafeString:
    """HH:MM at the hotel, with the day when it is not today's."""
    if value is None:
        return SafeString("")
    zone = formats.zone_of(getattr(_hotel(context), "timezone", None))
    shell = context.get("ui")
    today = shell.local_now.date() if shell else None
    text = formats.instant_text(value, zone=zone, reference=today)
    return format_html('<time datetime="{}" class="nw">{}</time>', value.isoformat(), text)


@register.filter
def masked(value: str | None, kind: str = "phone") -> str:
    """{{ phone|masked }} {{ number|masked:"document" }} {{ address|masked:"email" }}"""
    return formats.MASKS[kind](str(value)) if value else ""


# ---------------------------------------------------------------- forms


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """A labelled control with hint and error; see `binzhi.kernel.ui.fields` for the options."""
    return render_field(bound, **options)


@register.simple_tag
def errors(form: Any, action: str = "") -> SafeString:
    """What is left to mend, counted, each a link to its field; stands beside the confirm button."""
    if not form.is_bound or not form.errors:
        return SafeString("")
    names = [name for name in form.errors if name != "__all__"]
    context = {"fields": [form[name] for name in names], "general": form.non_field_errors(), "count": len(names)}
    return render_to_string("ui/errors.html", context)


@register.simple_tag
def once() -> SafeString:
    """The token under which a repeated form has one effect."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', uuid.uuid4().hex)


# ---------------------------------------------------------------- lists


def query_with(request: HttpRequest | None, **changes: Any) -> str:
    """The query string of this page with some values changed; None or empty takes one out."""
    asked = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    return query_with(_request(context), **changes)


@register.simple_tag(takes_context=True)
def sort(context: Context, key: str, label: str, numeric: bool = False, col: str = "") -> SafeString:
    """A <th> that sorts by `key`: ?sort=room, then ?sort=-room."""
    request = _request(context)
    chosen = request.GET.get("sort", "") if request else ""
    state, glyph, follow = "", "sort", key
    if chosen == key:
        state, glyph, follow = "ascending", "sort-up", f"-{key}"
    elif chosen == f"-{key}":
        state, glyph, follow = "descending", "sort-down", key
    return format_html(
        '<th scope="col"{}{}{}><a class="bz-sort" href="{}">{}{}</a></th>',
        format_html(' aria-sort="{}"', state) if state else "",
        SafeString(' class="num"') if numeric else "",
        format_html(' data-col="{}"', col) if col else "",
        query_with(request, sort=follow, page=None),
        label,
        markup.icon(glyph),
    )


@register.simple_tag(takes_context=True)
def export_link(context: Context, kind: str = "csv") -> SafeString:
    """The same list as a file: same filters, same order."""
    address = query_with(_request(context), format=kind, page=None)
    return format_html(
        '<a class="bz-btn sm" href="{}" download>{}{}</a>', address, markup.icon("download", "s"), _("Export")
    )


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, page: Any) -> dict[str, Any]:
    """Below a list: how many there are, and the neighbouring pages."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    request = _request(context)
    links = [
        {
            "text": number,
            "url": query_with(request, page=number) if isinstance(number, int) else "",
            "on": number == page.number,
        }
        for number in numbers
    ]
    return {"page": page, "links": links, "count": page.paginator.count}
