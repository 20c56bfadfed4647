"""Operations on what a hotel's phones offer, and on how much it wants to have seen."""

from __future__ import annotations

import re
from datetime import datetime

import orjson
from django.utils.translation import gettext_lazy as _

from binzhi.guests.access import Permission
from binzhi.guests.events import ChipsChanged
from binzhi.guests.learning import Kind, Place
from binzhi.guests.observations.chips import Chip, shipped_chips
from binzhi.guests.preferences.catalogue import wish_named
from binzhi.guests.preferences.confidence import Enough
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text

NAME_LIMIT, NAME_EN_LIMIT = 40, 80
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LOCK = "SELECT id FROM property_hotel WHERE id = %s FOR NO KEY UPDATE"
_HAS_OWN = "SELECT EXISTS (SELECT 1 FROM guests_observationchip WHERE hotel_id = %s)"
_SAVE = """
INSERT INTO guests_observationchip
    (hotel_id, code, kind, name, name_en, places, moments, meanings, once, position, is_active)
VALUES (%(hotel)s, %(code)s, %(kind)s, %(name)s, %(name_en)s, %(places)s, %(moments)s, %(means)s::jsonb, %(once)s,
    coalesce(%(position)s,
        (SELECT coalesce(max(position), 0) + 1 FROM guests_observationchip WHERE hotel_id = %(hotel)s)),
    %(active)s)
ON CONFLICT (hotel_id, code) DO UPDATE SET kind = excluded.kind, name = excluded.name, name_en = excluded.name_en,
    places = excluded.places, meanings = excluded.meanings, once = excluded.once, is_active = excluded.is_active
RETURNING id
"""
_RULE = """
INSERT INTO guests_learningrule (hotel_id, sightings, stays, people) VALUES (%s, %s, %s, %s)
ON CONFLICT (hotel_id) DO UPDATE SET sightings = excluded.sightings, stays = excluded.stays, people = excluded.people
"""


@operation(Permission.KEEP_CHIPS)
def save_chip(*, hotel_id: int, chip: Chip, actor: Actor, now: datetime) -> None:
    """Add or change what phones offer. With its first change a hotel gets all shipped ones as its own.

    Changes the hotel's chips. Locks the hotel. Idempotent. Raises InvalidInput at code, kind, name, wish, value.
    Publishes ChipsChanged.
    """
    _check(chip)
    name = clean_text(chip.name, field="name", limit=NAME_LIMIT, required=True)
    name_en = clean_text(chip.name_en, field="name_en", limit=NAME_EN_LIMIT)
    db.fetch_value(_LOCK, [hotel_id])
    if not db.fetch_value(_HAS_OWN, [hotel_id]):
        for shipped in shipped_chips():
            _write(hotel_id, shipped, shipped.name, shipped.name_en, position=shipped.position)
    chip_id = _write(hotel_id, chip, name, name_en, position=None)
    record(
        "hotel.observation_chip_saved", subject="observation_chip", subject_id=chip_id, hotel_id=hotel_id,
        actor=actor, now=now, after={"code": chip.code, "active": chip.is_active},
        event=ChipsChanged(hotel_id=hotel_id),
    )  # fmt: skip


def _check(chip: Chip) -> None:
    if not _CODE.fullmatch(chip.code) or len(chip.code) > NAME_LIMIT:
        raise InvalidInput(field="code", message=_("Small letters, digits and hyphens."))
    if chip.kind not in Kind.values:
        raise InvalidInput(field="kind", message=_("Choose a kind."))
    if not set(chip.places) <= set(Place.values):
        raise InvalidInput(field="places", message=_("Choose where it was."))
    for meaning in chip.meanings:
        wish = wish_named(meaning.wish)
        if wish is None:
            raise InvalidInput(field="wish", message=_("Choose what it is."))
        if not meaning.never and not wish.takes(meaning.value):
            raise InvalidInput(field="value", message=_("This value cannot be."))


def _write(hotel_id: int, chip: Chip, name: str, name_en: str, *, position: int | None) -> int:
    return int(db.fetch_value(_SAVE, {
        "hotel": hotel_id, "code": chip.code, "kind": chip.kind, "name": name, "name_en": name_en,
        "places": list(chip.places), "moments": list(chip.moments),
        "means": orjson.dumps([dict(one) for one in chip.means]).decode(), "once": chip.once, "position": position,
        "active": chip.is_active,
    }))  # fmt: skip


@operation(Permission.KEEP_CHIPS)
def set_learning_rule(*, hotel_id: int, rule: Enough, actor: Actor, now: datetime) -> None:
    """How often, on how many stays and by how many people something must be seen to be taken for a habit.

    Changes the hotel's rule. Locks nothing. Idempotent. Raises InvalidInput at its field. Publishes ChipsChanged.
    """
    limits = (("sightings", rule.sightings, 20), ("stays", rule.stays, 10), ("people", rule.people, 10))
    for field, value, most in limits:
        if not 1 <= value <= most:
            raise InvalidInput(field=field, message=_("From 1 to %(most)s."), most=most)
    db.execute(_RULE, [hotel_id, rule.sightings, rule.stays, rule.people])
    record(
        "hotel.learning_rule_set", subject="hotel", subject_id=hotel_id, hotel_id=hotel_id, actor=actor, now=now,
        after={"sightings": rule.sightings, "stays": rule.stays, "people": rule.people},
        event=ChipsChanged(hotel_id=hotel_id),
    )  # fmt: skip
