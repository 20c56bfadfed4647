"""Templates: text with fields in braces and nothing else. No tag, no expression, no way to anything else."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from binzhi.engagement.enums import LANGUAGE_CODES, Kind, Way
from binzhi.engagement.errors import BraceLeftOpen, UnknownField
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.text import clean_text

SHIPPED = Path(__file__).with_name("shipped.yaml")
SUBJECT_LIMIT = 150
BODY_LIMIT = 4000
SMS_LIMIT = 500
# A text message of characters beyond GSM's alphabet: one part, and each of several.
SMS_PART, SMS_PARTS = 70, 67


@dataclass(frozen=True, slots=True)
class Place:
    """A field by its two names, and what stands in it."""

    zh: str
    en: str
    label: str | Promise


PLACES: tuple[Place, ...] = (
    Place("客人姓名", "guest_name", _("name of the guest, else of the booker")),
    Place("酒店", "hotel", _("name of the hotel")),
    Place("预订号", "number", _("number of the reservation")),
    Place("抵店日", "arrival", _("day of arrival")),
    Place("离店日", "departure", _("day of departure")),
    Place("晚数", "nights", _("number of nights")),
    Place("房型", "room_type", _("types of room booked")),
    Place("房号", "room", _("room given; never told to VIPs, who hear it in person")),
    Place("总价", "total", _("price of the whole stay")),
    Place("预订明细", "details", _("rooms, days, prices, cancellation: several lines")),
    Place("保留说明", "held", _("until when the room is held")),
    Place("入住时间", "check_in_time", _("check-in from")),
    Place("退房时间", "check_out_time", _("check-out until")),
)
_NAMED = {name: place.en for place in PLACES for name in (place.zh, place.en)}
_PART = re.compile(r"\{([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a message: a text message has no subject."""

    subject: str
    body: str


@functools.cache
def _shipped() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return found


def shipped(kind: str, way: str, language: str) -> Wording:
    """The words a hotel starts with."""
    words = _shipped()[kind][way][language]
    return Wording(words.get("subject", ""), words["body"].rstrip("\n"))


def check_place(kind: str, way: str, language: str) -> None:
    """Raises InvalidInput for a template that does not exist."""
    for field, value, known in (
        ("kind", kind, Kind.values), ("way", way, Way.values), ("language", language, LANGUAGE_CODES),
    ):  # fmt: skip
        if value not in known:
            raise InvalidInput(field=field)


def clean_wording(wording: Wording, way: str, *, fields: bool = True) -> Wording:
    """As it is kept. Raises InvalidInput, and where `fields` may stand UnknownField, BraceLeftOpen, at its field."""
    is_sms = way == Way.SMS
    subject = "" if is_sms else clean_text(wording.subject, field="subject", limit=SUBJECT_LIMIT, required=True)
    body = clean_text(
        wording.body.replace("\r\n", "\n"), field="body", limit=SMS_LIMIT if is_sms else BODY_LIMIT, required=True,
        multiline=not is_sms,
    )  # fmt: skip
    if fields:
        for field, text in (("subject", subject), ("body", body)):
            for found in _wrong(field, text):
                raise found
    return Wording(subject, body)


def _wrong(field: str, text: str) -> Iterator[InvalidInput]:
    for found in _PART.finditer(text):
        before = text[: found.start()]
        place: dict[str, Any] = {
            "field": field,
            "line": before.count("\n") + 1,
            "column": found.start() - before.rfind("\n"),
        }
        if found[1] is None:
            yield BraceLeftOpen(**place)
        elif found[1].strip() not in _NAMED:
            yield UnknownField(name=found[1].strip(), known=" ".join(f"{{{one.zh}}}" for one in PLACES), **place)


def fill(wording: Wording, values: Mapping[str, str]) -> Wording:
    """The message with everything in its place. What is put in is never read as a template again."""
    return Wording(" ".join(_filled(wording.subject, values).split()), _filled(wording.body, values).strip())


def _filled(text: str, values: Mapping[str, str]) -> str:
    lines = []
    for line in text.split("\n"):
        names = [_NAMED.get(found[1].strip(), "") for found in _PART.finditer(line) if found[1] is not None]
        if names and not any(values.get(name) for name in names):
            continue
        lines.append(
            _PART.sub(
                lambda found: found[0] if found[1] is None else values.get(_NAMED.get(found[1].strip(), ""), ""), line
            )
        )
    return "\n".join(lines)


def sms_parts(text: str) -> int:
    """How many text messages the network makes of it, and charges."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= SMS_PART else -(-units // SMS_PARTS)
