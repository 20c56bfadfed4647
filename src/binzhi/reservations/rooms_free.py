"""Which rooms can be given for some nights: one statement over the room nights of those nights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from binzhi.kernel import db
from binzhi.kernel.dates import StayDates


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """A room that nobody has on any night asked for. `occupied`: somebody is in it right now."""

    room_id: int
    number: str
    room_type_id: int
    room_type: str
    floor: str
    level: int
    orientation: str
    features: Sequence[str]
    smoking: bool
    accessible: bool
    connects_to_id: int | None
    housekeeping: str
    occupied: bool


# Rooms taken on one of the nights are few against all: they are read by (hotel, night) and left out.
_FREE = """
SELECT r.id AS room_id, r.number, r.room_type_id, t.code AS room_type, f.name AS floor, f.level, r.orientation,
       r.features, r.smoking, r.accessible, r.connects_to_id, r.housekeeping,
       o.id IS NOT NULL AS occupied
FROM property_room r
JOIN property_roomtype t ON t.id = r.room_type_id
JOIN property_floor f ON f.id = r.floor_id
LEFT JOIN reservations_roomreservation o ON o.room_id = r.id AND o.status = 'in_house'
WHERE r.hotel_id = %(hotel)s AND r.is_active AND r.maintenance <> 'out_of_order'
  AND (%(type)s::bigint IS NULL OR r.room_type_id = %(type)s::bigint)
  AND r.features @> %(features)s::varchar[]
  AND (%(smoking)s::boolean IS NULL OR r.smoking = %(smoking)s::boolean)
  AND (NOT %(accessible)s OR r.accessible)
  AND (%(floor)s::bigint IS NULL OR r.floor_id = %(floor)s::bigint)
  AND (%(orientation)s = '' OR r.orientation = %(orientation)s)
  AND (cardinality(%(housekeeping)s::varchar[]) = 0 OR r.housekeeping = ANY (%(housekeeping)s::varchar[]))
  AND (NOT %(vacant)s OR o.id IS NULL)
  AND NOT EXISTS (SELECT 1 FROM property_roomseal s WHERE s.room_id = r.id AND s.broken_at IS NULL
                  AND (s.stay_id = %(except)s::bigint) IS NOT TRUE)
  AND r.id NOT IN (
      SELECT n.room_id FROM reservations_roomnight n
      WHERE n.hotel_id = %(hotel)s AND n.night >= %(arrival)s AND n.night < %(departure)s
        AND n.room_reservation_id IS DISTINCT FROM %(except)s::bigint)
ORDER BY t.position, t.code, o.id IS NOT NULL, r.housekeeping = 'dirty', f.level, r.number
LIMIT %(limit)s
"""


def free_rooms(
    *,
    hotel_id: int,
    dates: StayDates,
    room_type_id: int | None = None,
    limit: int = 50,
    features: Sequence[str] = (),
    smoking: bool | None = None,
    accessible: bool = False,
    floor_id: int | None = None,
    orientation: str = "",
    housekeeping: Sequence[str] = (),
    vacant_now: bool = False,
    besides: int | None = None,
) -> list[FreeRoom]:
    """Rooms free on every night of `dates` and not sealed for somebody, ready ones first.

    `besides` is a room reservation whose own nights do not count. A day use asks for no night: `vacant_now` then tells
    which room can be had.
    """
    rows = db.fetch_all(
        _FREE,
        {
            "hotel": hotel_id, "type": room_type_id, "arrival": dates.arrival, "departure": dates.departure,
            "limit": limit, "features": list(features), "smoking": smoking, "accessible": accessible,
            "floor": floor_id, "orientation": orientation, "housekeeping": list(housekeeping), "vacant": vacant_now,
            "except": besides,
        },
    )  # fmt: skip
    return [FreeRoom(**row) for row in rows]
