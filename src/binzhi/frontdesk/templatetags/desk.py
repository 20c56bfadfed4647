"""`{% load desk %}`: what only the desk's screens say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from binzhi.frontdesk import wording
from binzhi.frontdesk.assignment import Proposal, Reason
from binzhi.frontdesk.features import feature_label
from binzhi.frontdesk.queries.in_house import Stay, night_of
from binzhi.kernel.ui import markup
from binzhi.kernel.ui.formats import mask_phone
from binzhi.reservations.enums import Status

register = template.Library()
_STATUS_CHIPS = {"in_house": "ok", "checked_out": "", "cancelled": "", "no_show": "late", "reserved": "info"}
_STATUS_ICONS = {
    "in_house": "bed", "checked_out": "check", "cancelled": "ban", "no_show": "person-off", "reserved": "calendar",
}  # fmt: skip


@register.simple_tag
def late_chip(minutes: int) -> SafeString:
    return markup.chip(wording.late_text(minutes), state="late")


@register.simple_tag
def status_chip(status: str) -> SafeString:
    return markup.chip(Status(status).label, state=_STATUS_CHIPS[status], glyph=_STATUS_ICONS[status])


@register.simple_tag
def nights(count: int) -> str:
    return wording.nights_text(count)


@register.simple_tag(takes_context=True, name="night_of")
def night_text(context: Context, stay: Stay) -> str:
    """`3 / 4`: the third night of four."""
    today = context["request"].hotel.business_date
    at, of = night_of(arrival=stay.arrival, departure=stay.departure, business_date=today)
    return f"{at} / {of}" if of else wording.nights_text(0)


@register.filter
def guarantee(code: str) -> str:
    return str(wording.GUARANTEES.get(code, code))


@register.filter
def special(code: str, labels: Mapping[str, str]) -> str:
    """The hotel's own word for a special request, else the house's."""
    return labels.get(code) or feature_label(code)


@register.filter
def feature(code: str) -> str:
    return feature_label(code)


@register.filter
def member_tier(code: str) -> str:
    return str(wording.TIERS.get(code, code))


@register.filter
def reason(given: Reason) -> str:
    return wording.reason_text(given)


@register.filter
def reasons(proposal: Proposal) -> str:
    return _(", ").join(wording.reasons_text(proposal))


register.filter("mask_phone", mask_phone)


@register.simple_tag(takes_context=True)
def reservation_url(context: Context, number: str) -> str:
    return _url("reservations:detail", context["request"].hotel.code, number)


@register.simple_tag(takes_context=True)
def folio_url(context: Context, number: str) -> str:
    return _url("frontdesk:folio", context["request"].hotel.code, number) if number else "#"


def _url(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return "#"  # a screen that this installation does not have


@register.simple_tag
def key_hint(key: str) -> SafeString:
    return format_html('<kbd class="bz-kbd">{}</kbd>', key)
