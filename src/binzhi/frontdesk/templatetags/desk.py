"""`{% load desk %}`: what only the desk's screens say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from binzhi.frontdesk import names, wording
from binzhi.frontdesk.assignment import Proposal
from binzhi.frontdesk.features import feature_label
from binzhi.frontdesk.queries.in_house import Stay, night_of
from binzhi.frontdesk.reports.printing import shown
from binzhi.frontdesk.web.forms import RegistrationForm
from binzhi.guests.enums import DocumentKind, Sex
from binzhi.kernel.ui import markup
from binzhi.kernel.ui.fields import render_field
from binzhi.kernel.ui.rooms import room_state
from binzhi.property.enums import Housekeeping
from binzhi.reservations.enums import Status

register = template.Library()
_STATUS_CHIPS = {"in_house": "ok", "checked_out": "", "cancelled": "", "no_show": "late", "reserved": "info"}
_STATUS_ICONS = {
    "in_house": "bed", "checked_out": "check", "cancelled": "ban", "no_show": "person-off", "reserved": "calendar",
}  # fmt: skip


# ---------------------------------------------------------------- words


register.filter("cell", shown)


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


@register.simple_tag
def proposal_state(proposal: Proposal) -> SafeString:
    """The state of a proposed room as the one legend shows it."""
    dirty = proposal.room.housekeeping == "dirty"
    if proposal.room.occupied:
        return room_state("od" if dirty else "oc", short=True)
    return room_state("vd" if dirty else "vc", short=True)


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
def reasons(proposal: Proposal) -> str:
    return wording.reasons_text(proposal)


@register.filter
def room_condition(code: str) -> str:
    return str(wording.REASONS.get(code, code))


@register.filter
def sex(code: str) -> str:
    return str(Sex(code).label) if code else ""


@register.filter
def document_kind(code: str) -> str:
    return str(DocumentKind(code).label) if code else ""


@register.filter
def board_name(name: str, sex: str) -> str:
    return names.board_name(name, sex)


@register.filter
def vip_weight(level: str, rank: int = 0) -> int:
    return names.vip_weight(level, rank)


@register.filter
def numbers(proposals: Iterable[Proposal]) -> list[str]:
    return [proposal.room.number for proposal in proposals]


@register.filter
def unlocalized(value: Decimal | str) -> str:
    """A number as a form sends it back."""
    return str(value)


_ROOM_HISTORY = {
    "room.out_of_order": gettext_lazy("out of order"),
    "room.returned_to_service": gettext_lazy("back in service"),
    "room.sealed": gettext_lazy("sealed"),
    "room.seal_broken": gettext_lazy("seal broken"),
}


@register.simple_tag
def history_line(entry: Mapping[str, Any]) -> str:
    """`clean · Sun Li`: what happened to a room and who did it."""
    after = entry["after"] if isinstance(entry["after"], dict) else orjson.loads(entry["after"])
    what = entry["operation"]
    if "housekeeping" in after:
        what = str(Housekeeping(after["housekeeping"]).label)
    elif "do_not_disturb" in after:
        what = _("do not disturb") if after["do_not_disturb"] else _("may be disturbed")
    else:
        what = str(_ROOM_HISTORY.get(what, what))
    return " · ".join(filter(None, (what, entry["actor"])))


# ---------------------------------------------------------------- fields and addresses


@register.simple_tag(takes_context=True)
def person_field(context: Context, row: RegistrationForm, name: str, **options: Any) -> SafeString:
    """A field of a registration row; a change asks the server what it tells, below the row."""
    values = {"row": row.position, "child": "1" if row.is_child else ""}
    return render_field(
        row[name],
        hx_post=reverse("frontdesk:document_check", args=[context["request"].hotel.code]),
        hx_trigger="change",
        hx_target=f"#more-{row.position}",
        hx_vals=json.dumps(values),
        **options,
    )


@register.simple_tag(takes_context=True)
def mrz_field(context: Context, row: RegistrationForm) -> SafeString:
    """The lines of a travel document, typed or read by a scanner: they fill in the whole row."""
    return render_field(
        row["mrz"],
        private=True,
        width="w6 rg-mrz",
        hx_post=reverse("frontdesk:read_mrz", args=[context["request"].hotel.code]),
        hx_trigger="change",
        hx_target=f"#person-{row.position}",
        hx_swap="outerHTML",
        hx_vals=json.dumps({"row": row.position, "child": "1" if row.is_child else ""}),
    )


@register.simple_tag(takes_context=True)
def reservation_url(context: Context, number: str) -> str:
    return _url("reservations:detail", context["request"].hotel.code, number)


@register.simple_tag(takes_context=True)
def guest_url(context: Context, guest_id: int) -> str:
    return _url("guests:detail", context["request"].hotel.code, guest_id)


@register.simple_tag(takes_context=True)
def folio_url(context: Context, number: str) -> str:
    return _url("billing:folio", context["request"].hotel.code, number) if number else "#"


def _url(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return "#"  # a screen that this installation does not have
