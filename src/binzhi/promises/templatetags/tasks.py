"""`{% load tasks %}`: what only the screens of promises say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from binzhi.kernel.ui import formats, markup
from binzhi.promises.enums import Evidence, NoticeKind, RunStatus
from binzhi.promises.protocols.language import Gap, ProtocolSpec, Wanted
from binzhi.promises.queries import AnchorRow, Card, NoticeRow, ProofRow, RunView
from binzhi.promises.web import wording
from binzhi.promises.web.timeline import Column
from binzhi.property.queries import HotelRef, localised

register = template.Library()
register.filter("press", wording.press_text)
register.filter("span", wording.span_text)


def _when(context: Context, value: datetime | None) -> str:
    if value is None:
        return ""
    shell = context["ui"]
    zone = formats.zone_of(getattr(shell.hotel, "timezone", None))
    return formats.instant_text(value, zone=zone, reference=shell.local_now.date())


@register.simple_tag(takes_context=True)
def timing(context: Context, card: Card) -> SafeString:
    """The chip of a task: late by, left, at, done."""
    return wording.timing_chip(card, _when(context, card.ended_at or card.due_at))


@register.simple_tag(takes_context=True)
def timing_words(context: Context, card: Card, short: bool = False) -> str:
    return wording.timing_words(card, _when(context, card.ended_at or card.due_at), short=short)


@register.simple_tag(takes_context=True)
def left(context: Context, at: datetime, mark: str = "") -> SafeString:
    """How long to or since a moment (`T−2:17:56` with a mark); it goes on by itself."""
    return wording.running(at, context["ui"].now, mark)


@register.simple_tag
def level(facts: Mapping[str, object], big: bool = False) -> SafeString:
    """The level of whom it is about; a house's own name for it stands as it is."""
    return markup.vip(wording.level_of(facts), big=big)


@register.filter
def wanted(one: Wanted) -> str:
    """A piece of evidence in the protocol's words, else its kind."""
    return localised(one.label, one.label_en) or str(Evidence(one.kind).label)


@register.filter
def in_words(thing: object) -> str:
    """`label` or `label_en` of anything that has both."""
    return localised(getattr(thing, "label", ""), getattr(thing, "label_en", ""))


@register.filter
def initial(label: str) -> str:
    """What stands for somebody in a circle: the first character after the room number."""
    words = label.split()
    return words[-1][0] if words else "·"


@register.filter
def seconds(value: float) -> timedelta:
    return timedelta(seconds=round(value))


@register.simple_tag(takes_context=True)
def due(context: Context, card: Card) -> str:
    return _("due by %(time)s") % {"time": _when(context, card.due_at)}


@register.simple_tag(takes_context=True)
def moment(context: Context, anchor: AnchorRow) -> str:
    """`16:30 Arrival`."""
    return _("%(moment)s at %(time)s") % {"moment": anchor.title, "time": _when(context, anchor.at)}


@register.filter
def notice_kind(notice: NoticeRow) -> str:
    return str(NoticeKind(notice.kind).label)


_PROOF_ICONS = {Evidence.TEXT: "note", Evidence.NUMBER: "percent", Evidence.SIGNATURE: "pencil",
                Evidence.COUNTERSIGNATURE: "pencil"}  # fmt: skip


@register.filter
def proof_icon(kind: str) -> str:
    return _PROOF_ICONS.get(Evidence(kind), "check")


@register.filter
def proof_words(proof: ProofRow, card: Card) -> str:
    """What it shows: the line of the checklist, else the evidence in the protocol's words."""
    if proof.kind == Evidence.TICK and proof.item:
        return next((in_words(item) for item in card.spec.checklist if item.key == proof.item), proof.item)
    for one in card.spec.evidence:
        if one.kind == proof.kind and (not one.post or one.post == proof.item):
            return wanted(one)
    return str(Evidence(proof.kind).label)


@register.filter
def item_of(field: str | None) -> str:
    """The line of the checklist a refusal names."""
    return str(field or "").removeprefix("item-")


@register.filter
def protocol_name(run: RunView) -> str:
    return localised(run.protocol.name, run.protocol.name_en)


@register.filter
def run_status(run: RunView) -> str:
    return str(RunStatus(run.status).label)


@register.filter
def local_input(at: datetime | None, hotel: HotelRef) -> str:
    """For a `datetime-local` field, on the hotel's clocks."""
    return f"{hotel.local(at):%Y-%m-%dT%H:%M}" if at is not None else ""


@register.filter
def in_language(spec: ProtocolSpec) -> str:
    return localised(spec.name, spec.name_en)


@register.filter
def gap_text(gap: Gap) -> str:
    return localised(gap.text, gap.text_en)


@register.simple_tag(takes_context=True)
def times(context: Context, column: Column) -> str:
    """The limits under one head: the day is said once."""
    if not column.times:
        return ""
    zone = formats.zone_of(getattr(context["ui"].hotel, "timezone", None))
    rest = [f"{at.astimezone(zone):%H:%M}" for at in column.times[1:]]
    return " / ".join([_when(context, column.times[0]), *rest])


@register.filter
def fact(name: str) -> str:
    """What a protocol's condition asks, in words; a house's own stands as it is."""
    return str(wording.FACTS.get(name, name))


@register.filter
def fact_value(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)
