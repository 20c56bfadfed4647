"""The guest's page: who somebody is in five seconds, then the line of time, then the five classes of record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from binzhi.guests.access import Permission
from binzhi.guests.facts import facts_of
from binzhi.guests.profile import relations, store, warnings
from binzhi.guests.profile.catalogue import LUNAR, Field, Kind, RecordClass
from binzhi.guests.profile.lunar import LunarDay, animal_of, lunar_of, next_birthday, parse_lunar_day, sign_of
from binzhi.guests.profile.names import name_to_use
from binzhi.guests.profile.store import Profile
from binzhi.guests.queries import GuestCard, guest_card, vip_weight
from binzhi.guests.sections import sections_for
from binzhi.guests.timeline import PAGE, kinds_for, timeline
from binzhi.people.web import StaffRequest, hotel_of, screen

SOON_DAYS = 30
# Entries on the page of a guest: what happened lately; the rest is a press away.
LATELY = 20


@dataclass(frozen=True, slots=True)
class Birthday:
    """When it is kept: by sun or moon, the next solar day, the animal of the year and the sign."""

    by_moon: bool
    lunar: str
    next_on: date | None
    is_soon: bool
    animal: str
    sign: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with what is known of it."""

    field: Field
    value: str
    is_sealed: bool

    @property
    def what(self) -> str:
        """As a look at it is asked for."""
        return f"field:{self.field.key}"


def birthday_of(card: GuestCard, profile: Profile, today: date) -> Birthday | None:
    """None where neither a date of birth nor a lunar day is known."""
    noted = profile.text("lunar_day")
    if card.birth_date is None and not noted:
        return None
    by_moon = profile.text("birthday") == LUNAR or card.birth_date is None
    lunar: LunarDay | None = parse_lunar_day(noted) if noted else None
    if lunar is None and card.birth_date is not None:
        lunar = lunar_of(card.birth_date).day
    next_on = next_birthday(born=card.birth_date, lunar=lunar, by_moon=by_moon, today=today)
    return Birthday(
        by_moon=by_moon, lunar=lunar.text if lunar and by_moon else "", next_on=next_on,
        is_soon=next_on is not None and (next_on - today).days <= SOON_DAYS,
        animal=animal_of(card.birth_date) if card.birth_date else "",
        sign=sign_of(card.birth_date) if card.birth_date else "",
    )  # fmt: skip


def shown_fields(profile: Profile, fields: list[Field]) -> dict[str, list[Shown]]:
    """What is known, by class. Sensitive fields are never among it: who needs them opens their own part."""
    found: dict[str, list[Shown]] = {of.value: [] for of in RecordClass}
    for field in fields:
        noted = profile.values.get(field.key)
        if noted is not None and not field.is_sensitive:
            value = str(dict(field.choices).get(noted.value, noted.value)) if field.kind is Kind.CHOICE else noted.value
            found[field.of.value].append(Shown(field, value, noted.is_sealed))
    return found


def sensitive_fields(profile: Profile, fields: list[Field]) -> list[Shown]:
    """Those that are kept, for the closed part of the page."""
    return [
        Shown(field, profile.text(field.key), True)
        for field in fields
        if field.is_sensitive and profile.text(field.key)
    ]


def page_context(request: StaffRequest, guest_id: int) -> dict[str, Any]:
    """Everything on the page, for this reader."""
    hotel = hotel_of(request)
    card = guest_card(group_id=hotel.group_id, guest_id=guest_id)
    profile = store.profile_of(group_id=hotel.group_id, guest_id=guest_id)
    fields = store.fields_on(hotel.pk)
    sections = sections_for(request, card)
    today = hotel.business_date
    counting = warnings.warnings_of(group_id=hotel.group_id, guest_ids=[guest_id], today=today)
    circle = relations.circle_of(group_id=hotel.group_id, guest_id=guest_id)
    wanted = {field.key for field in fields}
    known = {
        key: profile.text(key) if key in wanted else ""
        for key in ("salutation", "not_called", "said", "languages", "post", "nickname")
    }
    classes = shown_fields(profile, [field for field in fields if field.key not in ("birthday", "lunar_day")])
    return {
        "card": card,
        "age": card.age_on(today),
        "vip_weight": vip_weight(card.vip_level, card.vip_rank),
        "called": name_to_use(name=card.name, sex=card.sex, salutation=known["salutation"]),
        "known": known,
        "birthday": birthday_of(card, profile, today),
        "facts": facts_of(request, guest_id),
        "warnings": counting.get(guest_id, []),
        "taboos": [line for line in profile.text("taboos").splitlines() if line.strip()] if "taboos" in wanted else [],
        "circle": circle,
        "assistants": [one for one in circle if one.kind in ("secretary", "driver")][:2],
        "heads": [section for section in sections if section.place == "head"],
        "sections": [section for section in sections if section.place == "main"],
        "asides": [section for section in sections if section.place == "aside"],
        "classes": [(of, classes[of.value]) for of in RecordClass],
        "sensitive": sensitive_fields(profile, fields),
        **timeline_context(request, guest_id, limit=LATELY),
        "may_update": request.actor.may(Permission.UPDATE, hotel.pk),
        "may_reveal": request.actor.may(Permission.REVEAL, hotel.pk),
        "may_warn": request.actor.may(Permission.WARN, hotel.pk),
    }


def timeline_context(request: StaffRequest, guest_id: int, *, limit: int = PAGE) -> dict[str, Any]:
    hotel = hotel_of(request)
    kind = request.GET.get("kind", "")[:30]
    kinds = kinds_for(request.actor, hotel.pk)
    kind = kind if kind in {one.name for one in kinds} else ""
    page = timeline(
        group_id=hotel.group_id, guest_id=guest_id, actor=request.actor, hotel_id=hotel.pk, kind=kind,
        cursor=request.GET.get("cursor", ""), limit=limit,
    )  # fmt: skip
    local = [(line, hotel.local(line.entry.at)) for line in page.lines]
    return {
        "page": page,
        "lines": [(line, at.date(), f"{at:%H:%M}") for line, at in local],
        "kinds": kinds,
        "kind": kind,
        "guest_id": guest_id,
    }


@screen(Permission.VIEW)
@require_GET
def timeline_part(request: StaffRequest, guest_id: int) -> HttpResponse:
    """More of the line of time, or one kind of it; without script a page of its own."""
    card = guest_card(group_id=hotel_of(request).group_id, guest_id=guest_id)
    context = {"card": card, **timeline_context(request, guest_id)}
    if request.headers.get("HX-Request") != "true":
        return render(request, "guests/timeline.html", context)
    return render(
        request, "guests/_timeline_rows.html" if request.GET.get("cursor") else "guests/_timeline.html", context
    )
