"""A stay over two rooms: from a night on it has another of the same type, planned and held like any night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound
from binzhi.property.errors import RoomSealed
from binzhi.reservations.enums import Status
from binzhi.reservations.errors import NightCannotSplit, NoRoomAssigned, SplitKeepsType, WrongStatus
from binzhi.reservations.locks import LockedRoom, nights_between
from binzhi.reservations.stay_rows import require_loose, room_refusals, room_taken

_ROOM = """
SELECT r.room_type_id, r.number, s.id IS NOT NULL AND s.stay_id IS DISTINCT FROM %(id)s AS sealed,
       (SELECT n.room_id FROM reservations_roomnight n
        WHERE n.room_reservation_id = %(id)s AND n.night = %(night)s) AS had
FROM property_room r LEFT JOIN property_roomseal s ON s.room_id = r.id AND s.broken_at IS NULL
WHERE r.id = %(room)s AND r.hotel_id = %(hotel)s AND r.is_active
"""
_SPLIT = """
WITH freed AS (
    DELETE FROM reservations_roomnight
    WHERE room_reservation_id = %(id)s AND night >= %(night)s AND room_id <> %(room)s
), given AS (
    INSERT INTO reservations_roomnight (room_id, night, hotel_id, room_reservation_id)
    SELECT %(room)s, n.night, %(hotel)s, %(id)s FROM unnest(%(nights)s::date[]) AS n (night) ORDER BY n.night
    ON CONFLICT DO NOTHING RETURNING night
)
SELECT coalesce(array_agg(night), '{}') FROM (
    SELECT night FROM given
    UNION SELECT night FROM reservations_roomnight
    WHERE room_reservation_id = %(id)s AND room_id = %(room)s AND night = ANY (%(nights)s::date[])
) AS held
"""


def split(*, room_reservation: LockedRoom, night: date, room_id: int) -> int:
    """Give the stay another room from `night` to its end; the room it had for that night.

    The first room stays the one it begins in or is in now: the guest moves on the day. The type stays, so no counter
    changes. Raises NightCannotSplit (not inside the nights still to come), NoRoomAssigned, RoomFixed, SplitKeepsType,
    RoomSealed, RoomTaken, WrongStatus, NotFound.
    """
    stay = room_reservation
    if stay.status not in (Status.RESERVED, Status.IN_HOUSE):
        raise WrongStatus(status=Status(stay.status).label)
    wanted = db.fetch_one(_ROOM, {"id": stay.id, "night": night, "room": room_id, "hotel": stay.hotel_id})
    if wanted is None:
        raise NotFound(field="room")
    if stay.room_id is None:
        raise NoRoomAssigned
    require_loose(stay)
    if night not in stay.nights_left[1:]:
        raise NightCannotSplit
    if wanted["sealed"]:
        raise RoomSealed(number=wanted["number"])
    if wanted["room_type_id"] != stay.room_type_id:
        raise SplitKeepsType(number=wanted["number"])
    nights = nights_between(night, stay.departure)
    with room_refusals():
        held = db.fetch_value(
            _SPLIT, {"id": stay.id, "night": night, "room": room_id, "hotel": stay.hotel_id, "nights": nights}
        )
    if len(held) != len(nights):
        raise room_taken(replace(stay, room_id=room_id), nights)
    return cast(int, wanted["had"])
