"""`{% load visits %}`: what only the screens of receptions say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from binzhi.vip.enums import PurchaseState
from binzhi.vip.queries import VisitLine
from binzhi.vip.web import wording

register = template.Library()
register.filter("status_chip", wording.status_chip)
register.filter("shares", wording.shares)


@register.simple_tag
def say(kind: str, value: str) -> str:
    """{% say "happening" event.kind %}: the label of a value."""
    return wording.word(kind, value)


@register.simple_tag
def amenity(one: Mapping[str, str]) -> str:
    return wording.amenity(one["kind"], one["value"], one["note"])


@register.simple_tag
def level_of(line: VisitLine, big: bool = False) -> str:
    return wording.level_badge(line.level, line.rank, big=big)


@register.simple_tag
def level_named(code: str, rank: int) -> str:
    return wording.level_badge(code, rank)


@register.filter
def purchase_state(state: str) -> str:
    """The colour of how far a purchase has come."""
    return wording.PURCHASE_CHIPS[PurchaseState(state)]


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """{{ decisions|of:meeting.id }}"""
    return found.get(key, ())


@register.filter
def total(line: VisitLine) -> int:
    return line.open + line.done
