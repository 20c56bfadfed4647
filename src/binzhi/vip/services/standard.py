"""The hotel's own levels and what their guests find: data, whatever a hotel calls them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.errors import InvalidInput
from binzhi.kernel.operations import operation, record
from binzhi.kernel.text import clean_text
from binzhi.promises.queries.protocols import protocols_of
from binzhi.promises.who import posts_of
from binzhi.vip.access import Permission
from binzhi.vip.engine import SUBJECT
from binzhi.vip.enums import AmenityKind
from binzhi.vip.errors import RankTaken, UnknownLevel
from binzhi.vip.events import LevelDefined
from binzhi.vip.letters import clean_letter
from binzhi.vip.models import Amenity, Level
from binzhi.vip.visits import level_of

NAME_LIMIT, NAME_EN_LIMIT, VALUE_LIMIT, NOTE_LIMIT = 40, 60, 40, 200
HIGHEST_RANK = 100
SEAL = "room-sealed"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,10}")


@dataclass(frozen=True, slots=True)
class LevelInput:
    """A level as it is typed; `sealed`: rooms are sealed after the last check.

    `sealed_by` is the post that seals where the protocol names none; `protocol` is laid over the visits of the level;
    `amenities` (value and note by kind) replace all there are, None leaves them as they are, and so does `letter`.
    """

    code: str
    name: str
    rank: int
    name_en: str = ""
    sealed: bool = False
    is_active: bool = True
    sealed_by: str = ""
    protocol: str = "vip-reception"
    letter: str | None = None
    amenities: Mapping[str, tuple[str, str]] | None = None


@operation(Permission.DEFINE_LEVELS)
def define_level(*, hotel_id: int, level: LevelInput, actor: Actor, now: datetime) -> int:
    """Make a level, or write the one of this code anew; its id.

    What runs already follows the protocol it began with. Locks the level. Idempotent. Raises RankTaken, InvalidInput at
    the field. Publishes LevelDefined.
    """
    given = _clean(hotel_id, level)
    amenities = None if level.amenities is None else _clean_amenities(level.amenities)
    try:
        kept, _made = Level.objects.update_or_create(hotel_id=hotel_id, code=level.code, defaults=given)
    except IntegrityError as error:
        if db.constraint_of(error) == "level_rank":
            raise RankTaken from error
        raise
    if amenities is not None:
        Amenity.objects.filter(level=kept).exclude(kind__in=amenities).delete()
        for kind, (value, note) in amenities.items():
            _write_amenity(kept, kind, value, note)
    record(
        "visit_level.defined", subject="visit_level", subject_id=kept.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={
            "code": level.code, "rank": level.rank, "sealed": level.sealed, "sealed_by": level.sealed_by,
            "protocol": level.protocol, "active": level.is_active,
            "amenities": {kind: value for kind, (value, _note) in (amenities or {}).items()},
        },
        event=LevelDefined(hotel_id=hotel_id, level=level.code),
    )  # fmt: skip
    return kept.pk


def _clean(hotel_id: int, level: LevelInput) -> dict[str, object]:
    """The fields as they are kept. Raises InvalidInput."""
    if not _CODE.fullmatch(level.code):
        raise InvalidInput(field="code", message=_("At most ten letters and digits."))
    if not 1 <= level.rank <= HIGHEST_RANK:
        raise InvalidInput(field="rank", message=_("Between 1 and %(most)s."), most=HIGHEST_RANK)
    sealed_by = level.sealed_by if level.sealed else ""
    if sealed_by and sealed_by not in posts_of(hotel_id):
        raise InvalidInput(field="sealed_by", message=_("This hotel has no such post."))
    _require_protocol(hotel_id, level, sealed_by)
    more = {} if level.letter is None else {"letter": clean_letter(level.letter)}
    return {
        "name": clean_text(level.name, field="name", limit=NAME_LIMIT, required=True),
        "name_en": clean_text(level.name_en, field="name_en", limit=NAME_EN_LIMIT),
        "rank": level.rank, "sealed": level.sealed, "sealed_by": sealed_by, "protocol": level.protocol,
        "is_active": level.is_active, **more,
    }  # fmt: skip


def _require_protocol(hotel_id: int, level: LevelInput, sealed_by: str) -> None:
    """The protocol is one for visits, and does not let somebody else seal."""
    found = {row.code: row.spec for row in protocols_of(hotel_id) if row.subject == SUBJECT}
    if level.protocol not in found:
        raise InvalidInput(field="protocol", message=_("This hotel has no such protocol for visits."))
    keys = (SEAL, f"{SEAL}-{level.code.lower()}")
    for task in found[level.protocol].tasks:
        if sealed_by and task.key in keys and task.posts and sealed_by not in task.posts:
            raise InvalidInput(
                field="sealed_by", message=_("The protocol lets another post seal (line %(line)s): change it there."),
                line=task.line,
            )  # fmt: skip


def _clean_amenities(given: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Those that have a value. Raises InvalidInput at the kind."""
    found = {}
    for kind, (value, note) in given.items():
        if kind not in AmenityKind.values:
            raise InvalidInput(field="kind")
        value = clean_text(value, field=kind, limit=VALUE_LIMIT)
        note = clean_text(note, field=f"{kind}_note", limit=NOTE_LIMIT)
        if value:
            found[kind] = (value, note)
    return found


def _write_amenity(level: Level, kind: str, value: str, note: str) -> None:
    Amenity.objects.update_or_create(
        level=level, kind=kind, defaults={"hotel_id": level.hotel_id, "value": value, "note": note}
    )


@operation(Permission.DEFINE_LEVELS)
def retire_level(*, hotel_id: int, level: str, actor: Actor, now: datetime) -> None:
    """Nobody is received on this level any more; visits that have it keep it. Defined again, it is back.

    Locks the level. Idempotent. Raises UnknownLevel. Publishes LevelDefined.
    """
    kept = Level.objects.select_for_update().filter(hotel_id=hotel_id, code=level).first()
    if kept is None:
        raise UnknownLevel(level=level)
    Level.objects.filter(pk=kept.pk).update(is_active=False)
    record(
        "visit_level.retired", subject="visit_level", subject_id=kept.pk, hotel_id=hotel_id, actor=actor, now=now,
        before={"active": kept.is_active}, after={"active": False}, event=LevelDefined(hotel_id=hotel_id, level=level),
    )  # fmt: skip


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
        _write_amenity(kept, kind, value, note)
    else:
        Amenity.objects.filter(level=kept, kind=kind).delete()
    record(
        "visit_level.amenity_set", subject="visit_level", subject_id=kept.pk, hotel_id=hotel_id, actor=actor, now=now,
        after={"kind": kind, "value": value}, event=LevelDefined(hotel_id=hotel_id, level=level),
    )  # fmt: skip
