"""The hotel's own levels and what their guests find: data, whatever a hotel calls them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.vip.access import Permission
from binzhi.vip.enums import AmenityKind
from binzhi.vip.errors import RankTaken
from binzhi.vip.events import LevelDefined
from binzhi.vip.models import Amenity, Level
from binzhi.vip.visits import level_of

NAME_LIMIT, NAME_EN_LIMIT, VALUE_LIMIT, NOTE_LIMIT = 40, 60, 40, 200
HIGHEST_RANK = 100
_CODE = re.compile(r"[A-Za-z0-9_-]{1,10}")


@dataclass(frozen=True, slots=True)
class LevelInput:
    """A level as it is typed; `sealed`: rooms are sealed after the last check."""

    code: str
    name: str
    rank: int
    name_en: str = ""
    sealed: bool = False
    is_active: bool = True


@operation(Permission.DEFINE_LEVELS)
def define_level(*, hotel_id: int, level: LevelInput, actor: Actor, now: datetime) -> int:
    """Make a level, or write the one of this code anew; its id.

    Locks the level. Idempotent. Raises RankTaken, InvalidInput at the field. Publishes LevelDefined.
    """
    if not _CODE.fullmatch(level.code):
        raise InvalidInput(field="code", message=_("At most ten letters and digits."))
    if not 1 <= level.rank <= HIGHEST_RANK:
        raise InvalidInput(field="rank", message=_("Between 1 and %(most)s."), most=HIGHEST_RANK)
    given = {
        "name": clean_text(level.name, field="name", limit=NAME_LIMIT, required=True),
        "name_en": clean_text(level.name_en, field="name_en", limit=NAME_EN_LIMIT),
        "rank": level.rank, "sealed": level.sealed, "is_active": level.is_active,
    }  # fmt: skip
    try:
        kept, _made = Level.objects.update_or_create(hotel_id=hotel_id, code=level.code, defaults=given)
    except IntegrityError as error:
        if db.constraint_of(error) == "level_rank":
            raise RankTaken from error
        raise
    record(
        "visit_level.defined", subject="visit_level", subject_id=kept.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={"code": level.code, "rank": level.rank, "sealed": level.sealed, "active": level.is_active},
        event=LevelDefined(hotel_id=hotel_id, level=level.code),
    )  # fmt: skip
    return kept.pk


@operation(Permission.DEFINE_LEVELS)
def set_amenity(
    *, hotel_id: int, level: str, kind: str, value: str, note: str = "", actor: Actor, now: datetime
) -> None:
    """What guests of a level find (fruit class A, a banner ...); an empty value takes it away.

    Locks the amenity. Idempotent. Raises UnknownLevel, InvalidInput at the field. Publishes LevelDefined.
    """
    if kind not in AmenityKind.values:
        raise InvalidInput(field="kind")
    value = clean_text(value, field="value", limit=VALUE_LIMIT)
    note = clean_text(note, field="note", limit=NOTE_LIMIT)
    kept = level_of(hotel_id, level)
    if value:
        Amenity.objects.update_or_create(
            level=kept, kind=kind, defaults={"hotel_id": hotel_id, "value": value, "note": note}
        )
    else:
        Amenity.objects.filter(level=kept, kind=kind).delete()
    record(
        "visit_level.amenity_set", subject="visit_level", subject_id=kept.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={"kind": kind, "value": value}, event=LevelDefined(hotel_id=hotel_id, level=level),
    )  # fmt: skip
