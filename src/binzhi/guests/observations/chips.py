"""What a hotel's phones offer for observing: its own chips, or those every hotel begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from binzhi.guests.preferences.catalogue import Meaning, meanings_of
from binzhi.kernel import db
from binzhi.property.queries import localised


@dataclass(frozen=True, slots=True)
class Chip:
    """Something to be noted with one press. `id` is 0 for one that is not the hotel's own yet."""

    code: str
    kind: str
    name: str
    name_en: str
    places: Sequence[str] = ()
    moments: Sequence[str] = ()
    means: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    once: bool = False
    position: int = 0
    is_active: bool = True

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        return meanings_of(self.means, passing=self.once)


@lru_cache(maxsize=1)
def shipped_chips() -> tuple[Chip, ...]:
    """What every hotel begins with; read once."""
    text = resources.files("binzhi.guests.observations.shipped").joinpath("chips.yaml").read_text(encoding="utf-8")
    return tuple(
        Chip(
            code=entry["code"], kind=entry["kind"], name=entry["name"], name_en=entry["name_en"],
            places=tuple(entry["places"]), moments=tuple(entry["moments"]), means=tuple(entry.get("means", ())),
            once=entry.get("once", False), position=place,
        )
        for place, entry in enumerate(yaml.safe_load(text)["chips"], start=1)
    )  # fmt: skip


_CHIPS = """
SELECT code, kind, name, name_en, places, moments, meanings AS means, once, position, is_active
FROM guests_observationchip WHERE hotel_id = %s ORDER BY position, id
"""


def chips_of(hotel_id: int, *, switched_off_too: bool = False) -> list[Chip]:
    """The hotel's chips in its order; until it changes one, those that are shipped."""
    rows = db.fetch_all(_CHIPS, [hotel_id])
    own = [Chip(**row | {"means": db.plain_json(row["means"])}) for row in rows] or list(shipped_chips())
    return [chip for chip in own if chip.is_active or switched_off_too]


def names_of(hotel_id: int, codes: Sequence[str]) -> list[str]:
    """Chips in words, those that are no longer offered too; what nobody knows any more by its code."""
    known = {chip.code: chip.label for chip in shipped_chips()}
    known |= {chip.code: chip.label for chip in chips_of(hotel_id, switched_off_too=True)}
    return [known.get(code, code) for code in codes]
