"""The hotel and its rooms, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from binzhi.kernel import db
from binzhi.kernel.errors import NotFound


def localised(name: str, name_en: str) -> str:
    """The name in the language on screen: English where one is given, else the house's own."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


@dataclass(frozen=True, slots=True)
class HotelRef:
    """One hotel with the settings every operation needs; `business_date` is the open hotel day as of this reading."""

    pk: int
    code: str
    name: str
    name_en: str
    group_id: int
    timezone: str
    currency: str
    business_date: date
    check_in_time: time
    check_out_time: time
    hold_until: time
    prices_include_tax: bool
    documents_required: bool
    inspection_required: bool
    longest_stay: int
    booking_horizon: int

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)

    def local(self, instant: datetime) -> datetime:
        """An instant on the hotel's clocks."""
        return instant.astimezone(ZoneInfo(self.timezone))

    def __str__(self) -> str:
        return self.label


_FIELDS = tuple(field.name for field in fields(HotelRef))
# For joins: the hotel under alias `h`, each column as `hotel_<field>`.
HOTEL_COLUMNS = ", ".join(f"h.{'id' if name == 'pk' else name} AS hotel_{name}" for name in _FIELDS)


def hotel_of_row(row: Mapping[str, Any]) -> HotelRef:
    """The hotel of a row that was read with HOTEL_COLUMNS."""
    return HotelRef(**{name: row[f"hotel_{name}"] for name in _FIELDS})


def hotel_by_code(code: str) -> HotelRef:
    """Raises NotFound. Says nothing about rights: entry points take the hotel of the actor instead."""
    return _hotel("h.code = %s", code)


def hotel_by_id(pk: int) -> HotelRef:
    """Raises NotFound. Read inside an operation it gives the hotel day of that transaction."""
    return _hotel("h.id = %s", pk)


def _hotel(condition: str, value: Any) -> HotelRef:
    row = db.fetch_one(f"SELECT {HOTEL_COLUMNS} FROM property_hotel h WHERE {condition}", [value])  # noqa: S608  (constants)
    if row is None:
        raise NotFound
    return hotel_of_row(row)


def all_hotels() -> list[HotelRef]:
    """Every hotel of the installation, for jobs that run house by house."""
    return [hotel_of_row(row) for row in db.fetch_all(f"SELECT {HOTEL_COLUMNS} FROM property_hotel h ORDER BY h.id")]  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class RoomTypeRef:
    """A type of room that is sold."""

    pk: int
    code: str
    name: str
    name_en: str
    bed_type: str
    area: Decimal
    included_adults: int
    max_adults: int
    max_guests: int
    position: int
    rank: int
    is_active: bool

    @property
    def label(self) -> str:
        return localised(self.name, self.name_en)


_ROOM_TYPES = """
SELECT id AS pk, code, name, name_en, bed_type, area, included_adults, max_adults, max_guests, position, rank, is_active
FROM property_roomtype WHERE hotel_id = %s AND (is_active OR %s) ORDER BY position, code
"""


def room_types(hotel_id: int, *, with_inactive: bool = False) -> list[RoomTypeRef]:
    """The hotel's room types in the order of their position."""
    return [RoomTypeRef(**row) for row in db.fetch_all(_ROOM_TYPES, [hotel_id, with_inactive])]


@dataclass(frozen=True, slots=True)
class FloorRef:
    pk: int
    building: str
    name: str
    level: int


def floors(hotel_id: int) -> list[FloorRef]:
    """Floors by building, lowest first."""
    return [
        FloorRef(**row)
        for row in db.fetch_all(
            "SELECT f.id AS pk, b.name AS building, f.name, f.level FROM property_floor f"
            " JOIN property_building b ON b.id = f.building_id WHERE f.hotel_id = %s ORDER BY b.id, f.level",
            [hotel_id],
        )
    ]


@dataclass(frozen=True, slots=True)
class RoomRef:
    """A room and its axes that are stored here; who sleeps in it is the desk's knowledge."""

    pk: int
    number: str
    room_type_id: int
    room_type: str
    floor_id: int
    floor: str
    orientation: str
    features: Sequence[str]
    smoking: bool
    accessible: bool
    connects_to_id: int | None
    housekeeping: str
    maintenance: str
    do_not_disturb: bool
    condition_changed_at: datetime
    is_active: bool


_ROOMS = """
SELECT r.id AS pk, r.number, r.room_type_id, t.code AS room_type, r.floor_id, f.name AS floor, r.orientation,
       r.features, r.smoking, r.accessible, r.connects_to_id, r.housekeeping, r.maintenance, r.do_not_disturb,
       r.condition_changed_at, r.is_active
FROM property_room r
JOIN property_roomtype t ON t.id = r.room_type_id
JOIN property_floor f ON f.id = r.floor_id
WHERE r.hotel_id = %s
"""


def rooms(hotel_id: int) -> list[RoomRef]:
    """All rooms in use, floor by floor."""
    return [RoomRef(**row) for row in db.fetch_all(_ROOMS + " AND r.is_active ORDER BY f.level, r.number", [hotel_id])]


def room_by_number(hotel_id: int, number: str) -> RoomRef:
    """Raises NotFound."""
    return _room(" AND r.number = %s", [hotel_id, number])


def room_by_id(hotel_id: int, room_id: int) -> RoomRef:
    """Raises NotFound, for a room of another hotel too."""
    return _room(" AND r.id = %s", [hotel_id, room_id])


def _room(condition: str, params: list[Any]) -> RoomRef:
    row = db.fetch_one(_ROOMS + condition, params)
    if row is None:
        raise NotFound
    return RoomRef(**row)
