"""Building blocks: a room is sealed, its seal broken with a reason or opened by the arrival it was made for.

The rules stand in triggers as well (constraint `room_sealed`); what asks here first says so in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.property.errors import AlreadySealed, NotFitToSeal, NotSealed, RoomSealed

RULE = "room_sealed"


@dataclass(frozen=True, slots=True)
class Seal:
    """A whole seal; `stay_id`: the room reservation whose arrival opens it."""

    id: int
    room_id: int
    number: str
    stay_id: int | None
    sealed_at: datetime
    sealed_by: int | None


_COLUMNS = "s.id, s.room_id, r.number, s.stay_id, s.sealed_at, s.sealed_by"
_WHOLE = f"""
SELECT {_COLUMNS} FROM property_roomseal s JOIN property_room r ON r.id = s.room_id
WHERE s.hotel_id = %s AND s.broken_at IS NULL
"""  # noqa: S608  (constants)
_ROOM = """
SELECT r.number, r.housekeeping, r.maintenance, s.id AS seal_id
FROM property_room r LEFT JOIN property_roomseal s ON s.room_id = r.id AND s.broken_at IS NULL
WHERE r.hotel_id = %s AND r.id = %s AND r.is_active FOR NO KEY UPDATE OF r
"""
_SEAL = """
INSERT INTO property_roomseal (hotel_id, room_id, stay_id, sealed_at, sealed_by) VALUES (%s, %s, %s, %s, %s)
RETURNING id
"""


def seal(*, hotel_id: int, room_id: int, stay_id: int | None, user_id: int | None, now: datetime) -> int:
    """Close a room that is clean, in order and empty; the seal's id. Locks the room.

    Raises NotFound (the stay too, unless it is expected in this very room), AlreadySealed, NotFitToSeal.
    """
    room = db.fetch_one(_ROOM, [hotel_id, room_id])
    if room is None:
        raise NotFound(field="room")
    number = room["number"]
    if room["seal_id"] is not None:
        raise AlreadySealed(number=number)
    if room["housekeeping"] == "dirty" or room["maintenance"] != "in_service":
        raise NotFitToSeal(number=number)
    try:
        return int(db.fetch_value(_SEAL, [hotel_id, room_id, stay_id, now, user_id]))
    except IntegrityError as error:
        match db.constraint_of(error):
            case "one_seal_a_room":
                raise AlreadySealed(number=number) from error
            case "seal_of_an_empty_room":
                raise NotFitToSeal(number=number) from error
            case "seal_of_a_stay":
                raise NotFound(field="stay") from error
        raise


_BREAK = f"""
UPDATE property_roomseal s SET broken_at = %(now)s, broken_by = %(user)s::bigint, reason = %(reason)s
FROM property_room r
WHERE r.id = s.room_id AND s.hotel_id = %(hotel)s AND s.room_id = %(room)s AND s.broken_at IS NULL
    AND (%(stay)s::bigint IS NULL OR s.stay_id = %(stay)s::bigint)
RETURNING {_COLUMNS}
"""  # noqa: S608  (constants)


def break_open(*, hotel_id: int, room_id: int, reason: str, user_id: int | None, now: datetime) -> Seal:
    """Break the seal of a room; what it was. Locks the seal. Raises NotSealed, NotFound."""
    row = db.fetch_one(
        _BREAK,
        {"hotel": hotel_id, "room": room_id, "stay": None, "reason": reason, "user": user_id, "now": now},
    )
    if row is None:
        number = db.fetch_value("SELECT number FROM property_room WHERE hotel_id = %s AND id = %s", [hotel_id, room_id])
        if number is None:
            raise NotFound(field="room")
        raise NotSealed(number=number)
    return Seal(**row)


def open_for(*, hotel_id: int, room_id: int, stay_id: int, user_id: int | None, now: datetime) -> bool:
    """The guest the room waits for arrives, which ends the seal; False when it has none for this stay."""
    return bool(
        db.fetch_one(
            _BREAK,
            {"hotel": hotel_id, "room": room_id, "stay": stay_id, "reason": "", "user": user_id, "now": now},
        )
    )


def seal_of(*, hotel_id: int, room_id: int) -> Seal | None:
    """The whole seal of a room, if it has one."""
    row = db.fetch_one(f"{_WHOLE} AND s.room_id = %s", [hotel_id, room_id])
    return None if row is None else Seal(**row)


def sealed_rooms(*, hotel_id: int) -> list[Seal]:
    """All rooms that are sealed now, by number. One statement."""
    return [Seal(**row) for row in db.fetch_all(f"{_WHOLE} ORDER BY r.number", [hotel_id])]


def require_open(*, hotel_id: int, room_id: int, stay_id: int | None = None) -> None:
    """Raise RoomSealed when the room is sealed, unless for this very stay."""
    found = seal_of(hotel_id=hotel_id, room_id=room_id)
    if found is not None and (stay_id is None or found.stay_id != stay_id):
        raise RoomSealed(number=found.number)


@contextmanager
def refusals(number: str = "") -> Iterator[None]:
    """The database's own refusal, when a seal came between the look and the write, becomes RoomSealed."""
    try:
        yield
    except IntegrityError as error:
        if db.constraint_of(error) == RULE:
            raise RoomSealed(number=number) from error
        raise
