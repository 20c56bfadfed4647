"""`{% load learning %}`: drawings and words of what is learnt of guests."""

from __future__ import annotations

import unicodedata

from django import template

from binzhi.guests.learning import Kind, Place
from binzhi.guests.observations.chips import Chip
from binzhi.guests.preferences.catalogue import label_of
from binzhi.guests.web.observing import ICONS

register = template.Library()


@register.filter
def kind_icon(kind: str) -> str:
    return ICONS[Kind(kind)] if kind in Kind.values else "eye"


@register.filter
def plain_reading(reading: str) -> str:
    """Xǔ as one types it: xu."""
    return "".join(letter for letter in unicodedata.normalize("NFD", reading.casefold()) if letter.isalnum())


@register.filter
def kind_label(kind: str) -> str:
    return str(Kind(kind).label) if kind in Kind.values else kind


@register.filter
def place_label(place: str) -> str:
    return str(Place(place).label) if place in Place.values else place


@register.filter
def chip_means(chip: Chip) -> str:
    """What it says of a guest, in words."""
    return " · ".join(label_of(meaning.wish, value=meaning.value) for meaning in chip.meanings)
